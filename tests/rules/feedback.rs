//! Rules that send back through other weights: feedback alignment and its kin.

use crate::harness::{accuracy, adds_up, angle, batch, by_hand, continues, expected_by_hand, gap, learned, pull};
use ndarray::{Array2, Zip, linalg::general_mat_mul};
use pullback::{
    category::{Identity, Relu, Tanh},
    learn::*,
    lens::Lens,
    net::*,
    rule::*,
};

fn net() -> Net {
    dense(5, 7, Tanh) >> dense(7, 3, Identity)
}
fn deep() -> Net {
    dense(5, 7, Tanh) >> residual(dense(7, 7, Relu)) >> dense(7, 3, Identity)
}
/// What a rule has fixed at a layer.
fn fixed<R: Rule>(net: &Net, rule: R, p: &Params, site: usize) -> Array2<f64> {
    net.under::<R, f64>(rule).site(site, None, p).unwrap().fixed[0].clone()
}
fn started<R: Rule>(net: &Net, rule: R) -> Params {
    net.under::<R, f64>(rule).init(&mut uniform(3)).unwrap()
}

#[test]
fn feedback_alignment_with_its_weights_is_backprop() {
    let (net, rule, x, dy) = (deep(), FeedbackAlignment::seeded(7), batch(4, 5, 1), batch(4, 3, 2));
    let mut p: Params = net.init(&mut uniform(3));
    assert_ne!(pull(&net, rule, &p, &x, &dy).unwrap().1, pull(&net, Backprop, &p, &x, &dy).unwrap().1);
    for site in [0, 2, 5] {
        p.slots[site][0] = fixed(&net, rule, &p, site);
    }
    assert_eq!(pull(&net, rule, &p, &x, &dy).unwrap(), pull(&net, Backprop, &p, &x, &dy).unwrap());
}

#[test]
fn signs_of_weights_of_one_size_are_the_weights() {
    let (net, x, dy) = (deep(), batch(4, 5, 1), batch(4, 3, 2));
    let mut p: Params = net.init(&mut uniform(3));
    for site in [0, 2, 5] {
        let [rows, columns] = [p.slots[site][0].nrows(), p.slots[site][0].ncols()];
        let c = (2.0 / (rows + columns) as f64).sqrt();
        p.slots[site][0].mapv_inplace(|w| c * w.signum());
    }
    let exact = pull(&net, Backprop, &p, &x, &dy).unwrap();
    assert_eq!(pull(&net, SignSymmetry::Uniform, &p, &x, &dy).unwrap(), exact);
    // with |B| in the place of |W| the second form is exact too
    let rule = SignSymmetry::Fixed(5);
    for site in [0, 2, 5] {
        let b = fixed(&net, rule, &p, site);
        Zip::from(&mut p.slots[site][0]).and(&b).for_each(|w, b| *w = w.signum() * b.abs());
    }
    assert_eq!(pull(&net, rule, &p, &x, &dy).unwrap(), pull(&net, Backprop, &p, &x, &dy).unwrap());
}

#[test]
fn redrawn_sizes_are_new_each_step_and_the_same_for_a_seed() {
    let (net, x, dy) = (net(), batch(4, 5, 1), batch(4, 3, 2));
    let p: Params = net.init(&mut uniform(3));
    let at = |draws: u64, seed: u64| {
        pull(&net, SignSymmetry::Redrawn(seed), &p.clone().with_draws(draws), &x, &dy).unwrap().1
    };
    assert_eq!(at(4, 1), at(4, 1));
    assert_ne!(at(4, 1), at(5, 1));
    assert_ne!(at(4, 1), at(4, 2));
    let fixed = |draws| pull(&net, SignSymmetry::Fixed(1), &p.clone().with_draws(draws), &x, &dy).unwrap().1;
    assert_eq!(fixed(4), fixed(5));
}

#[test]
fn two_layers_by_hand() {
    let b = |rule| fixed(&(linear(1, 1) >> pointwise(Tanh) >> linear(1, 1)), rule, &Params::new(vec![vec![]; 3]), 2);
    let fa = b(FeedbackAlignment::seeded(7))[[0, 0]];
    let none: [&[f64]; 2] = [&[], &[]];
    let near = |found: [f64; 2], wanted: [f64; 2]| assert!(gap(&found, &wanted) < 1e-15, "{found:?} {wanted:?}");
    near(by_hand(Backprop, -3.0, none), expected_by_hand(-3.0));
    near(by_hand(FeedbackAlignment::seeded(7), -3.0, none), expected_by_hand(fa));
    near(by_hand(SignSymmetry::Uniform, -3.0, none), expected_by_hand(-1.0)); // c = √(2/2)
    near(by_hand(SignSymmetry::Fixed(7), -3.0, none), expected_by_hand(-fa.abs()));
    near(by_hand(KolenPollack, -3.0, [&[9.0], &[0.25]]), expected_by_hand(0.25));
    near(by_hand(WeightMirror::seeded(7, 2), -3.0, [&[9.0], &[0.25]]), expected_by_hand(0.25));
    let net = linear(1, 1) >> pointwise(Tanh) >> linear(1, 1);
    let product = ProductFeedback::seeded(7, 1);
    let b = fixed(&net, product, &Params::new(vec![vec![]; 3]), 2)[[0, 0]];
    near(by_hand(product, -3.0, [&[9.0], &[0.25]]), expected_by_hand(0.25 * b));
}

