//! Rules around rules: weights that move inside the sweep, weighed paths, averaged passes.

use crate::harness::{batch, by_hand, continues, expected_by_hand, gap, learned, pull};
use pullback::{
    category::{Identity, Tanh},
    learn::*,
    net::*,
    rule::*,
};

fn net() -> Net {
    dense(5, 7, Tanh) >> residual(dense(7, 7, Tanh)) >> dense(7, 3, Identity)
}

#[test]
fn weights_that_move_inside_the_sweep_by_hand() {
    let h = 1f64.tanh();
    let [dw1, dw2] = expected_by_hand(-3.0 + 0.5 * h); // W' = W + η h
    let found = by_hand(InSweep::new(Backprop, 0.5), -3.0, [&[], &[]]);
    assert!(gap(&found, &[0.5 * dw1, 0.5 * dw2]) < 1e-15);
}

#[test]
fn the_displacement_tends_to_the_change() {
    let (net, x, dy) = (net(), batch(4, 5, 1), batch(4, 3, 2));
    let p: Params = net.init(&mut uniform(3));
    let exact = pull(&net, Backprop, &p, &x, &dy).unwrap().2;
    let far = |rate: f64| {
        let moved = pull(&net, InSweep::new(Backprop, rate), &p, &x, &dy).unwrap().2;
        let change: Vec<f64> = moved.flat().iter().map(|d| d / rate).collect();
        gap(&change, &exact.flat())
    };
    let [a, b] = [far(1e-2), far(1e-3)];
    assert!((a / b - 10.0).abs() < 0.3 && a > 1e-3, "order 1: {a} and {b}");
    // the last layer has nothing behind it
    let moved = pull(&net, InSweep::new(Backprop, 0.5), &p, &x, &dy).unwrap().2;
    assert_eq!(moved.slots[5][0], &exact.slots[5][0] * 0.5);
    // and the whole step with `Plus` moves every weight by its displacement
    let before = learned(&net, InSweep::new(Backprop, 0.5), Plus, 0);
    let after = learned(&net, InSweep::new(Backprop, 0.5), Plus, 1);
    assert_ne!(before.slots[0], after.slots[0]);
    assert_ne!(after.slots[0], learned(&net, Backprop, Sgd::new(0.5), 1).slots[0]);
    let last = &after.slots[5][0] - &learned(&net, Backprop, Sgd::new(0.5), 1).slots[5][0];
    assert!(last.iter().all(|d| d.abs() < 1e-15));
}

#[test]
fn an_edge_that_is_weighed_by_hand() {
    // half of what goes back past the last weight, -3, and its own change as it was
    let found = by_hand(PathSearch::new(Backprop).edge(2, 0, 0.5), -3.0, [&[], &[]]);
    assert!(gap(&found, &expected_by_hand(-1.5)) < 1e-15, "{found:?}");
}

#[test]
fn changes_are_sums_over_paths() {
    let (net, x, dy) = (net(), batch(4, 5, 1), batch(4, 3, 2));
    let p: Params = net.init(&mut uniform(3));
    let sum = net.boxes().find(|b| matches!(b.generator, Layer::Add(_))).map(|b| b.site).unwrap();
    let through = |skip: f64, branch: f64| {
        let rule = PathSearch::new(Backprop).edge(sum, 0, skip).edge(sum, 1, branch);
        pull(&net, rule, &p, &x, &dy).unwrap()
    };
    let exact = pull(&net, Backprop, &p, &x, &dy).unwrap();
    assert_eq!(through(1.0, 1.0), exact);
    let (skip, branch) = (through(1.0, 0.0), through(0.0, 1.0));
    assert_eq!(skip.0, exact.0);
    assert!(skip.2.slots[2][0].iter().all(|d| *d == 0.0) && branch.2.slots[2] == exact.2.slots[2]);
    let joined: Vec<f64> = skip.1.iter().zip(&branch.1).map(|(a, b)| a + b).collect();
    assert!(gap(&joined, exact.1.as_slice().unwrap()) < 1e-15);
    let half: Vec<f64> = skip.1.iter().zip(&branch.1).map(|(a, b)| 0.5 * a + 2.0 * b).collect();
    assert!(gap(through(0.5, 2.0).1.as_slice().unwrap(), &half) < 1e-15);
    // dropping the branch is detaching it
    let detached = dense(5, 7, Tanh) >> residual(dense(7, 7, Tanh) >> detach()) >> dense(7, 3, Identity);
    let mut q = p.clone();
    q.slots.insert(4, vec![]);
    assert_eq!(pull(&detached, Backprop, &q, &x, &dy).unwrap().1, skip.1);
}

