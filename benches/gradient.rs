//! What a gradient costs, as a multiple of the same gradient written by hand.
//!
//! `cargo bench --bench gradient [-- filter] [--quick]`. Every variant is checked against the gradient by hand before it
//! is timed. Targets and figures: `docs/design/perf.md`.

mod harness;
mod workloads;

use harness::{Comparison, Settings, report};
use pullback::{Real as Number, *};
use std::hint::black_box;
use workloads::*;

fn main() {
    let settings = Settings::from_args();
    rosenbrock::<10>(&settings, 6.0, None);
    rosenbrock::<1000>(&settings, 6.0, None);
    rosenbrock::<100_000>(&settings, 6.2, None);
    black_scholes(&settings);
    lstm(&settings);
    lorenz(&settings);
    mixture(&settings);
    hessian_of_rosenbrock(&settings);
    hvp_of_rosenbrock(&settings);
}

/// A comparison with the rows that every workload has: primal, gradient by hand, tape warm and cold.
fn common<'a, W: Workload>(w: &'a W, x: &'a [f64], by_primal: bool, target: f64) -> Comparison<'a> {
    let mut truth = vec![0.0; x.len()];
    let value = w.gradient(x, &mut truth);
    let mut c = Comparison::new(w.name(), value, truth);
    c.value_only("primal", move || w.call(black_box(x)));
    if by_primal {
        c.refer_to_last();
    }
    let mut g = vec![0.0; x.len()];
    c.variant("hand", None, move |check| {
        let y = w.gradient(black_box(x), &mut g);
        report(&g, check);
        y
    });
    if !by_primal {
        c.refer_to_last();
    }
    taped(&mut c, "tape", target, x, |x| w.call(x));
    c.variant("tape, cold", None, move |check| {
        let (y, g) = value_and_grad(|x| w.call(x), black_box(x)).expect("the workload is total");
        report(&g, check);
        y
    });
    c
}

/// Adds a variant that runs `f` on a tape of its own, kept warm.
fn taped<'a>(
    c: &mut Comparison<'a>,
    name: &str,
    target: impl Into<Option<f64>>,
    x: &'a [f64],
    f: impl for<'t> Fn(&[Var<'t>]) -> Var<'t> + 'a,
) {
    let mut tape = Tape::new();
    c.variant(name, target, move |check| {
        let (y, g) = tape.value_and_grad(&f, black_box(x)).expect("the workload is total");
        report(g, check);
        y
    });
}

/// Adds a variant that carries a tangent for each input, without a tape.
fn multi<'a, W: Workload, const N: usize>(c: &mut Comparison<'a>, target: Option<f64>, w: &'a W, x: &'a [f64]) {
    let x: &[f64; N] = x.try_into().expect("as many lanes as inputs");
    c.variant(format!("Multi<f64, {N}>"), target, move |check| {
        let y = w.call(&Multi::<f64, N>::seeds(*black_box(x)));
        report(&y.tangents(), check);
        y.value()
    });
}

fn rosenbrock<const N: usize>(settings: &Settings, target: f64, fused: Option<f64>) {
    let w = Rosenbrock(N);
    let x = w.point();
    let mut c = common(&w, &x, false, target);
    taped(&mut c, "tape, fuse", None, &x, |x| x.windows(2).map(|w| fuse([w[0], w[1]], window)).sum());
    taped(&mut c, "tape, sum_map", fused, &x, |x| sum_map(x.windows(2).map(|w| [w[0], w[1]]), window));
    if N == 10 {
        multi::<_, 10>(&mut c, Some(6.0), &w, &x);
    }
    c.run(settings);
}

fn black_scholes(settings: &Settings) {
    let w = BlackScholes::new(10_000);
    let x = w.point();
    let mut c = common(&w, &x, true, 4.9);
    let normals = &w.normals;
    taped(&mut c, "tape, fuse", None, &x, move |x| {
        discounted(x, normals.len(), |p| normals.iter().map(|&z| fuse(p, |p| payoff(z, p))).sum())
    });
    taped(&mut c, "tape, sum_over", 1.3, &x, move |x| {
        discounted(x, normals.len(), |p| sum_over(normals, p, |&z, p| payoff(z, p)))
    });
    multi::<_, 5>(&mut c, None, &w, &x);
    c.run(settings);
}

