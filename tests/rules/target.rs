//! Target propagation.

use crate::harness::{batch, by_hand, continues, gap, learned, pull};
use ndarray::{Array2, arr2};
use pullback::{
    category::{Identity, Relu, Tanh},
    learn::*,
    net::*,
    rule::*,
};

fn flat(a: &Array) -> Vec<f64> {
    a.iter().copied().collect()
}
/// A reflection: orthogonal and, so that nothing is hidden by symmetry, times a rotation of the axes.
fn orthogonal(n: usize, seed: u64) -> Array2<f64> {
    let v = batch(1, n, seed);
    let length = v.dot(&v.t())[[0, 0]];
    let reflected = Array2::eye(n) - &(v.t().dot(&v) * (2.0 / length));
    Array2::from_shape_fn((n, n), |(i, j)| reflected[[(i + 1) % n, j]])
}

#[test]
fn orthogonal_linear_layers_are_backprop() {
    let net = linear(4, 4) >> linear(4, 4) >> linear(4, 4);
    let rule = DifferenceTarget::seeded(1).inverse(Identity);
    let w: Vec<Array2<f64>> = (0..3).map(|k| orthogonal(4, k)).collect();
    let p = Params::new(w.iter().map(|w| vec![w.clone(), w.t().to_owned(), Array2::zeros((1, 4))]).collect());
    let (x, dy) = (batch(10, 4, 8), batch(10, 4, 9));
    let (_, dx, dp) = pull(&net, rule, &p, &x, &dy).unwrap();
    let (_, exact, exact_dp) = pull(&net, Backprop, &p.of_net(&net).unwrap(), &x, &dy).unwrap();
    assert!(gap(&flat(&dx), &flat(&exact)) < 2e-15, "{:e}", gap(&flat(&dx), &flat(&exact)));
    assert!(gap(&dp.of_net(&net).unwrap().flat(), &exact_dp.flat()) < 2e-15);
}

#[test]
fn perfect_inverses_make_a_gauss_newton_step() {
    let (w, inverse) = (arr2(&[[2.0, 1.0], [0.0, 4.0]]), arr2(&[[0.5, -0.125], [0.0, 0.25]]));
    let p = Params::new(vec![vec![w, inverse.clone(), Array2::zeros((1, 2))]]);
    let (x, dy) = (batch(3, 2, 8), batch(3, 2, 9));
    let rule = DifferenceTarget::seeded(1).inverse(Identity);
    let back = |rule| pull(&linear(2, 2), rule, &p, &x, &dy).unwrap().1;
    let expected = dy.dot(&inverse.t()).into_shared();
    assert!(gap(&flat(&back(rule)), &flat(&expected)) < 1e-14);
    assert!(gap(&flat(&back(rule.plain())), &flat(&expected)) < 1e-14, "plain targets are the same there");
    // with an inverse that is off, plain targets go back wrong and differences do not care
    let mut off = p.clone();
    off.slots[0][2].fill(0.3);
    let back = |rule| pull(&linear(2, 2), rule, &off, &x, &dy).unwrap().1;
    assert!(gap(&flat(&back(rule)), &flat(&expected)) < 1e-14);
    assert!(gap(&flat(&back(rule.plain())), &flat(&expected)) > 0.5);
}

#[test]
fn two_layers_by_hand() {
    // the inverse of the last layer reads its output y = -3 tanh 1 itself; g(y) = tanh(q y + c), n = 1, s = 0.1
    let (q, c, h) = (0.25, 0.5, 1f64.tanh());
    let found = by_hand(DifferenceTarget::seeded(1), -3.0, [&[0.0, 0.0], &[q, c]]);
    let g = |y: f64| (q * y + c).tanh();
    let dh = (g(-3.0 * h + 0.1) - g(-3.0 * h)) / 0.1;
    assert!(gap(&found, &[dh * (1.0 - h * h) * 0.5, h]) < 1e-13, "{found:?}");
}

#[test]
fn the_inverse_reads_what_is_behind_the_activation() {
    let net = linear(1, 1) >> pointwise(Tanh);
    let one = |x: f64| arr2(&[[x]]);
    let p = Params::new(vec![vec![one(2.0), one(0.7), one(0.1)], vec![]]);
    let rule = DifferenceTarget::seeded(1);
    let (_, dx, _) = pull(&net, rule, &p, &one(0.5).into_shared(), &one(1.0).into_shared()).unwrap();
    let g = |h: f64| (0.7 * h + 0.1).tanh();
    let expected = (g(1f64.tanh() + 0.1) - g(1f64.tanh())) / 0.1;
    assert!((dx[[0, 0]] - expected).abs() < 1e-14);
}