#[test]
fn random_paths_are_right_on_the_average() {
    // two blocks: the mean over all 16 ways to keep edges, each of weight 2 or 0, is the change
    let net = residual(dense(3, 3, Tanh)) >> residual(dense(3, 3, Tanh));
    let (x, dy) = (batch(4, 3, 1), batch(4, 3, 2));
    let p: Params = net.init(&mut uniform(3));
    let sums: Vec<usize> = net.boxes().filter(|b| matches!(b.generator, Layer::Add(_))).map(|b| b.site).collect();
    let mut mean = vec![0.0; 12];
    for way in 0..16u32 {
        let weight = |bit: u32| f64::from((way >> bit) & 1) * 2.0;
        let rule = (0..4).fold(PathSearch::new(Backprop), |r, k| r.edge(sums[k / 2], k % 2, weight(k as u32)));
        let dx = pull(&net, rule, &p, &x, &dy).unwrap().1;
        mean.iter_mut().zip(&dx).for_each(|(m, d)| *m += d / 16.0);
    }
    let exact = pull(&net, Backprop, &p, &x, &dy).unwrap().1;
    assert!(gap(&mean, exact.as_slice().unwrap()) < 1e-15);
    // what is drawn is one of these ways
    let ways = |draws| {
        let p = p.clone().with_draws(draws);
        pull(&net, PathSearch::new(Backprop).kept(0.5, 1), &p, &x, &dy).unwrap().1
    };
    assert_eq!(ways(1), ways(1));
    assert!((2..9).any(|k| ways(k) != ways(1)));
    let mut drawn = vec![0.0; 12];
    (0..400).for_each(|k| drawn.iter_mut().zip(&ways(k)).for_each(|(m, d)| *m += d / 400.0));
    assert!(gap(&drawn, exact.as_slice().unwrap()) < 0.25, "{}", gap(&drawn, exact.as_slice().unwrap()));
}

#[test]
fn averages_of_passes() {
    let (net, x, dy) = (net(), batch(4, 5, 1), batch(4, 3, 2));
    let p: Params = net.init(&mut uniform(3));
    let drawn = SignSymmetry::Redrawn(1);
    assert_eq!(
        pull(&net, Averaged::new(drawn, 1), &p, &x, &dy).unwrap(),
        pull(&net, drawn, &p, &x, &dy).unwrap(),
        "one pass is the rule"
    );
    // a rule that draws nothing: four times a quarter is exact
    assert_eq!(
        pull(&net, Averaged::new(FeedbackAlignment::seeded(1), 4), &p, &x, &dy).unwrap(),
        pull(&net, FeedbackAlignment::seeded(1), &p, &x, &dy).unwrap()
    );
    // the mean of redrawn sizes is half the bound: the error falls with the root of the passes
    let flat = |rule| -> Vec<f64> { pull(&net, rule, &p, &x, &dy).unwrap().1.iter().copied().collect() };
    let limit = flat(Averaged::new(drawn, 2000));
    let away = |passes: u32| {
        let runs = (0..10).map(|seed| gap(&flat(Averaged::new(SignSymmetry::Redrawn(50 + seed), passes)), &limit));
        runs.map(|g| g * g).sum::<f64>().sqrt()
    };
    let ratio = away(4) / away(64);
    assert!((2.5..6.5).contains(&ratio), "{ratio}");
}

#[test]
fn wrappers_are_functors_where_their_rule_is() {
    let (f, g, x, dy) = (dense(5, 7, Tanh), dense(7, 3, Tanh), batch(4, 5, 1), batch(4, 3, 2));
    continues(InSweep::new(FeedbackAlignment::seeded(7), 0.1), &f, &g, &x, &dy);
    continues(InSweep::new(KolenPollack, 0.1), &f, &g, &x, &dy);
    continues(PathSearch::new(SignSymmetry::Redrawn(7)).edge(3, 0, 0.5), &f, &g, &x, &dy);
    let run = |seed| learned(&net(), Averaged::new(SignSymmetry::Redrawn(seed), 3), Sgd::new(0.1), 3);
    assert_eq!(run(1), run(1));
    assert_ne!(run(1), run(2));
}

#[test]
fn learned_state_is_that_of_the_rule_inside() {
    let net = net();
    let averaged = learned(&net, Averaged::new(KolenPollack, 2), Sgd::new(0.1), 3);
    assert_eq!(averaged, learned(&net, KolenPollack, Sgd::new(0.1), 3));
}

/// The derivative of everything that comes back along a direction of the input, by dual numbers and by differences.
fn differentiates<R: Rule<On = Arrays> + Copy>(rule: R, net: &Net) {
    use pullback::{Dual, lens::Lens};
    let p = net.under::<R, f64>(rule).init(&mut uniform(3)).unwrap();
    let (x, v, dy) = (batch(4, 5, 1), batch(4, 5, 7), batch(4, 3, 2));
    let lifted = |slot: &Vec<ndarray::Array2<f64>>| slot.iter().map(|a| a.mapv(Dual::constant)).collect();
    let dual_p = Params::<Dual>::new(p.slots.iter().map(lifted).collect());
    let dual_x = ndarray::Zip::from(&x).and(&v).map_collect(|&x, &v| Dual::new(x, v)).into_shared();
    let dual_dy = dy.mapv(Dual::constant).into_shared();
    let (_, _, dp) = Lens(net.under::<R, Dual>(rule)).pull(&dual_p, dual_x, dual_dy).unwrap();
    let at = |h: f64| pull(net, rule, &p, &(&x + &(&v * h)).into_shared(), &dy).unwrap().2.flat();
    let slope: Vec<f64> = at(1e-5).iter().zip(at(-1e-5)).map(|(a, b)| (a - b) / 2e-5).collect();
    let tangent: Vec<f64> = dp.flat().iter().map(|d| d.tangent()).collect();
    assert!(gap(&tangent, &slope) < 1e-8, "{}: {}", rule.name(), gap(&tangent, &slope));
    assert!(slope.iter().any(|s| s.abs() > 1e-3));
}
#[test]
fn a_pass_of_a_rule_can_itself_be_differentiated() {
    let net = net();
    differentiates(Backprop, &net);
    differentiates(FeedbackAlignment::seeded(7), &net);
    differentiates(SignSymmetry::Fixed(7), &net);
    differentiates(KolenPollack, &net);
    differentiates(ProductFeedback::seeded(7, 2), &net);
    differentiates(InSweep::new(Backprop, 0.3), &net);
}
