//! Rules that learn from a value and what was drawn: exact by quadrature and by counting outcomes.

use crate::harness::{batch, by_hand, gap, pull};
use ndarray::{Array2, arr2};
use pullback::{
    Error, Result,
    category::{Identity, Relu, Tanh},
    learn::*,
    lens::{Object, Para},
    net::*,
    rule::*,
};

/// Five nodes and weights of Gauss and Hermite, for normal numbers of variance 1: exact up to degree nine.
fn nodes() -> [(f64, f64); 5] {
    let ten = 10f64.sqrt();
    let (near, far) = ((5.0 - ten).sqrt(), (5.0 + ten).sqrt());
    let (often, rare) = ((7.0 + 2.0 * ten) / 60.0, (7.0 - 2.0 * ten) / 60.0);
    [(0.0, 8.0 / 15.0), (near, often), (-near, often), (far, rare), (-far, rare)]
}
/// Arrays in the shape of `like` with a node at each number, and their weights: 5 to the power of their count.
pub(crate) fn grid(like: &Params) -> Vec<(f64, Params)> {
    let one = |mut index: usize| {
        let (mut weight, mut noise) = (1.0, like.zero());
        for x in noise.slots.iter_mut().flatten().flatten() {
            let (node, w) = nodes()[index % 5];
            (*x, weight, index) = (node, weight * w, index / 5);
        }
        (weight, noise)
    };
    (0..5usize.pow(like.count() as u32)).map(one).collect()
}
/// The weighted sum of what `change` returns at the nodes.
pub(crate) fn quadrature(like: &Params, change: impl Fn(Params) -> Vec<f64>) -> Vec<f64> {
    let mut sum: Vec<(f64, f64)> = vec![];
    for (weight, noise) in grid(like) {
        let g = change(noise);
        sum.resize(g.len(), (0.0, 0.0));
        sum.iter_mut().zip(g).for_each(|(sum, g)| *sum = with(*sum, weight * g));
    }
    sum.iter().map(|(sum, lost)| sum + lost).collect()
}
/// A sum and what it has lost to rounding, and one number more (Neumaier).
fn with((sum, lost): (f64, f64), x: f64) -> (f64, f64) {
    let next = sum + x;
    let slip = if sum.abs() >= x.abs() { (sum - next) + x } else { (x - next) + sum };
    (next, lost + slip)
}
fn change<R: Rule<On: Objects<Input<f64> = Array>>>(net: &Net, rule: R, p: &Params, x: &Array, t: &Array) -> Vec<f64> {
    learner(net.under(rule), batch_quadratic(), descend(), Plus).put(x.clone(), p, t).unwrap().1.flat()
}

#[test]
fn likelihood_ratio_is_exact_on_quadratics() {
    let net = dense(3, 2, Identity);
    let p = net.init(&mut uniform(3));
    for (rows, sigma) in [(1, 0.5), (1, 2.0), (2, 0.5)] {
        let (x, t) = (batch(rows, 3, 1), batch(rows, 2, 2));
        let exact = change(&net, Backprop, &p, &x, &t);
        let like = Params::new(vec![vec![Array2::zeros((rows, 2))]]);
        let forms: [fn(LikelihoodRatio) -> LikelihoodRatio; 5] = [
            |rule| rule.baseline(Baseline::Zero),
            |rule| rule,
            |rule| rule.both_sides(),
            |rule| rule.baseline(Baseline::Others),
            |rule| rule.together(),
        ];
        for form in &forms[..if rows == 1 { 5 } else { 2 }] {
            let rule = |noise| form(LikelihoodRatio::along(Directions::given(noise), sigma));
            let found = gap(&quadrature(&like, |noise| change(&net, rule(noise), &p, &x, &t)), &exact);
            assert!(found < 2e-15, "{found:e}: {:?}", rule(like.clone()));
        }
    }
}
#[test]
fn one_layer_at_a_time_is_exact_where_what_follows_is_quadratic() {
    let net = linear(2, 2) >> residual(linear(2, 2)) >> linear(2, 1);
    let (p, x, t) = (net.init(&mut uniform(3)), batch(1, 2, 1), batch(1, 1, 2));
    let exact = change(&net, Backprop, &p, &x, &t);
    let size = |n: usize| vec![Array2::zeros((1, n))];
    let like = Params::new(vec![size(2), size(2), vec![], size(1)]);
    let rule = |noise| LikelihoodRatio::along(Directions::given(noise), 0.5);
    let found = gap(&quadrature(&like, |noise| change(&net, rule(noise), &p, &x, &t)), &exact);
    assert!(found < 2e-15, "{found:e}");
}
#[test]
fn noise_by_hand() {
    let (w2, sigma, [u1, u2]) = (-3.0f64, 0.5f64, [0.7f64, -1.2]);
    let one = |u: f64| vec![arr2(&[[u]])];
    let noise = || Directions::given(Params::new(vec![one(u1), vec![], one(u2)]));
    let h = |u: f64| (1.0 + sigma * u).tanh(); // x = 0.5, w1 = 2
    let found = by_hand(LikelihoodRatio::along(noise(), sigma).both_sides(), w2, [&[]; 2]);
    let slope = w2 * (h(u1) - h(-u1)) / (2.0 * sigma);
    assert!(gap(&found, &[slope * u1 * 0.5, u2 * u2 * h(0.0)]) < 1e-15, "{found:?}");
    // all at once: what the noise of both has done to the output is told to both
    let found = by_hand(ThreeFactor::along(noise(), sigma), w2, [&[]; 2]);
    let reward = w2 * h(u1) + sigma * u2 - w2 * h(0.0);
    assert!(gap(&found, &[reward * u1 / sigma * 0.5, reward * u2 / sigma * h(u1)]) < 1e-15, "{found:?}");
}