/// What one path pays: of spot, strike, drift and width.
#[inline(always)]
fn payoff<T: Real>(z: f64, [spot, strike, drift, width]: [T; 4]) -> T {
    (spot * (drift + width * z).exp() - strike).max(T::lit(0.0))
}

/// Returns the mean over the paths, discounted; `sum` adds up the payoffs.
fn discounted<'t>(x: &[Var<'t>], paths: usize, sum: impl FnOnce([Var<'t>; 4]) -> Var<'t>) -> Var<'t> {
    let [spot, strike, rate, vol, time] = [x[0], x[1], x[2], x[3], x[4]];
    let (drift, width) = ((rate - vol * vol * 0.5) * time, vol * time.sqrt());
    sum([spot, strike, drift, width]) * (-(rate * time)).exp() * (1.0 / paths as f64)
}

fn lstm(settings: &Settings) {
    let w = Lstm::new(16, 64);
    let x = w.point();
    let mut c = common(&w, &x, false, 2.15);
    let lstm = &w;
    taped(&mut c, "tape, scan", None, &x, move |x| {
        // each unit by itself: the state is (hidden, cell, loss), the parameters are its eight
        let one = |u: usize| {
            let state = [Var::constant(0.0); 3];
            let step = |step: usize, s: [Multi<f64, 11>; 11]| {
                let [hidden, cell] = unit(s[0], s[1], &s[3..], lstm.datum(step, u));
                [hidden, cell, s[2] + (hidden - lstm.datum(step + 1, u)).powi(2)]
            };
            scan(0..lstm.steps, state, &x[8 * u..8 * u + 8], step).expect("three and eight are eleven")[2]
        };
        (0..lstm.units).map(one).sum()
    });
    c.run(settings);
}

fn lorenz(settings: &Settings) {
    let w = Lorenz(10_000);
    let x = w.point();
    let mut c = common(&w, &x, false, 4.4);
    let steps = w.0;
    taped(&mut c, "tape, scan", 2.8, &x, move |x| {
        let step = |_, s: [Multi<f64, 6>; 6]| rk4([s[0], s[1], s[2]], [s[3], s[4], s[5]]);
        let s = scan(0..steps, [x[0], x[1], x[2]], &x[3..], step).expect("three and three are six");
        s[0] * s[0] + s[1] * s[1] + s[2] * s[2]
    });
    multi::<_, 6>(&mut c, Some(1.3), &w, &x);
    c.run(settings);
}

fn mixture(settings: &Settings) {
    let w = Mixture::new(10, 25, 1000);
    let x = w.point();
    let mut c = common(&w, &x, false, 6.8);
    let mixture = &w;
    taped(&mut c, "tape, dot + log_sum_exp", None, &x, move |x| by_dots(mixture, x));
    taped(&mut c, "tape, an operation a component", 4.3, &x, move |x| by_distances(mixture, x));
    c.run(settings);
}

/// The mixture with its inner products and its `log_sum_exp` as one entry each.
fn by_dots<'t>(w: &Mixture, x: &[Var<'t>]) -> Var<'t> {
    let (d, m) = (w.dim, w.triangle());
    let Parts { weight, mean, root } = w.parts(x);
    let (diagonal, logs) = w.diagonals(root);
    // rows of the triangles with the diagonal at the end, so that a row is one slice
    let mut rows = Vec::with_capacity(root.len());
    for j in 0..w.components {
        let mut below = &root[j * m + d..(j + 1) * m];
        for a in 0..d {
            let (row, rest) = below.split_at(a);
            below = rest;
            rows.extend_from_slice(row);
            rows.push(diagonal[j * d + a]);
        }
    }
    let mut terms = vec![Var::constant(0.0); w.components];
    let mut centred = vec![Var::constant(0.0); d];
    let mut total = Var::constant(0.0);
    for point in 0..w.points {
        for (j, term) in terms.iter_mut().enumerate() {
            centred.iter_mut().zip(w.datum(point)).zip(&mean[j * d..]).for_each(|((c, &x), &mean)| *c = x - mean);
            let mut rest = &rows[j * m..(j + 1) * m];
            let mut squares = Var::constant(0.0);
            for a in 1..=d {
                let (row, after) = rest.split_at(a);
                rest = after;
                let sum = dot(row, &centred[..a]).expect("rows and points of one length");
                squares += sum * sum;
            }
            *term = weight[j] + logs[j] - squares * 0.5;
        }
        total += log_sum_exp(&terms);
    }
    total - log_sum_exp(weight) * w.points as f64 + w.prior(root, &diagonal, &logs)
}

