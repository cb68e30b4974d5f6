//! Rules that make a gradient of one number: exact over all sign vectors.

use crate::harness::{batch, gap, pull};
use ndarray::Array2;
use pullback::{
    Error,
    category::{Identity, Relu, Tanh},
    learn::{Learner, Plus, batch_quadratic, class_cross_entropy, descend, learner, uniform},
    lens::{Lens, Object, Para, lens},
    net::{Array, Net, Params, dense, linear, reshape, residual},
    rule::*,
};

/// All parameters in the shape of `like` whose numbers are ±1.
fn all_signs(like: &Params) -> Vec<Params> {
    let count = like.count();
    let one = |bits: u64| {
        let mut signs = like.zero();
        let numbers = signs.slots.iter_mut().flatten().flat_map(|a| a.iter_mut());
        numbers.enumerate().for_each(|(k, x)| *x = if bits >> k & 1 == 1 { 1.0 } else { -1.0 });
        signs
    };
    (0..1u64 << count).map(one).collect()
}
fn mean(all: &[Vec<f64>]) -> Vec<f64> {
    (0..all[0].len()).map(|i| all.iter().map(|g| g[i]).sum::<f64>() / all.len() as f64).collect()
}
fn square(g: &[f64]) -> f64 {
    g.iter().map(|g| g * g).sum()
}
/// Eight parameters, with a residual connection.
fn eight() -> Net {
    residual(dense(2, 2, Tanh)) >> linear(2, 1)
}

#[test]
fn forward_gradient_is_the_gradient_in_the_mean() {
    let (net, x, dy) = (eight(), batch(3, 2, 1), batch(3, 1, 2));
    let p: Params = net.init(&mut uniform(3));
    let exact = pull(&net, Backprop, &p, &x, &dy).unwrap().2.flat();
    let one = |v: Params| pull(&net, ForwardGradient::along(Directions::given(v)), &p, &x, &dy).unwrap().2.flat();
    let all: Vec<Vec<f64>> = all_signs(&p).into_iter().map(one).collect();
    assert_eq!(all.len(), 256);
    let found = gap(&mean(&all), &exact);
    assert!(found < 7e-16, "{found:e}");
    let second = all.iter().map(|g| square(g)).sum::<f64>() / 256.0;
    let relative = (second / (8.0 * square(&exact)) - 1.0).abs();
    assert!(relative < 5e-16, "{relative:e}"); // the second moment is d |∇|²: the last bit is the sum's
}
#[test]
fn activity_perturbation_is_the_gradient_in_the_mean() {
    let (net, x, dy) = (eight(), batch(2, 2, 1), batch(2, 1, 2));
    let p: Params = net.init(&mut uniform(3));
    let exact = pull(&net, Backprop, &p, &x, &dy).unwrap().2.flat();
    // two rows of two hidden units and one output
    let like = Params::new(vec![vec![Array2::zeros((2, 2))], vec![], vec![], vec![Array2::zeros((2, 1))]]);
    let one = |u: Params| pull(&net, ActivityPerturbation::along(Directions::given(u)), &p, &x, &dy).unwrap().2.flat();
    let all: Vec<Vec<f64>> = all_signs(&like).into_iter().map(one).collect();
    assert_eq!(all.len(), 64);
    let found = gap(&mean(&all), &exact);
    assert!(found < 1e-15, "{found:e}");
}
#[test]
fn perturbing_activity_varies_less() {
    let (net, x, dy) = (dense(5, 7, Tanh) >> dense(7, 3, Identity), batch(8, 5, 1), batch(8, 3, 2));
    let p: Params = net.init(&mut uniform(3));
    let exact = pull(&net, Backprop, &p, &x, &dy).unwrap().2.flat();
    let error = |g: Vec<f64>| square(&g.iter().zip(&exact).map(|(a, b)| a - b).collect::<Vec<_>>());
    let weight = (0..200).map(|k| error(pull(&net, ForwardGradient::seeded(k), &p, &x, &dy).unwrap().2.flat()));
    let unit = (0..200).map(|k| error(pull(&net, ActivityPerturbation::seeded(k), &p, &x, &dy).unwrap().2.flat()));
    let (weight, unit) = (weight.sum::<f64>() / 200.0, unit.sum::<f64>() / 200.0);
    // of d signs the error is (d - 1) |∇|²
    assert!((weight / ((net.parameters() - 1) as f64 * square(&exact)) - 1.0).abs() < 0.3, "{weight}");
    assert!(unit < 0.7 * weight, "{unit} against {weight}");
}
#[test]
fn forward_values_are_backprops() {
    let (net, x, dy) = (eight(), batch(3, 2, 1), batch(3, 1, 2));
    let p: Params = net.init(&mut uniform(3));
    let y = pull(&net, Backprop, &p, &x, &dy).unwrap().0;
    assert_eq!(pull(&net, ForwardGradient::seeded(1), &p, &x, &dy).unwrap().0, y);
    assert_eq!(pull(&net, ActivityPerturbation::seeded(1), &p, &x, &dy).unwrap().0, y);
    assert_eq!(pull(&net, Spsa::seeded(1, 0.1), &p, &x, &dy).unwrap().0, y);
}
#[test]
fn a_seed_decides_and_a_step_draws_anew() {
    let (net, x, dy) = (eight(), batch(3, 2, 1), batch(3, 1, 2));
    let p: Params = net.init(&mut uniform(3));
    let mut later = p.clone();
    later.draws = 1;
    let at = |p: &Params, seed| pull(&net, ForwardGradient::seeded(seed), p, &x, &dy).unwrap().2.flat();
    assert_eq!(at(&p, 1), at(&p, 1));
    assert!(gap(&at(&p, 1), &at(&p, 2)) > 0.1);
    assert!(gap(&at(&p, 1), &at(&later, 1)) > 0.1);
}
#[test]
fn a_direction_of_another_network_is_an_error() {
    let (net, x, dy) = (linear(2, 1), batch(3, 2, 1), batch(3, 1, 2));
    let p: Params = net.init(&mut uniform(3));
    let wrong = Directions::given(Params::new(vec![vec![Array2::zeros((2, 2))]]));
    let e = pull(&net, ForwardGradient::along(wrong), &p, &x, &dy).unwrap_err();
    assert_eq!(e.to_string(), "linear at layer 0: direction: expected shape [1, 2], found [2, 2]");
    let e = pull(&net, ForwardGradient::along(Directions::given(Params::default())), &p, &x, &dy).unwrap_err();
    assert_eq!(e.to_string(), "linear at layer 0: direction: expected length 1, found 0");
}

