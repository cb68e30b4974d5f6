//! Rules that settle: exact where the card says so, of the order that it says elsewhere.

use crate::harness::{batch, gap};
use pullback::{
    Error, Result,
    category::{Identity, Tanh},
    learn::{Plus, batch_quadratic, class_cross_entropy, descend, learner, uniform},
    lens::{Lens, Para},
    net::{Array, Net, Params, dense, residual},
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
    assert!(far(&found, &exact) < 4e-15, "squared error: {:e}", far(&found, &exact));
    assert!(gap(dz.as_slice().unwrap(), dx.as_slice().unwrap()) < 4e-15);
    let found = far(&entropy(&chain(), z).unwrap().1, &entropy(&chain(), Backprop).unwrap().1);
    assert!(found < 4e-15, "cross-entropy: {found:e}");
}
#[test]
fn zero_divergence_needs_paths_of_one_length() {
    let e = squared(&with_residual(), PredictiveCoding::zero_divergence()).unwrap_err();
    assert!(matches!(e, Error::NoReverse { rule: "PredictiveCoding", .. }), "{e}");
}
#[test]
fn the_fixed_point_of_fixed_prediction_is_backprop() {
    for net in [chain(), with_residual()] {
        let rule = PredictiveCoding::fixed_prediction(Settling::until(3e-16, 2000, 0.5));
        let (dx, exact) = entropy(&net, Backprop).unwrap();
        let (dz, found) = entropy(&net, rule).unwrap();
        assert!(far(&found, &exact) < 2e-15, "{:e}", far(&found, &exact));
        assert!(gap(dz.as_slice().unwrap(), dx.as_slice().unwrap()) < 2e-15);
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
        let gaps = [error(0.01), error(0.001), error(0.0001)];
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