/// $-\frac12\|L(x - \mu)\|^2$ of the concatenation of $\mu$, the diagonal of $L$ and its rows below, for fixed $x$.
struct Distance<'a> {
    x: &'a [f64],
}

impl Operation for Distance<'_> {
    fn name(&self) -> &'static str {
        "distance"
    }
    #[inline]
    fn value<T: Real>(&self, args: &[T]) -> Result<T> {
        let d = self.x.len();
        let (mean, rest) = args.split_at(d);
        let (diagonal, mut below) = rest.split_at(d);
        let mut squares = T::lit(0.0);
        for a in 0..d {
            let (row, rest) = below.split_at(a);
            below = rest;
            let mut sum = diagonal[a] * (-mean[a] + self.x[a]);
            for b in 0..a {
                sum += row[b] * (-mean[b] + self.x[b]);
            }
            squares += sum * sum;
        }
        Ok(squares * -0.5)
    }
    #[inline]
    fn partials<T: Real>(&self, args: &[T], _y: T, p: &mut [T]) -> Result<()> {
        let d = self.x.len();
        let (mean, rest) = args.split_at(d);
        let (diagonal, mut below) = rest.split_at(d);
        let (p_mean, rest) = p.split_at_mut(d);
        let (p_diagonal, mut p_below) = rest.split_at_mut(d);
        for a in 0..d {
            let (row, rest) = below.split_at(a);
            let (p_row, p_rest) = p_below.split_at_mut(a);
            (below, p_below) = (rest, p_rest);
            let centred = -mean[a] + self.x[a];
            let mut sum = diagonal[a] * centred;
            for b in 0..a {
                sum += row[b] * (-mean[b] + self.x[b]);
            }
            p_diagonal[a] = -sum * centred;
            p_mean[a] += sum * diagonal[a];
            for b in 0..a {
                p_row[b] = -sum * (-mean[b] + self.x[b]);
                p_mean[b] += sum * row[b];
            }
        }
        Ok(())
    }
}

/// The mixture with one user-defined entry for each point and component, and one for each `log_sum_exp`.
fn by_distances<'t>(w: &Mixture, x: &[Var<'t>]) -> Var<'t> {
    let (d, m) = (w.dim, w.triangle());
    let Parts { weight, mean, root } = w.parts(x);
    let (diagonal, logs) = w.diagonals(root);
    let args: Vec<Vec<Var<'t>>> = (0..w.components)
        .map(|j| {
            let below = &root[j * m + d..(j + 1) * m];
            [&mean[j * d..(j + 1) * d], &diagonal[j * d..(j + 1) * d], below].concat()
        })
        .collect();
    let offset: Vec<_> = weight.iter().zip(&logs).map(|(&w, &l)| (w + l).anchor()).collect();
    let mut terms = vec![Var::constant(0.0); w.components];
    let mut total = Var::constant(0.0);
    for point in 0..w.points {
        let distance = Distance { x: w.datum(point) };
        for (j, term) in terms.iter_mut().enumerate() {
            *term = offset[j] + apply(&distance, &args[j]).expect("the operation is total");
        }
        total += log_sum_exp(&terms);
    }
    total - log_sum_exp(weight) * w.points as f64 + w.prior(root, &diagonal, &logs)
}

