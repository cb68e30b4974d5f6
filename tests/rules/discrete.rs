//! Rules past steps and samples.

use crate::harness::{batch, continues, gap, learned, pull};
use ndarray::{Array1, Array2, arr2};
use pullback::{
    category::{Identity, Tanh},
    learn::*,
    net::*,
    rule::*,
};

fn flat(a: &Array) -> Vec<f64> {
    a.iter().copied().collect()
}

#[test]
fn identity_form_is_the_gradient_without_the_steps() {
    let signs = dense(5, 7, Activation::Sign) >> linear(7, 3);
    let smooth = dense(5, 7, Activation::Identity) >> linear(7, 3);
    let (x, dy) = (batch(4, 5, 1), batch(4, 3, 2));
    let p: Params = signs.init(&mut uniform(3));
    let without = Params::new(vec![p.slots[0].clone(), p.slots[2].clone()]);
    let (_, dx, dp) = pull(&signs, StraightThrough::identity(), &p, &x, &dy).unwrap();
    let (_, exact, exact_dp) = pull(&smooth, Backprop, &without, &x, &dy).unwrap();
    assert_eq!((dx, &dp.slots[0]), (exact, &exact_dp.slots[0]));
    // backprop itself sends nothing past a step
    assert!(pull(&signs, Backprop, &p, &x, &dy).unwrap().1.iter().all(|d| *d == 0.0));
}

#[test]
fn slopes_past_a_sign_by_hand() {
    let x = arr2(&[[-1.5, -1.0, 0.0, 0.5, 2.0]]).into_shared();
    let dy = arr2(&[[1.0, 2.0, 3.0, 4.0, 5.0]]).into_shared();
    let past = |rule| pull(&pointwise(Activation::Sign), rule, &Params::new(vec![vec![]]), &x, &dy).unwrap();
    assert_eq!(past(StraightThrough::identity()).0, arr2(&[[-1.0, -1.0, 1.0, 1.0, 1.0]]).into_shared());
    assert_eq!(past(StraightThrough::identity()).1, dy);
    assert_eq!(past(StraightThrough::clipped()).1, arr2(&[[0.0, 2.0, 3.0, 4.0, 0.0]]).into_shared());
    let tanh: Vec<f64> = x.iter().zip(&dy).map(|(x, d)| d * (1.0 - x.tanh().powi(2))).collect();
    assert!(gap(&flat(&past(StraightThrough::tanh()).1), &tanh) < 1e-15);
}

#[test]
fn binary_weights_run_both_ways_and_the_change_goes_to_the_real_ones() {
    let p = Params::new(vec![vec![arr2(&[[0.5, -1.5], [1.0, -0.2]])]]); // α = 0.8
    let (x, dy) = (arr2(&[[1.0, 10.0]]).into_shared(), arr2(&[[1.0, 2.0]]).into_shared());
    let rule = StraightThrough::clipped().binary_weights(0..1);
    let (y, dx, dp) = pull(&linear(2, 2), rule, &p, &x, &dy).unwrap();
    assert!(gap(&flat(&y), &[0.8 * (1.0 - 10.0), 0.8 * (1.0 - 10.0)]) < 1e-15);
    assert!(gap(&flat(&dx), &[0.8 * 3.0, -0.8 * 3.0]) < 1e-15);
    // outer product [[1, 10], [2, 20]]; held back where it moves a weight beyond one further out
    assert_eq!(dp.slots[0][0], arr2(&[[1.0, 10.0], [0.0, 20.0]]));
    let (y, _, _) = pull(&linear(2, 2), StraightThrough::clipped(), &p, &x, &dy).unwrap();
    assert_eq!(y, arr2(&[[-14.5, -1.0]]).into_shared());
}

#[test]
fn surrogates_are_slopes_of_smooth_functions() {
    let v = [-2.0, -0.9, -0.3, 0.2, 0.7, 1.8];
    let check = |rule: Surrogate, smooth: &dyn Fn(f64) -> f64| {
        for v in v {
            let slope = (smooth(v + 1e-5) - smooth(v - 1e-5)) / 2e-5;
            assert!((rule.slope(v) - slope).abs() < 3e-10 * 5.0, "{rule:?} at {v}");
        }
    };
    check(Surrogate::FastSigmoid(5.0), &|v| v / (1.0 + 5.0 * v.abs()));
    check(Surrogate::Arctan, &|v| (core::f64::consts::PI * v).atan() / core::f64::consts::PI);
    check(Surrogate::Sigmoid(3.0), &|v| 1.0 / (1.0 + (-3.0 * v).exp()));
    check(Surrogate::Triangle, &|v: f64| match v {
        _ if v.abs() >= 1.0 => 0.5 * v.signum(),
        _ => v - 0.5 * v * v.abs(),
    });
}

