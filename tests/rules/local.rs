//! Rules on which nothing crosses a layer: what one learns does not depend on those behind it.

use crate::harness::{batch, gap};
use pullback::{
    Error,
    category::{Identity, Relu, Tanh},
    learn::{Plus, class_cross_entropy, descend, learner, uniform},
    lens::Para,
    net::{Net, Params, dense, residual},
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
