//! What estimates of a gradient are worth: bias, variance and angle, exact where all draws are counted.

use crate::{
    harness::{batch, gap},
    likelihood::quadrature,
};
use ndarray::{Array2, arr2};
use pullback::{
    Error, Result,
    category::{Identity, Relu, Tanh},
    learn::*,
    net::*,
    rule::*,
};

/// Eight parameters with a residual connection, whose values, slopes and losses are all short binary fractions: nothing is
/// rounded.
fn short() -> (Net, Params, Array, Array) {
    let net = residual(dense(2, 2, Relu)) >> linear(2, 1);
    let layer = vec![arr2(&[[1.0, -0.5], [2.0, 1.0]]), arr2(&[[0.5, 0.25]])];
    let p = Params::new(vec![layer, vec![], vec![], vec![arr2(&[[1.5, -1.0]])]]);
    let x = arr2(&[[1.0, 0.5], [-0.5, 1.0]]).into_shared();
    (net, p, x, arr2(&[[1.0], [-2.0]]).into_shared())
}
#[test]
fn all_sign_vectors_are_no_estimate() {
    let (net, p, x, t) = short();
    let yardstick = Yardstick::new(&net, batch_quadratic(), &p, &x, &t).unwrap();
    let found = yardstick.measure(ForwardGradient::along(Directions::every_sign(&p)), 256).unwrap();
    // not one bit of bias; E‖d v‖² = D ‖∇‖²; the gradient and its direction are the projection in the mean
    assert_eq!((found.bias, found.variance, found.scale), (0.0, 7.0, 1.0));
    // both rows of both units and of the output: 64 outcomes
    let size = |n: usize| vec![Array2::<f64>::zeros((2, n))];
    let like = Params::new(vec![size(2), vec![], vec![], size(1)]);
    let units = yardstick.measure(ActivityPerturbation::along(Directions::every_sign(&like)), 64).unwrap();
    assert_eq!((units.bias, units.scale), (0.0, 1.0));
    assert!(units.variance < found.variance);
    // some of the outcomes are an estimate
    assert!(yardstick.measure(ForwardGradient::along(Directions::every_sign(&p)), 100).unwrap().bias > 0.01);
}
#[test]
fn both_sides_of_a_quadratic_are_exact_at_any_distance() {
    let (net, x, t) = (linear(2, 2), arr2(&[[1.0, 0.5], [-0.5, 1.0]]).into_shared(), Array::ones((2, 2)));
    let p = Params::new(vec![vec![arr2(&[[1.0, -0.5], [2.0, 1.0]])]]);
    let yardstick = Yardstick::new(&net, batch_quadratic(), &p, &x, &t).unwrap();
    for epsilon in [0.125, 0.5, 4.0] {
        let found = yardstick.measure(Spsa::along(Directions::every_sign(&p), epsilon), 16).unwrap();
        assert_eq!((found.bias, found.variance, found.scale), (0.0, 3.0, 1.0), "at {epsilon}");
        let rule = EvolutionStrategy::along(Directions::every_sign(&p), epsilon, 1).unshaped();
        assert_eq!(yardstick.measure(rule, 16).unwrap(), found, "at {epsilon}");
    }
}
#[test]
fn normal_directions_by_quadrature() {
    let (net, x, t) = (linear(2, 2), batch(3, 2, 1), batch(3, 2, 2));
    let p: Params = net.init(&mut uniform(3));
    let change = |rule| learner(net.under::<EvolutionStrategy, f64>(rule), batch_quadratic(), descend(), Plus);
    let exact = learner(net.under(Backprop), batch_quadratic(), descend(), Plus).put(x.clone(), &p, &t).unwrap().1;
    for sigma in [0.1, 2.0] {
        let rule = |z| EvolutionStrategy::along(Directions::given(z), sigma, 1).unshaped();
        let mean = quadrature(&p, |z| change(rule(z)).put(x.clone(), &p, &t).unwrap().1.flat());
        let found = gap(&mean, &exact.flat());
        assert!(found < 2e-15, "{found:e} at {sigma}");
    }
    // and E‖d z‖² = (D + 2) ‖∇‖²
    let forward = |z| ForwardGradient::along(Directions::given(z));
    let square = |rule| {
        let learn = learner(net.under::<ForwardGradient, f64>(rule), batch_quadratic(), descend(), Plus);
        learn.put(x.clone(), &p, &t).unwrap().1.flat().iter().map(|d| d * d).sum::<f64>()
    };
    let second = quadrature(&p, |z| vec![square(forward(z))])[0];
    let unit = exact.flat().iter().map(|d| d * d).sum::<f64>();
    assert!((second / (6.0 * unit) - 1.0).abs() < 2e-15, "{}", second / unit);
}

