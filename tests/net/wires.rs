//! Under a rule: what is held stays to the bit, and what goes over a named wire can be read.

use crate::harness::batch;
use pullback::{
    Result,
    category::{Identity, Relu, Tanh},
    learn::{AdamW, Init, Momentum, batch_quadratic, descend, learner, uniform},
    lens::{Object, Para},
    net::*,
    rule::*,
};

fn bits(a: &ndarray::Array2<f64>) -> Vec<u64> {
    a.iter().map(|a| a.to_bits()).collect()
}
fn net() -> Net {
    dense(4, 5, Tanh) >> layer_norm(5) >> tap("middle") >> dense(5, 5, Relu) >> dense(5, 2, Identity)
}

/// Trains with weight decay, and compares every bit.
fn held_stays<R: Rule<On: Objects<Input<f64> = Array>> + Clone>(rule: R, is: impl Fn(&str) -> bool) -> Result<()> {
    let under: Under<R> = net().under(rule);
    let mut p = under.init(&mut uniform(1))?;
    p.slots[0][1][[0, 0]] = -0.0; // a bit that any addition of zero would lose
    let names = under.names();
    let (model, free) = under.frozen(&p, &is)?;
    let learn = learner(model, batch_quadratic(), descend(), AdamW::new(0.05, 0.1));
    let mut s = learn.start(free);
    for seed in 0..5 {
        learn.step(&mut s, batch(6, 4, seed), &batch(6, 2, seed + 50))?;
    }
    let after = learn.model().full(&s.params)?;
    let arrays = p.slots.iter().flatten().zip(after.slots.iter().flatten());
    let (mut held, mut moved) = (0, 0);
    for (name, (before, after)) in names.iter().zip(arrays) {
        match is(name) {
            true => assert_eq!(bits(before), bits(after), "{name}"),
            false => assert_ne!(bits(before), bits(after), "{name}"),
        }
        *if is(name) { &mut held } else { &mut moved } += 1;
    }
    assert!(held > 0 && moved > 0 && held + moved == names.len());
    assert!(s.params.count() < p.count() && after.count() == p.count());
    Ok(())
}
#[test]
fn what_is_held_keeps_every_bit_under_every_rule() {
    held_stays(Backprop, |name| name.starts_with("0.")).unwrap();
    held_stays(Backprop, |name| name.ends_with("bias")).unwrap();
    held_stays(FeedbackAlignment::seeded(3), |name| !name.starts_with("6.")).unwrap();
    held_stays(KolenPollack, |name| name.contains(".rule.") || name.starts_with("0.")).unwrap();
    held_stays(DirectFeedback::seeded(3), |name| name.contains("layer_norm") || name.starts_with("0.")).unwrap();
}
#[test]
fn the_rest_learns_as_if_nothing_were_held() {
    let under: Under<Backprop> = net().under(Backprop);
    let p = under.init(&mut uniform(1)).unwrap();
    let (x, dy) = (batch(3, 4, 1), batch(3, 2, 2));
    let (y, kept) = under.fwd(&p, x.clone()).unwrap();
    let mut dp = p.zero();
    let dx = under.bwd(&p, kept, dy.clone(), &mut dp).unwrap();
    let (model, free) = under.clone().frozen(&p, |name| name.contains("weight")).unwrap();
    let (y2, kept) = model.fwd(&free, x).unwrap();
    let mut partial = free.zero();
    assert_eq!((y2, model.bwd(&free, kept, dy, &mut partial).unwrap()), (y, dx));
    assert_eq!(partial.slots[0][1], dp.slots[0][1]);
    assert_eq!(partial.slots[0][0].len(), 0);
    let e = model.full(&p).unwrap_err();
    assert_eq!(e.to_string(), "frozen: expected shape [0, 0], found [5, 4]");
}

