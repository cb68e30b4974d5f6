//! Composite functions with closed forms, in every mode: loops, branches, many variables, operations upon operations.

use crate::{
    ops::none,
    scenario::{Formula, Found, modes},
};
use pullback::*;

/// The functions of the scenarios below.
#[derive(Clone, Copy, Debug)]
enum Function {
    Rosenbrock,
    Speelpenning,
    Quadratic,
    Softmax,
    Horner,
    Newton,
    Tower,
    Polar,
    Branches,
    Identities,
    Overwrites,
}
/// A scenario: a function that is written once, a point, the derivatives there by order in each argument, and how many
/// rounding units of the largest of them the evaluation may lose.
struct Scenario {
    function: Function,
    point: Vec<f64>,
    truth: Vec<(Vec<usize>, f64)>,
    roundings: f64,
}

impl Formula for Function {
    fn call<F: Primitive, T: Real<F>>(&self, x: &[T]) -> T {
        let (c, n) = (|x: f64| F::of(x), x.len());
        match self {
            Function::Rosenbrock => {
                let one = |w: &[T]| (w[0] - c(1.0)).powi(2) + (w[1] - w[0] * w[0]).powi(2) * c(100.0);
                x.windows(2).map(one).sum()
            }
            Function::Speelpenning => x.iter().copied().product(),
            Function::Quadratic => {
                // exp(½ xᵀA x) with a_ij = 1/(1 + i + j)
                let mut sum = T::lit(c(0.0));
                for i in 0..n {
                    for j in 0..n {
                        sum += x[i] * x[j] * (c(0.5) / c((1 + i + j) as f64));
                    }
                }
                sum.exp()
            }
            Function::Softmax => x.iter().map(|x| x.exp()).sum::<T>().ln(),
            Function::Horner => [7.0, -3.0, 0.0, 2.0, 5.0, -1.0].iter().fold(T::lit(c(1.0)), |s, &a| s * x[0] + c(a)),
            Function::Newton => (0..8).fold(x[0], |s, _| (s + x[0] / s) * c(0.5)),
            Function::Tower => x[0].powf(x[0]),
            Function::Polar => x[0].hypot(x[1]) * x[1].atan2(x[0]),
            Function::Branches => {
                let wave = if x[0] > x[1] { x[0] * x[1] } else { x[1] * x[1] * x[1] };
                wave.max(x[0]) + (x[0] - x[1]).abs() * x[0] + x[1].clamp(T::lit(c(-1.0)), T::lit(c(0.5))) * x[0]
            }
            // pairs of inverses: f = 4 x exactly in mathematics
            Function::Identities => {
                x[0].exp().ln() + x[0].sin().asin() + x[0].sinh().asinh() + (x[0] + c(1.0)).powi(3).cbrt() - c(1.0)
            }
            Function::Overwrites => {
                let mut y = x.to_vec();
                for k in 0..2 * n {
                    let product = y[k % n] * y[(k + 1) % n];
                    y[(k + 1) % n] = product - y[k % n];
                    y[k % n] -= c(0.5);
                }
                y.iter().copied().sum()
            }
        }
    }
}

fn by_order(f: f64, gradient: &[f64], hessian: &[Vec<f64>]) -> Vec<(Vec<usize>, f64)> {
    let n = gradient.len();
    let order = |at: &[usize]| (0..n).map(|k| at.iter().filter(|&&a| a == k).count()).collect::<Vec<_>>();
    let mut truth = vec![(order(&[]), f)];
    truth.extend((0..n).map(|i| (order(&[i]), gradient[i])));
    truth.extend((0..n * n).map(|k| (order(&[k / n, k % n]), hessian[k / n][k % n])));
    truth
}
fn of_one(derivatives: &[f64]) -> Vec<(Vec<usize>, f64)> {
    derivatives.iter().enumerate().map(|(k, &d)| (vec![k], d)).collect()
}

