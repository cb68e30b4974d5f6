//! pullback beside other crates: the same functions, the same process, each checked against the gradient by hand.
//!
//! `cargo run --release --manifest-path benches/rivals/Cargo.toml [-- filter] [--quick]`. The ratio is the time of the
//! variant over that of pullback. Reverse mode meets `echidna`, forward mode `num-dual`.

#[path = "../../harness/mod.rs"]
mod harness;
mod number;
#[allow(dead_code, unused_imports)] // some parts are for the variants that only pullback has
#[path = "../../workloads/mod.rs"]
mod workloads;

use harness::{Comparison, Settings, report};
use nalgebra::SVector;
use num_dual::{Dual2SVec64, DualSVec64, HyperDual64};
pub(crate) use number::Number;
use pullback::{Dual, Multi, Tape};
use std::hint::black_box;
use workloads::*;

fn main() {
    let settings = Settings::from_args();
    reverse(&settings, &Rosenbrock(10), 4.0);
    reverse(&settings, &Rosenbrock(1000), 4.0);
    reverse(&settings, &Rosenbrock(100_000), 4.0);
    reverse(&settings, &BlackScholes::new(10_000), 4.0);
    reverse(&settings, &Lstm::new(16, 64), 4.0);
    reverse(&settings, &Lorenz(10_000), 4.0);
    reverse(&settings, &Mixture::new(10, 25, 1000), 3.0);
    forward::<_, 10>(&settings, &Rosenbrock(10));
    forward::<_, 5>(&settings, &BlackScholes::new(10_000));
    forward::<_, 6>(&settings, &Lorenz(10_000));
    hessian(&settings);
    hvp(&settings);
}

/// A warm tape, against `echidna::grad` (which pools its tapes) and against its recorded program run again.
fn reverse<W: Workload>(settings: &Settings, w: &W, times: f64) {
    let x = w.point();
    let x = &x[..];
    let mut truth = vec![0.0; x.len()];
    let value = w.gradient(x, &mut truth);
    let mut c = Comparison::new(w.name(), value, truth);
    let mut tape = Tape::new();
    c.variant("pullback, tape", None, move |check| {
        let (y, g) = tape.value_and_grad(|x| w.call(x), black_box(x)).expect("the workload is total");
        report(g, check);
        y
    });
    c.refer_to_last();
    c.at_least("echidna, grad", times, move |check| {
        report(&echidna::grad(|x| w.call(x), black_box(x)), check);
        value
    });
    if x.len() < 1500 {
        let (mut program, _) = echidna::record(|x| w.call(x), x);
        c.variant("echidna, gradient of a recorded program", None, move |check| {
            report(&program.gradient(black_box(x)), check);
            value
        });
    }
    c.run(settings);
}

/// `Multi` over all inputs, against `DualSVec`.
fn forward<W: Workload, const N: usize>(settings: &Settings, w: &W) {
    let x = w.point();
    let x: &[f64; N] = x[..].try_into().expect("as many lanes as inputs");
    let mut truth = vec![0.0; N];
    let value = w.gradient(x, &mut truth);
    let mut c = Comparison::new(format!("{}, forward", w.name()), value, truth);
    c.variant(format!("pullback, Multi<f64, {N}>"), None, move |check| {
        let y = w.call(&Multi::<f64, N>::seeds(*black_box(x)));
        report(&y.tangents(), check);
        y.value()
    });
    c.refer_to_last();
    c.at_least(format!("num-dual, gradient with DualSVec64<{N}>"), 2.0, move |check| {
        let f = |x: SVector<DualSVec64<N>, N>| w.call(x.as_slice());
        let (y, g) = num_dual::gradient(f, &SVector::from(*black_box(x)));
        report(g.as_slice(), check);
        y
    });
    c.run(settings);
}

fn hessian(settings: &Settings) {
    const N: usize = 10;
    let w = &Rosenbrock(N);
    let x = w.point();
    let x = &x[..];
    let mut truth = vec![0.0; N * N];
    let value = w.hessian(x, &mut truth);
    let mut c = Comparison::new("hessian of rosenbrock 10", value, truth);
    let (mut tape, mut rows) = (Tape::<Multi<f64, N>>::new(), vec![0.0; N * N]);
    c.variant("pullback, hessian_into", None, move |check| {
        let y = tape.hessian_into(|x| w.call(x), black_box(x), &mut rows).expect("the workload is total");
        report(&rows, check);
        y
    });
    c.refer_to_last();
    c.at_least("num-dual, hessian with Dual2SVec64<10>", 2.0, move |check| {
        let f = |x: SVector<Dual2SVec64<N>, N>| w.call(x.as_slice());
        let (y, _, h) = num_dual::hessian(f, &SVector::<f64, N>::from_column_slice(black_box(x)));
        report(h.as_slice(), check);
        y
    });
    let mut rows = vec![0.0; N * N];
    c.at_least("num-dual, 55 hyper-dual passes", 2.0, move |check| {
        let mut y = 0.0;
        for i in 0..N {
            for j in 0..=i {
                let unit = |k: usize, at: usize| if k == at { 1.0 } else { 0.0 };
                let seeded: [HyperDual64; N] =
                    std::array::from_fn(|k| HyperDual64::new(black_box(x)[k], unit(k, i), unit(k, j), 0.0));
                let h = w.call(&seeded);
                (rows[i * N + j], rows[j * N + i], y) = (h.eps1eps2, h.eps1eps2, h.re);
            }
        }
        report(&rows, check);
        y
    });
    c.variant("echidna, hessian_vec::<10>, recorded each time", None, move |check| {
        let (y, _, h) = echidna::hessian_vec::<f64, N>(|x| w.call(x), black_box(x));
        report(&h.concat(), check);
        y
    });
    c.run(settings);
}

fn hvp(settings: &Settings) {
    let w = &Rosenbrock(1000);
    let x = w.point();
    let mut random = Random(7);
    let v: Vec<f64> = x.iter().map(|_| random.normal()).collect();
    let (x, v) = (&x[..], &v[..]);
    let mut truth = vec![0.0; x.len()];
    let value = w.hessian_times(x, v, &mut truth);
    let mut c = Comparison::new("hvp of rosenbrock 1000", value, truth);
    let (mut tape, mut hv) = (Tape::<Dual>::new(), vec![0.0; x.len()]);
    c.variant("pullback, hvp_into", None, move |check| {
        let y = tape.hvp_into(|x| w.call(x), black_box(x), v, &mut hv).expect("the workload is total");
        report(&hv, check);
        y
    });
    c.refer_to_last();
    c.at_least("echidna, hvp, recorded each time", 4.0, move |check| {
        report(&echidna::hvp(|x| w.call(x), black_box(x), v).1, check);
        value
    });
    let (program, _) = echidna::record(|x| w.call(x), x);
    c.variant("echidna, hvp of a recorded program", None, move |check| {
        report(&program.hvp(black_box(x), v).1, check);
        value
    });
    c.run(settings);
}
