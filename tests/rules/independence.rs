//! Independence: what a layer learns does not change by one bit when the weights of a later one do.

use crate::{
    harness::{batch, gap},
    heads::asked,
    local::{classes, start},
};
use pullback::{
    Result,
    category::{Identity, Relu},
    learn::{Plus, class_cross_entropy, descend, learner},
    lens::Lens,
    net::{Add, Array, Layer, Net, Params, Window, conv2d, dense, detach, flatten, linear, pointwise, residual, tap},
    rule::*,
};

/// A chain with residual connections, one of which leaves before an activation and passes it by.
fn net() -> Net {
    dense(5, 6, Relu)
        >> residual(dense(6, 6, Relu))
        >> linear(6, 6)
        >> residual(pointwise(Relu) >> linear(6, 6))
        >> pointwise(Relu)
        >> dense(6, 3, Identity)
}
fn images() -> Net {
    let image = Window::new([1, 4, 4], [3, 3]);
    conv2d(image, 6)
        >> pointwise(Relu)
        >> conv2d(Window::new([6, 2, 2], [1, 1]), 3)
        >> pointwise(Relu)
        >> flatten()
        >> dense(12, 3, Identity)
}
/// Which of the layers before learn something else when the weights of a layer are changed; at least that layer and what
/// comes behind must.
fn reach(net: &Net, p: &Params, learned: impl Fn(&Params) -> Result<Params>) -> Vec<(usize, usize)> {
    let before = learned(p).unwrap().of_net(net).unwrap();
    assert!(before.flat().iter().any(|d| *d != 0.0));
    assert_eq!(learned(p).unwrap().of_net(net).unwrap(), before); // nothing is drawn
    let mut found = vec![];
    for b in net.boxes().filter(|b| !b.generator.weights().is_empty()) {
        let mut other = p.clone();
        let own = b.generator.weights().len();
        other.slots[b.site][..own].iter_mut().for_each(|a| a.mapv_inplace(|w| 1.5 * w + 0.25));
        let after = learned(&other).unwrap().of_net(net).unwrap();
        assert!(before.slots[b.site..] != after.slots[b.site..], "layer {}", b.site);
        found.extend((0..b.site).filter(|&k| before.slots[k] != after.slots[k]).map(|k| (b.site, k)));
    }
    found
}
fn labelled<R: Rule<On = Labelled> + Copy>(rule: R) {
    for (net, features) in [(net(), 5), (images(), 16)] {
        let x = batch(4, features, 1);
        let found = reach(&net, &start(&net.under(rule)), |p| asked(&net, rule, p, &x));
        assert_eq!(found, [], "{}", rule.name());
    }
}
#[test]
fn local_rules_are_independent() {
    labelled(LocalLoss::prediction());
    labelled(LocalLoss::similarity());
    labelled(LocalLoss::both(0.99));
    labelled(LocalSync::waves());
    labelled(LocalSync::scaled());
    labelled(LocalSync::mixed().square());
    labelled(SyntheticGradient::new());
    labelled(SyntheticGradient::blind());
    labelled(MomentumAuxiliary::new(Relu, 0.1));
    labelled(ChannelCompetition::new(3));
}
/// A right and a wrong batch, of which the second may be the same.
fn paired(net: &Net, rule: ForwardForward, features: usize) -> Vec<(usize, usize)> {
    let (right, wrong) = (batch(4, features, 1), batch(4, features, 2));
    let p = start(&net.under(rule));
    let under = Lens(net.under::<_, f64>(rule));
    reach(net, &p, |p| Ok(under.pull(p, (right.clone(), wrong.clone()), Array::zeros((4, 3)))?.2))
}
#[test]
fn forward_only_rules_are_independent() {
    for rule in [ForwardForward::new(3), ForwardForward::with_threshold(3, 2.0)] {
        for rule in [rule, rule.collaborating()] {
            assert_eq!(paired(&net(), rule, 5), []);
            assert_eq!(paired(&images(), rule, 16), []);
        }
    }
    fn silent<R: Rule<On = Silent> + Copy>(rule: R) {
        let (net, x) = (net(), batch(4, 5, 1));
        let p = start(&net.under(rule));
        let under = Lens(net.under::<R, f64>(rule));
        assert_eq!(reach(&net, &p, |p| Ok(under.pull(p, x.clone(), Array::zeros((4, 3)))?.2)), []);
    }
    silent(Hebbian);
    silent(Oja);
    silent(GeneralisedHebbian);
}
#[test]
fn rules_that_wait_for_the_end_are_not() {
    let (net, x) = (net(), batch(4, 5, 1));
    fn whole<R: Rule<On = Arrays>>(net: &Net, rule: R, p: &Params, x: &Array) -> Result<Params> {
        let learn = learner(net.under::<R, f64>(rule), class_cross_entropy(), descend(), Plus);
        Ok(learn.put(x.clone(), p, &classes())?.1)
    }
    let p = start(&net.under(Backprop));
    assert!(!reach(&net, &p, |p| whole(&net, Backprop, p, &x)).is_empty());
    assert!(!reach(&net, &p, |p| whole(&net, Pepita::seeded(1), p, &x)).is_empty()); // through the error
    let rule = DeepSupervision::weighing(0.3);
    let p = start(&net.under(rule));
    assert!(!reach(&net, &p, |p| asked(&net, rule, p, &x)).is_empty());
}