fn scenarios() -> Vec<Scenario> {
    let scenario =
        |function, point: &[f64], truth, roundings| Scenario { function, point: point.to_vec(), truth, roundings };
    let delta = |i: usize, j: usize| f64::from(u8::from(i == j));
    let mut all = vec![];

    // Rosenbrock in three variables, at integers: exact
    let x = [2.0, 3.0, -1.0f64];
    let (a, b) = (x[1] - x[0] * x[0], x[2] - x[1] * x[1]);
    let f = (x[0] - 1.0).powi(2) + 100.0 * a * a + (x[1] - 1.0).powi(2) + 100.0 * b * b;
    let g = [2.0 * (x[0] - 1.0) - 400.0 * a * x[0], 200.0 * a + 2.0 * (x[1] - 1.0) - 400.0 * b * x[1], 200.0 * b];
    let h = [
        vec![2.0 - 400.0 * (a - 2.0 * x[0] * x[0]), -400.0 * x[0], 0.0],
        vec![-400.0 * x[0], 200.0 + 2.0 - 400.0 * (b - 2.0 * x[1] * x[1]), -400.0 * x[1]],
        vec![0.0, -400.0 * x[1], 200.0],
    ];
    all.push(scenario(Function::Rosenbrock, &x, by_order(f, &g, &h), 0.0));

    // Speelpenning's product, with a zero among the factors: exact
    let x = [2.0, -3.0, 0.0, 5.0, 0.5];
    let without = |skip: &[usize]| (0..5).filter(|k| !skip.contains(k)).map(|k| x[k]).product::<f64>();
    let g: Vec<f64> = (0..5).map(|i| without(&[i])).collect();
    let h: Vec<Vec<f64>> =
        (0..5).map(|i| (0..5).map(|j| if i == j { 0.0 } else { without(&[i, j]) }).collect()).collect();
    all.push(scenario(Function::Speelpenning, &x, by_order(without(&[]), &g, &h), 0.0));

    // exp of a quadratic form: ∇f = f Ax, H = f (A + Ax xᵀA)
    let x = [0.5, -1.0, 0.25, 2.0];
    let a = |i: usize, j: usize| 1.0 / (1 + i + j) as f64;
    let ax: Vec<f64> = (0..4).map(|i| (0..4).map(|j| a(i, j) * x[j]).sum()).collect();
    let f = (0..4).map(|i| 0.5 * x[i] * ax[i]).sum::<f64>().exp();
    let g: Vec<f64> = ax.iter().map(|v| f * v).collect();
    let h: Vec<Vec<f64>> = (0..4).map(|i| (0..4).map(|j| f * (a(i, j) + ax[i] * ax[j])).collect()).collect();
    all.push(scenario(Function::Quadratic, &x, by_order(f, &g, &h), 40.0)); // 16 products and an exponential

    // ln Σ exp by plain operations: the softmax p, and H = diag p − p pᵀ
    let x = [1.0, -2.0, 0.5];
    let total: f64 = x.iter().map(|x: &f64| x.exp()).sum();
    let p: Vec<f64> = x.iter().map(|x: &f64| x.exp() / total).collect();
    let h: Vec<Vec<f64>> = (0..3).map(|i| (0..3).map(|j| p[i] * (delta(i, j) - p[j])).collect()).collect();
    all.push(scenario(Function::Softmax, &x, by_order(total.ln(), &p, &h), 10.0));

    // x⁶ + 7x⁵ − 3x⁴ + 2x² + 5x − 1 at 2: exact
    let d = [
        64.0 + 224.0 - 48.0 + 8.0 + 10.0 - 1.0,
        192.0 + 560.0 - 96.0 + 8.0 + 5.0,
        480.0 + 1120.0 - 144.0 + 4.0,
        960.0 + 1680.0 - 144.0,
        1440.0 + 1680.0 - 72.0,
    ];
    all.push(scenario(Function::Horner, &[2.0], of_one(&d), 0.0));

    // eight steps of Heron's iteration from x itself have converged, and so have their derivatives
    let root = 3f64.sqrt();
    let d = [root, 0.5 / root, -0.25 / (3.0 * root), 0.375 / (9.0 * root), -0.9375 / (27.0 * root)];
    all.push(scenario(Function::Newton, &[3.0], of_one(&d), 10.0));

    // xˣ = exp g with g = x ln x: Faà di Bruno
    let x = 1.5f64;
    let (f, g1, g2, g3, g4) = (x.powf(x), x.ln() + 1.0, 1.0 / x, -1.0 / (x * x), 2.0 / (x * x * x));
    let d = [
        f,
        f * g1,
        f * (g1 * g1 + g2),
        f * (g1.powi(3) + 3.0 * g1 * g2 + g3),
        f * (g1.powi(4) + 6.0 * g1 * g1 * g2 + 3.0 * g2 * g2 + 4.0 * g1 * g3 + g4),
    ];
    all.push(scenario(Function::Tower, &[x], of_one(&d), 30.0));

    // r θ: ∇r = (x, y)/r, ∇θ = (−y, x)/r²
    let (x, y) = (3.0, 4.0);
    let (r, t) = (5.0, 4f64.atan2(3.0));
    let (rx, ry, tx, ty) = (x / r, y / r, -y / (r * r), x / (r * r));
    let (rxx, rxy, ryy) = (y * y / (r * r * r), -x * y / (r * r * r), x * x / (r * r * r));
    let r4 = r * r * r * r;
    let (txx, txy, tyy) = (2.0 * x * y / r4, (y * y - x * x) / r4, -2.0 * x * y / r4);
    let g = [rx * t + r * tx, ry * t + r * ty];
    let mixed = rxy * t + rx * ty + ry * tx + r * txy;
    let h = [vec![rxx * t + 2.0 * rx * tx + r * txx, mixed], vec![mixed, ryy * t + 2.0 * ry * ty + r * tyy]];
    all.push(scenario(Function::Polar, &[x, y], by_order(r * t, &g, &h), 20.0));

    // on either side of each branch: x₀ > x₁ and back
    // 2, 0.25: x₀x₁ = 0.5 < x₀, so f = x₀ + (x₀ − x₁) x₀ + x₁ x₀ = x₀ + x₀²
    all.push(scenario(
        Function::Branches,
        &[2.0, 0.25],
        by_order(6.0, &[5.0, 0.0], &[vec![2.0, 0.0], vec![0.0; 2]]),
        0.0,
    ));
    // −1, 2: x₁³ = 8 > x₀, and x₁ is clamped: f = x₁³ + (x₁ − x₀) x₀ + ½ x₀
    let (f, g) = (8.0 - 3.0 - 0.5, [2.0 + 2.0 + 0.5, 12.0 - 1.0]);
    all.push(scenario(Function::Branches, &[-1.0, 2.0], by_order(f, &g, &[vec![-2.0, 1.0], vec![1.0, 12.0]]), 0.0));

    // 4x, 4, 0, 0, 0: what cancels are derivatives of order one, their inverses amplify by about cosh⁴
    all.push(scenario(Function::Identities, &[0.75], of_one(&[3.0, 4.0, 0.0, 0.0, 0.0]), 60.0));

    // the same steps by hand, on integers and halves: exact in f32 too
    let x = [2.0, -1.0];
    let mut y = [Poly::argument(0), Poly::argument(1)];
    for k in 0..4 {
        let (i, j) = (k % 2, (k + 1) % 2);
        y[j] = y[i].times(&y[j]).minus(&y[i]);
        y[i] = y[i].minus(&Poly::constant(0.5));
    }
    let total = y[0].minus(&Poly::constant(0.0).minus(&y[1]));
    let truth =
        (0..=4).flat_map(|k| (0..=k).map(move |j| vec![k - j, j])).map(|o| (o.clone(), total.derivative(&o, &x)));
    all.push(scenario(Function::Overwrites, &x, truth.collect(), 0.0));
    all
}

