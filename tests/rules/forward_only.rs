//! Rules with forward passes only: exact where their cards say so.

use crate::harness::{batch, gap};
use ndarray::{Array2, arr2};
use pullback::{
    Error,
    category::{Identity, Relu, Tanh},
    learn::{Adam, Plus, Sgd, batch_quadratic, descend, learner, uniform},
    lens::Lens,
    net::{Array, Net, Params, dense, linear, pointwise, residual},
    rule::*,
};

fn flat(a: &Array2<f64>) -> Vec<f64> {
    a.iter().copied().collect()
}
/// What the layers learn from a right and a wrong batch.
fn contrasted(net: &Net, rule: ForwardForward, p: &Params, right: &Array, wrong: &Array) -> pullback::Result<Params> {
    let out = Array::zeros((right.nrows(), 4));
    Ok(Lens(net.under::<_, f64>(rule)).pull(p, (right.clone(), wrong.clone()), out)?.2)
}
fn softplus(x: f64) -> f64 {
    x.exp().ln_1p()
}
/// The losses of the two layers of `relu(relu(x̂ W) ^ W)`, written out.
fn losses(p: &Params, pair: [&Array; 2], one: impl Fn(f64, f64) -> f64) -> [f64; 2] {
    let mut now = pair.map(Array::to_owned);
    [0, 2].map(|layer| {
        now = now.clone().map(|mut x| {
            for mut row in x.rows_mut() {
                let length = row.dot(&row).sqrt() + 1e-4;
                row /= length;
            }
            (x.dot(&p.slots[layer][0].t()) + &p.slots[layer][1]).mapv(|a| a.max(0.0))
        });
        let good = now.clone().map(|h| h.rows().into_iter().map(|r| r.dot(&r) / r.len() as f64).collect::<Vec<_>>());
        good[0].iter().zip(&good[1]).map(|(&a, &b)| one(a, b)).sum::<f64>() / good[0].len() as f64
    })
}
fn two() -> (Net, Params, Array, Array) {
    let net = dense(5, 6, Relu) >> dense(6, 4, Relu);
    let mut p: Params = net.init(&mut uniform(3));
    p.slots.iter_mut().flatten().for_each(|a| a.mapv_inplace(|w| 2.0 * w + 0.1));
    (net, p, batch(3, 5, 1), batch(3, 5, 2))
}
#[test]
fn forward_forward_goes_down_the_loss_of_each_layer() {
    let (net, p, right, wrong) = two();
    let symba = |a: f64, b: f64| softplus(-4.0 * (a - b));
    let hinton = |a: f64, b: f64| softplus(2.0 - a) + softplus(b - 2.0);
    type Loss<'a> = &'a dyn Fn(f64, f64) -> f64;
    let rules: [(ForwardForward, Loss); 2] =
        [(ForwardForward::new(2), &symba), (ForwardForward::with_threshold(2, 2.0), &hinton)];
    for (rule, loss) in rules {
        let found = contrasted(&net, rule, &p, &right, &wrong).unwrap();
        let h = 1e-5;
        for (which, layer) in [0, 2].into_iter().enumerate() {
            for array in 0..2 {
                for k in 0..p.slots[layer][array].len() {
                    let moved = |by: f64| {
                        let mut p = p.clone();
                        p.slots[layer][array].as_slice_mut().unwrap()[k] += by;
                        losses(&p, [&right, &wrong], loss)[which]
                    };
                    let slope = (moved(-h) - moved(h)) / (2.0 * h);
                    let got = found.slots[layer][array].as_slice().unwrap()[k];
                    assert!((slope - got).abs() < 1e-9, "layer {layer}, array {array}, {k}: {slope} against {got}");
                }
            }
        }
    }
}
/// The goodness of each row at each layer, right and wrong.
fn goodnesses(p: &Params, pair: [&Array; 2]) -> [Vec<[f64; 2]>; 2] {
    let seen = std::cell::RefCell::new(vec![]);
    losses(p, pair, |a, b| {
        seen.borrow_mut().push([a, b]);
        0.0
    });
    let (all, rows) = (seen.into_inner(), pair[0].nrows());
    [all[..rows].to_vec(), all[rows..].to_vec()]
}
#[test]
fn a_collaborating_layer_counts_those_before() {
    let (net, p, right, wrong) = two();
    let pair = [&right, &wrong];
    let [before, _] = goodnesses(&p, pair);
    let symba = |[a, b]: [f64; 2], [c, d]: [f64; 2]| softplus(-4.0 * (a + c - b - d));
    let hinton = |[a, b]: [f64; 2], [c, d]: [f64; 2]| softplus(2.0 - a - c) + softplus(b + d - 2.0);
    type Loss<'a> = &'a dyn Fn([f64; 2], [f64; 2]) -> f64;
    let rules: [(ForwardForward, Loss); 2] =
        [(ForwardForward::new(2), &symba), (ForwardForward::with_threshold(2, 2.0), &hinton)];
    for (rule, loss) in rules {
        let alone = contrasted(&net, rule, &p, &right, &wrong).unwrap();
        let found = contrasted(&net, rule.collaborating(), &p, &right, &wrong).unwrap();
        assert_eq!(found.slots[0], alone.slots[0]); // the first has none before it
        let of = |p: &Params| {
            let rows = goodnesses(p, pair)[1].clone();
            rows.iter().zip(&before).map(|(&now, &before)| loss(now, before)).sum::<f64>() / rows.len() as f64
        };
        let h = 1e-5;
        for array in 0..2 {
            for k in 0..p.slots[2][array].len() {
                let moved = |by: f64| {
                    let mut p = p.clone();
                    p.slots[2][array].as_slice_mut().unwrap()[k] += by;
                    of(&p)
                };
                let (slope, got) = ((moved(-h) - moved(h)) / (2.0 * h), found.slots[2][array].as_slice().unwrap()[k]);
                assert!((slope - got).abs() < 1e-9, "array {array}, {k}: {slope} against {got}");
            }
        }
    }
}
#[test]
fn swapping_the_pair_turns_symba_around() {
    // where right and wrong are equally good both ask for the same size, so swapping gives exactly the negative
    let net = dense(4, 6, Relu);
    let mut p: Params = net.init(&mut uniform(3));
    // the second half of the units reads mirrored inputs with the weights of the first
    for i in 0..3 {
        for j in 0..4 {
            p.slots[0][0][[i + 3, j]] = p.slots[0][0][[i, 3 - j]];
        }
    }
    let right = batch(3, 4, 1);
    let mirrored = Array2::from_shape_fn((3, 4), |(i, j)| right[[i, 3 - j]]).into_shared();
    for rule in [ForwardForward::new(2), ForwardForward::with_threshold(2, 2.0)] {
        let pull = |a: &Array, b: &Array| {
            let out = Array::zeros((3, 6));
            Lens(net.under::<_, f64>(rule)).pull(&p, (a.clone(), b.clone()), out).unwrap().2.flat()
        };
        let (there, back) = (pull(&right, &mirrored), pull(&mirrored, &right));
        assert!(there.iter().any(|d| d.abs() > 1e-3));
        let sum = there.iter().zip(&back).map(|(a, b)| (a + b).abs()).fold(0.0, f64::max);
        match rule == ForwardForward::new(2) {
            true => assert!(sum < 1e-15, "{sum}"),
            false => assert!(sum > 1e-3, "{sum}"), // Hinton's only at the threshold
        }
    }
}
#[test]
fn layers_behind_do_not_matter() {
    let (net, p, right, wrong) = two();
    let mut other = p.clone();
    other.slots[2].iter_mut().for_each(|a| a.mapv_inplace(|w| 3.0 * w - 1.0));
    let at = |p: &Params| contrasted(&net, ForwardForward::new(2), p, &right, &wrong).unwrap();
    assert_eq!(at(&p).slots[..2], at(&other).slots[..2]);
    assert_ne!(at(&p).slots[2], at(&other).slots[2]);
}
#[test]
fn right_and_wrong_are_opposites() {
    let (net, p, right, wrong) = two();
    // alike: what one asks for the other takes back, up to the order of a sum
    let alike = contrasted(&net, ForwardForward::new(2), &p, &right, &right).unwrap();
    assert!(alike.flat().iter().all(|d| d.abs() < 1e-15), "{alike:?}");
    // σ(u) + σ(-u) = 1: by the same products, swapping the pair gives minus a multiple; here one layer and one row
    let one = dense(5, 6, Relu);
    let p = Params::new(p.slots[..2].to_vec());
    let row = |x: &Array| x.slice_axis(ndarray::Axis(0), (0..1).into()).to_owned().into_shared();
    let (right, wrong) = (row(&right), row(&wrong));
    let there = contrasted6(&one, &p, &right, &wrong).flat();
    let back = contrasted6(&one, &p, &wrong, &right).flat();
    let ratio = there[0] / back[0];
    assert!(ratio < 0.0);
    let expected: Vec<f64> = back.iter().map(|b| b * ratio).collect();
    assert!(gap(&there, &expected) < 1e-14);
}
fn contrasted6(net: &Net, p: &Params, right: &Array, wrong: &Array) -> Params {
    let out = Array::zeros((right.nrows(), 6));
    Lens(net.under::<_, f64>(ForwardForward::new(2))).pull(p, (right.clone(), wrong.clone()), out).unwrap().2
}
#[test]
fn pairs_carry_right_and_wrong_labels() {
    let (x, classes) = (batch(200, 3, 1), (0..200).map(|i| i % 4).collect::<Vec<_>>());
    let (right, wrong) = ForwardForward::new(4).writing(2.0).pair(&x, &classes, &mut uniform(1)).unwrap();
    let mut seen = [[0; 4]; 4];
    for (i, &class) in classes.iter().enumerate() {
        let label = |x: &Array| (0..4).filter(|&k| x[[i, k]] == 2.0).collect::<Vec<_>>();
        assert_eq!(label(&right), [class]);
        assert!(label(&wrong).len() == 1 && label(&wrong)[0] != class);
        seen[class][label(&wrong)[0]] += 1;
        assert_eq!((0..3).map(|j| right[[i, 4 + j]]).collect::<Vec<_>>(), x.row(i).to_vec());
    }
    assert!((0..4).all(|a| (0..4).all(|b| (a == b) == (seen[a][b] == 0))), "{seen:?}");
    let e = ForwardForward::new(4).pair(&x, &vec![4; 200], &mut uniform(1)).unwrap_err();
    assert!(matches!(e, Error::OutOfDomain { op: "pair", .. }), "{e}");
}
#[test]
fn what_forward_only_rules_do_not_know_is_an_error() {
    let (net, p, right, wrong) = two();
    let short = wrong.slice_axis(ndarray::Axis(0), (..2).into()).to_owned().into_shared();
    let e = contrasted(&net, ForwardForward::new(2), &p, &right, &short).unwrap_err();
    assert_eq!(e.to_string(), "linear at layer 2: pair: expected shape [3, 4], found [2, 4]");
    let net = dense(5, 4, Tanh);
    let p: Params = net.init(&mut uniform(3));
    let e = contrasted(&net, ForwardForward::new(2), &p, &right, &wrong).unwrap_err();
    assert_eq!(e.to_string(), "pointwise at layer 1: ForwardForward: no reverse map for the layer pointwise");
    // residual connections are known
    let net = dense(5, 4, Relu) >> residual(dense(4, 4, Relu));
    let p: Params = net.init(&mut uniform(3));
    let found = contrasted(&net, ForwardForward::new(2), &p, &right, &wrong).unwrap();
    assert!(found.slots[2][0].iter().any(|&w| w != 0.0));
    let net = linear(3, 2) >> pointwise(Tanh);
    let e = bent(&net, Pepita::seeded(1), &net.init(&mut uniform(3))).unwrap_err();
    assert!(matches!(e, Error::NoReverse { rule: "Pepita", layer: "pointwise" }), "{e}");
}