#[test]
fn rules_are_functors() {
    let (f, g, x, dy) = (dense(5, 7, Tanh), dense(7, 3, Relu), batch(4, 5, 1), batch(4, 3, 2));
    continues(Backprop, &f, &g, &x, &dy);
    continues(FeedbackAlignment::seeded(7), &f, &g, &x, &dy);
    continues(SignSymmetry::Fixed(7), &f, &g, &x, &dy);
    continues(SignSymmetry::Redrawn(7), &f, &g, &x, &dy);
    continues(KolenPollack, &f, &g, &x, &dy);
    continues(WeightMirror::seeded(7, 10), &f, &g, &x, &dy);
    continues(ProductFeedback::seeded(7, 5), &f, &g, &x, &dy);
    continues(ProductFeedback::seeded(7, 2).orthogonal(), &f, &g, &x, &dy);
}

/// Runs `steps` steps of momentum with decay and compares `gap_of(W, learned)` with its recursion
/// $v \leftarrow \mu v - \lambda G$, $G \leftarrow G + \eta v$.
fn gap_follows<R: Rule<On = Arrays> + Copy>(rule: R, gap_of: impl Fn(&Site<'_>) -> Array2<f64>) -> f64 {
    let (net, decay, rate, inertia) = (net(), 0.1, 0.05, 0.9);
    let mut worst = 0f64;
    for inertia in [0.0, inertia] {
        let optimiser = || Decayed { decay, optimiser: Momentum::new(rate, inertia) };
        let gaps = |steps: usize| {
            let (p, under) = (learned(&net, rule, optimiser(), steps), net.under::<R, f64>(rule));
            [0, 2].map(|site| gap_of(&under.site(site, None, &p).unwrap()))
        };
        let mut expected = gaps(0);
        let mut speed = expected.clone().map(|g| g * 0.0);
        for _ in 0..20 {
            for (g, v) in expected.iter_mut().zip(&mut speed) {
                *v = &*v * inertia - &*g * decay;
                *g += &(&*v * rate);
            }
        }
        for (found, expected) in gaps(20).iter().zip(&expected) {
            let away = (found - expected).iter().fold(0f64, |m, x| m.max(x.abs()));
            worst = worst.max(away);
        }
        assert!((&gaps(20)[0] - &gaps(0)[0]).iter().any(|x| x.abs() > 1e-3), "the gap shrinks");
    }
    worst
}
#[test]
fn kolen_pollack_keeps_its_gap_but_for_decay() {
    let worst = gap_follows(KolenPollack, |s| &s.p[s.own()] - &s.p[0]);
    assert!(worst < 8e-16, "{worst:e}");
    let still = |steps| {
        let p = learned(&net(), KolenPollack, Sgd::new(0.5), steps);
        &p.slots[0][2] - &p.slots[0][0]
    };
    assert!((still(20) - still(0)).iter().all(|x| x.abs() < 8e-16), "without decay the gap stays");
}
#[test]
fn product_feedback_keeps_its_gap_but_for_decay() {
    let worst = gap_follows(ProductFeedback::seeded(7, 5), |s| &s.p[s.own()] - &s.fixed[0].t().dot(&s.p[0]));
    assert!(worst < 4e-15, "{worst:e}");
}

#[test]
fn product_feedback_through_orthogonal_rows_is_backprop() {
    let (net, rule, x, dy) = (deep(), ProductFeedback::seeded(7, 5).orthogonal(), batch(4, 5, 1), batch(4, 3, 2));
    let mut p = started(&net, rule);
    for site in [0, 2, 5] {
        let b = fixed(&net, rule, &p, site);
        let mut one = Array2::eye(b.nrows());
        general_mat_mul(1.0, &b, &b.t(), -1.0, &mut one);
        assert!(one.iter().all(|x| x.abs() < 1e-15), "B Bᵀ = 1");
        p.slots[site][2] = b.t().dot(&p.slots[site][0]);
    }
    let (_, dx, dp) = pull(&net, rule, &p, &x, &dy).unwrap();
    let (_, exact, exact_dp) = pull(&net, Backprop, &p.of_net(&net).unwrap(), &x, &dy).unwrap();
    assert!(gap(dx.as_slice().unwrap(), exact.as_slice().unwrap()) < 3e-15);
    assert!(gap(&dp.of_net(&net).unwrap().flat(), &exact_dp.flat()) < 3e-15);
    // drawn, the rows are orthogonal only on the average
    let b = fixed(&net, ProductFeedback::seeded(7, 5), &p, 0);
    let square = b.dot(&b.t());
    assert!((square.diag().sum() / 7.0 - 1.0).abs() < 0.2 && square[[0, 1]].abs() > 1e-3);
}

#[test]
fn weight_mirror_sees_the_weights() {
    let (net, rows) = (linear(5, 3), 200_000);
    let under = net.under::<_, f64>(WeightMirror::seeded(7, rows));
    let mut p = under.init(&mut uniform(3)).unwrap();
    let (w, b) = (p.slots[0][0].clone(), p.slots[0][1].clone());
    let (_, _, mut dp) = Lens(under).pull(&p, batch(4, 5, 1), batch(4, 3, 2)).unwrap();
    Plus.put(&mut (), &mut p, &mut dp).unwrap();
    let far = |b: &Array2<f64>| {
        let missed = b - &w;
        ((&missed * &missed).sum() / (&w * &w).sum()).sqrt()
    };
    assert!(far(&p.slots[0][1]) < 0.005 && far(&b) > 0.5, "{} from {}", far(&p.slots[0][1]), far(&b));
    // a bias plays no part
    let under = dense(5, 3, Identity).under::<_, f64>(WeightMirror::seeded(7, rows));
    let with_bias = Params::new(vec![vec![w.clone(), Array2::from_elem((1, 3), 50.0), b]]);
    let (_, _, dp) = Lens(under).pull(&with_bias, batch(4, 5, 1), batch(4, 3, 2)).unwrap();
    assert!(far(&(&with_bias.slots[0][2] + &dp.slots[0][2])) < 0.005);
}

#[test]
fn mirrored_weights_align() {
    let p = learned(&net(), WeightMirror::seeded(7, 32), Sgd::new(0.1), 40);
    let start = started(&net(), WeightMirror::seeded(7, 32));
    let between = |p: &Params| angle(p.slots[0][2].as_slice().unwrap(), p.slots[0][0].as_slice().unwrap());
    assert!(between(&start) > 60.0 && between(&p) < 15.0, "{} then {}", between(&start), between(&p));
}

#[test]
fn runs_repeat_for_a_seed() {
    fn same<R: Rule<On = Arrays>>(rule: impl Fn(u64) -> R) {
        let run = |seed| learned(&deep(), rule(seed), Momentum::new(0.1, 0.9), 3);
        assert_eq!(run(1), run(1));
        assert_ne!(run(1).slots, run(2).slots);
    }
    same(FeedbackAlignment::seeded);
    same(SignSymmetry::Fixed);
    same(SignSymmetry::Redrawn);
    same(|seed| ProductFeedback::seeded(seed, 5));
    same(|seed| WeightMirror::seeded(seed, 8));
    assert_eq!(learned(&deep(), KolenPollack, Sgd::new(0.1), 3), learned(&deep(), KolenPollack, Sgd::new(0.1), 3));
}

#[test]
fn reverse_maps_add() {
    let net = deep();
    adds_up(&net, Backprop);
    adds_up(&net, FeedbackAlignment::seeded(7));
    adds_up(&net, SignSymmetry::Redrawn(7));
    adds_up(&net, KolenPollack);
    adds_up(&net, WeightMirror::seeded(7, 4));
    adds_up(&net, ProductFeedback::seeded(7, 5));
    adds_up(&net, DirectFeedback::seeded(7));
    adds_up(&net, DirectRandomTarget::seeded(7));
    adds_up(&net, DifferenceTarget::seeded(7));
    adds_up(&net, StraightThrough::tanh().binary_weights(0..9));
    adds_up(&net, InSweep::new(KolenPollack, 0.1));
    adds_up(&net, Averaged::new(KolenPollack, 3));
}

#[test]
fn forward_is_the_same_under_all() {
    let (net, x, dy) = (deep(), batch(4, 5, 1), batch(4, 3, 2));
    let p: Params = net.init(&mut uniform(3));
    let y = pull(&net, Backprop, &p, &x, &dy).unwrap().0;
    assert_eq!(pull(&net, FeedbackAlignment::seeded(1), &p, &x, &dy).unwrap().0, y);
    assert_eq!(pull(&net, SignSymmetry::Redrawn(1), &p, &x, &dy).unwrap().0, y);
    let p = started(&net, KolenPollack);
    let y = pull(&net, Backprop, &p.of_net(&net).unwrap(), &x, &dy).unwrap().0;
    assert_eq!(pull(&net, KolenPollack, &p, &x, &dy).unwrap().0, y);
}

#[test]
fn hidden_layers_learn_the_digits() {
    let (net, epochs) = (dense(64, 64, Tanh) >> dense(64, 10, Identity), 6);
    let frozen = dense(64, 64, Tanh) >> detach() >> dense(64, 10, Identity);
    let control = accuracy(&frozen, Backprop, 0.05, epochs, 1).unwrap();
    let above = |name: &str, floor: f64, reached: f64| {
        assert!(reached >= floor && reached > control + 1.5, "{name}: {reached}, frozen {control}");
    };
    above("feedback alignment", 95.0, accuracy(&net, FeedbackAlignment::seeded(1), 0.05, epochs, 1).unwrap());
    above("kolen pollack", 96.0, accuracy(&net, KolenPollack, 0.05, epochs, 1).unwrap());
    above("direct feedback", 95.0, accuracy(&net, DirectFeedback::seeded(1), 0.05, epochs, 1).unwrap());
}
