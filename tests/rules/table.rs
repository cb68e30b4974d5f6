//! One table for all rules with a way back: a dense network, one with a residual connection, a convolutional and an
//! attentive one under each of them, or the name of the layer that it does not know.

use crate::{
    harness::{Pulled, batch, by_hand, composite, expected_by_hand, gap, pull},
    nets::{Case, nets},
};
use ndarray::{Array2, arr2};
use pullback::{
    Error, Result,
    category::{Relu, Tanh},
    learn::{Plus, class_cross_entropy, descend, learner, uniform},
    lens::Object,
    net::{Activation, Array, Net, Params},
    rule::*,
};

/// What the card of a rule says.
#[derive(Clone, Copy)]
struct Card {
    /// Whether a network under the rule is its parts under the rule.
    functor: bool,
    /// The networks that it refuses, and the layer in each that it does not know.
    refuses: &'static [(&'static str, &'static str)],
    /// The activation of the networks.
    activation: Activation,
}
const FUNCTOR: Card = Card { functor: true, refuses: &[], activation: Activation::TANH };
const NO_FUNCTOR: Card = Card { functor: false, ..FUNCTOR };
const NO_NORM: Card = Card { refuses: &[("attention", "layer_norm")], ..FUNCTOR };
/// A rule of rectifiers that shares relevance, and knows no norm.
const SHARES: Card = Card { refuses: &[("attention", "layer_norm")], ..RECTIFIED };
/// A rule of dense layers.
const DENSE: Card = Card { refuses: &[("convolution", "conv2d"), ("attention", "tokenwise")], ..RECTIFIED };
/// A rule that is not exact past steps.
const SIGNS: Card = Card { activation: Activation::Sign, ..FUNCTOR };
const RECTIFIED: Card = Card { activation: Activation::Relu, ..FUNCTOR };

/// Checks a rule against its card on every network: the forward bits are those of backprop, a pass repeats to the bit,
/// and it is a functor or is not. Returns on how many networks it ran.
fn row<R>(name: &str, card: Card, rule: impl Fn(&Net, &Case) -> Result<R>) -> usize
where
    R: Rule<On: Objects<Input<f64> = Array>> + Clone,
{
    let run = |case: &Case| {
        let (net, at) = (case.whole(), format!("{name}, {}", case.name));
        let (x, dy) = (batch(4, case.inputs, 1), batch(4, 3, 2));
        let found = rule(&net, case).and_then(|rule| {
            let p = net.under::<R, f64>(rule.clone()).init(&mut uniform(3))?;
            Ok((pull(&net, rule.clone(), &p, &x, &dy)?, p, rule))
        });
        let known = card.refuses.iter().find(|(refused, _)| *refused == case.name);
        let ((y, dx, dp), p, rule) = match (found, known) {
            (Ok(found), None) => found,
            (Err(e), Some((_, layer))) => {
                assert_eq!(unknown(&e), Some(*layer), "{at}: {e}");
                return false;
            }
            (found, _) => panic!("{at}: {:?}", found.map(|_| "ran").map_err(|e| e.to_string())),
        };
        assert_eq!(y, pull(&net, Backprop, &p.of_net(&net).unwrap(), &x, &dy).unwrap().0, "{at}: forward");
        assert!(dx.iter().chain(dp.slots.iter().flatten().flatten()).all(|d| d.is_finite()), "{at}: not finite");
        let again = pull(&net, rule.clone(), &p, &x, &dy).unwrap();
        assert_eq!((&again.1, &again.2), (&dx, &dp), "{at}: it does not repeat");
        let [f, g] = &case.parts;
        let (whole, parts): (Pulled, Pulled) = composite(rule, f, g, &x, &dy);
        assert_eq!(whole.0, parts.0, "{at}: forward of the parts");
        let same = whole.1 == parts.1 && whole.2.slots == parts.2.slots;
        assert_eq!(same, card.functor, "{at}: functor");
        true
    };
    nets(card.activation).iter().filter(|case| run(case)).count()
}
/// The layer of an error that says that a rule does not know it.
fn unknown(e: &Error) -> Option<&'static str> {
    match e {
        Error::InLayer { cause, .. } => unknown(cause),
        Error::NoReverse { layer, .. } => Some(layer),
        _ => None,
    }
}
macro_rules! rows { ($($card:ident: $rule:expr => $count:expr;)*) => { $(
    assert_eq!(row(stringify!($rule), $card, |_, _| Ok($rule)), $count, stringify!($rule));
)* } }