#[test]
fn inverses_learn_to_invert() {
    // the change of Q is minus the slope of the loss of the inverse: compare with differences, at no noise
    let net = dense(3, 4, Tanh);
    let rule = DifferenceTarget::seeded(1).sized(0.1, 0.0);
    let p = net.under::<_, f64>(rule).init(&mut uniform(3)).unwrap();
    let (x, dy) = (batch(6, 3, 8), Array::zeros((6, 4)));
    let (h, _, dp) = pull(&net, rule, &p, &x, &dy).unwrap();
    let loss = |p: &Params| {
        let g = (h.dot(&p.slots[0][2].t()) + &p.slots[0][3]).mapv(f64::tanh);
        (&g - &x).mapv(|d| d * d).sum() / 12.0
    };
    for (array, step) in [(2, 1e-5), (3, 1e-5)] {
        for k in 0..p.slots[0][array].len() {
            let at = |d: f64| {
                let mut moved = p.clone();
                moved.slots[0][array].as_slice_mut().unwrap()[k] += d;
                loss(&moved)
            };
            let (slope, found) = ((at(step) - at(-step)) / (2.0 * step), dp.slots[0][array].as_slice().unwrap()[k]);
            assert!((slope + found).abs() < 1e-9, "array {array}, {k}: {slope} and {found}");
        }
    }
}

#[test]
fn what_rides_back_is_a_commutative_monoid() {
    // whole numbers, so that sums are exact in any order
    let whole = |seed| batch(2, 3, seed).mapv(|x| (8.0 * x).round()).into_shared();
    let wires: Vec<_> = (0..3)
        .map(|k| {
            let beyond = Some((Activation::TANH, whole(k + 10), whole(k + 20)));
            (whole(k), if k == 1 { None } else { beyond })
        })
        .collect();
    let merge = |a: &<Targets as Objects>::Back<f64>, b: &_| Targets::merge(a.clone(), Clone::clone(b)).unwrap();
    for a in &wires {
        for b in &wires {
            assert_eq!(merge(a, b), merge(b, a));
            for c in &wires {
                assert_eq!(merge(&merge(a, b), c), merge(a, &merge(b, c)));
            }
        }
    }
    // and the broadcast, whose first half is the same on every wire
    let e = whole(5);
    let wires = [(e.clone(), None), (e.clone(), Some(whole(6))), (e.clone(), Some(whole(7)))];
    let merge = |a: &<Broadcast as Objects>::Back<f64>, b: &_| Broadcast::merge(a.clone(), Clone::clone(b)).unwrap();
    for a in &wires {
        for b in &wires {
            assert_eq!(merge(a, b), merge(b, a));
            for c in &wires {
                assert_eq!(merge(&merge(a, b), c), merge(a, &merge(b, c)));
            }
        }
    }
}

#[test]
fn it_is_a_functor_between_an_activation_and_a_layer() {
    let (f, g, x, dy) = (dense(5, 7, Tanh), dense(7, 3, Relu), batch(4, 5, 1), batch(4, 3, 2));
    continues(DifferenceTarget::seeded(7), &f, &g, &x, &dy);
}

#[test]
fn residual_networks_learn_and_unknown_layers_are_errors() {
    let net = dense(5, 7, Tanh) >> residual(dense(7, 7, Tanh)) >> dense(7, 3, Identity);
    let run = |seed| learned(&net, DifferenceTarget::seeded(seed), Adam::new(0.01), 20);
    assert_eq!(run(1), run(1));
    assert_ne!(run(1), run(2));
    let learn =
        learner(net.under::<_, f64>(DifferenceTarget::seeded(1)), class_cross_entropy(), descend(), Adam::new(0.01));
    let loss = |p: &Params| learn.loss(p, batch(4, 5, 0), &vec![0, 1, 2, 0]).unwrap();
    let start = learn.model().init(&mut uniform(3)).unwrap();
    let mut s = learn.start(start.clone());
    (0..60).for_each(|_| learn.step(&mut s, batch(4, 5, 0), &vec![0, 1, 2, 0]).unwrap());
    assert!(loss(&s.params) < 0.2 * loss(&start), "{} from {}", loss(&s.params), loss(&start));
    let net = dense(4, 4, Tanh) >> sample(4, 1);
    let p = net.under::<_, f64>(DifferenceTarget::seeded(1)).init(&mut uniform(3)).unwrap();
    let e = pull(&net, DifferenceTarget::seeded(1), &p, &batch(2, 4, 1), &batch(2, 4, 2)).unwrap_err();
    assert_eq!(e.to_string(), "sample at layer 2: DifferenceTarget: no reverse map for the layer sample");
}
