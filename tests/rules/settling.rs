//! Rules that settle: exact where the card says so, of the order that it says elsewhere.

use crate::{
    harness::{batch, gap},
    nets::nets,
};
use ndarray::Array2;
use pullback::{
    Error, Result,
    category::{Identity, Tanh},
    learn::{Plus, batch_quadratic, class_cross_entropy, descend, learner, uniform},
    lens::{Lens, Para, each, tied},
    net::{Array, Net, Params, dense, dropout, linear, residual},
    rule::*,
};

fn chain() -> Net {
    dense(5, 7, Tanh) >> dense(7, 6, Tanh) >> dense(6, 3, Identity)
}
fn with_residual() -> Net {
    dense(5, 7, Tanh) >> residual(dense(7, 7, Tanh)) >> dense(7, 3, Identity)
}
/// The changes of the input and of the parameters that one step causes.
fn step<R, E>(net: &Net, rule: R, loss: Lens<E>, label: &E::P) -> Result<(Array, Params)>
where
    R: Rule<On = Arrays>,
    E: Para<A = Array, B = f64>,
{
    let p: Params = net.init(&mut uniform(3));
    let (dx, dp, _) = learner(net.under::<R, f64>(rule), loss, descend(), Plus).put(batch(4, 5, 1), &p, label)?;
    Ok((dx, dp))
}
fn squared<R: Rule<On = Arrays>>(net: &Net, rule: R) -> Result<(Array, Params)> {
    step(net, rule, batch_quadratic(), &batch(4, 3, 2))
}
fn entropy<R: Rule<On = Arrays>>(net: &Net, rule: R) -> Result<(Array, Params)> {
    step(net, rule, class_cross_entropy(), &vec![0, 2, 1, 1])
}
/// The largest relative difference of an array of parameters.
fn far(a: &Params, b: &Params) -> f64 {
    let flat = |a: &ndarray::Array2<f64>| a.iter().copied().collect::<Vec<_>>();
    let pairs = a.slots.iter().flatten().zip(b.slots.iter().flatten());
    pairs.map(|(a, b)| gap(&flat(a), &flat(b))).fold(0.0, f64::max)
}