#[test]
fn rules_with_a_way_back() {
    rows! {
        FUNCTOR: Backprop => 4;
        FUNCTOR: FeedbackAlignment::seeded(7) => 4;
        FUNCTOR: SignSymmetry::Uniform => 4;
        FUNCTOR: SignSymmetry::Fixed(7) => 4;
        FUNCTOR: SignSymmetry::Redrawn(7) => 4;
        FUNCTOR: KolenPollack => 4;
        FUNCTOR: WeightMirror::seeded(7, 10) => 4;
        FUNCTOR: ProductFeedback::seeded(7, 3) => 4;
        FUNCTOR: InSweep::new(Backprop, 0.1) => 4;
        FUNCTOR: InSweep::new(FeedbackAlignment::seeded(7), 0.1) => 4;
        FUNCTOR: Averaged::new(SignSymmetry::Redrawn(7), 1) => 4;
        NO_NORM: DifferenceTarget::seeded(7) => 3;
        NO_FUNCTOR: DirectFeedback::seeded(7) => 4;
        NO_FUNCTOR: DirectRandomTarget::seeded(7) => 4;
    }
    // an edge of the second part: layers that do nothing stand for the first, and would be weighed too
    let weighed = |net: &Net, _: &Case| Ok(PathSearch::new(Backprop).edge(net.len() - 1, 0, 0.5));
    assert_eq!(row("PathSearch", FUNCTOR, weighed), 4);
}
#[test]
fn rules_that_keep_less() {
    rows! {
        FUNCTOR: FewBit::bits(2).unwrap() => 4;
        FUNCTOR: ApproximateBackprop => 4;
        FUNCTOR: RandomizedLinear::fraction(0.5, 7).unwrap() => 4;
        FUNCTOR: SampledRows::fraction(0.5, Weighing::Uniform, 7).unwrap() => 4;
        FUNCTOR: SampledRows::fraction(0.5, Weighing::Length, 7).unwrap() => 4;
        FUNCTOR: SampledRows::picks(&[1, 3, 3], Weighing::Length) => 4;
        DENSE: SparseProp => 2;
        FUNCTOR: Checkpointed::every(2, Backprop) => 4;
        FUNCTOR: Checkpointed::every(3, FewBit::bits(2).unwrap()) => 4;
    }
    let fitted = |net: &Net, case: &Case| VeLora::fit(net, &net.init(&mut uniform(3)), &batch(4, case.inputs, 1), 1);
    assert_eq!(row("VeLora", FUNCTOR, fitted), 4);
}
#[test]
fn rules_that_explain() {
    rows! {
        RECTIFIED: Deconvnet => 4;
        RECTIFIED: GuidedBackprop => 4;
        SHARES: LayerwiseRelevance::epsilon(1e-6) => 3;
        SHARES: LayerwiseRelevance::gamma(0.25) => 3;
        SHARES: LayerwiseRelevance::alpha_beta(2.0) => 3;
        SHARES: DeepTaylor::new() => 3;
        RECTIFIED: AttentionRelevance::epsilon(1e-6) => 4;
        RECTIFIED: TimesInput(Backprop) => 4;
        SHARES: TimesInput(DeepTaylor::new()) => 3;
        RECTIFIED: IntegratedGradients::steps(Backprop, 3) => 4;
        RECTIFIED: SmoothGrad::pairs(Backprop, 3, 0.1, 7) => 4;
        RECTIFIED: NormGrad::new(Backprop, "seen", 1) => 4;
    }
    let patterns = |net: &Net, case: &Case| Patterns::fit(net, &net.init(&mut uniform(3)), [batch(20, case.inputs, 1)]);
    assert_eq!(row("PatternNet", DENSE, |net, case| Ok(PatternNet::new(&patterns(net, case)?))), 2);
    assert_eq!(row("PatternAttribution", DENSE, |net, case| Ok(PatternAttribution::new(&patterns(net, case)?))), 2);
}
#[test]
fn rules_that_estimate_a_slope() {
    rows! {
        FUNCTOR: Surrogate::Arctan => 4;
        FUNCTOR: StraightThrough::clipped() => 4;
        SIGNS: Surrogate::Arctan => 4;
        SIGNS: StraightThrough::clipped() => 4;
        SIGNS: BooleanVariation::default() => 4;
        SIGNS: BooleanVariation::within(2.0) => 4;
        SIGNS: SpatialLearning::new(Surrogate::Arctan) => 4;
    }
}

