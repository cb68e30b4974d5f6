//! What composition costs: a network of lenses against the same boxes called one after the other.
//!
//! `cargo bench --bench lens [-- filter] [--quick]`. Figures: `docs/design/learning.md`.

#[allow(dead_code)] // other benches use the rest
mod harness;

use harness::{Comparison, Settings};
use pullback::{Result, category::*, learn::*, lens::*};
use std::hint::black_box;

type Layer<const N: usize, const M: usize> = (Matrix<f64, M, N>, [f64; M]);

fn main() {
    let settings = Settings::from_args();
    network::<4, 20, 3>(&settings);
    network::<32, 64, 10>(&settings);
    network::<128, 128, 10>(&settings);
    chain(&settings);
}

/// Forward and backward of a network with one hidden layer.
fn network<const N: usize, const H: usize, const M: usize>(settings: &Settings) {
    let net = dense::<N, H>(Tanh) >> dense::<H, M>(Identity);
    let p = net.init(&mut uniform(1));
    let (x, d) = ([0.5; N], [1.0; M]);
    let truth = numbers(&net.pull(&p, x, d).expect("shapes are static").2);
    let value = net.eval(&p, x).expect("shapes are static")[0];
    let mut c = Comparison::new(format!("lens {N}-{H}-{M}"), value, truth);
    c.variant("the boxes in a straight line", None, |check| {
        let (y, dp) = straight(black_box(&p), black_box(x), black_box(d)).expect("shapes are static");
        report(y, &dp, check)
    });
    c.refer_to_last();
    c.variant("f >> g", Some(1.05), |check| {
        let (y, _, dp) = net.pull(black_box(&p), black_box(x), black_box(d)).expect("shapes are static");
        report(y, &dp, check)
    });
    c.variant("loops by hand", None, |check| {
        let (y, dp) = by_hand(black_box(&p), black_box(x), black_box(d));
        report(y, &dp, check)
    });
    c.run(settings);
}

fn straight<const N: usize, const H: usize, const M: usize>(
    p: &(Layer<N, H>, Layer<H, M>),
    x: [f64; N],
    d: [f64; M],
) -> Result<([f64; M], (Layer<N, H>, Layer<H, M>))> {
    let ((w, b), (v, c)) = p;
    let ((mut dw, mut db), (mut dv, mut dc)) = p.zero();
    let (a1, m1) = linear().fwd(w, x)?;
    let (a2, m2) = bias().fwd(b, a1)?;
    let (a3, m3) = pointwise::<_, [f64; H]>(Tanh).fwd((), a2)?;
    let (a4, m4) = linear().fwd(v, a3)?;
    let (a5, m5) = bias().fwd(c, a4)?;
    let (y, m6) = pointwise::<_, [f64; M]>(Identity).fwd((), a5)?;
    let d5 = pointwise::<_, [f64; M]>(Identity).bwd((), m6, d, &mut ())?;
    let d4 = bias().bwd(c, m5, d5, &mut dc)?;
    let d3 = linear().bwd(v, m4, d4, &mut dv)?;
    let d2 = pointwise::<_, [f64; H]>(Tanh).bwd((), m3, d3, &mut ())?;
    let d1 = bias().bwd(b, m2, d2, &mut db)?;
    black_box(linear().bwd(w, m1, d1, &mut dw)?);
    Ok((y, ((dw, db), (dv, dc))))
}

fn by_hand<const N: usize, const H: usize, const M: usize>(
    p: &(Layer<N, H>, Layer<H, M>),
    x: [f64; N],
    d: [f64; M],
) -> ([f64; M], (Layer<N, H>, Layer<H, M>)) {
    let ((w, b), (v, c)) = p;
    let ((mut dw, mut db), (mut dv, mut dc)) = p.zero();
    let (mut h, mut y) = (*b, *c);
    for j in 0..H {
        h[j] = (h[j] + (0..N).map(|i| w[(j, i)] * x[i]).sum::<f64>()).tanh();
    }
    for k in 0..M {
        y[k] += (0..H).map(|j| v[(k, j)] * h[j]).sum::<f64>();
    }
    let mut dh = [0.0; H];
    for k in 0..M {
        dc[k] += d[k];
        for j in 0..H {
            dv[(k, j)] += d[k] * h[j];
            dh[j] += d[k] * v[(k, j)];
        }
    }
    let mut dx = [0.0; N];
    for j in 0..H {
        let da = dh[j] * (1.0 - h[j] * h[j]);
        db[j] += da;
        for i in 0..N {
            dw[(j, i)] += da * x[i];
            dx[i] += da * w[(j, i)];
        }
    }
    black_box(dx);
    (y, ((dw, db), (dv, dc)))
}

/// Thirty equal layers: one type with `repeat`, against a loop over the layer.
fn chain(settings: &Settings) {
    let layer = dense::<16, 16>(Tanh);
    let p = layer.repeat(30).init(&mut uniform(1));
    let (x, d) = ([0.5; 16], [1.0; 16]);
    let (y, _, dp) = layer.repeat(30).pull(&p, x, d).expect("thirty layers");
    let mut c = Comparison::new("30 layers 16-16", y[0], numbers(&dp));
    c.variant("a loop over the layer", None, |check| {
        let (mut a, mut dp, mut residuals) = (black_box(x), p.zero(), Vec::with_capacity(p.len()));
        for p in black_box(&p) {
            let (b, m) = layer.fwd(p.view(), a).expect("shapes are static");
            residuals.push(m);
            a = b;
        }
        let mut d = black_box(d);
        for ((p, m), dp) in p.iter().zip(residuals).zip(&mut dp).rev() {
            d = layer.bwd(p.view(), m, d, dp).expect("shapes are static");
        }
        black_box(d);
        report(a, &dp, check)
    });
    c.refer_to_last();
    c.variant("repeat(30)", Some(1.05), |check| {
        let (y, _, dp) = layer.repeat(30).pull(black_box(&p), black_box(x), black_box(d)).expect("thirty layers");
        report(y, &dp, check)
    });
    c.run(settings);
}

/// All numbers of the parameters, in order.
fn numbers<P: Elementwise<f64>>(p: &P) -> Vec<f64> {
    let mut row = vec![];
    P::zip([&mut p.clone()], &mut |[x]| row.push(*x)).expect("one value");
    row
}
fn report<P: Elementwise<f64>, const M: usize>(y: [f64; M], dp: &P, check: Option<&mut [f64]>) -> f64 {
    match check {
        Some(out) => out.copy_from_slice(&numbers(dp)),
        None => {
            black_box(dp);
        }
    }
    y[0]
}
