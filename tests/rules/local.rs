//! Rules on which nothing crosses a layer: what one learns does not depend on those behind it.

use crate::{
    digits::{rows_of, split},
    harness::{accuracy, batch, gap, shuffled},
};
use pullback::{
    Error,
    category::{Identity, Relu, Tanh},
    learn::{Momentum, Plus, argmax, class_cross_entropy, descend, learner, uniform},
    lens::{Lens, Para},
    net::{Array, Net, Params, dense, detach, residual},
    rule::*,
};

/// Parameters of which none is zero.
pub(crate) fn start<R: Rule>(under: &Under<R>) -> Params {
    let mut p = under.init(&mut uniform(3)).unwrap();
    let mut draw = uniform(4);
    p.slots.iter_mut().flatten().for_each(|a| a.mapv_inplace(|w| w + 0.3 * draw()));
    p
}
pub(crate) fn classes() -> Vec<usize> {
    vec![0, 2, 1, 1]
}
fn local(net: &Net, p: &Params) -> pullback::Result<Params> {
    let learn = learner(net.under(LocalLoss::prediction()), class_cross_entropy(), descend(), Plus);
    Ok(learn.put((batch(4, 5, 1), classes()), p, &classes())?.1)
}

#[test]
fn a_head_learns_down_its_own_loss() {
    let net = dense(5, 4, Tanh) >> dense(4, 3, Identity);
    let p = start(&net.under(LocalLoss::prediction()));
    let found = local(&net, &p).unwrap();
    let loss = |p: &Params| {
        let s = &p.slots;
        let h = (batch(4, 5, 1).dot(&s[0][0].t()) + &s[0][1]).mapv(f64::tanh);
        class_cross_entropy().fwd(&classes(), h.dot(&s[1][0].t()).into_shared()).unwrap().0
    };
    let h = 1e-5;
    for (layer, array) in [(0, 0), (0, 1), (1, 0)] {
        for k in 0..p.slots[layer][array].len() {
            let moved = |by: f64| {
                let mut p = p.clone();
                p.slots[layer][array].as_slice_mut().unwrap()[k] += by;
                loss(&p)
            };
            let (slope, got) = ((moved(-h) - moved(h)) / (2.0 * h), found.slots[layer][array].as_slice().unwrap()[k]);
            assert!((slope - got).abs() < 1e-9, "layer {layer}, array {array}, {k}: {slope} against {got}");
        }
    }
}
#[test]
fn nothing_crosses_a_border() {
    let net = dense(5, 7, Tanh) >> residual(dense(7, 7, Relu)) >> dense(7, 3, Identity);
    let p = start(&net.under(LocalLoss::prediction()));
    let before = local(&net, &p).unwrap();
    // 0 linear, 1 tanh, 2 linear, 3 relu, 4 add, 5 linear
    for (changed, untouched) in [(5, 4), (2, 2), (3, 2)] {
        let mut other = p.clone();
        other.slots[changed].iter_mut().for_each(|a| a.mapv_inplace(|w| 2.0 * w + 1.0));
        let after = local(&net, &other).unwrap();
        assert_eq!(before.slots[..untouched], after.slots[..untouched], "layer {changed}");
        assert_ne!(before.slots, after.slots, "layer {changed}");
    }
}
#[test]
fn the_last_layer_learns_from_the_loss() {
    let net = dense(5, 7, Tanh) >> dense(7, 3, Identity);
    let p = start(&net.under(LocalLoss::prediction()));
    let own = p.of_net(&net).unwrap();
    let exact =
        learner(net.under(Backprop), class_cross_entropy(), descend(), Plus).put(batch(4, 5, 1), &own, &classes());
    let (found, exact) = (local(&net, &p).unwrap(), exact.unwrap().1);
    assert_eq!(found.slots[2], exact.slots[2]);
    assert!(gap(&found.flat()[..35], &exact.flat()[..35]) > 0.01);
    // and it predicts as under backprop, with no label
    let y = net.under::<_, f64>(LocalLoss::prediction()).predict(&p, (batch(4, 5, 1), vec![])).unwrap();
    assert_eq!(y, net.under::<_, f64>(Backprop).predict(&own, batch(4, 5, 1)).unwrap());
}
#[test]
fn a_label_that_is_missing_is_an_error() {
    let net = dense(5, 7, Tanh) >> dense(7, 3, Identity);
    let p = start(&net.under(LocalLoss::prediction()));
    let learn = learner(net.under(LocalLoss::prediction()), class_cross_entropy(), descend(), Plus);
    let e = learn.put((batch(4, 5, 1), vec![0, 1]), &p, &classes()).unwrap_err();
    assert!(matches!(e, Error::InLayer { layer: "pointwise", site: 1, .. }), "{e}");
    let e = learn.put((batch(4, 5, 1), vec![0, 1, 2, 3]), &p, &classes()).unwrap_err();
    assert_eq!(e.to_string(), "pointwise at layer 1: class_cross_entropy: expected the number of a column, found 3");
}