/// What a step under a rule makes of the parameters of a network.
fn step<R: Rule<On = Arrays>>(case: &Case, rule: R) -> Result<Vec<f64>> {
    let net = case.whole();
    let learn = learner(net.under::<R, f64>(rule), class_cross_entropy(), descend(), Plus);
    Ok(learn.put(batch(4, case.inputs, 1), &net.init(&mut uniform(3)), &vec![0, 2, 1, 1])?.1.flat())
}
#[test]
fn rules_that_settle() {
    for case in nets(Tanh) {
        let exact = step(&case, Backprop).unwrap();
        let coding = |rule| step(&case, rule).map(|found| gap(&found, &exact));
        // errors that settle at the predictions of the forward pass are backprop's, whatever the network
        let fixed = coding(PredictiveCoding::fixed_prediction(Settling::until(1e-15, 100, 1.0))).unwrap();
        assert!(fixed < 5e-16, "{}: {fixed:e}", case.name);
        // nodes that settle tend to it
        let far = [1e-3, 1e-4]
            .map(|top| coding(PredictiveCoding::inference(Settling::until(1e-11, 2000, 0.3)).weighing(top)).unwrap());
        assert!((9.0..11.0).contains(&(far[0] / far[1])), "{}: order 1: {far:?}", case.name);
        // one layer a round, where every path has as many layers
        match coding(PredictiveCoding::zero_divergence()) {
            Ok(found) => assert!(["dense", "convolution"].contains(&case.name) && found < 1e-15, "{found:e}"),
            Err(e) => assert!(["residual", "attention"].contains(&case.name) && unknown(&e).is_some(), "{e}"),
        }
        let beside = PredictiveCoding::incremental(Settling::rounds(5, 0.1), 0.01);
        assert_eq!(step(&case, beside).unwrap(), step(&case, beside).unwrap(), "{}", case.name);
        // weights that carry both ways need a chain
        let still = Settling::rounds(5, 0.2);
        for energy in [
            step(&case, EquilibriumPropagation::symmetric(still, 0.1)),
            step(&case, ContrastiveHebbian::new(still, 0.1)),
        ] {
            let layer = match case.name {
                "dense" => None,
                "residual" => Some("add"),
                "convolution" => Some("max_pool"),
                _ => Some("permute"),
            };
            assert_eq!(energy.err().as_ref().and_then(unknown), layer, "{}", case.name);
        }
    }
}