/// A polynomial in two variables by its coefficients: an oracle that knows no chain rule.
#[derive(Clone)]
struct Poly(std::collections::BTreeMap<[usize; 2], f64>);
impl Poly {
    fn constant(c: f64) -> Self {
        Poly([([0, 0], c)].into())
    }
    fn argument(k: usize) -> Self {
        Poly([([usize::from(k == 0), usize::from(k == 1)], 1.0)].into())
    }
    fn minus(&self, o: &Self) -> Self {
        let mut all = self.0.clone();
        o.0.iter().for_each(|(&e, c)| *all.entry(e).or_default() -= c);
        Poly(all)
    }
    fn times(&self, o: &Self) -> Self {
        let mut all = std::collections::BTreeMap::new();
        for (e, c) in &self.0 {
            o.0.iter().for_each(|(d, b)| *all.entry([e[0] + d[0], e[1] + d[1]]).or_default() += c * b);
        }
        Poly(all)
    }
    fn derivative(&self, order: &[usize], x: &[f64; 2]) -> f64 {
        let falling = |e: usize, k: usize| (0..k).map(|i| e as f64 - i as f64).product::<f64>();
        let power = |k: usize, e: usize, o: usize| if e < o { 0.0 } else { falling(e, o) * x[k].powi((e - o) as i32) };
        self.0.iter().map(|(e, c)| c * power(0, e[0], order[0]) * power(1, e[1], order[1])).sum()
    }
}

#[test]
fn every_scenario_in_every_mode() {
    let (mut failures, mut checks) = (vec![], 0);
    for Scenario { function, point, truth, roundings } in scenarios() {
        let top = truth.iter().map(|(o, _)| o.iter().sum()).max().unwrap_or(0);
        let size = |k: usize| {
            let of_order = truth.iter().filter(|(o, _)| o.iter().sum::<usize>() <= k);
            of_order.fold(0f64, |m, (_, d)| m.max(d.abs()))
        };
        for mode in modes().iter().filter(|m| m.order <= top) {
            let unit = if mode.single { f64::from(f32::EPSILON) } else { f64::EPSILON };
            for Found { order, value } in (mode.run)(&function, &point) {
                let k = order.iter().sum();
                let Some((_, expected)) = truth.iter().find(|(o, _)| *o == order) else { continue };
                checks += 1;
                if (value - expected).abs() <= roundings * unit * size(k) {
                    continue;
                }
                failures.push(format!(
                    "{function:?} at {point:?} in {}, order {order:?}: expected {expected:e}, found {value:e}",
                    mode.name
                ));
            }
        }
    }
    assert!(checks > 1_000, "{checks}");
    none(failures, checks);
}