#[test]
fn a_tap_shows_both_ways_without_a_pass_of_its_own() {
    let (first, second) = (dense(4, 5, Tanh), dense(5, 2, Identity));
    let whole = first.clone() >> tap("middle") >> second.clone();
    let taps = Taps::new();
    assert_eq!((taps.names(), taps.forward("middle")), (vec![], None));
    let learn = learner(whole.under(Backprop).tapped(&taps), batch_quadratic(), descend(), Momentum::new(0.1, 0.9));
    let mut s = learn.start(learn.model().init(&mut uniform(1)).unwrap());
    let (x, t) = (batch(3, 4, 1), batch(3, 2, 2));
    let (p, q) = (Params::new(s.params.slots[..2].to_vec()), Params::new(s.params.slots[3..].to_vec()));
    learn.step(&mut s, x.clone(), &t).unwrap();
    let h = first.under::<_, f64>(Backprop).predict(&p, x).unwrap();
    let rest = learner(second.under(Backprop), batch_quadratic(), descend(), Momentum::new(0.1, 0.9));
    let (dh, _, _) = rest.put(h.clone(), &q, &t).unwrap();
    assert_eq!((taps.forward("middle"), taps.backward("middle")), (Some(h), Some(dh)));
    assert_eq!(taps.names(), ["middle"]);
}
#[test]
fn a_tap_changes_nothing_under_any_rule() {
    fn check<R: Rule<On: Objects<Input<f64> = Array>> + Clone>(rule: R, sends_batches: bool) {
        let ends = || (dense(4, 5, Tanh), dense(5, 2, Identity));
        let ((a, b), (c, d)) = (ends(), ends());
        let (plain, tapped) = (a >> pointwise(Identity) >> b, c >> tap("t") >> d);
        let taps = Taps::new();
        let (plain, tapped): (Under<R>, Under<R>) = (plain.under(rule.clone()), tapped.under(rule).tapped(&taps));
        let p = tapped.init(&mut uniform(1)).unwrap();
        let run = |under: &Under<R>| {
            let (y, kept) = under.fwd(&p, batch(3, 4, 1)).unwrap();
            let mut dp = p.zero();
            let dx = under.bwd(&p, kept, batch(3, 2, 2), &mut dp).unwrap();
            (y, dx, dp)
        };
        let (with, without) = (run(&tapped), run(&plain));
        if sends_batches {
            assert_eq!(with, without);
        }
        assert!(taps.forward("t").is_some());
    }
    check(Backprop, true);
    check(FeedbackAlignment::seeded(1), true);
    check(KolenPollack, true);
    check(LayerwiseRelevance::epsilon(1e-6), true);
    check(DirectFeedback::seeded(1), false); // there an activation is a place of its own, even the identity
}
#[test]
fn a_network_draws_its_first_parameters_as_any_model_does() {
    fn first<M: Init<P = Params>>(model: &M) -> Params {
        model.init(&mut uniform(1))
    }
    let under: Under<KolenPollack> = net().under(KolenPollack);
    assert_eq!(first(&under), under.init(&mut uniform(1)).unwrap());
    let broken: Under<Backprop> = (linear(2, 3) >> linear(2, 3)).under(Backprop);
    let e = broken.fwd(&first(&broken), batch(1, 2, 1)).unwrap_err();
    assert_eq!(e.to_string(), "linear at layer 1: expected length 2, found 3");
}
/// The token whose first feature is largest, and of that its second feature: no layer that treats tokens alone can say it.
fn largest_of(x: &Array) -> Array {
    let pick = |row: ndarray::ArrayView1<f64>| {
        let first = (0..4).max_by(|a, b| row[2 * a].total_cmp(&row[2 * b])).unwrap();
        row[2 * first + 1]
    };
    x.map_axis(ndarray::Axis(1), pick).insert_axis(ndarray::Axis(1)).into_shared()
}
#[test]
fn attention_learns_to_look_where_it_matters() {
    let attend = tokenwise(4, 2, 8) >> residual(layer_norm(8) >> attention(4, 8, 2));
    let alone = tokenwise(4, 2, 8) >> residual(layer_norm(8) >> tokenwise(4, 8, 8));
    let reached = |net: Net| {
        let net = net >> linear(32, 1);
        let learn = learner(net.under::<_, f64>(Backprop), batch_quadratic(), descend(), AdamW::new(0.03, 0.0));
        let mut s = learn.start(learn.model().init(&mut uniform(3)).unwrap());
        for step in 0..300 {
            let x = batch(32, 8, 100 + step);
            let t = largest_of(&x);
            learn.step(&mut s, x, &t).unwrap();
        }
        let x = batch(256, 8, 99);
        let t = largest_of(&x);
        learn.loss(&s.params, x, &t).unwrap()
    };
    let (attend, alone) = (reached(attend), reached(alone));
    assert!(attend < 0.6 * alone, "{attend} with attention, {alone} without");
}
#[test]
fn convolution_learns_under_feedback_rules_too() {
    let net = conv2d(Window::new([1, 4, 4], [3, 3]), 3) >> pointwise(Tanh) >> flatten() >> dense(12, 1, Identity);
    fn falls<R: Rule<On: Objects<Input<f64> = Array>>>(net: &Net, rule: R) {
        let learn = learner(net.under(rule), batch_quadratic(), descend(), Momentum::new(0.05, 0.9));
        let mut s = learn.start(learn.model().init(&mut uniform(2)).unwrap());
        let x = batch(16, 16, 1);
        let t = x.map_axis(ndarray::Axis(1), |row| row[0] * row[5] + row[10]).insert_axis(ndarray::Axis(1));
        let t = t.into_shared();
        let before = learn.loss(&s.params, x.clone(), &t).unwrap();
        let filters = s.params.slots[0][0].clone();
        (0..200).for_each(|_| learn.step(&mut s, x.clone(), &t).unwrap());
        let after = learn.loss(&s.params, x, &t).unwrap();
        assert!(after < 0.1 * before && s.params.slots[0][0] != filters, "{before} to {after}");
    }
    falls(&net, Backprop);
    falls(&net, FeedbackAlignment::seeded(1));
    falls(&net, SignSymmetry::Uniform);
    falls(&net, KolenPollack);
    falls(&net, DirectFeedback::seeded(1));
}