#[test]
fn the_variance_of_k_directions_is_a_kth() {
    let (net, x, t) = (linear(2, 2), arr2(&[[1.0, 0.5], [-0.5, 1.0]]).into_shared(), Array::ones((2, 2)));
    let p = Params::new(vec![vec![arr2(&[[1.0, -0.5], [2.0, 1.0]])]]);
    let rule = || ForwardGradient::along(Directions::every_sign(&p));
    let put = |passes: u32, draws: u64| {
        let learn = learner(net.under(Averaged::new(rule(), passes)), batch_quadratic(), descend(), Plus);
        learn.put(x.clone(), &p.clone().with_draws(draws), &t).unwrap().1.flat()
    };
    let one: Vec<Vec<f64>> = (0..16).map(|draw| put(1, draw)).collect();
    let mean = |k: &[usize]| -> Vec<f64> {
        (0..4).map(|i| k.iter().map(|&k| one[k][i]).sum::<f64>() / k.len() as f64).collect()
    };
    let exact = mean(&(0..16).collect::<Vec<_>>());
    let square = |g: &[f64]| g.iter().map(|g| g * g).sum::<f64>();
    let error = |g: Vec<f64>| square(&g.iter().zip(&exact).map(|(a, b)| a - b).collect::<Vec<_>>());
    // the wrapper returns means of k of the sixteen ...
    for draw in 0..40u64 {
        let found = put(2, draw);
        assert!((0..16).any(|other| mean(&[draw as usize % 16, other]) == found), "draw {draw}");
    }
    // ... and over all pairs and all quadruples their variance is 3/k, exactly
    let pairs = (0..256).map(|k| error(mean(&[k / 16, k % 16]))).sum::<f64>() / 256.0;
    assert_eq!(pairs, 3.0 / 2.0 * square(&exact));
    let four = (0..65536).map(|k| error(mean(&[k / 4096, k / 256 % 16, k / 16 % 16, k % 16]))).sum::<f64>() / 65536.0;
    assert_eq!(four, 3.0 / 4.0 * square(&exact));
}

#[test]
fn a_guess_is_projected_on() {
    let net = dense(5, 7, Tanh) >> residual(dense(7, 7, Relu)) >> dense(7, 3, Identity);
    let (p, x, t): (Params, _, _) = (net.init(&mut uniform(3)), batch(4, 5, 1), batch(4, 3, 2));
    let exact = learner(net.under(Backprop), batch_quadratic(), descend(), Plus).put(x.clone(), &p, &t).unwrap().1;
    let dot = |a: &Params, b: &Params| a.flat().iter().zip(b.flat()).map(|(a, b)| a * b).sum::<f64>();
    let guess = FeedbackAlignment::seeded(7);
    let g = learner(net.under(guess), batch_quadratic(), descend(), Plus).put(x.clone(), &p, &t).unwrap().1;
    let learn = learner(net.under(LocalGuess::of(guess)), batch_quadratic(), descend(), Plus);
    let found = learn.put(x.clone(), &p, &t).unwrap().1;
    let by = dot(&exact, &g) / dot(&g, &g);
    let expected: Vec<f64> = g.flat().iter().map(|g| g * by).collect();
    assert!(gap(&found.flat(), &expected) < 2e-15);
    // what is left of the gradient is orthogonal to the guess
    let left: f64 = exact.flat().iter().zip(found.flat()).zip(g.flat()).map(|((e, f), g)| (e - f) * g).sum();
    assert!(left.abs() < 1e-15 * dot(&g, &g).sqrt() * dot(&exact, &exact).sqrt(), "{left:e}");
    // the same through one direction of length 1
    let forward = ForwardGradient::along(Directions::unit(g));
    let along = learner(net.under(forward), batch_quadratic(), descend(), Plus).put(x.clone(), &p, &t).unwrap().1;
    assert!(gap(&along.flat(), &expected) < 2e-15);
    // a guess that is the gradient, and one of length 0
    let learn = learner(net.under(LocalGuess::of(Backprop)), batch_quadratic(), descend(), Plus);
    assert!(gap(&learn.put(x.clone(), &p, &t).unwrap().1.flat(), &exact.flat()) < 2e-15);
    let nothing = learn.put(x.clone(), &p, &net.under::<_, f64>(Backprop).predict(&p, x).unwrap()).unwrap().1;
    assert!(nothing.flat().iter().all(|d| *d == 0.0));
    let none = Directions::unit(p.clone());
    assert_eq!(none, Directions::unit(p));
}
#[test]
fn local_losses_guess_better_than_chance() {
    let net = dense(5, 7, Tanh) >> dense(7, 7, Tanh) >> dense(7, 3, Identity);
    let (x, y) = (batch(6, 5, 1), vec![0, 1, 2, 0, 1, 2]);
    let local = learner(net.under::<_, f64>(LocalLoss::prediction()), class_cross_entropy(), descend(), Sgd::new(0.5));
    let mut s = local.start(local.model().init(&mut uniform(3)).unwrap());
    for _ in 0..5 {
        local.step(&mut s, (x.clone(), y.clone()), &y).unwrap(); // heads of zero have nothing to say
    }
    let learn = learner(net.under(LocalGuess::of(LocalLoss::prediction())), class_cross_entropy(), descend(), Plus);
    let (p, given) = (&s.params, (x.clone(), y.clone()));
    let found = learn.put(given.clone(), p, &y).unwrap().1;
    let guess = local.put(given, p, &y).unwrap().1;
    let own = p.of_net(&net).unwrap();
    let exact = learner(net.under(Backprop), class_cross_entropy(), descend(), Plus).put(x, &own, &y).unwrap().1.flat();
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let (f, g) = (found.of_net(&net).unwrap().flat(), guess.of_net(&net).unwrap().flat());
    let expected: Vec<f64> = g.iter().map(|x| x * dot(&exact, &g) / dot(&g, &g)).collect();
    assert!(gap(&f, &expected) < 1e-14);
    for site in [1, 3] {
        assert_eq!(found.slots[site], guess.slots[site]); // heads learn as ever
    }
    let cosine = dot(&f, &exact) / (dot(&f, &f) * dot(&exact, &exact)).sqrt();
    assert!(cosine > 0.3 && cosine > 3.0 / (exact.len() as f64).sqrt(), "{cosine}"); // chance has 1/√D
}