/// A loss that is quadratic in the parameters: a linear network and squared error. Four parameters.
#[test]
fn spsa_is_exact_on_quadratics() {
    let net = linear(2, 2);
    let (x, t) = (batch(3, 2, 1), batch(3, 2, 2));
    let p: Params = net.init(&mut uniform(3));
    let exact =
        learner(net.under(Backprop), batch_quadratic(), descend(), Plus).put(x.clone(), &p, &t).unwrap().1.flat();
    for epsilon in [0.7, 10.0] {
        let one = |v: Params| {
            let rule = Spsa::along(Directions::given(v), epsilon);
            learner(net.under(rule), batch_quadratic(), descend(), Plus).put(x.clone(), &p, &t).unwrap().1.flat()
        };
        let all: Vec<Vec<f64>> = all_signs(&p).into_iter().map(one).collect();
        let found = gap(&mean(&all), &exact);
        assert!(found < 4e-15, "{found:e} at {epsilon}");
    }
}
#[test]
fn spsa_tends_to_the_forward_gradient() {
    let net = dense(5, 7, Tanh) >> residual(dense(7, 7, Relu)) >> dense(7, 3, Identity);
    let (x, y) = (batch(4, 5, 1), vec![0, 1, 2, 1]);
    let p: Params = net.init(&mut uniform(3));
    let forward = learner(
        net.under(ForwardGradient::along(Directions::given(p.clone()))),
        class_cross_entropy(),
        descend(),
        Plus,
    );
    let exact = forward.put(x.clone(), &p, &y).unwrap().1.flat();
    let error = |epsilon: f64| {
        let rule = Spsa::along(Directions::given(p.clone()), epsilon);
        gap(
            &learner(net.under(rule), class_cross_entropy(), descend(), Plus).put(x.clone(), &p, &y).unwrap().1.flat(),
            &exact,
        )
    };
    let (coarse, fine) = (error(1e-2), error(1e-3));
    assert!(coarse < 1e-2 && (50.0..200.0).contains(&(coarse / fine)), "{coarse:e}, {fine:e}"); // of order 2 in ε
}

