//! A rule is a functor: the composite under the rule is the composite of the parts under the rule.

use crate::harness::{accuracy, batch, gap, no_change, pull};
use pullback::{
    category::{Identity, Relu, Tanh},
    learn::uniform,
    net::{Net, Params, dense, residual},
    rule::*,
};

fn net() -> Net {
    dense(5, 7, Tanh) >> residual(dense(7, 7, Relu)) >> dense(7, 3, Identity)
}

#[test]
fn backprop_is_the_derivative() {
    let (net, x, dy) = (net(), batch(4, 5, 1), batch(4, 3, 2));
    let p: Params = net.init(&mut uniform(3));
    let (_, dx, dp) = pull(&net, Backprop, &p, &x, &dy).unwrap();
    let output = |p: &Params, x: &pullback::net::Array| {
        let y = net.under::<Backprop, f64>(Backprop).predict(p, x.clone()).unwrap();
        (&y * &dy).sum()
    };
    let h = 1e-5;
    for i in 0..20 {
        let (mut up, mut down) = (x.to_owned(), x.to_owned());
        up[[i / 5, i % 5]] += h;
        down[[i / 5, i % 5]] -= h;
        let slope = (output(&p, &up.into_shared()) - output(&p, &down.into_shared())) / (2.0 * h);
        assert!((slope - dx[[i / 5, i % 5]]).abs() < 1e-8, "input {i}: {slope} against {}", dx[[i / 5, i % 5]]);
    }
    for (layer, slot) in p.slots.iter().enumerate() {
        for (array, values) in slot.iter().enumerate() {
            for k in 0..values.len() {
                let at = |d: f64| {
                    let mut moved = p.clone();
                    moved.slots[layer][array].as_slice_mut().unwrap()[k] += d;
                    output(&moved, &x)
                };
                let (slope, found) = ((at(h) - at(-h)) / (2.0 * h), dp.slots[layer][array].as_slice().unwrap()[k]);
                assert!((slope - found).abs() < 1e-8, "layer {layer}, array {array}, {k}: {slope} against {found}");
            }
        }
    }
}

/// `(f >> g)` under a rule, against `g` after `f` under it, for rules whose choices do not depend on the place.
fn composes<R: Rule<On = Arrays> + Clone>(rule: R) {
    let (f, g) = (dense(5, 7, Tanh), dense(7, 3, Relu));
    let (x, dy) = (batch(4, 5, 1), batch(4, 3, 2));
    let whole = f.clone() >> g.clone();
    let p = whole.under::<R, f64>(rule.clone()).init(&mut uniform(3)).unwrap();
    let (first, second) = p.slots.split_at(f.len());
    let (p1, p2) = (Params::new(first.to_vec()), Params::new(second.to_vec()));
    let (y, dx, dp) = pull(&whole, rule.clone(), &p, &x, &dy).unwrap();
    let (h, _, _) = pull(&f, rule.clone(), &p1, &x, &batch(4, 7, 9)).unwrap();
    let (y2, dh, dp2) = pull(&g, rule.clone(), &p2, &h, &dy).unwrap();
    let (_, dx1, dp1) = pull(&f, rule, &p1, &x, &dh).unwrap();
    assert_eq!((y, dx), (y2, dx1));
    assert_eq!(dp.slots, [dp1.slots, dp2.slots].concat());
}
#[test]
fn composition_is_lens_composition() {
    composes(Backprop);
    composes(SignSymmetry::Uniform);
    composes(KolenPollack);
    composes(LayerwiseRelevance::epsilon(1e-6));
}

#[test]
fn parameters_of_another_rule_are_an_error() {
    let (net, x) = (net(), batch(4, 5, 1));
    let p: Params = net.init(&mut uniform(3));
    let e = pull(&net, KolenPollack, &p, &x, &batch(4, 3, 2)).unwrap_err();
    assert_eq!(e.to_string(), "params: expected length 3, found 2");
    let full = net.under::<KolenPollack, f64>(KolenPollack).init(&mut uniform(3)).unwrap();
    let own = full.of_net(&net).unwrap();
    assert!(pull(&net, Backprop, &own, &x, &batch(4, 3, 2)).is_ok());
    assert_eq!(gap(&no_change(&own).flat(), &vec![1.0; own.count()]), 1.0);
}

#[test]
fn backprop_learns_the_digits() {
    let net = dense(64, 64, Relu) >> dense(64, 10, Identity);
    let reached = accuracy(&net, Backprop, 0.05, 6, 1).unwrap();
    assert!(reached > 94.0, "{reached}");
}

/// Where nobody reads the change of the input, a step learns what comes back where somebody does.
fn learns_what_it_says<R: Rule<On: Objects<Input<f64> = pullback::net::Array>> + Clone>(rule: R) {
    use pullback::{
        learn::{Plus, class_cross_entropy, descend, learner},
        lens::Additive,
        net::{Window, conv2d, flatten, layer, pointwise, tap},
    };
    let image = conv2d(Window::new([1, 3, 3], [2, 2]), 2) >> pointwise(Tanh) >> flatten() >> dense(8, 3, Identity);
    let again = layer(pullback::net::Reshape(vec![9])) >> residual(dense(9, 9, Tanh)) >> dense(9, 3, Identity);
    for net in [image, again, tap("x") >> dense(9, 4, Relu) >> dense(4, 3, Identity)] {
        let learn = learner(net.under::<R, f64>(rule.clone()), class_cross_entropy(), descend(), Plus);
        let mut s = learn.start(learn.model().init(&mut uniform(3)).unwrap());
        for k in 0..3 {
            let (x, y) = (batch(4, 9, k), vec![0, 1, 2, 1]);
            let mut p = s.params.clone();
            p.add(&learn.put(x.clone(), &p, &y).unwrap().1).unwrap();
            learn.step(&mut s, x, &y).unwrap();
            assert_eq!(s.params, p);
        }
    }
}
#[test]
fn steps_learn_what_put_says() {
    learns_what_it_says(Backprop);
    learns_what_it_says(FeedbackAlignment::seeded(1));
    learns_what_it_says(SignSymmetry::Uniform);
    learns_what_it_says(KolenPollack);
    learns_what_it_says(WeightMirror::seeded(1, 4));
    learns_what_it_says(ProductFeedback::seeded(1, 2));
    learns_what_it_says(DirectFeedback::seeded(1));
    learns_what_it_says(RandomizedLinear::fraction(0.5, 1).unwrap());
    learns_what_it_says(FewBit::bits(2).unwrap());
    learns_what_it_says(Averaged::new(SignSymmetry::Redrawn(1), 3));
    learns_what_it_says(PathSearch::new(Backprop).kept(0.5, 1));
}