fn bent(net: &Net, rule: Pepita, p: &Params) -> pullback::Result<Params> {
    let learn = learner(net.under::<_, f64>(rule), batch_quadratic(), descend(), Plus);
    Ok(learn.put(batch(4, 3, 1), p, &batch(4, 2, 2))?.1)
}
#[test]
fn pepita_is_feedback_alignment_in_the_first_order() {
    let net = dense(3, 4, Tanh) >> residual(dense(4, 4, Tanh)) >> dense(4, 2, Identity);
    let p: Params = net.init(&mut uniform(3));
    let (x, t) = (batch(4, 3, 1), batch(4, 2, 2));
    let e = net.under::<_, f64>(Backprop).predict(&p, x.clone()).unwrap() - &t;
    let error = |scale: f64, in_time: bool| {
        let rule = Pepita::seeded(1).scaled(scale);
        let rule = if in_time { rule.in_time() } else { rule };
        let slope = (x.dot(&p.slots[0][0].t()) + &p.slots[0][1]).mapv(|a| 1.0 - a.tanh().powi(2));
        let moved = e.dot(&rule.projection::<f64>(3, 2).t()).dot(&p.slots[0][0].t()) * &slope;
        gap(&flat(&bent(&net, rule, &p).unwrap().slots[0][0]), &flat(&(moved.t().dot(&x) / 4.0)))
    };
    for in_time in [false, true] {
        let gaps = [0.1, 0.01, 0.001].map(|scale| error(scale, in_time));
        assert!(gaps.windows(2).all(|g| (8.0..12.5).contains(&(g[0] / g[1]))), "{gaps:?}"); // order 1
        assert!(gaps[2] < 2e-3, "{gaps:?}");
    }
}
#[test]
fn with_no_projection_the_last_layer_of_pepita_is_exact() {
    let net = dense(3, 4, Tanh) >> dense(4, 2, Identity);
    let p: Params = net.init(&mut uniform(3));
    let found = bent(&net, Pepita::seeded(1).scaled(0.0), &p).unwrap();
    let exact = learner(net.under(Backprop), batch_quadratic(), descend(), Plus);
    let exact = exact.put(batch(4, 3, 1), &p, &batch(4, 2, 2)).unwrap().1;
    assert_eq!(found.slots[2][0], exact.slots[2][0]);
    assert_eq!(found.slots[0][0], Array2::<f64>::zeros((4, 3)));
    assert_eq!(found.slots[2][1], Array2::<f64>::zeros((1, 2))); // biases do not learn
}