#[test]
fn a_batch_of_one_row_leaves_memory_rules_nothing_to_lose() {
    // two layers of one number: what is kept of one row in one place is all of it
    macro_rules! exact { ($($rule:expr,)*) => { $(
        let found = by_hand($rule, -3.0, [&[], &[]]);
        assert!(gap(&found, &expected_by_hand(-3.0)) < 1e-15, "{}: {found:?}", stringify!($rule));
    )* } }
    let sign = Array2::from_elem((1, 1), -1.0);
    exact! {
        RandomizedLinear::by(sign),
        RandomizedLinear::fraction(1.0, 7).unwrap(),
        SampledRows::picks(&[0], Weighing::Uniform),
        SampledRows::fraction(1.0, Weighing::Length, 7).unwrap(),
        SparseProp,
        ApproximateBackprop, // it knows tanh no other slope
        Checkpointed::every(2, Backprop),
    }
    // few bits: the level of the interval of 1 in the place of 1 - tanh²
    let steps = Steps::best(Activation::TANH, 4, 6.0, 480).unwrap();
    let level = steps.levels[steps.code(1.0)];
    let [_, last] = expected_by_hand(-3.0);
    let found = by_hand(FewBit::bits(2).unwrap(), -3.0, [&[], &[]]);
    assert!(gap(&found, &[-3.0 * level * 0.5, last]) < 1e-15, "{found:?} {level}");
}

/// What rides back is a commutative monoid: copying a wire may not care about order, and a wire that is not used sends
/// nothing, or zero.
fn monoid<O: Objects>(a: O::Back<f64>, b: O::Back<f64>, c: O::Back<f64>, zero: O::Back<f64>)
where
    O::Back<f64>: PartialEq + core::fmt::Debug,
{
    let merge = |a: &O::Back<f64>, b: &O::Back<f64>| O::merge(a.clone(), b.clone()).unwrap();
    assert_eq!(merge(&a, &b), merge(&b, &a));
    assert_eq!(merge(&merge(&a, &b), &c), merge(&a, &merge(&b, &c)));
    assert_eq!(merge(&a, &zero), a);
    // what rules that average and weigh paths need: a number times a sum is the sum of the products
    let scale = |a: &O::Back<f64>, by: f64| O::scale(a.clone(), by).unwrap();
    assert_eq!(scale(&merge(&a, &b), 0.5), merge(&scale(&a, 0.5), &scale(&b, 0.5)));
    assert_eq!(scale(&a, 1.0), a);
}
#[test]
fn what_rides_back_is_a_commutative_monoid() {
    // whole numbers, so that sums are exact
    let whole = |seed| batch(3, 2, seed).mapv(|x| (8.0 * x).round()).into_shared();
    let zero = whole(1).zero();
    monoid::<Arrays>(whole(1), whole(2), whole(3), zero.clone());
    let e = arr2(&[[1.0, 2.0]]).into_shared();
    let of = |d: Option<Array>| (e.clone(), d);
    monoid::<Broadcast>(of(Some(whole(1))), of(None), of(Some(whole(3))), of(None));
    monoid::<Broadcast>(of(Some(whole(1))), of(Some(whole(2))), of(Some(whole(3))), of(Some(zero)));
    // every wire carries the same number, so either will do
    monoid::<Tangents>(2.0, 2.0, 2.0, 2.0);
    monoid::<Silent>((), (), (), ());
    monoid::<Pairs>((), (), (), ());
    // other shapes are an error, not a broadcast
    assert!(matches!(Arrays::merge(whole(1), batch(1, 2, 1)), Err(Error::ShapeMismatch { .. })));
}
#[test]
fn a_network_that_a_rule_refuses_is_refused_by_name() {
    let case = &nets(Relu)[3];
    let (net, x) = (case.whole(), batch(4, case.inputs, 1));
    let p: Params = net.init(&mut uniform(3));
    let e = pull(&net, DeepTaylor::new(), &p, &x, &batch(4, 3, 2)).unwrap_err();
    assert_eq!(e.to_string(), "layer_norm at layer 16: DeepTaylor: no reverse map for the layer layer_norm");
    let case = &nets(Tanh)[0];
    let p: Params = case.whole().init(&mut uniform(3));
    let e = pull(&case.whole(), Deconvnet, &p, &batch(4, 5, 1), &batch(4, 3, 2)).unwrap_err();
    assert_eq!(unknown(&e), Some("pointwise"));
}