/// Minus the squared error: a reward for each row.
struct Closeness;
impl Para for Closeness {
    type P = Array;
    type A = Array;
    type B = f64;
    type M = <BatchQuadratic<f64> as Para>::M;
    fn fwd(&self, t: &Array, y: Array) -> Result<(f64, Self::M)> {
        batch_quadratic().fwd(t, y).map(|(loss, kept)| (-loss, kept))
    }
    fn rows(&self, t: &Array, y: Array) -> Result<Vec<f64>> {
        Ok(batch_quadratic().rows(t, y)?.iter().map(|l: &f64| -l).collect())
    }
    fn bwd(&self, t: &Array, kept: Self::M, by: f64, dt: &mut Array) -> Result<Array> {
        batch_quadratic().bwd(t, kept, -by, dt)
    }
}
#[test]
fn three_factors_are_a_likelihood_ratio() {
    let net = dense(5, 4, Tanh) >> residual(dense(4, 4, Relu)) >> dense(4, 3, Identity);
    let (p, x, t) = (net.init(&mut uniform(3)), batch(6, 5, 1), batch(6, 3, 2));
    for baseline in [Baseline::Zero, Baseline::Others, Baseline::Still] {
        let three = ThreeFactor::seeded(7, 0.1).baseline(baseline);
        let reward = learner(net.under(three), Closeness, ascend(), Plus).put(x.clone(), &p, &t).unwrap().1;
        let ratio = LikelihoodRatio::seeded(7, 0.1).together().baseline(baseline);
        assert_eq!(reward.flat(), change(&net, ratio, &p, &x, &t), "{baseline:?}");
    }
}
#[test]
fn no_layer_behind_the_noise_needs_a_derivative() {
    // one unit and a step: the loss is ½ (1 - s)², so its mean over the noise is ½ Φ(-a/σ), of slope -½ φ(a/σ)/σ
    let net = linear(1, 1) >> pointwise(Activation::Step);
    let (p, a, sigma) = (Params::new(vec![vec![arr2(&[[0.1]])], vec![]]), 0.2f64, 0.5);
    let (x, t) = (arr2(&[[2.0]]).into_shared(), arr2(&[[1.0]]).into_shared());
    assert_eq!(change(&net, Backprop, &p, &x, &t), [0.0]);
    let density = (-0.5 * (a / sigma) * (a / sigma)).exp() / (2.0 * core::f64::consts::PI).sqrt();
    let exact = Params::new(vec![vec![arr2(&[[0.5 * density / sigma * 2.0]])], vec![]]);
    let yardstick = Yardstick::against(&net, batch_quadratic(), &p, &x, &t, &exact).unwrap();
    for rule in [LikelihoodRatio::seeded(1, sigma), LikelihoodRatio::seeded(1, sigma).both_sides()] {
        let found = yardstick.measure(rule, 1500).unwrap();
        assert!(found.bias < 3.0 * found.chance() && found.chance() < 0.1, "{found:?}");
    }
}
#[test]
fn baselines_and_copies_lower_the_variance() {
    let net = dense(4, 6, Tanh) >> dense(6, 2, Identity);
    let (p, x, t): (Params, _, _) = (net.init(&mut uniform(3)), batch(4, 4, 1), batch(4, 2, 2));
    let yardstick = Yardstick::new(&net, batch_quadratic(), &p, &x, &t).unwrap();
    let rule = || LikelihoodRatio::seeded(1, 0.01);
    let of = |rule: LikelihoodRatio| {
        let found = yardstick.measure(rule, 200).unwrap();
        assert!(found.bias < 2.0 * found.chance(), "{found:?}");
        found.variance
    };
    let (still, four) = (of(rule()), of(rule().copies(4)));
    assert!((3.2..4.8).contains(&(still / four)), "{still} {four}");
    let (zero, others) = (of(rule().baseline(Baseline::Zero)), of(rule().baseline(Baseline::Others)));
    assert!(zero > 2.0 * others && others > 10.0 * still, "{zero} {others} {still}");
    let both = of(rule().both_sides());
    assert!((0.9..1.1).contains(&(both / still)), "{both} {still}"); // where noise is small, a side is enough
    let together = of(rule().together());
    assert!(together > 1.3 * still, "{together} {still}"); // every layer hears the noise of the others
}
#[test]
fn baselines_are_what_they_say() {
    // the value of row i is y_i = w x_i + σ u_i, so d_i = (y_i - b_i)/n and w̄ = Σ d_i u_i x_i/σ
    let (x, u) = ([1.0, 2.0, 4.0], [0.5, -1.0, 0.25]);
    let column = |v: [f64; 3]| arr2(&[[v[0]], [v[1]], [v[2]]]);
    let p = Params::new(vec![vec![arr2(&[[3.0]])]]);
    let found = |baseline| {
        let noise = Directions::given(Params::new(vec![vec![column(u)]]));
        let rule = ThreeFactor::along(noise, 0.5).baseline(baseline);
        let dy = column([1.0 / 3.0; 3]).into_shared(); // the mean of the outputs
        pull(&linear(1, 1), rule, &p, &column(x).into_shared(), &dy).unwrap().2.flat()
    };
    let y = [0, 1, 2].map(|i| 3.0 * x[i] + 0.5 * u[i]);
    let with = |b: [f64; 3]| [(0..3).map(|i| (y[i] - b[i]) / 3.0 * u[i] * x[i] / 0.5).sum::<f64>()];
    assert!(gap(&found(Baseline::Zero), &with([0.0; 3])) < 1e-15);
    let others = [0.5 * (y[1] + y[2]), 0.5 * (y[0] + y[2]), 0.5 * (y[0] + y[1])];
    assert!(gap(&found(Baseline::Others), &with(others)) < 1e-14);
    assert!(gap(&found(Baseline::Still), &with(x.map(|x| 3.0 * x))) < 1e-14);
}
#[test]
fn what_noise_cannot_ask_is_an_error() {
    let (x, t) = (batch(2, 4, 1), batch(2, 4, 2));
    let e = |net: &Net, rule: LikelihoodRatio| {
        let learn = learner(net.under::<_, f64>(rule), batch_quadratic(), descend(), Plus);
        learn.put(x.clone(), &net.init(&mut uniform(1)), &t).unwrap_err()
    };
    let norm = e(&(linear(4, 4) >> layer_norm(4)), LikelihoodRatio::seeded(1, 0.1));
    assert!(norm.to_string().contains("LikelihoodRatio"), "{norm}");
    let e = e(&linear(4, 4), LikelihoodRatio::seeded(1, 0.0));
    assert!(matches!(e, Error::OutOfDomain { op: "LikelihoodRatio", .. }), "{e}");
    let batch_norm = linear(4, 4) >> batch_norm(4);
    let p = batch_norm.init(&mut uniform(1));
    let e = |e: Result<_>| e.map(|_: (Array, Array, Params)| ()).unwrap_err().to_string();
    for found in [
        e(pull(&batch_norm, ThreeFactor::seeded(1, 0.1), &p, &x, &t)),
        e(pull(&batch_norm, ActivityPerturbation::seeded(1), &p, &x, &t)),
        e(pull(&batch_norm, Reinforce::default(), &p, &x, &t)),
    ] {
        assert!(found.starts_with("batch norm at layer 1") || found.contains("layer 1"), "{found}");
    }
}
#[test]
fn nothing_is_noisy_while_predicting() {
    let net = dense(5, 4, Tanh) >> dense(4, 3, Identity);
    let (p, x): (Params, _) = (net.init(&mut uniform(3)), batch(6, 5, 1));
    let exact = net.under::<_, f64>(Backprop).predict(&p, x.clone()).unwrap();
    assert_eq!(net.under::<_, f64>(ThreeFactor::seeded(1, 0.5)).predict(&p, x.clone()).unwrap(), exact);
    assert_ne!(net.under::<_, f64>(ThreeFactor::seeded(1, 0.5)).fwd(&p, x.clone()).unwrap().0, exact);
    assert_eq!(net.under::<_, f64>(LikelihoodRatio::seeded(1, 0.5)).fwd(&p, x).unwrap().0, exact);
}