#[test]
fn surrogate_of_a_sigmoid_is_backprop_through_it() {
    // y = w s(a x): with σ in the place of the step, the change of x is w σ'(a x) a
    let net = linear(1, 1) >> pointwise(Activation::Step) >> linear(1, 1);
    let smooth = linear(1, 1) >> pointwise(pullback::category::Sigmoid) >> linear(1, 1);
    let p = Params::new(vec![vec![arr2(&[[2.0]])], vec![], vec![arr2(&[[-3.0]])]]);
    let (x, dy) = (arr2(&[[0.4], [-0.1]]).into_shared(), arr2(&[[1.0], [0.5]]).into_shared());
    let (y, dx, dp) = pull(&net, Surrogate::Sigmoid(1.0), &p, &x, &dy).unwrap();
    let (_, exact, exact_dp) = pull(&smooth, Backprop, &p, &x, &dy).unwrap();
    assert_eq!(y, arr2(&[[-3.0], [0.0]]).into_shared());
    assert!(gap(&flat(&dx), &flat(&exact)) < 1e-15);
    assert_eq!((&dp.slots[0], dp.slots[2][0][[0, 0]]), (&exact_dp.slots[0], 1.0));
    // a sign is two steps high
    let sign = linear(1, 1) >> pointwise(Activation::Sign) >> linear(1, 1);
    let (_, twice, _) = pull(&sign, Surrogate::Sigmoid(1.0), &p, &x, &dy).unwrap();
    assert_eq!(twice, dx.mapv(|d| 2.0 * d).into_shared());
}

/// A function of one sample of four classes, its slope, and the exact gradient of its mean in $\theta$.
struct Outcome {
    theta: Array,
    square: Array2<f64>,
    line: Array1<f64>,
}
impl Outcome {
    fn new(curved: f64) -> Self {
        let a = batch(4, 4, 5);
        let line = Array1::from(flat(&batch(1, 4, 6)));
        Outcome { theta: batch(1, 4, 4), square: (&a + &a.t()) * (0.5 * curved), line }
    }
    fn layer() -> Sample {
        Sample { classes: 4, seed: 1 }
    }
    fn pi(&self) -> Vec<f64> {
        flat(&Self::layer().probabilities(&self.theta).unwrap())
    }
    fn drawn(k: usize) -> Array {
        Array2::from_shape_fn((1, 4), |(_, j)| f64::from(u8::from(j == k))).into_shared()
    }
    fn value(&self, k: usize) -> f64 {
        0.5 * self.square[[k, k]] + self.line[k]
    }
    fn slope(&self, k: usize) -> Array {
        Array2::from_shape_fn((1, 4), |(_, j)| self.square[[k, j]] + self.line[j]).into_shared()
    }
    /// $\sum_k f(e_k)\, \partial \pi_k / \partial \theta$
    fn gradient(&self) -> Vec<f64> {
        let pi = self.pi();
        let entry = |j: usize| (0..4).map(|k| self.value(k) * pi[k] * (f64::from(u8::from(j == k)) - pi[j])).sum();
        (0..4).map(entry).collect()
    }
    /// The mean of an estimate over all outcomes, against the gradient.
    fn bias(&self, estimate: impl Fn(Array, Array) -> Array) -> f64 {
        let pi = self.pi();
        let mean = (0..4).fold(vec![0.0; 4], |sum, k| {
            let one = flat(&estimate(Self::drawn(k), self.slope(k)));
            sum.iter().zip(one).map(|(s, e)| s + pi[k] * e).collect()
        });
        mean.iter().zip(self.gradient()).map(|(m, g)| (m - g).abs()).fold(0.0, f64::max)
    }
}
#[test]
fn rein_max_is_right_on_quadratics() {
    let rein_max =
        |o: &Outcome| o.bias(|d, c| ReinMax::default().estimate(Outcome::layer(), &o.theta, &d, &c).unwrap());
    let through = |o: &Outcome| {
        o.bias(|_, c| Outcome::layer().pull_softmax(&Outcome::layer().probabilities(&o.theta).unwrap(), &c).unwrap())
    };
    let (curved, line) = (Outcome::new(1.0), Outcome::new(0.0));
    assert!(rein_max(&curved) < 2e-16, "{:e}", rein_max(&curved));
    assert!(through(&line) < 1e-16 && through(&curved) > 0.03, "{:e} {}", through(&line), through(&curved));
    let hot = curved.bias(|d, c| ReinMax::at(2.0).estimate(Outcome::layer(), &curved.theta, &d, &c).unwrap());
    assert!(hot > 1e-3, "away from τ = 1 it is biased: {hot}");
}