/// Rows whose covariance is known: the four corners of a box in directions of different lengths, turned.
fn cloud() -> (Array, Array2<f64>) {
    let turn = arr2(&[[0.6, 0.8, 0.0], [-0.8, 0.6, 0.0], [0.0, 0.0, 1.0]]); // rows are the eigenvectors
    let lengths = [3.0, 2.0, 1.0];
    let sign = |i: usize, k: usize| if i >> k & 1 == 1 { 1.0 } else { -1.0 };
    let box_corners = Array2::from_shape_fn((8, 3), |(i, k)| lengths[k] * sign(i, k));
    (box_corners.dot(&turn).into_shared(), turn)
}
fn components<R: Rule<On = Silent>>(rule: R, rows: usize) -> Array2<f64> {
    let (x, _) = cloud();
    let learn = learner(linear(3, rows).under::<R, f64>(rule), batch_quadratic(), descend(), Sgd::new(0.02));
    let mut s = learn.start(linear(3, rows).init(&mut uniform(5)));
    for _ in 0..4000 {
        learn.step(&mut s, x.clone(), &Array::zeros((8, rows))).unwrap();
    }
    s.params.slots[0][0].clone()
}
#[test]
fn oja_finds_the_largest_eigenvector() {
    let (_, turn) = cloud();
    let w = components(Oja, 1);
    let w = w.row(0);
    assert!((w.dot(&turn.row(0)).abs() - 1.0).abs() < 1e-12, "{w}");
    assert!((w.dot(&w) - 1.0).abs() < 1e-12, "{w}");
}
#[test]
fn generalised_hebbian_finds_them_in_order() {
    let (_, turn) = cloud();
    let w = components(GeneralisedHebbian, 3);
    for k in 0..3 {
        assert!((w.row(k).dot(&turn.row(k)).abs() - 1.0).abs() < 1e-9, "{w}");
    }
    // Oja's rows all find the first
    let same = components(Oja, 2);
    assert!((same.row(1).dot(&turn.row(0)).abs() - 1.0).abs() < 1e-9, "{same}");
    // with one row they are the same rule
    assert_eq!(components(GeneralisedHebbian, 1), components(Oja, 1));
}
#[test]
fn hebb_adds_up_the_covariance() {
    let (x, _) = cloud();
    let p: Params = linear(3, 2).init(&mut uniform(5));
    let dp = Lens(linear(3, 2).under::<_, f64>(Hebbian)).pull(&p, x.clone(), Array::zeros((8, 2))).unwrap().2;
    let expected = p.slots[0][0].dot(&x.t().dot(&x)) / 8.0;
    assert!(gap(&flat(&dp.slots[0][0]), &flat(&expected)) < 1e-15);
}
#[test]
fn forward_forward_learns_to_name() {
    let rule = ForwardForward::new(2).writing(2.0);
    let net = dense(4, 24, Relu) >> dense(24, 24, Relu);
    let learn = learner(net.under::<_, f64>(rule), batch_quadratic(), descend(), Adam::new(0.01));
    let mut s = learn.start(learn.model().init(&mut uniform(1)).unwrap());
    let (x, mut draw) = (batch(80, 2, 1), uniform(2));
    let classes: Vec<usize> = x.rows().into_iter().map(|r| usize::from(r[0] * r[1] > 0.0)).collect(); // not linear
    for _ in 0..400 {
        learn.step(&mut s, rule.pair(&x, &classes, &mut draw).unwrap(), &Array::zeros((80, 24))).unwrap();
    }
    let named = learn.predict(&s, rule.blank(&x).unwrap()).unwrap();
    let right = (0..80).filter(|&i| usize::from(named[[i, 1]] > named[[i, 0]]) == classes[i]).count();
    assert!(right > 66, "{right} of 80"); // a line names about 55
}