// blocks

fn blocks() -> Net {
    dense(5, 6, Relu)
        >> dense(6, 6, Relu)
        >> tap("middle")
        >> residual(dense(6, 6, Relu))
        >> dense(6, 6, Relu)
        >> dense(6, 3, Identity)
}
const MIDDLE: Borders = Borders::Taps(&["middle"]);

#[test]
fn one_block_is_backprop() {
    let x = batch(4, 5, 1);
    for net in [blocks(), dense(5, 6, Relu) >> detach() >> residual(dense(6, 6, Relu)) >> dense(6, 3, Identity)] {
        let p = net.init(&mut pullback::learn::uniform(3));
        let exact = learner(net.under(Backprop), class_cross_entropy(), descend(), Plus);
        let (dx, dp, _) = exact.put(x.clone(), &p, &classes()).unwrap();
        fn same<R: Rule<On = Labelled>>(net: &Net, rule: R, p: &Params, x: &Array, expected: (&Array, &Params)) {
            let learn = learner(net.under::<R, f64>(rule), class_cross_entropy(), descend(), Plus);
            let ((dx, _), dp, _) = learn.put((x.clone(), classes()), p, &classes()).unwrap();
            assert_eq!((&dx, &dp), expected);
        }
        same(&net, LocalLoss::prediction().on(Borders::Nowhere), &p, &x, (&dx, &dp));
        same(&net, LocalLoss::both(0.5).on(Borders::Nowhere), &p, &x, (&dx, &dp));
        same(&net, LocalSync::mixed().on(Borders::Nowhere), &p, &x, (&dx, &dp));
        same(&net, SyntheticGradient::new().on(Borders::Nowhere), &p, &x, (&dx, &dp));
        same(&net, DeepSupervision::weighing(0.3).on(Borders::Nowhere), &p, &x, (&dx, &dp));
        same(&net, LocalLoss::prediction().on(Borders::Every(9)), &p, &x, (&dx, &dp));
    }
}
#[test]
fn a_block_is_backprop_on_its_own_head() {
    let (net, x) = (blocks(), batch(4, 5, 1));
    let rule = LocalLoss::prediction().on(MIDDLE);
    let p = start(&net.under(rule));
    let found = asked(&net, rule, &p, &x).unwrap();
    // the first block: two layers and the head at the tap
    let first = dense(5, 6, Relu) >> dense(6, 6, Relu) >> linear(6, 3);
    let own = Params::new([&p.slots[..4], &[p.slots[4].clone()]].concat());
    let exact = learner(first.under(Backprop), class_cross_entropy(), descend(), Plus);
    assert_eq!(exact.put(x.clone(), &own, &classes()).unwrap().1.slots[..], found.slots[..5]);
    // the second block: the rest, on what the first has made
    let h = first.under::<_, f64>(Backprop).forward(&own, None, x).unwrap().1[3].1.clone();
    let rest = residual(dense(6, 6, Relu)) >> dense(6, 6, Relu) >> dense(6, 3, Identity);
    let exact = learner(rest.under(Backprop), class_cross_entropy(), descend(), Plus);
    let own = Params::new(p.slots[5..].to_vec());
    assert_eq!(exact.put(h, &own, &classes()).unwrap().1.slots[..], found.slots[5..]);
}
#[test]
fn nothing_crosses_between_blocks() {
    let (net, x) = (blocks(), batch(4, 5, 1));
    for (borders, last) in [(MIDDLE, 5), (Borders::Every(2), 4), (Borders::Every(3), 7)] {
        // heads that are zero ask for nothing, so whatever the first block learned would have crossed
        let rule = LocalLoss::prediction().on(borders);
        let own: Params = net.init(&mut pullback::learn::uniform(3));
        let p = net.under::<_, f64>(rule).init(&mut pullback::learn::uniform(3)).unwrap();
        assert_eq!(p.of_net(&net).unwrap(), own);
        let found = asked(&net, rule, &p, &x).unwrap().of_net(&net).unwrap();
        assert!(found.slots[..last].iter().flatten().flatten().all(|d| *d == 0.0), "{borders:?}");
        assert!(found.slots[last..].iter().flatten().flatten().any(|d| *d != 0.0), "{borders:?}");
        // and with any heads a block depends on none behind it, but inside a block layers do depend on each other
        let p = start(&net.under(rule));
        let block = |site: usize| usize::from(site >= last);
        let found = reach(&net, &p, |p| asked(&net, rule, p, &x));
        assert!(!found.is_empty() && found.iter().all(|&(changed, k)| block(changed) == block(k)), "{found:?}");
    }
}
#[test]
fn a_branch_beside_a_border_learns_nothing() {
    let beside = |other: Net| {
        Net::build(1, |d, x| {
            let (a, b) = (d.inline(&dense(5, 6, Relu), x), d.inline(&other, x));
            d.push(Layer::Add(Add), &[a[0], b[0]]).to_vec()
        }) >> dense(6, 3, Identity)
    };
    let (rule, x) = (LocalLoss::prediction(), batch(4, 5, 1));
    for (other, learns) in [(linear(5, 6), false), (linear(5, 6) >> pointwise(Relu), true)] {
        let net = beside(other);
        let found = asked(&net, rule, &start(&net.under(rule)), &x).unwrap();
        assert_eq!(found.slots[2][0].iter().any(|d| *d != 0.0), learns);
    }
}
#[test]
fn a_border_has_a_wire() {
    let (net, x) = (blocks(), batch(4, 5, 1));
    let rule = LocalLoss::prediction().on(Borders::Taps(&["middle", "end"]));
    let e = asked(&net, rule, &start(&net.under(rule)), &x).unwrap_err();
    assert_eq!(e.to_string(), "borders: no wire has the name end");
    // a tap that is a border shows what comes from behind, which goes no further
    let (taps, rule) = (Taps::new(), SyntheticGradient::new().on(MIDDLE));
    let under = net.under::<_, f64>(rule).tapped(&taps);
    let p = start(&under);
    let learn = learner(under, class_cross_entropy(), descend(), Plus);
    learn.put((x.clone(), classes()), &p, &classes()).unwrap();
    let rest = residual(dense(6, 6, Relu)) >> dense(6, 6, Relu) >> dense(6, 3, Identity);
    let exact = learner(rest.under(Backprop), class_cross_entropy(), descend(), Plus);
    let own = Params::new(p.slots[5..].to_vec());
    let behind = exact.put(taps.forward("middle").unwrap(), &own, &classes()).unwrap().0;
    assert_eq!(taps.backward("middle"), Some(behind));
}
#[test]
fn blocks_are_counted_on_the_longest_way() {
    let net = blocks();
    let rule = LocalLoss::prediction();
    let heads = |borders| {
        let p = net.under::<_, f64>(rule.on(borders)).init(&mut || 0.5).unwrap();
        let own: Params = net.init(&mut || 0.5);
        let more = p.slots.iter().zip(&own.slots).enumerate().filter(|(_, (a, b))| a.len() > b.len());
        more.map(|(site, _)| site).collect::<Vec<_>>()
    };
    // 0 linear, 1 relu, 2 linear, 3 relu, 4 tap, 5 linear, 6 relu, 7 add, 8 linear, 9 relu, 10 linear
    assert_eq!(heads(Borders::Activations), [1, 3, 6, 9]);
    assert_eq!(heads(Borders::Every(2)), [3, 9]);
    assert_eq!(heads(Borders::Every(3)), [6]);
    assert_eq!(heads(Borders::Every(0)), [0usize; 0]);
    assert_eq!(heads(MIDDLE), [4]);
}
#[test]
fn heads_of_dense_layers_and_of_images_differ_in_nothing() {
    // a convolution whose window is the image is a dense layer
    let conv = conv2d(Window::new([1, 4, 4], [4, 4]), 6) >> pointwise(Relu) >> flatten() >> dense(6, 3, Identity);
    let plain = dense(16, 6, Relu) >> flatten() >> dense(6, 3, Identity);
    let x = batch(4, 16, 1);
    fn flat<R: Rule<On = Labelled> + Copy>(net: &Net, rule: R, p: &Params, x: &Array) -> Vec<f64> {
        asked(net, rule, p, x).unwrap().flat()
    }
    fn both<R: Rule<On = Labelled> + Copy>(rule: R, nets: [&Net; 2], x: &Array) {
        let p = start(&nets[0].under(rule));
        assert!(gap(&flat(nets[1], rule, &p, x), &flat(nets[0], rule, &p, x)) < 1e-14);
    }
    both(LocalLoss::both(0.5), [&plain, &conv], &x);
    both(LocalSync::mixed(), [&plain, &conv], &x);
    both(SyntheticGradient::new(), [&plain, &conv], &x);
    both(MomentumAuxiliary::new(Relu, 0.1), [&plain, &conv], &x);
    both(ChannelCompetition::new(3), [&plain, &conv], &x);
}