type OnValues<R, L> = Learner<Under<R>, L, pullback::learn::Direction<f64>, Plus>;
fn change<R, L>(learn: &OnValues<R, L>, p: &Params, t: &L::P) -> Vec<f64>
where
    R: Rule<On = Silent>,
    L: Para<A = pullback::net::Array, B = f64>,
{
    learn.put(batch(3, 5, 1), p, t).unwrap().1.flat()
}
#[test]
fn ranks_do_not_see_how_the_loss_grows() {
    let (net, t) = (dense(5, 4, Tanh) >> residual(dense(4, 4, Relu)) >> dense(4, 3, Identity), batch(3, 3, 2));
    let p: Params = net.init(&mut uniform(3));
    let plain = |rule| learner(net.under::<EvolutionStrategy, f64>(rule), batch_quadratic(), descend(), Plus);
    let cubed = batch_quadratic().map(lens(|l: f64| (l * l * l, l), |l: f64, d: f64| 3.0 * l * l * d));
    let grown =
        learner(net.under::<EvolutionStrategy, f64>(EvolutionStrategy::seeded(7, 0.1, 6)), cubed, descend(), Plus);
    assert_eq!(change(&plain(EvolutionStrategy::seeded(7, 0.1, 6)), &p, &t), change(&grown, &p, &t));
    let unshaped = change(&plain(EvolutionStrategy::seeded(7, 0.1, 6).unshaped()), &p, &t);
    assert!(gap(&unshaped, &change(&plain(EvolutionStrategy::seeded(7, 0.1, 6)), &p, &t)) > 0.1);
    // one pair, unshaped, is SPSA along the same direction
    let one = change(&plain(EvolutionStrategy::seeded(7, 0.1, 1).unshaped()), &p, &t);
    let spsa = learner(net.under(Spsa::along(Directions::normal(7), 0.1)), batch_quadratic(), descend(), Plus);
    assert_eq!(one, change(&spsa, &p, &t));
}
#[test]
fn mezo_averages_what_spsa_finds() {
    let (net, t) = (dense(5, 4, Tanh) >> dense(4, 3, Identity), batch(3, 3, 2));
    let p: Params = net.init(&mut uniform(3));
    let mezo = |count| learner(net.under(MeZo::seeded(7, 1e-3, count)), batch_quadratic(), descend(), Plus);
    let spsa = learner(net.under(Spsa::along(Directions::normal(7), 1e-3)), batch_quadratic(), descend(), Plus);
    assert_eq!(change(&mezo(1), &p, &t), change(&spsa, &p, &t));
    let exact =
        learner(net.under(Backprop), batch_quadratic(), descend(), Plus).put(batch(3, 5, 1), &p, &t).unwrap().1.flat();
    let error =
        |count| square(&change(&mezo(count), &p, &t).iter().zip(&exact).map(|(a, b)| a - b).collect::<Vec<_>>());
    // the variance of k directions is (d + 1) |∇|²/k
    let expected = (net.parameters() + 1) as f64 * square(&exact) / 400.0;
    assert!((0.6..1.6).contains(&(error(400) / expected)), "{} against {expected}", error(400));
}
#[test]
fn a_loss_without_values_is_an_error() {
    let net = linear(2, 1);
    let p: Params = net.init(&mut uniform(3));
    let under = net.under::<Spsa, f64>(Spsa::seeded(1, 0.1));
    let e = Lens(under).pull(&p, batch(3, 2, 1), batch(3, 2, 1)).unwrap_err();
    assert!(matches!(e, Error::ShapeMismatch { op: "change", .. }), "{e}");
}

/// Two parts under a rule of tangents against the whole: forward the tangent goes on through the second part, backward the
/// number is the same on every wire.
fn continues_along<R>(rule: R, number: Back<R, f64>)
where
    R: Rule<On: Objects<Input<f64> = Array, Fwd<f64> = (Array, Array)>> + Clone,
    Back<R, f64>: PartialEq + core::fmt::Debug,
{
    let (f, g) = (dense(5, 8, Tanh), residual(dense(8, 8, Relu)) >> dense(8, 3, Identity));
    let behind = reshape(&[8]) >> reshape(&[8]) >> g.clone();
    let whole = (f.clone() >> g).under::<R, f64>(rule.clone());
    let (first, second) = (f.under::<R, f64>(rule.clone()), behind.under::<R, f64>(rule));
    let p = whole.init(&mut uniform(3)).unwrap();
    let (p1, mut p2) = (Params::new(p.slots[..2].to_vec()), Params::new(vec![vec![]; 2]));
    p2.slots.extend_from_slice(&p.slots[2..]);
    let ((h, dh), kept1) = first.forward(&p1, Some(5), batch(4, 5, 1)).unwrap();
    let ((y, own), kept2) = second.forward(&p2, Some(5), h.clone()).unwrap();
    let ((direct, along), kept) = whole.forward(&p, Some(5), batch(4, 5, 1)).unwrap();
    assert_eq!(y, direct);
    let (_, further) = behind.jvp(&p2, &p2.zero(), Some(5), &h, &dh).unwrap();
    let flat = |a: &Array| a.iter().copied().collect::<Vec<_>>();
    assert!(gap(&flat(&(&own + &further).into_shared()), &flat(&along)) < 2e-15);
    let (mut dp, mut dp1, mut dp2) = (p.zero(), p1.zero(), p2.zero());
    let between = second.back(&p2, Some(5), kept2, number.clone(), &mut dp2).unwrap().unwrap();
    assert_eq!(between, number);
    assert_eq!(first.back(&p1, Some(5), kept1, between, &mut dp1).unwrap(), Some(number.clone()));
    whole.back(&p, Some(5), kept, number, &mut dp).unwrap();
    assert_eq!(dp.slots, [dp1.slots, dp2.slots[2..].to_vec()].concat());
}
#[test]
fn rules_are_functors_on_their_wires() {
    continues_along(ForwardGradient::seeded(7), 1.5);
    continues_along(ForwardGradient::along(Directions::normal(7)), 1.5);
    continues_along(ActivityPerturbation::seeded(7), batch(4, 1, 2));
}
