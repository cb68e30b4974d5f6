//! What a rule does not do it says: no gradient is missing in silence.

use crate::harness::{batch, pull};
use pullback::{
    Error,
    category::{Identity, Relu, Tanh},
    learn::{Plus, class_cross_entropy, descend, learner, uniform},
    net::*,
    rule::*,
};

fn net() -> Net {
    dense(3, 4, Tanh) >> dense(4, 4, Tanh) >> dense(4, 2, Identity)
}
/// What a step says.
fn step<R: Rule<On: Objects<Input<f64> = Array>>>(net: &Net, rule: R) -> Option<Error> {
    let learn = learner(net.under::<R, f64>(rule), class_cross_entropy(), descend(), Plus);
    let mut s = learn.start(learn.model().init(&mut uniform(1)).unwrap());
    learn.step(&mut s, batch(4, 3, 1), &vec![0, 1, 1, 0]).err()
}
#[track_caller]
fn unfit<R: Rule<On: Objects<Input<f64> = Array>>>(rule: R, named: &str) {
    match step(&net(), rule) {
        Some(Error::Unfit { rule, .. }) => assert_eq!(rule, named),
        other => panic!("{named}: {other:?}"),
    }
}

#[test]
fn a_schedule_is_not_dropped() {
    let settling = || PredictiveCoding::inference(Settling::rounds(5, 0.1));
    unfit(PathSearch::new(Spsa::seeded(1, 1e-3)), "Spsa");
    unfit(PathSearch::new(LikelihoodRatio::seeded(1, 0.1)), "LikelihoodRatio");
    unfit(PathSearch::new(EvolutionStrategy::seeded(1, 0.1, 2)), "EvolutionStrategy");
    unfit(PathSearch::new(DirectRandomTarget::seeded(1)), "DirectRandomTarget");
    unfit(Checkpointed::every(2, settling()), "PredictiveCoding");
    unfit(Checkpointed::every(2, Pepita::seeded(1)), "Pepita");
    unfit(InSweep::new(settling(), 0.1), "PredictiveCoding");
    unfit(SpatialLearning::new(settling()), "PredictiveCoding");
    unfit(SpatialLearning::new(WeightMirror::seeded(1, 4)), "WeightMirror");
    // those that keep the schedule of their rule are not asked to drop it
    assert_eq!(step(&net(), Averaged::new(Spsa::seeded(1, 1e-3), 2)), None);
    assert_eq!(step(&net(), PathSearch::new(ForwardGradient::seeded(1))), None);
}
#[test]
fn what_explains_does_not_learn() {
    unfit(LayerwiseRelevance::epsilon(1e-6), "LayerwiseRelevance");
    unfit(DeepTaylor::new(), "DeepTaylor");
    unfit(AttentionRelevance::epsilon(1e-6), "AttentionRelevance");
    unfit(TimesInput(Backprop), "Backprop");
    unfit(Averaged::new(DeepTaylor::new(), 2), "DeepTaylor");
}
#[test]
fn arrays_of_another_rule_are_an_error() {
    let net = net();
    let of_product = net.under::<_, f64>(ProductFeedback::seeded(1, 2)).init(&mut uniform(1)).unwrap();
    let e = pull(&net, KolenPollack, &of_product, &batch(4, 3, 1), &batch(4, 2, 2)).unwrap_err();
    assert_eq!(e.to_string(), "linear at layer 4: kolen pollack: expected shape [2, 4], found [4, 4]");
}
#[test]
fn a_step_is_no_sign() {
    let of = |f| dense(3, 4, f) >> dense(4, 2, Identity);
    let e = step(&of(Activation::Step), BooleanVariation::default()).unwrap();
    assert_eq!(e.to_string(), "pointwise at layer 1: BooleanVariation: no reverse map for the layer step");
    // straight through a step as through a sign
    let (p, x, dy) = (of(Activation::Step).init(&mut uniform(1)), batch(4, 3, 1), batch(4, 2, 2));
    let first = |f| pull(&of(f), StraightThrough::clipped(), &p, &x, &dy).unwrap().2.slots[0].clone();
    assert_eq!(first(Activation::Step), first(Activation::Sign));
    assert!(first(Activation::Step)[0].iter().any(|d| *d != 0.0));
}
#[test]
fn nothing_to_add_to_is_an_error() {
    let net = linear(3, 2) >> pointwise(Relu);
    let (under, p) = (net.under::<_, f64>(Backprop), net.init(&mut uniform(1)));
    let e = under.site(0, None, &p).unwrap().outer(&batch(4, 3, 1), &batch(4, 2, 2), &mut []).unwrap_err();
    assert_eq!(e.to_string(), "outer: expected length 1, found 0");
}
#[test]
fn a_value_that_is_none_has_no_rank() {
    let net = net();
    let learn =
        learner(net.under::<_, f64>(EvolutionStrategy::seeded(1, 0.1, 2)), class_cross_entropy(), descend(), Plus);
    let mut x = batch(4, 3, 1);
    x[[0, 0]] = f64::NAN;
    let (_, dp, _) = learn.put(x, &net.init(&mut uniform(1)), &vec![0, 1, 1, 0]).unwrap();
    assert!(dp.flat().iter().all(|d| d.is_nan()));
}
#[test]
fn sizes_that_are_no_sizes_are_counted_as_many() {
    assert_eq!(linear(usize::MAX, 4).parameters(), usize::MAX);
    let under = layer(Reshape(vec![usize::MAX, 2])).under::<_, f64>(Backprop);
    assert!(under.predict(&Params::new(vec![vec![]]), batch(2, 3, 1)).is_err());
}