/// A network with residual connections, and one with a window, a bias and pooling; both from 16 features to 3 classes.
fn nets() -> [Net; 2] {
    let image = Window::new([1, 4, 4], [2, 2]);
    [
        dense(16, 4, Tanh) >> residual(dense(4, 4, Tanh)) >> dense(4, 3, Identity),
        conv2d(image, 2) >> pointwise(Tanh) >> flatten() >> dense(18, 3, Identity),
    ]
}
fn on_every_net<R: Rule<On: Objects<Input<f64> = Array>>>(rule: impl Fn(u64) -> R, draws: u64) {
    for net in nets() {
        let (p, x, y): (Params, _, _) = (net.init(&mut uniform(3)), batch(4, 16, 1), vec![0, 1, 2, 1]);
        let yardstick = Yardstick::new(&net, class_cross_entropy(), &p, &x, &y).unwrap();
        let found = yardstick.measure(rule(1), draws).unwrap();
        let name = core::any::type_name::<R>();
        assert!(found.bias < 1.5 * found.chance() + 1e-3, "{name}: {found:?}, {}", found.bias / found.chance());
        assert!(found.cosine > 0.0 && (found.scale - 1.0).abs() < 0.5, "{name}: {found:?}");
        // a seed decides, and a draw has numbers of its own
        assert_eq!(yardstick.measure(rule(1), 3).unwrap(), yardstick.measure(rule(1), 3).unwrap());
        assert_ne!(yardstick.measure(rule(1), 1).unwrap(), yardstick.measure(rule(2), 1).unwrap());
        assert!(yardstick.measure(rule(1), 2).unwrap().variance > 0.0);
    }
}
#[test]
fn every_rule_is_right_in_the_mean_on_residual_and_convolutional_nets() {
    on_every_net(ForwardGradient::seeded, 120);
    on_every_net(ActivityPerturbation::seeded, 120);
    on_every_net(|seed| Spsa::seeded(seed, 1e-3), 120);
    on_every_net(|seed| MeZo::seeded(seed, 1e-3, 2), 60);
    on_every_net(|seed| EvolutionStrategy::seeded(seed, 1e-3, 2).unshaped(), 60);
    on_every_net(|seed| LikelihoodRatio::seeded(seed, 1e-3), 60);
    on_every_net(|seed| LikelihoodRatio::seeded(seed, 1e-3).together(), 60);
    on_every_net(|seed| ThreeFactor::seeded(seed, 1e-3), 120);
    on_every_net(|seed| Averaged::new(ForwardGradient::seeded(seed), 4), 40);
}
#[test]
fn guesses_and_scores_on_residual_and_convolutional_nets() {
    for net in nets() {
        let (p, x, y): (Params, _, _) = (net.init(&mut uniform(3)), batch(4, 16, 1), vec![0, 1, 2, 1]);
        let yardstick = Yardstick::new(&net, class_cross_entropy(), &p, &x, &y).unwrap();
        // the error of a projection is the sine of the angle, and its length the cosine: bias² + scale = 1
        let found = yardstick.measure(LocalGuess::of(SignSymmetry::Uniform), 2).unwrap();
        let (sine, square) = (found.bias * found.bias, found.cosine * found.cosine);
        assert!((sine + square - 1.0).abs() < 1e-14 && (found.scale - square).abs() < 1e-14, "{found:?}");
        assert!(found.variance == 0.0 && found.cosine > 0.3, "{found:?}");
    }
    // a draw between, and a draw beside an exact path
    let image = Window::new([1, 4, 4], [2, 2]);
    let drawn = dense(16, 8, Identity) >> residual(sample(4, 1)) >> dense(8, 3, Identity);
    let windows = conv2d(image, 4) >> pointwise(Tanh) >> flatten() >> sample(4, 1) >> dense(36, 3, Identity);
    for net in [drawn, windows] {
        let (p, x, y): (Params, _, _) = (net.init(&mut uniform(3)), batch(6, 16, 1), vec![0, 1, 2, 1, 0, 2]);
        let put = |draws, baseline| {
            let learn = learner(net.under(Reinforce::with(baseline)), class_cross_entropy(), descend(), Plus);
            learn.put(x.clone(), &p.clone().with_draws(draws), &y).unwrap().1.flat()
        };
        for baseline in [Baseline::Zero, Baseline::Others, Baseline::Still] {
            assert_eq!(put(3, baseline), put(3, baseline));
            assert_ne!(put(3, baseline), put(4, baseline));
        }
        let yardstick = |baseline| {
            let exact = p.clone().with_draws(0);
            let y = Yardstick::against(&net, class_cross_entropy(), &p, &x, &y, &exact).unwrap();
            y.measure(Reinforce::with(baseline), 100).unwrap().variance
        };
        assert!(yardstick(Baseline::Others) < 0.9 * yardstick(Baseline::Zero));
    }
}
#[test]
fn rules_of_other_rooms_can_be_measured() {
    for net in nets() {
        let (p, x, y): (Params, _, _) = (net.init(&mut uniform(3)), batch(4, 16, 1), vec![0, 1, 2, 1]);
        let yardstick = Yardstick::new(&net, class_cross_entropy(), &p, &x, &y).unwrap();
        let exact = yardstick.measure(Backprop, 3).unwrap();
        assert_eq!((exact.bias, exact.variance, exact.scale), (0.0, 0.0, 1.0));
        assert!((exact.cosine - 1.0).abs() < 1e-15);
        let sampled = SampledRows::fraction(0.5, Weighing::Uniform, 1).unwrap();
        let sampled = yardstick.measure(sampled, 200).unwrap();
        assert!(sampled.bias < 2.0 * sampled.chance() && sampled.variance > 0.0, "{sampled:?}");
        let redrawn = yardstick.measure(SignSymmetry::Redrawn(1), 100).unwrap();
        assert!(redrawn.bias > 2.0 * redrawn.chance() && redrawn.cosine > 0.3, "{redrawn:?}"); // a bias of its own
        let learned = yardstick.measure(KolenPollack, 1).unwrap(); // with arrays of its own
        assert!(learned.variance == 0.0 && learned.bias > 0.0);
    }
}
#[test]
fn what_cannot_be_measured_is_an_error() {
    let net = linear(2, 1) >> pointwise(Activation::Step);
    let (p, x, t): (Params, _, _) = (net.init(&mut uniform(3)), batch(2, 2, 1), batch(2, 1, 2));
    let e = Yardstick::against(&net, batch_quadratic(), &p, &x, &t, &Params::default()).unwrap_err();
    assert!(matches!(e, Error::ShapeMismatch { .. }), "{e}");
    let sixty_five = Params::new(vec![vec![Array2::<f64>::zeros((1, 65))]]);
    let wide = linear(65, 1);
    let yardstick = Yardstick::new(&wide, batch_quadratic(), &sixty_five, &batch(1, 65, 1), &batch(1, 1, 2)).unwrap();
    let e = yardstick.measure(ForwardGradient::along(Directions::every_sign(&sixty_five)), 1).unwrap_err();
    assert_eq!(e.to_string(), "linear at layer 0: every sign: expected at most 64 numbers, found 65");
    let other = Directions::every_sign(&Params::new(vec![vec![Array2::<f64>::zeros((1, 3))]]));
    let yardstick = Yardstick::new(&net, batch_quadratic(), &p, &x, &t).unwrap();
    let e = yardstick.measure(ForwardGradient::along(other), 1).unwrap_err();
    assert_eq!(e.to_string(), "linear at layer 0: direction: expected length 3, found 2");
}