/// A network under a rule against its parts: what rides on the wires between them, and what each part makes of it.
fn continues_on_wires<R>(rule: R, f: &Net, g: &Net, x: &Array, back: impl Fn(&Array) -> Back<R, f64>)
where
    R: Rule<On: Objects<Input<f64> = Array, Fwd<f64> = Array>> + Clone,
    Back<R, f64>: PartialEq + core::fmt::Debug,
{
    let still = |n: &Net| (1..f.len()).fold(n.clone(), |n, _| n >> reshape(&[8]));
    let behind = still(&reshape(&[8])) >> g.clone();
    let whole = (f.clone() >> g.clone()).under::<R, f64>(rule.clone());
    let (first, second) = (f.under::<R, f64>(rule.clone()), behind.under::<R, f64>(rule));
    let p = whole.init(&mut uniform(3)).unwrap();
    let (p1, mut p2) = (Params::new(p.slots[..f.len()].to_vec()), Params::new(vec![vec![]; f.len()]));
    p2.slots.extend_from_slice(&p.slots[f.len()..]);
    let (h, kept1) = first.forward(&p1, Some(5), x.clone()).unwrap();
    let (y, kept2) = second.forward(&p2, Some(5), h).unwrap();
    let (direct, kept) = whole.forward(&p, Some(5), x.clone()).unwrap();
    assert_eq!(y, direct);
    let (mut dp, mut dp1, mut dp2) = (p.zero(), p1.zero(), p2.zero());
    let between = second.back(&p2, Some(5), kept2, back(&y), &mut dp2).unwrap().unwrap();
    let parts = first.back(&p1, Some(5), kept1, between, &mut dp1).unwrap();
    assert_eq!(whole.back(&p, Some(5), kept, back(&y), &mut dp).unwrap(), parts);
    assert_eq!(dp.slots, [dp1.slots, dp2.slots[f.len()..].to_vec()].concat());
    assert!(dp.flat().iter().any(|d| *d != 0.0));
}
#[test]
fn rules_are_functors_on_their_wires() {
    let x = batch(4, 5, 1);
    let (f, g) = (dense(5, 8, Tanh), residual(dense(8, 8, Relu)) >> dense(8, 3, Identity));
    continues_on_wires(ThreeFactor::seeded(7, 0.1), &f, &g, &x, |_| batch(4, 1, 2));
    let g = sample(4, 9) >> dense(8, 3, Identity);
    continues_on_wires(Reinforce::default(), &f, &g, &x, |y| (batch(4, 1, 2), Some(batch(4, y.ncols(), 3))));
}

