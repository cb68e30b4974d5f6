//! What every rule's tests need: small batches, one step of a rule, a training run with its controls.

use crate::digits::{Batch, rows_of, split};
use ndarray::Array2;
use pullback::{
    Result,
    category::Tanh,
    learn::{Momentum, Optimiser, class_cross_entropy, descend, learner, uniform},
    lens::{Lens, Object, Para},
    net::{Array, Net, Params, Reshape, layer, linear, pointwise},
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
/// A network under a rule against its parts under it, where the rule may draw from the place and the step: the second
/// part stands behind as many layers that do nothing as the first part has.
pub(crate) fn continues<R>(rule: R, f: &Net, g: &Net, x: &Array, dy: &Array)
where
    R: Rule<On: pullback::rule::Objects<Input<f64> = Array>> + Clone,
{
    let (whole, parts) = composite(rule, f, g, x, dy);
    assert_eq!(whole.0, parts.0);
    assert_eq!(whole.1, parts.1);
    assert_eq!(whole.2.slots, parts.2.slots);
}
/// What comes back from the whole, and from the parts.
pub(crate) fn composite<R>(rule: R, f: &Net, g: &Net, x: &Array, dy: &Array) -> (Pulled, Pulled)
where
    R: Rule<On: pullback::rule::Objects<Input<f64> = Array>> + Clone,
{
    let whole = f.clone() >> g.clone();
    let p = whole.under::<R, f64>(rule.clone()).init(&mut uniform(3)).unwrap();
    let (p1, mut p2) = (p.slots[..f.len()].to_vec(), vec![vec![]; f.len()]);
    p2.extend_from_slice(&p.slots[f.len()..]);
    let (p1, p2) = (Params::new(p1), Params::new(p2));
    let (h, _, _) = pull(f, rule.clone(), &p1, x, &Array::zeros((x.nrows(), width(f)))).unwrap();
    let nothing = (1..f.len()).fold(layer(Reshape(vec![h.ncols()])), |n, _| n >> layer(Reshape(vec![h.ncols()])));
    let (y, dh, dp2) = pull(&(nothing >> g.clone()), rule.clone(), &p2, &h, dy).unwrap();
    let (_, dx, dp1) = pull(f, rule.clone(), &p1, x, &dh).unwrap();
    let mut slots = dp1.slots;
    slots.extend_from_slice(&dp2.slots[f.len()..]);
    (pull(&whole, rule, &p, x, dy).unwrap(), (y, dx, Params::new(slots)))
}
fn width(net: &Net) -> usize {
    net.shapes().unwrap().last().unwrap().as_ref().unwrap().iter().product()
}
/// The parameters after a few steps on a fixed task.
pub(crate) fn learned<R>(net: &Net, rule: R, optimiser: impl Optimiser<Params>, steps: usize) -> Params
where
    R: Rule<On: pullback::rule::Objects<Input<f64> = Array>>,
{
    let learn = learner(net.under::<R, f64>(rule), class_cross_entropy(), descend(), optimiser);
    let mut s = learn.start(learn.model().init(&mut uniform(3)).unwrap());
    for k in 0..steps {
        learn.step(&mut s, batch(4, 5, k as u64), &vec![0, 1, 2, k % 3]).unwrap();
    }
    s.params
}
/// The network of one number a layer, $w_2 \tanh(w_1 x)$, and what comes back at $x = 0.5$, $w_1 = 2$ for the change 1:
/// the changes of $w_1$ and $w_2$. What the rule has learned is `more`.
pub(crate) fn by_hand<R>(rule: R, w2: f64, more: [&[f64]; 2]) -> [f64; 2]
where
    R: Rule<On: pullback::rule::Objects<Input<f64> = Array>>,
{
    let one = |x: f64| Array2::from_elem((1, 1), x);
    let slot = |w: f64, more: &[f64]| [w].iter().chain(more).map(|&x| one(x)).collect::<Vec<_>>();
    let p = Params::new(vec![slot(2.0, more[0]), vec![], slot(w2, more[1])]);
    let net = linear(1, 1) >> pointwise(Tanh) >> linear(1, 1);
    let (_, _, dp) = pull(&net, rule, &p, &one(0.5).into_shared(), &one(1.0).into_shared()).unwrap();
    [dp.slots[0][0][[0, 0]], dp.slots[2][0][[0, 0]]]
}
/// The changes in that network if `b` stands for $w_2$ on the way back.
pub(crate) fn expected_by_hand(b: f64) -> [f64; 2] {
    let h = 1f64.tanh();
    [b * (1.0 - h * h) * 0.5, h]
}
/// What the second of two sweeps adds to `dp`, against the first: a reverse map adds, it does not write.
pub(crate) fn adds_up<R>(net: &Net, rule: R)
where
    R: Rule<On: pullback::rule::Objects<Input<f64> = Array>> + Copy,
{
    let under = net.under::<R, f64>(rule);
    let (p, x, dy) = (under.init(&mut uniform(3)).unwrap(), batch(4, 5, 1), batch(4, 3, 2));
    let mut dp = no_change(&p);
    let sweep = |dp: &mut Params| {
        let (_, kept) = under.fwd(&p, x.clone()).unwrap();
        under.bwd(&p, kept, dy.clone(), dp).unwrap();
    };
    sweep(&mut dp);
    let twice: Vec<f64> = dp.flat().iter().map(|d| 2.0 * d).collect();
    sweep(&mut dp);
    assert!(gap(&dp.flat(), &twice) < 1e-14);
    assert!(twice.iter().any(|d| *d != 0.0));
}
/// The angle between two lists of numbers, in degrees.
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