#[test]
fn reinforce_is_right_for_every_function() {
    // a table of values that no slope knows of; a baseline is whatever it is
    let (o, table) = (Outcome::new(1.0), flat(&batch(1, 4, 7)));
    let pi = o.pi();
    let entry = |j: usize| (0..4).map(|k| table[k] * pi[k] * (f64::from(u8::from(j == k)) - pi[j])).sum();
    let gradient: Vec<f64> = (0..4).map(entry).collect();
    for baseline in [0.0, 0.3, -2.0] {
        let one = |k: usize| {
            let value = arr2(&[[table[k] - baseline]]).into_shared();
            flat(&Reinforce::score(Outcome::layer(), &o.theta, &Outcome::drawn(k), &value).unwrap())
        };
        let mean = |j: usize| (0..4).map(|k| pi[k] * one(k)[j]).sum::<f64>();
        let found = (0..4).map(|j| (mean(j) - gradient[j]).abs()).fold(0.0, f64::max);
        assert!(found < 2e-16, "{found:e} with {baseline}");
    }
    // each group of a row hears the same value
    let layer = Sample { classes: 2, seed: 0 };
    let (theta, d) = (arr2(&[[0.0, 0.0, 0.0, 0.0]]).into_shared(), arr2(&[[1.0, 0.0, 0.0, 1.0]]).into_shared());
    let score = Reinforce::score(layer, &theta, &d, &arr2(&[[3.0]]).into_shared()).unwrap();
    assert_eq!(score, arr2(&[[1.5, -1.5, -1.5, 1.5]]).into_shared());
}

#[test]
fn rules_past_a_sample_are_their_formulas() {
    let (net, p) = (sample(4, 9), Params::new(vec![vec![]]));
    let (theta, dy) = (batch(3, 8, 1), batch(3, 8, 2));
    let layer = Sample { classes: 4, seed: 9 };
    let (d, dx, _) = pull(&net, StraightThrough::identity(), &p, &theta, &dy).unwrap();
    for group in d.as_slice().unwrap().chunks(4) {
        assert!(group.iter().sum::<f64>() == 1.0 && group.iter().all(|x| *x == 0.0 || *x == 1.0));
    }
    assert_eq!(dx, layer.pull_softmax(&layer.probabilities(&theta).unwrap(), &dy).unwrap());
    let (same, dx, _) = pull(&net, ReinMax::default(), &p, &theta, &dy).unwrap();
    assert_eq!((&same, dx), (&d, ReinMax::default().estimate(layer, &theta, &d, &dy).unwrap()));
    // Gumbel: differences of the softened network at the same noise
    let (same, dx, _) = pull(&net, GumbelStraightThrough::at(0.5), &p, &theta, &dy).unwrap();
    assert_eq!(same, d);
    let noise: Array = layer.noise(At { site: 0, draw: Some(0) }, 3, 8);
    let soft = |theta: &Array| {
        let y = layer.probabilities(&((theta + &noise) * 2.0).into_shared()).unwrap();
        (&y * &dy).sum()
    };
    for k in 0..theta.len() {
        let at = |h: f64| {
            let mut moved = theta.to_owned().into_shared();
            moved[[k / 8, k % 8]] += h;
            soft(&moved)
        };
        let slope = (at(1e-5) - at(-1e-5)) / 2e-5;
        assert!((slope - dx[[k / 8, k % 8]]).abs() < 1e-9, "{k}: {slope}");
    }
    let e = pull(&net, Backprop, &p, &theta, &dy).unwrap_err();
    assert_eq!(e.to_string(), "sample at layer 0: no partial derivative of this order");
    let e = pull(&sample(3, 9), ReinMax::default(), &p, &theta, &dy).unwrap_err();
    assert_eq!(e.to_string(), "sample at layer 0: expected shape [3, 3], found [3, 8]");
}

#[test]
fn rules_are_functors() {
    let (x, dy) = (batch(4, 5, 1), batch(4, 3, 2));
    let (f, g) = (dense(5, 8, Activation::Sign), dense(8, 3, Activation::Step));
    continues(StraightThrough::clipped(), &f, &g, &x, &dy);
    continues(StraightThrough::tanh().binary_weights(0..3), &f, &dense(8, 3, Tanh), &x, &dy.clone());
    continues(Surrogate::Arctan, &f, &g, &x, &dy);
    let f = dense(5, 8, Tanh);
    let g = sample(4, 9) >> dense(8, 3, Identity);
    continues(ReinMax::default(), &f, &g, &x, &dy);
    continues(GumbelStraightThrough::at(0.5), &f, &g, &x, &dy);
    continues(StraightThrough::identity(), &f, &g, &x, &dy);
}

#[test]
fn runs_repeat_and_each_step_draws_anew() {
    let net = |seed| dense(5, 8, Tanh) >> sample(4, seed) >> residual(dense(8, 8, Activation::Step)) >> linear(8, 3);
    let run = |seed| learned(&net(seed), ReinMax::default(), Sgd::new(0.5), 4);
    assert_eq!(run(1), run(1));
    assert_ne!(run(1), run(2));
    let theta = batch(50, 4, 1);
    let drawn = |draws| {
        let p = Params::new(vec![vec![]]).with_draws(draws);
        pull(&sample(4, 1), ReinMax::default(), &p, &theta, &theta).unwrap().0
    };
    assert_eq!(drawn(3), drawn(3));
    assert_ne!(drawn(3), drawn(4));
}