fn hessian_of_rosenbrock(settings: &Settings) {
    const N: usize = 10;
    let w = Rosenbrock(N);
    let x = w.point();
    let mut truth = vec![0.0; N * N];
    let value = w.hessian(&x, &mut truth);
    let mut c = Comparison::new("hessian of rosenbrock 10", value, truth);
    let (w, x) = (&w, &x[..]);
    let mut g = [0.0; N];
    c.value_only("hand gradient", move || {
        let y = w.gradient(black_box(x), &mut g);
        report(&g, None);
        y
    });
    c.refer_to_last();
    let mut rows = vec![0.0; N * N];
    c.variant("hand Hessian", None, move |check| {
        let y = w.hessian(black_box(x), &mut rows);
        report(&rows, check);
        y
    });
    let (mut tape, mut rows) = (Tape::<Multi<f64, N>>::new(), vec![0.0; N * N]);
    c.variant("Tape<Multi<f64, 10>>::hessian_into", 50.0, move |check| {
        let y = tape.hessian_into(|x| w.call(x), black_box(x), &mut rows).expect("the workload is total");
        report(&rows, check);
        y
    });
    c.variant("hessian, cold", None, move |check| {
        let rows = hessian(|x| w.call(x), black_box(x)).expect("the workload is total").concat();
        report(&rows, check);
        value
    });
    let mut rows = vec![0.0; N * N];
    c.variant("55 hyper-dual passes", None, move |check| {
        let mut seeded: [HyperDual; N] = std::array::from_fn(|k| hyper(black_box(x)[k], 0.0, 0.0));
        let mut value = 0.0;
        for i in 0..N {
            for j in 0..=i {
                let unit = |k: usize, at: usize| if k == at { 1.0 } else { 0.0 };
                (seeded[i], seeded[j]) = (hyper(x[i], 1.0, unit(i, j)), hyper(x[j], unit(i, j), 1.0));
                let (y, _, _, h) = hyper_parts(w.call(&seeded));
                (rows[i * N + j], rows[j * N + i], value) = (h, h, y);
                (seeded[i], seeded[j]) = (hyper(x[i], 0.0, 0.0), hyper(x[j], 0.0, 0.0));
            }
        }
        report(&rows, check);
        value
    });
    c.run(settings);
}

fn hvp_of_rosenbrock(settings: &Settings) {
    let w = Rosenbrock(1000);
    let x = w.point();
    let mut random = Random(7);
    let v: Vec<f64> = x.iter().map(|_| random.normal()).collect();
    let mut truth = vec![0.0; x.len()];
    let value = w.hessian_times(&x, &v, &mut truth);
    let mut c = Comparison::new("hvp of rosenbrock 1000", value, truth);
    let (w, x, v) = (&w, &x[..], &v[..]);
    let mut g = vec![0.0; x.len()];
    c.value_only("hand gradient", move || {
        let y = w.gradient(black_box(x), &mut g);
        report(&g, None);
        y
    });
    c.refer_to_last();
    let mut hv = vec![0.0; x.len()];
    c.variant("hand hvp", None, move |check| {
        let y = w.hessian_times(black_box(x), v, &mut hv);
        report(&hv, check);
        y
    });
    let (mut tape, mut hv) = (Tape::<Dual>::new(), vec![0.0; x.len()]);
    c.variant("Tape<Dual>::hvp_into", 13.0, move |check| {
        let y = tape.hvp_into(|x| w.call(x), black_box(x), v, &mut hv).expect("the workload is total");
        report(&hv, check);
        y
    });
    c.variant("hvp, cold", None, move |check| {
        report(&hvp(|x| w.call(x), black_box(x), v).expect("the workload is total"), check);
        value
    });
    let mut tape = Tape::new();
    c.variant("reverse over reverse, outer tape warm", 55.0, move |check| {
        let (_, hv) = tape
            .try_value_and_grad(
                |x| {
                    let g = grad(|y| w.call(y), x)?;
                    Ok(g.iter().zip(v).map(|(&g, &v)| g * v).sum())
                },
                black_box(x),
            )
            .expect("the workload is total");
        report(hv, check);
        value
    });
    c.run(settings);
}
