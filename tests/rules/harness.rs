//! What every rule's tests need: small batches, one step of a rule, a training run with its controls.

use crate::digits::{Batch, rows_of, split};
use ndarray::Array2;
use pullback::{
    Result,
    learn::{Momentum, class_cross_entropy, descend, learner, uniform},
    lens::{Lens, Object},
    net::{Array, Net, Params},
    rule::{Rule, Under},
};

/// A batch of uniform numbers in $[-1, 1)$.
pub(crate) fn batch(rows: usize, columns: usize, seed: u64) -> Array {
    let mut draw = uniform(seed);
    Array2::from_shape_simple_fn((rows, columns), &mut draw).into_shared()
}
/// What comes back: the output, the change of the input, the change of the parameters.
pub(crate) type Pulled = (Array, Array, Params);
/// One pass forward and back of the rule for the change `dy` of the output.
pub(crate) fn pull<R>(net: &Net, rule: R, p: &Params, x: &Array, dy: &Array) -> Result<Pulled>
where
    R: Rule<On: pullback::rule::Objects<Input<f64> = Array>>,
{
    Lens(net.under::<R, f64>(rule)).pull(p, x.clone(), dy.clone())
}
/// The largest difference of two lists of numbers, relative to the largest of the second.
pub(crate) fn gap(a: &[f64], b: &[f64]) -> f64 {
    assert_eq!(a.len(), b.len());
    let scale = b.iter().fold(f64::MIN_POSITIVE, |m, b| m.max(b.abs()));
    a.iter().zip(b).map(|(a, b)| (a - b).abs() / scale).fold(0.0, f64::max)
}
/// The angle between two lists of numbers, in degrees.
#[allow(dead_code)]
pub(crate) fn angle(a: &[f64], b: &[f64]) -> f64 {
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    (dot(a, b) / (dot(a, a) * dot(b, b)).sqrt()).acos().to_degrees()
}

/// Percent of the test digits that a trained network names, under the common protocol: batches of 32, momentum 0.9.
pub(crate) fn accuracy<R: Rule<On: pullback::rule::Objects<Input<f64> = Array>>>(
    net: &Net,
    rule: R,
    rate: f64,
    epochs: usize,
    seed: u64,
) -> Result<f64> {
    let ((x, y), test) = split();
    let learn = learner(net.under::<R, f64>(rule), class_cross_entropy(), descend(), Momentum::new(rate, 0.9));
    let mut state = learn.start(learn.model().init(&mut uniform(seed))?);
    for epoch in 0..epochs {
        for rows in shuffled(y.len(), seed * 1000 + epoch as u64).chunks(32) {
            let (x, y) = rows_of(&x, &y, rows);
            learn.step(&mut state, x, &y)?;
        }
    }
    named(learn.model(), &state.params, &test)
}
/// Percent of a batch whose largest output is their class.
pub(crate) fn named<R: Rule<On: pullback::rule::Objects<Input<f64> = Array>>>(
    under: &Under<R>,
    p: &Params,
    (x, y): &Batch,
) -> Result<f64> {
    let scores = under.predict(p, x.clone())?;
    let best =
        |row: ndarray::ArrayView1<'_, f64>| row.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1)).map(|(k, _)| k);
    let right = scores.rows().into_iter().zip(y).filter(|(row, y)| best(*row) == Some(**y)).count();
    Ok(100.0 * right as f64 / y.len() as f64)
}
/// The numbers below `n` in a random order.
pub(crate) fn shuffled(n: usize, seed: u64) -> Vec<usize> {
    let mut draw = uniform(seed);
    let mut order: Vec<(f64, usize)> = (0..n).map(|i| (draw(), i)).collect();
    order.sort_by(|a, b| a.0.total_cmp(&b.0));
    order.into_iter().map(|(_, i)| i).collect()
}
/// Parameters whose changes are all zero.
pub(crate) fn no_change(p: &Params) -> Params {
    p.zero()
}