/// $\mathrm E\, l(W_2 D)$ with $D$ drawn from softmax($W_1 x$), its loss and its change by differences.
#[test]
fn reinforce_is_the_gradient_of_the_mean_through_a_network() {
    let (before, after) = (linear(2, 4), linear(4, 2));
    let net = before.clone() >> sample(4, 1) >> after.clone();
    let p: Params = net.init(&mut uniform(3));
    let (x, t) = (batch(1, 2, 1), batch(1, 2, 2));
    let expected = |p: &Params| {
        let theta =
            before.under::<_, f64>(Backprop).predict(&Params::new(vec![p.slots[0].clone()]), x.clone()).unwrap();
        let pi = Sample { classes: 4, seed: 1 }.probabilities(&theta).unwrap();
        let loss = |k: usize| {
            let drawn = Array2::from_shape_fn((1, 4), |(_, j)| f64::from(u8::from(j == k))).into_shared();
            let y = after.under::<_, f64>(Backprop).predict(&Params::new(vec![p.slots[2].clone()]), drawn).unwrap();
            batch_quadratic::<f64>().fwd(&t, y).unwrap().0
        };
        (0..4).map(|k| pi[[0, k]] * loss(k)).sum::<f64>()
    };
    let mut exact = p.zero();
    for (slot, array, k) in (0..8).map(|k| (0, 0, k)).chain((0..8).map(|k| (2, 0, k))) {
        let at = |h: f64| {
            let mut moved = p.clone();
            moved.slots[slot][array].as_slice_mut().unwrap()[k] += h;
            expected(&moved)
        };
        exact.slots[slot][array].as_slice_mut().unwrap()[k] = -(at(1e-5) - at(-1e-5)) / 2e-5;
    }
    let yardstick = Yardstick::against(&net, batch_quadratic(), &p, &x, &t, &exact).unwrap();
    let of = |baseline| yardstick.measure(Reinforce::with(baseline), 1500).unwrap();
    for found in [of(Baseline::Zero), of(Baseline::Still)] {
        assert!(found.bias < 2.0 * found.chance() && found.chance() < 0.1, "{found:?}");
    }
    // with one row there are no others, and backprop knows nothing of it
    assert_eq!(of(Baseline::Others), of(Baseline::Zero));
    assert!(yardstick.measure(Backprop, 1).is_err());
}
