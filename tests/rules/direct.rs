//! Rules that send the error, or the target, straight to every layer.

use crate::{
    harness::{angle, batch, by_hand, composite, expected_by_hand, gap, learned, pull},
    nets::nets,
};
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
fn attention_hears_of_what_its_weights_mix() {
    let case = &nets(Tanh)[3];
    assert_eq!(case.name, "attention");
    let (net, x, dy) = (case.whole(), batch(4, case.inputs, 1), batch(4, 3, 2));
    let p: Params = net.init(&mut uniform(3));
    let (_, _, dp) = pull(&net, DirectFeedback::seeded(7), &p, &x, &dy).unwrap();
    // cut the network behind the last product, and let e B come back there
    let mixed = net.boxes().rfind(|b| matches!(b.generator, Layer::MatMul(_))).unwrap();
    let front = Net::build(1, |d, input| {
        let mut wires = input.to_vec();
        for b in net.boxes().take(mixed.site + 1) {
            let args: Vec<_> = b.args.iter().map(|w| wires[w.index()]).collect();
            wires.push(d.push(b.generator.clone(), &args)[0]);
        }
        vec![wires[mixed.outputs.start]]
    });
    let q = Params::new(p.slots[..front.len()].to_vec());
    let back = dy.dot(&b(&net, &p, mixed.site)).into_shared();
    assert_eq!(back.dim(), (4, 12));
    let exact = pull(&front, Backprop, &q, &x, &back).unwrap().2;
    let linear: Vec<usize> = front.boxes().filter(|b| b.generator.is_linear()).map(|b| b.site).collect();
    assert_eq!(linear.len(), 4);
    for &site in &linear[1..] {
        assert_eq!(dp.slots[site], exact.slots[site], "queries, keys and values: {site}");
    }
    assert_ne!(dp.slots[linear[0]], exact.slots[linear[0]]); // what feeds them hears along the residual way
}
#[test]
fn layers_behind_attention_align_and_its_own_do_not() {
    let net = reshape(&[4, 4]) >> tokenwise(4, 4, 6) >> residual(attention(4, 6, 1)) >> flatten();
    let net = net >> dense(24, 16, Tanh) >> dense(16, 3, Identity);
    let (x, y) = (batch(30, 16, 1), (0..30).map(|k| k % 3).collect::<Vec<_>>());
    let direct =
        learner(net.under::<_, f64>(DirectFeedback::seeded(7)), class_cross_entropy(), descend(), Sgd::new(0.1));
    let exact = learner(net.under::<_, f64>(Backprop), class_cross_entropy(), descend(), Sgd::new(0.1));
    let mut s = direct.start(net.init(&mut uniform(3)));
    for _ in 0..300 {
        direct.step(&mut s, x.clone(), &y).unwrap();
    }
    let (d, e) = (direct.put(x.clone(), &s.params, &y).unwrap().1, exact.put(x, &s.params, &y).unwrap().1);
    let degrees = |site: usize| {
        let flat = |p: &Params| p.slots[site][0].iter().copied().collect::<Vec<_>>();
        angle(&flat(&d), &flat(&e))
    };
    let linear: Vec<usize> = net.boxes().filter(|b| b.generator.is_linear()).map(|b| b.site).collect();
    let angles: Vec<f64> = linear.into_iter().map(degrees).collect();
    let [before @ .., hidden, last] = &angles[..] else { panic!("{angles:?}") };
    assert!(*last == 0.0 && *hidden < 60.0, "{angles:?}");
    let mean = before.iter().sum::<f64>() / before.len() as f64;
    assert!(before.len() == 5 && (70.0..110.0).contains(&mean), "{angles:?}");
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