/// Three replicas learn from one batch each by a few numbers, and one learner from all of them.
fn together<R: FewNumbers<On: Objects<Input<f64> = Array>> + Clone>(rule: R, count: usize) {
    let net = dense(5, 6, Tanh) >> residual(dense(6, 6, Tanh)) >> dense(6, 3, Identity);
    let learn = learner(net.under::<R, f64>(rule.clone()), class_cross_entropy(), descend(), Adam::new(0.01));
    let first = learn.start(net.init(&mut uniform(3)));
    let (mut replicas, mut alone) = (vec![first.clone(); 3], first.clone());
    let part = |step: u64, k: u64| (batch(4, 5, 10 * step + k), vec![0, 1, 2, (step + k) as usize % 3]);
    for step in 0..8 {
        let parts: Vec<(Array, Vec<usize>)> = (0..3).map(|k| part(step, k)).collect();
        let told: Result<Vec<Vec<f64>>> =
            replicas.iter().zip(&parts).map(|(s, (x, y))| learn.numbers(s, x.clone(), y)).collect();
        let told = told.unwrap();
        assert!(told.iter().all(|numbers| numbers.len() == count));
        let mean: Vec<f64> = (0..count).map(|i| told.iter().map(|n| n[i]).sum::<f64>() / 3.0).collect();
        replicas.iter_mut().for_each(|s| learn.follow(s, &mean).unwrap());
        let x: Vec<_> = parts.iter().map(|(x, _)| x.view()).collect();
        let x = ndarray::concatenate(ndarray::Axis(0), &x).unwrap().into_shared();
        let y: Vec<usize> = parts.iter().flat_map(|(_, y)| y.clone()).collect();
        learn.step(&mut alone, x, &y).unwrap();
    }
    assert!(replicas.iter().all(|s| *s == replicas[0])); // bit for bit
    assert_ne!(replicas[0].params.flat(), first.params.flat());
    assert_eq!(replicas[0].params.draws, 8);
    assert!(gap(&replicas[0].params.flat(), &alone.params.flat()) < 1e-6); // and as one that has seen all rows
    // alone, asking and following is a step
    let (mut asked, mut stepped) = (first.clone(), first);
    let (x, y) = part(1, 2);
    let numbers = learn.numbers(&asked, x.clone(), &y).unwrap();
    learn.follow(&mut asked, &numbers).unwrap();
    learn.step(&mut stepped, x, &y).unwrap();
    assert_eq!(asked, stepped);
    let e = learn.follow(&mut asked, &vec![0.0; count + 1]).unwrap_err();
    assert!(matches!(e, Error::ShapeMismatch { op: "numbers", .. }), "{e}");
}
#[test]
fn replicas_that_hear_the_same_numbers_stay_equal() {
    together(Spsa::seeded(7, 1e-3), 1);
    together(ForwardGradient::seeded(7), 1);
    together(MeZo::seeded(7, 1e-3, 4), 4);
    together(EvolutionStrategy::seeded(7, 1e-2, 3), 6);
    together(EvolutionStrategy::seeded(7, 1e-2, 3).unshaped(), 6);
}
#[test]
fn mezo_puts_everything_back() {
    let net = dense(5, 6, Tanh) >> dense(6, 3, Identity);
    let p: Params = net.init(&mut uniform(3));
    let learn = learner(net.under(MeZo::seeded(7, 1e-3, 4)), class_cross_entropy(), descend(), Still);
    let mut s = learn.start(p.clone());
    for step in 0..20 {
        learn.step(&mut s, batch(4, 5, step), &vec![0, 1, 2, 0]).unwrap();
    }
    assert_eq!(s.params.slots, p.slots); // not a bit is lost where nothing learns
    // in place, +ε, -2ε, +ε, it drifts
    let z = batch(1, 63, 9);
    let mut moved = p.flat();
    for _ in 0..20 {
        for by in [1e-3, -2e-3, 1e-3] {
            moved.iter_mut().zip(&z).for_each(|(p, z)| *p += by * z);
        }
    }
    assert!(moved != p.flat() && gap(&moved, &p.flat()) < 1e-14);
}