/// Percent of the test digits that a network names after a few passes under a rule.
fn reached<R: Rule<On = Labelled>>(net: &Net, rule: R) -> f64 {
    let ((x, y), (unseen, labels)) = split();
    let learn = learner(net.under::<R, f64>(rule), class_cross_entropy(), descend(), Momentum::new(0.05, 0.9));
    let mut s = learn.start(learn.model().init(&mut uniform(1)).unwrap());
    for epoch in 0..4 {
        for rows in shuffled(y.len(), 1000 + epoch).chunks(32) {
            let (x, y) = rows_of(&x, &y, rows);
            learn.step(&mut s, (x, y.clone()), &y).unwrap();
        }
    }
    let scores = learn.predict(&s, (unseen, vec![])).unwrap();
    let named = scores.rows().into_iter().zip(&labels).filter(|(row, y)| argmax(row.as_slice().unwrap()) == **y);
    100.0 * named.count() as f64 / labels.len() as f64
}
#[test]
fn local_rules_train_hidden_layers() {
    let hidden = || dense(64, 32, Tanh) >> dense(32, 32, Tanh);
    let net = hidden() >> dense(32, 10, Identity);
    let frozen = accuracy(&(hidden() >> detach() >> dense(32, 10, Identity)), Backprop, 0.05, 4, 1).unwrap();
    for (name, named) in [
        ("prediction", reached(&net, LocalLoss::prediction())),
        ("waves", reached(&net, LocalSync::waves().temperature(0.25))),
        ("copy", reached(&net, MomentumAuxiliary::new(Tanh, 0.2))),
    ] {
        assert!(named > frozen + 5.0, "{name}: {named} where frozen hidden layers reach {frozen}");
    }
}

/// The whole under a rule, and its parts under it, which borders do not have to know of.
#[test]
fn composition_is_lens_composition() {
    fn composes<R: Rule<On = Labelled> + Copy>(rule: R) {
        let (f, g) = (dense(5, 6, Tanh) >> residual(dense(6, 6, Relu)), dense(6, 6, Tanh) >> dense(6, 3, Relu));
        let whole = f.clone() >> g.clone();
        let p = start(&whole.under(rule));
        let (first, second) = p.slots.split_at(f.len());
        let (x, dy) = (batch(4, 5, 1), batch(4, 3, 2));
        let pull = |net: &Net, slots: &[Vec<ndarray::Array2<f64>>], x: &Array, dy: &Array| {
            let p = Params::new(slots.to_vec());
            Lens(net.under::<R, f64>(rule)).pull(&p, (x.clone(), classes()), dy.clone()).unwrap()
        };
        let (y, dx, dp) = pull(&whole, &p.slots, &x, &dy);
        let (h, _, _) = pull(&f, first, &x, &batch(4, 6, 9));
        let (y2, (dh, _), dp2) = pull(&g, second, &h, &dy);
        let (_, dx1, dp1) = pull(&f, first, &x, &dh);
        assert_eq!((y, dx), (y2, dx1));
        assert_eq!(dp.slots, [dp1.slots, dp2.slots].concat());
    }
    composes(LocalLoss::prediction());
    composes(LocalLoss::prediction().on(Borders::Nowhere));
    composes(DeepSupervision::weighing(0.3));
    composes(ChannelCompetition::new(3));
}
#[test]
fn a_rule_with_heads_can_be_averaged_and_seeds_decide_its_start() {
    let net = dense(5, 7, Tanh) >> dense(7, 3, Identity);
    let rule = LocalLoss::both(0.9);
    let p = start(&net.under(rule));
    let once = |rule| learner(net.under::<_, f64>(rule), class_cross_entropy(), descend(), Plus);
    let twice = learner(net.under::<_, f64>(Averaged::new(rule, 2)), class_cross_entropy(), descend(), Plus);
    let x = || (batch(4, 5, 1), classes());
    let (_, one, _) = once(rule).put(x(), &p, &classes()).unwrap();
    let (_, two, _) = twice.put(x(), &p, &classes()).unwrap();
    assert!(gap(&two.flat(), &one.flat()) < 1e-15);
    let first = |seed| net.under::<_, f64>(rule).init(&mut uniform(seed)).unwrap();
    assert_eq!(first(1), first(1));
    assert_ne!(first(1).slots[1][1], first(2).slots[1][1]);
}
#[test]
fn what_rules_without_a_backward_pass_keep() {
    let net = dense(74, 200, Relu) >> dense(200, 200, Relu);
    let p = start(&net.under(Backprop));
    let x = batch(32, 74, 1);
    let exact = net.under::<_, f64>(Backprop).residual_bytes(&p, x.clone()).unwrap();
    assert_eq!(exact, 8 * 32 * (74 + 4 * 200));
    // the label beside the batch, and nothing else
    let told = net.under::<_, f64>(ChannelCompetition::new(2));
    assert_eq!(told.residual_bytes(&p, (x.clone(), vec![0; 32])).unwrap(), exact + 8 * 32);
    // what enters a layer, brought to length one, and what leaves it rectified; twice
    let pair = net.under::<_, f64>(ForwardForward::new(2)).residual_bytes(&p, (x.clone(), x.clone())).unwrap();
    assert_eq!(pair, 8 * 32 * 2 * (74 + 3 * 200));
    assert!((1.5..1.6).contains(&(pair as f64 / exact as f64)));
    // nothing before the rounds begin
    let rule = PredictiveForwardForward::new(ForwardForward::new(2));
    let p = start(&net.under(rule));
    assert_eq!(net.under::<_, f64>(rule).residual_bytes(&p, (x.clone(), x)).unwrap(), 0);
}