#[test]
fn zero_divergence_is_backprop() {
    let z = PredictiveCoding::zero_divergence();
    let (dx, exact) = squared(&chain(), Backprop).unwrap();
    let (dz, found) = squared(&chain(), z).unwrap();
    let whole = |found: &Params, exact: &Params| gap(&found.flat(), &exact.flat());
    assert!(whole(&found, &exact) < 5e-16, "squared error: {:e}", whole(&found, &exact));
    assert!(far(&found, &exact) < 5e-16 && gap(dz.as_slice().unwrap(), dx.as_slice().unwrap()) < 5e-16);
    let (found, exact) = (entropy(&chain(), z).unwrap().1, entropy(&chain(), Backprop).unwrap().1);
    assert!(whole(&found, &exact) < 3e-16, "cross-entropy: {:e}", whole(&found, &exact));
    assert!(far(&found, &exact) < 5e-16); // of the smallest array
}
#[test]
fn zero_divergence_needs_paths_of_one_length() {
    let e = squared(&with_residual(), PredictiveCoding::zero_divergence()).unwrap_err();
    assert!(matches!(e, Error::NoReverse { rule: "PredictiveCoding", .. }), "{e}");
}
#[test]
fn the_fixed_point_of_fixed_prediction_is_backprop() {
    for net in [chain(), with_residual()] {
        // whole steps arrive; half steps stop a rounding of the largest error before
        for (settling, bound) in [(Settling::until(3e-16, 50, 1.0), 1e-16), (Settling::until(3e-16, 2000, 0.5), 6e-16)]
        {
            let (dx, exact) = entropy(&net, Backprop).unwrap();
            let (dz, found) = entropy(&net, PredictiveCoding::fixed_prediction(settling)).unwrap();
            assert!(far(&found, &exact) < bound, "{:e}", far(&found, &exact));
            assert!(gap(dz.as_slice().unwrap(), dx.as_slice().unwrap()) < bound);
        }
    }
}
#[test]
fn inference_tends_to_backprop() {
    for net in [chain(), with_residual()] {
        let exact = squared(&net, Backprop).unwrap().1;
        let error = |top: f64| {
            let rule = PredictiveCoding::inference(Settling::until(1e-13, 20_000, 0.1)).weighing(top);
            gap(&squared(&net, rule).unwrap().1.flat(), &exact.flat())
        };
        // at the weights of the card: .52, .10, .011 there, for another network
        let coarse = [error(1.0), error(0.1), error(0.01)];
        assert!(coarse[0] > 0.4 && coarse[2] < 0.1 && coarse.windows(2).all(|p| p[0] > 1.5 * p[1]), "{coarse:?}");
        let gaps = [coarse[2], error(0.001), error(0.0001)];
        for pair in gaps.windows(2) {
            assert!((8.0..12.0).contains(&(pair[0] / pair[1])), "{gaps:?}"); // order 1
        }
        assert!(gaps[2] < 2e-3, "{gaps:?}");
    }
}
#[test]
fn a_settling_that_is_not_still_is_an_error() {
    let rule = PredictiveCoding::inference(Settling::until(1e-13, 3, 0.1));
    match squared(&chain(), rule).unwrap_err() {
        Error::NotConverged { op: "PredictiveCoding", rounds: 3, residual, tolerance: 1e-13 } => {
            assert!(residual > 1e-3 && residual.is_finite(), "{residual}");
        }
        e => panic!("{e}"),
    }
    // without a tolerance it ends where it ends
    assert!(squared(&chain(), PredictiveCoding::inference(Settling::rounds(3, 0.1))).is_ok());
    // and what has left all bounds is not still either
    let wild = PredictiveCoding::inference(Settling::until(1e-3, 400, 1e9));
    assert!(matches!(squared(&chain(), wild), Err(Error::NotConverged { .. })));
}
#[test]
fn a_network_predicts_as_under_backprop() {
    let (net, x) = (with_residual(), batch(4, 5, 1));
    let p: Params = net.init(&mut uniform(3));
    let rule = PredictiveCoding::inference(Settling::rounds(20, 0.1));
    let y = net.under::<_, f64>(rule).predict(&p, x.clone()).unwrap();
    assert_eq!(y, net.under::<_, f64>(Backprop).predict(&p, x).unwrap());
}
/// The network $w_2 w_1 x$ with $w_1 = 2$, $w_2 = 3$ at $x = 1$, where 7 is wanted, and what a rule writes.
fn two_weights(rule: impl Rule<On = Arrays>) -> (f64, Vec<f64>) {
    let one = |x: f64| Array2::from_elem((1, 1), x);
    let p = Params::new(vec![vec![one(2.0)], vec![one(3.0)]]);
    let learn = learner((linear(1, 1) >> linear(1, 1)).under(rule), batch_quadratic(), descend(), Plus);
    let (dx, dp, _) = learn.put(one(1.0).into_shared(), &p, &one(7.0).into_shared()).unwrap();
    (dx[[0, 0]], dp.flat())
}
#[test]
fn two_rounds_of_learning_beside_the_nodes_by_hand() {
    let near = |found: (f64, Vec<f64>), dx: f64, dp: [f64; 2]| {
        assert!((found.0 - dx).abs() < 1e-14 && gap(&found.1, &dp) < 1e-14, "{found:?}");
    };
    let rule = |rounds| PredictiveCoding::incremental(Settling::rounds(rounds, 0.1), 0.1);
    // 6 at the output, error 1: w₂ moves by 0.1·1·2, the node from 2 to 2 + 0.1·3; nothing has reached w₁
    near(two_weights(rule(1)), 0.0, [0.0, 0.2]);
    // 3.2·2.3 = 7.36, errors -0.36 and 2.3 - 2: w₂ by 0.1·(-0.36)·2.3, w₁ by 0.1·0.3, and 0.3·2 comes back
    near(two_weights(rule(2)), 0.6, [0.03, 0.2 - 0.0828]);
    // inference learns once, from errors of where the nodes have come: node 2.3, errors 7 - 6.9 and 0.3
    near(two_weights(PredictiveCoding::inference(Settling::rounds(1, 0.1))), 0.6, [0.3, 0.1 * 2.3]);
}
#[test]
fn small_steps_beside_the_nodes_add_up_to_those_of_the_rounds() {
    let (net, rounds) = (with_residual(), 6);
    let flat = |rule| squared(&net, rule).unwrap().1.flat();
    // what a settling of k rounds would learn, for each k
    let each = (0..rounds).map(|k| flat(PredictiveCoding::inference(Settling::rounds(k, 0.1))));
    let sum = each.reduce(|a, b| a.iter().zip(b).map(|(a, b)| a + b).collect()).unwrap();
    let error = |rate: f64| {
        let moved = flat(PredictiveCoding::incremental(Settling::rounds(rounds, 0.1), rate));
        gap(&moved.iter().map(|d| d / rate).collect::<Vec<_>>(), &sum)
    };
    let [a, b] = [error(1e-3), error(1e-4)];
    assert!((9.5..10.5).contains(&(a / b)) && b < 1e-3, "order 1: {a} {b}");
}
#[test]
fn it_learns_with_plus() {
    let net = dense(5, 7, Tanh) >> dense(7, 3, Identity);
    let rule = PredictiveCoding::incremental(Settling::rounds(20, 0.1), 0.02);
    let learn = learner(net.under(rule), class_cross_entropy(), descend(), Plus);
    let run = || {
        let mut s = learn.start(net.init(&mut uniform(3)));
        (0..60).for_each(|_| learn.step(&mut s, batch(4, 5, 1), &vec![0, 2, 1, 1]).unwrap());
        (learn.loss(&s.params, batch(4, 5, 1), &vec![0, 2, 1, 1]).unwrap(), s.params)
    };
    let (loss, p) = run();
    assert!(loss < 0.1, "{loss}");
    assert_eq!(run().1, p);
}
#[test]
fn rounds_are_seen_and_the_energy_falls() {
    let watch = Watch::new();
    let seen = |net: &Net, rule: PredictiveCoding| {
        let learn = learner(net.under(rule).watched(&watch), batch_quadratic(), descend(), Plus);
        let found = learn.put(batch(4, 5, 1), &net.init(&mut uniform(3)), &batch(4, 3, 2)).unwrap().1;
        assert_eq!(found, squared(net, rule).unwrap().1, "who watches changes nothing");
        watch.rounds()
    };
    for net in [chain(), with_residual()] {
        let rounds = seen(&net, PredictiveCoding::inference(Settling::rounds(50, 0.1)));
        assert_eq!(
            rounds.iter().map(|r| (r.settling, r.round)).collect::<Vec<_>>(),
            (0..50).map(|k| (0, k)).collect::<Vec<_>>()
        );
        let energies: Vec<f64> = rounds.iter().map(|r| r.energy.unwrap()).collect();
        let p: Params = net.init(&mut uniform(3));
        let loss = learner(net.under(Backprop), batch_quadratic(), descend(), Plus)
            .loss(&p, batch(4, 5, 1), &batch(4, 3, 2))
            .unwrap();
        assert!((energies[0] - loss).abs() < 1e-15, "before the nodes move there is only the loss");
        assert!(energies.windows(2).all(|e| e[1] < e[0]), "{energies:?}");
        assert!(rounds[49].residual < 0.1 * rounds[0].residual);
    }
    // errors alone settle: no energy falls
    let rounds = seen(&chain(), PredictiveCoding::fixed_prediction(Settling::rounds(5, 0.5)));
    assert!(rounds.len() == 5 && rounds.iter().all(|r| r.energy.is_none()));
    assert_eq!(seen(&chain(), PredictiveCoding::zero_divergence()).len(), 3);
    assert_eq!(seen(&chain(), PredictiveCoding::incremental(Settling::rounds(7, 0.1), 0.02)).len(), 7);
    // a pass that does not settle leaves what was seen
    net_predicts(&watch);
    assert_eq!(watch.rounds().len(), 7);
}
fn net_predicts(watch: &Watch) {
    let under = chain().under::<_, f64>(PredictiveCoding::zero_divergence()).watched(watch);
    under.predict(&chain().init(&mut uniform(3)), batch(4, 5, 1)).unwrap();
}
#[test]
fn all_layers_at_once_are_exact_after_depth_sweeps() {
    for case in nets(Tanh) {
        let (net, x) = (case.whole(), batch(4, case.inputs, 1));
        let (p, under): (Params, _) = (net.init(&mut uniform(3)), net.under::<_, f64>(Backprop));
        let (y, depth) = (under.predict(&p, x.clone()).unwrap(), net.depth());
        let after = |settling| under.predict_in_sweeps(&p, x.clone(), settling);
        assert_eq!(after(Settling::rounds(depth, 1.0)).unwrap(), y, "{}", case.name);
        assert_eq!(after(Settling::until(0.0, depth + 1, 1.0)).unwrap(), y, "{}", case.name);
        assert_ne!(after(Settling::rounds(depth - 1, 1.0)).unwrap(), y, "{}: none is to spare", case.name);
        let e = after(Settling::until(0.0, depth, 1.0)).unwrap_err();
        assert!(matches!(e, Error::NotConverged { op: "sweeps", .. }), "{e}");
        // half of the way in each sweep comes near, in more of them
        if case.name != "attention" {
            let near = after(Settling::until(1e-12, 400, 0.5)).unwrap();
            assert!(gap(near.as_slice().unwrap(), y.as_slice().unwrap()) < 1e-9, "{}", case.name);
        }
    }
    assert_eq!((chain().depth(), with_residual().depth(), Net::id(1).depth()), (5, 6, 0));
    let under = Net::id(1).under::<_, f64>(Backprop);
    assert_eq!(
        under.predict_in_sweeps(&Params::new(vec![]), batch(2, 3, 1), Settling::rounds(0, 1.0)).unwrap(),
        batch(2, 3, 1)
    );
}
#[test]
fn a_model_inside_another_predicts_as_it_would_alone() {
    // dropout: what is drawn while learning is not while predicting, however the model is wrapped
    let (p, x): (Params, _) = (Params::new(vec![vec![]]), batch(4, 50, 1));
    let under = || Lens(dropout(0.5, 7).under::<_, f64>(Backprop));
    let (drawn, clear) = (under().eval(&p, x.clone()).unwrap(), x.clone());
    assert_ne!(drawn, clear);
    let twice = (&clear + &clear).into_shared();
    assert_eq!((under() + under()).predict((&p, &p), x.clone()).unwrap(), twice);
    assert_eq!((under() * under()).predict((&p, &p), (x.clone(), x.clone())).unwrap(), (clear.clone(), clear.clone()));
    assert_eq!(tied(under() >> under()).predict(&p, x.clone()).unwrap(), clear);
    assert_eq!(under().frozen().predict(&p, x.clone()).unwrap(), clear);
    assert_eq!(under().repeat(2).predict(&[p.clone(), p.clone()], x.clone()).unwrap(), clear);
    assert_eq!(each(under()).predict(&p, vec![x.clone()]).unwrap(), [clear]);
    assert_eq!(Lens(&under()).predict(&p, x.clone()).unwrap(), x);
}
#[test]
fn a_borrowed_model_learns_as_the_model() {
    let net = chain();
    let rule = PredictiveCoding::incremental(Settling::rounds(5, 0.1), 0.02);
    let (under, p): (Under<_>, Params) = (net.under(rule), net.init(&mut uniform(3)));
    let owned = learner(under.clone(), batch_quadratic(), descend(), Plus);
    let borrowed = learner(&under, batch_quadratic(), descend(), Plus);
    let (x, y) = (batch(4, 5, 1), batch(4, 3, 2));
    assert_eq!(borrowed.put(x.clone(), &p, &y).unwrap(), owned.put(x, &p, &y).unwrap());
}
