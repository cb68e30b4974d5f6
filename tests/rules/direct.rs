//! Rules that send the error, or the target, straight to every layer.

use crate::harness::{batch, by_hand, composite, expected_by_hand, gap, learned, pull};
use ndarray::Array2;
use pullback::{
    category::{Identity, Tanh},
    learn::*,
    lens::Closing,
    net::*,
    rule::*,
};

/// $B$ at a layer.
fn b(net: &Net, p: &Params, site: usize) -> Array2<f64> {
    net.under::<_, f64>(DirectFeedback::seeded(7)).site(site, None, p).unwrap().fixed[0].clone()
}

#[test]
fn one_hidden_layer_with_the_weights_is_backprop() {
    let (net, x, dy) = (dense(5, 7, Tanh) >> dense(7, 3, Identity), batch(4, 5, 1), batch(4, 3, 2));
    let mut p: Params = net.init(&mut uniform(3));
    let changes = |p: &Params| {
        let direct = pull(&net, DirectFeedback::seeded(7), p, &x, &dy).unwrap();
        (direct.2, pull(&net, Backprop, p, &x, &dy).unwrap().2)
    };
    let (direct, exact) = changes(&p);
    assert_ne!(direct, exact);
    assert_eq!(direct.slots[2], exact.slots[2]);
    p.slots[2][0] = b(&net, &p, 1);
    let (direct, exact) = changes(&p);
    assert_eq!(direct, exact);
}

#[test]
fn two_layers_by_hand() {
    let net = linear(1, 1) >> pointwise(Tanh) >> linear(1, 1);
    let b = b(&net, &Params::new(vec![vec![]; 3]), 1)[[0, 0]];
    assert_eq!(by_hand(DirectFeedback::seeded(7), -3.0, [&[], &[]]), expected_by_hand(b));
}

#[test]
fn every_layer_of_a_residual_network_learns() {
    // the branch ends in a linear layer, and no activation is behind it
    let branch = dense(7, 6, Tanh) >> dense(6, 7, Identity);
    let net = dense(5, 7, Tanh) >> residual(branch) >> dense(7, 3, Identity);
    let (x, dy) = (batch(4, 5, 1), batch(4, 3, 2));
    let p: Params = net.init(&mut uniform(3));
    let (_, _, dp) = pull(&net, DirectFeedback::seeded(7), &p, &x, &dy).unwrap();
    let learns = |site: usize| dp.slots[site].iter().all(|d| d.iter().any(|d| *d != 0.0));
    assert!(net.boxes().filter(|b| !b.generator.weights().is_empty()).all(|b| learns(b.site)));
    // that linear layer's change is e B outer its input
    let h = x.dot(&p.slots[0][0].t()).mapv(f64::tanh);
    let inside = h.dot(&p.slots[2][0].t()).mapv(f64::tanh);
    let expected = dy.dot(&b(&net, &p, 4)).t().dot(&inside);
    assert!(gap(&dp.slots[4][0].iter().copied().collect::<Vec<_>>(), expected.as_slice().unwrap()) < 1e-14);
    // and that of the first layer is the same whatever the branch does
    let mut other = p.clone();
    other.slots[2][0].fill(0.25);
    other.slots[4][0].fill(-3.0);
    let (_, _, moved) = pull(&net, DirectFeedback::seeded(7), &other, &x, &dy).unwrap();
    assert_eq!(moved.slots[0], dp.slots[0]);
    assert_ne!(moved.slots[6], dp.slots[6]);
}

#[test]
fn it_is_not_a_functor() {
    let (f, g, x, dy) = (dense(5, 7, Tanh), dense(7, 3, Tanh), batch(4, 5, 1), batch(4, 3, 2));
    let (whole, parts) = composite(DirectFeedback::seeded(7), &f, &g, &x, &dy);
    assert_eq!(whole.0, parts.0);
    assert_ne!(whole.2.slots[0], parts.2.slots[0]);
}

#[test]
fn detach_stops_the_broadcast() {
    let net = dense(5, 7, Tanh) >> detach() >> dense(7, 3, Identity);
    let p: Params = net.init(&mut uniform(3));
    let (_, _, dp) = pull(&net, DirectFeedback::seeded(7), &p, &batch(4, 5, 1), &batch(4, 3, 2)).unwrap();
    assert!(dp.slots[0].iter().all(|d| d.iter().all(|d| *d == 0.0)));
}

/// A squared error with the target `t`, by hand.
struct Towards(Array);
impl Closing<Array> for Towards {
    fn change(&mut self, y: Array) -> pullback::Result<Array> {
        Ok((&self.0 - &y).into_shared())
    }
    fn value(&mut self, y: Array) -> pullback::Result<f64> {
        Ok(-0.5 * (&self.0 - &y).mapv(|d| d * d).sum())
    }
    fn values(&mut self, y: Array) -> pullback::Result<Vec<f64>> {
        let rows = y.nrows() as f64;
        Ok((&self.0 - &y).rows().into_iter().map(|d| -0.5 * rows * d.dot(&d)).collect())
    }
}
#[test]
fn targets_ride_back_in_place_of_errors() {
    use pullback::lens::{Object, Para};
    let (net, x, t) = (dense(5, 7, Tanh) >> dense(7, 3, Identity), batch(4, 5, 1), batch(4, 3, 2));
    let change = |p: &Params, rule: bool| {
        let mut dp = p.zero();
        let rest = &mut Towards(t.clone());
        match rule {
            true => net.under::<_, f64>(DirectRandomTarget::seeded(7)).close(p, x.clone(), &mut dp, rest),
            false => net.under::<_, f64>(DirectFeedback::seeded(7)).close(p, x.clone(), &mut dp, rest),
        }
        .unwrap();
        dp
    };
    let p: Params = net.init(&mut uniform(3));
    // the change of the first layer is (t B ⊙ f')ᵀ x
    let h = (x.dot(&p.slots[0][0].t()) + &p.slots[0][1]).mapv(f64::tanh);
    let d = t.dot(&b(&net, &p, 1)) * h.mapv(|h| 1.0 - h * h);
    let found: Vec<f64> = change(&p, true).slots[0][0].iter().copied().collect();
    assert!(gap(&found, d.t().dot(&x).as_standard_layout().as_slice().unwrap()) < 1e-14);
    // the last layer learns from the error, as under direct feedback
    assert_eq!(change(&p, true).slots[2], change(&p, false).slots[2]);
    // and the first does not hear of what is behind it
    let mut other = p.clone();
    other.slots[2][0].mapv_inplace(|w| 2.0 * w - 0.3);
    assert_eq!(change(&p, true).slots[0], change(&other, true).slots[0]);
    assert_ne!(change(&p, false).slots[0], change(&other, false).slots[0]);
}

#[test]
fn runs_repeat_for_a_seed() {
    let net = dense(5, 7, Tanh) >> residual(dense(7, 7, Tanh)) >> dense(7, 3, Identity);
    let direct = |seed| learned(&net, DirectFeedback::seeded(seed), Momentum::new(0.1, 0.9), 3);
    assert_eq!(direct(1), direct(1));
    assert_ne!(direct(1), direct(2));
    let target = |seed| learned(&net, DirectRandomTarget::seeded(seed), Momentum::new(0.1, 0.9), 3);
    assert_eq!(target(1), target(1));
    assert_ne!(target(1), target(2));
    assert_ne!(target(1), direct(1));
}
