//! The heads of local rules: their changes against differences of losses that are written out here.

use crate::{
    harness::{batch, gap},
    local::{classes, start},
};
use ndarray::{Array2, Axis};
use pullback::{
    Result,
    category::{Identity, Relu, Tanh},
    learn::{Plus, Sgd, batch_quadratic, class_cross_entropy, descend, learner},
    net::{Array, Net, Params, Window, conv2d, dense, flatten, linear},
    rule::*,
};

/// What a batch asks of all arrays under a rule.
pub(crate) fn asked<R: Rule<On = Labelled>>(net: &Net, rule: R, p: &Params, x: &Array) -> Result<Params> {
    let learn = learner(net.under::<R, f64>(rule), class_cross_entropy(), descend(), Plus);
    Ok(learn.put((x.clone(), classes()), p, &classes())?.1)
}
/// The changes of these arrays against central differences of `loss`.
fn falls(p: &Params, found: &Params, arrays: &[(usize, usize)], loss: impl Fn(&Params) -> f64) {
    let h = 1e-5;
    for &(layer, array) in arrays {
        for k in 0..p.slots[layer][array].len() {
            let moved = |by: f64| {
                let mut p = p.clone();
                p.slots[layer][array].as_slice_mut().unwrap()[k] += by;
                loss(&p)
            };
            let (slope, got) = ((moved(-h) - moved(h)) / (2.0 * h), found.slots[layer][array].as_slice().unwrap()[k]);
            assert!((slope - got).abs() < 2e-9, "layer {layer}, array {array}, {k}: {slope} against {got}");
        }
        assert!(found.slots[layer][array].iter().any(|d| d.abs() > 1e-4), "layer {layer}, array {array}");
    }
}
fn net() -> Net {
    dense(5, 6, Tanh) >> dense(6, 3, Identity)
}
fn hidden(p: &Params, x: &Array) -> Array2<f64> {
    (x.dot(&p.slots[0][0].t()) + &p.slots[0][1]).mapv(f64::tanh)
}
fn entropy(scores: &Array2<f64>) -> f64 {
    let rows = scores.rows().into_iter().zip(classes());
    rows.map(|(z, class)| z.iter().map(|z| z.exp()).sum::<f64>().ln() - z[class]).sum::<f64>() / scores.nrows() as f64
}
/// The cosine of two rows less their means.
fn cosine(a: &[f64], b: &[f64]) -> f64 {
    let centred = |x: &[f64]| {
        let mean = x.iter().sum::<f64>() / x.len() as f64;
        x.iter().map(|x| x - mean).collect::<Vec<_>>()
    };
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let (a, b) = (centred(a), centred(b));
    dot(&a, &b) / (dot(&a, &a) * dot(&b, &b)).sqrt()
}
fn similarity(h: &Array2<f64>, v: &Array2<f64>) -> f64 {
    let z: Vec<Vec<f64>> = h.dot(&v.t()).rows().into_iter().map(|r| r.to_vec()).collect();
    let y: Vec<Vec<f64>> =
        classes().iter().map(|&c| (0..3).map(|k| f64::from(u8::from(k == c))).collect::<Vec<_>>()).collect();
    let n = z.len();
    let pairs = (0..n * n).map(|k| (k / n, k % n));
    pairs.map(|(i, j)| (cosine(&z[i], &z[j]) - cosine(&y[i], &y[j])).powi(2)).sum::<f64>() / (n * n) as f64
}
#[test]
fn similarity_heads_learn_down_their_own_loss() {
    let (net, x) = (net(), batch(4, 5, 1));
    let rule = LocalLoss::similarity();
    let p = start(&net.under(rule));
    let found = asked(&net, rule, &p, &x).unwrap();
    falls(&p, &found, &[(0, 0), (0, 1), (1, 0)], |p| similarity(&hidden(p, &x), &p.slots[1][0]));
    let rule = LocalLoss::both(0.7);
    let p = start(&net.under(rule));
    let found = asked(&net, rule, &p, &x).unwrap();
    falls(&p, &found, &[(0, 0), (0, 1), (1, 0), (1, 1)], |p| {
        let h = hidden(p, &x);
        0.3 * entropy(&h.dot(&p.slots[1][0].t())) + 0.7 * similarity(&h, &p.slots[1][1])
    });
}
#[test]
fn rows_that_are_alike_ask_for_nothing() {
    // every unit the same: no mean to differ from, so no direction; an exact zero, not a division by it
    let net = net();
    let rule = LocalLoss::similarity();
    let mut p = start(&net.under(rule));
    p.slots[0][0].fill(0.0);
    p.slots[0][1].fill(0.5);
    p.slots[1][0] = Array2::ones((6, 6));
    let found = asked(&net, rule, &p, &batch(4, 5, 1)).unwrap();
    assert_eq!(found.slots[0][0], Array2::<f64>::zeros((6, 5)));
}
/// The scores of waves over the units.
fn in_step(h: &Array2<f64>, square: bool) -> Array2<f64> {
    Array2::from_shape_fn((h.nrows(), 3), |(i, k)| {
        let row = h.row(i);
        let wave = |j: usize| ([50.0, 281.0, 512.0][k] * j as f64).sin();
        let wave = |j: usize| if square && j > 0 { wave(j).signum() } else { wave(j) };
        row.iter().enumerate().map(|(j, h)| h * wave(j)).sum::<f64>() / row.dot(&row).sqrt()
    })
}
#[test]
fn heads_of_waves_learn_down_their_own_loss() {
    let (net, x) = (net(), batch(4, 5, 1));
    for square in [false, true] {
        let rule = |rule: LocalSync| if square { rule.square() } else { rule };
        let waves = rule(LocalSync::waves()).temperature(0.5);
        let p = start(&net.under(waves));
        assert_eq!(p.count(), net.parameters()); // the head has none
        let found = asked(&net, waves, &p, &x).unwrap();
        falls(&p, &found, &[(0, 0), (0, 1)], |p| entropy(&(in_step(&hidden(p, &x), square) / 0.5)));
        let scaled = rule(LocalSync::scaled());
        let p = start(&net.under(scaled));
        let found = asked(&net, scaled, &p, &x).unwrap();
        falls(&p, &found, &[(0, 0), (1, 0)], |p| entropy(&(in_step(&hidden(p, &x), square) * &p.slots[1][0])));
        let mixed = rule(LocalSync::mixed());
        let p = start(&net.under(mixed));
        let found = asked(&net, mixed, &p, &x).unwrap();
        falls(&p, &found, &[(0, 0), (1, 0)], |p| entropy(&in_step(&hidden(p, &x), square).dot(&p.slots[1][0])));
    }
}
#[test]
fn a_modulation_of_one_is_none() {
    let (net, x) = (net(), batch(4, 5, 1));
    let p = start(&net.under(LocalSync::waves()));
    let plain = asked(&net, LocalSync::waves(), &p, &x).unwrap();
    for (rule, start) in [(LocalSync::scaled(), Array2::ones((1, 3))), (LocalSync::mixed(), Array2::eye(3))] {
        let mut p = p.clone();
        p.slots[1] = vec![start];
        assert_eq!(asked(&net, rule, &p, &x).unwrap().slots[0], plain.slots[0]);
    }
}
#[test]
fn classes_compete_down_their_own_loss() {
    let (net, x) = (dense(5, 6, Tanh) >> dense(6, 3, Relu), batch(4, 5, 1));
    let rule = ChannelCompetition::new(3);
    let p = start(&net.under(rule));
    let found = asked(&net, rule, &p, &x).unwrap();
    let goodness = |h: &Array2<f64>| {
        let units = h.ncols() / 3;
        Array2::from_shape_fn((h.nrows(), 3), |(i, k)| {
            (0..units).map(|u| h[[i, k * units + u]].powi(2)).sum::<f64>() / units as f64
        })
    };
    falls(&p, &found, &[(0, 0), (0, 1)], |p| entropy(&goodness(&hidden(p, &x))));
    let last = |p: &Params| {
        (hidden(&p_first(p, &start(&net.under(rule))), &x).dot(&p.slots[2][0].t()) + &p.slots[2][1])
            .mapv(|a| a.max(0.0))
    };
    falls(&p, &found, &[(2, 0), (2, 1)], |p| entropy(&goodness(&last(p))));
    // what is predicted is the goodness of the last layer
    let y = net.under::<_, f64>(rule).predict(&p, (x.clone(), vec![])).unwrap();
    assert!(gap(y.as_slice().unwrap(), goodness(&last(&p)).as_slice().unwrap()) < 1e-15);
}
/// Parameters whose first slot is another's: what lies before a border is held still.
fn p_first(p: &Params, first: &Params) -> Params {
    let mut p = p.clone();
    p.slots[0] = first.slots[0].clone();
    p
}
#[test]
fn channels_compete_whole() {
    let image = Window::new([1, 4, 4], [3, 3]);
    let rule = ChannelCompetition::new(3);
    let net = conv2d(image, 6) >> pullback::net::pointwise(Relu) >> flatten() >> dense(24, 3, Relu);
    let p = start(&net.under(rule));
    let found = asked(&net, rule, &p, &batch(4, 16, 1)).unwrap();
    assert!(found.slots[0][0].iter().all(|d| *d != 0.0));
    // 4 channels of 2 × 2 are 16 numbers, which 2 classes share and 3 do not
    let net = conv2d(image, 4) >> pullback::net::pointwise(Relu) >> flatten() >> dense(16, 3, Relu);
    let e = asked(&net, rule, &start(&net.under(rule)), &batch(4, 16, 1)).unwrap_err();
    assert_eq!(e.to_string(), "conv2d at layer 0: units of the classes: expected length 3, found 4");
}
#[test]
fn companions_add_their_losses_to_that_of_the_end() {
    let (net, x) = (dense(5, 6, Tanh) >> dense(6, 4, Tanh) >> dense(4, 3, Identity), batch(4, 5, 1));
    let rule = DeepSupervision::weighing(0.3);
    let p = start(&net.under(rule));
    let found = asked(&net, rule, &p, &x).unwrap();
    let all = [(0, 0), (0, 1), (1, 0), (2, 0), (2, 1), (3, 0), (4, 0), (4, 1)];
    falls(&p, &found, &all, |p| {
        let h = hidden(p, &x);
        let g = (h.dot(&p.slots[2][0].t()) + &p.slots[2][1]).mapv(f64::tanh);
        let end = g.dot(&p.slots[4][0].t()) + &p.slots[4][1];
        entropy(&end) + 0.3 * (entropy(&h.dot(&p.slots[1][0].t())) + entropy(&g.dot(&p.slots[3][0].t())))
    });
    // with no weight they are not there
    let none = asked(&net, DeepSupervision::weighing(0.0), &p, &x).unwrap().of_net(&net).unwrap();
    let exact = learner(net.under(Backprop), class_cross_entropy(), descend(), Plus);
    assert_eq!(none.slots, exact.put(x, &p.of_net(&net).unwrap(), &classes()).unwrap().1.slots);
}
#[test]
fn a_copy_and_its_twin_say_what_the_block_before_learns() {
    let (net, x) = (dense(5, 6, Tanh) >> dense(6, 4, Tanh) >> dense(4, 3, Identity), batch(4, 5, 1));
    let rule = MomentumAuxiliary::new(Tanh, 0.2);
    let p = start(&net.under(rule));
    let found = asked(&net, rule, &p, &x).unwrap();
    // slot 2: W, b, the copy, the twin, the head
    let loss = |p: &Params, h: &Array2<f64>| {
        let s = &p.slots[2];
        let branch = |w: usize| (h.dot(&s[w].t()) + &s[w + 1]).mapv(f64::tanh);
        entropy(&(branch(2) + branch(4)).dot(&s[6].t()))
    };
    falls(&p, &found, &[(0, 0), (0, 1), (2, 4), (2, 5), (2, 6)], |p| loss(p, &hidden(p, &x)));
    for k in 0..2 {
        let (w, copy) = (&p.slots[2][k], &p.slots[2][2 + k]);
        assert!(gap(found.slots[2][2 + k].as_slice().unwrap(), ((w - copy) * 0.2).as_slice().unwrap()) < 1e-15);
    }
    // the layer itself learns from the head behind it: as the first block of the network behind
    let rest = dense(6, 4, Tanh) >> dense(4, 3, Identity);
    let own = Params::new(vec![p.slots[2][..2].to_vec(), vec![], p.slots[4].clone()]);
    let behind = asked(&rest, rule, &own, &hidden(&p, &x).into_shared()).unwrap();
    assert_eq!(found.slots[2][..2], behind.slots[0][..]);
}
#[test]
fn the_copy_is_a_moving_average() {
    let net = dense(5, 4, Tanh) >> dense(4, 3, Identity);
    let rule = MomentumAuxiliary::new(Identity, 0.1);
    let learn = learner(net.under::<_, f64>(rule), class_cross_entropy(), descend(), Sgd::new(0.1));
    let mut s = learn.start(start(learn.model()));
    let mut average = s.params.slots[2][2].clone();
    for k in 0..40 {
        let w = s.params.slots[2][0].clone();
        average = average * 0.99 + w * 0.01;
        learn.step(&mut s, (batch(4, 5, k), classes()), &classes()).unwrap();
    }
    assert!(gap(s.params.slots[2][2].as_slice().unwrap(), average.as_slice().unwrap()) < 1e-14);
}
#[test]
fn a_right_guess_is_backprop() {
    // one row: a guess that says the truth whatever it sees, bit for bit
    let (net, x) = (net(), batch(1, 5, 1));
    let rule = SyntheticGradient::new();
    let learn = learner(net.under::<_, f64>(rule), class_cross_entropy(), descend(), Plus);
    let exact = learner(net.under(Backprop), class_cross_entropy(), descend(), Plus);
    let mut p = start(learn.model());
    let own = p.of_net(&net).unwrap();
    let truth = exact.put(x.clone(), &own, &vec![2]).unwrap().1;
    let tail = learner(linear_tail().under(Backprop), class_cross_entropy(), descend(), Plus);
    let behind = Params::new(vec![p.slots[2].clone()]);
    let b = tail.put(hidden(&p, &x).into_shared(), &behind, &vec![2]).unwrap().0;
    p.slots[1][0].fill(0.0);
    p.slots[1][0].column_mut(6 + 3).assign(&b.row(0));
    let found = learn.put((x, vec![2]), &p, &vec![2]).unwrap().1;
    assert_eq!(found.of_net(&net).unwrap().slots, truth.slots);
    assert!(found.slots[1][0].iter().all(|d| *d == 0.0)); // nothing is left to learn
}
fn linear_tail() -> Net {
    dense(6, 3, Identity)
}
#[test]
fn the_right_guess_of_linear_layers_is_linear() {
    // n·b = -(h Wᵀ + c - y) W is linear in [h, y, 1]
    let (net, x) = (dense(5, 6, Tanh) >> dense(6, 3, Identity), batch(4, 5, 1));
    let y = Array2::from_shape_fn((4, 3), |(i, k)| f64::from(u8::from(classes()[i] == k))).into_shared();
    for sees in [true, false] {
        let rule = if sees { SyntheticGradient::new() } else { SyntheticGradient::blind() };
        let learn = learner(net.under::<_, f64>(rule), batch_quadratic(), descend(), Plus);
        let exact = learner(net.under(Backprop), batch_quadratic(), descend(), Plus);
        let mut p = start(learn.model());
        let (w, c) = (p.slots[2][0].clone(), p.slots[2][1].clone());
        let columns = [-w.t().dot(&w), w.t().to_owned(), -w.t().dot(&c.t())];
        let columns: Vec<_> =
            columns.iter().enumerate().filter(|(k, _)| sees || *k != 1).map(|(_, c)| c.view()).collect();
        p.slots[1][0] = ndarray::concatenate(Axis(1), &columns).unwrap();
        let found = learn.put((x.clone(), classes()), &p, &y).unwrap().1;
        let truth = exact.put(x.clone(), &p.of_net(&net).unwrap(), &y).unwrap().1;
        let error = gap(found.slots[0][0].as_slice().unwrap(), truth.slots[0][0].as_slice().unwrap());
        assert!(if sees { error < 2e-15 } else { error > 0.1 }, "{error}");
    }
}
#[test]
fn a_guess_learns_down_its_square() {
    let (net, x) = (net(), batch(4, 5, 1));
    let rule = SyntheticGradient::new();
    let p = start(&net.under(rule));
    let found = asked(&net, rule, &p, &x).unwrap();
    let h = hidden(&p, &x);
    let tail = learner(linear_tail().under(Backprop), class_cross_entropy(), descend(), Plus);
    let b = tail.put(h.clone().into_shared(), &Params::new(vec![p.slots[2].clone()]), &classes()).unwrap().0;
    falls(&p, &found, &[(1, 0)], |p| {
        let seen = Array2::from_shape_fn((4, 10), |(i, j)| match j {
            0..6 => h[[i, j]],
            9 => 1.0,
            _ => f64::from(u8::from(classes()[i] == j - 6)),
        });
        let error = seen.dot(&p.slots[1][0].t()) - &b * 4.0;
        error.iter().map(|e| e * e).sum::<f64>() / 8.0
    });
}
#[test]
fn heads_say_what_does_not_fit() {
    let (net, x) = (linear(5, 6) >> pullback::net::pointwise(Tanh) >> linear(6, 3), batch(4, 5, 1));
    let rule = SyntheticGradient::new();
    let p = start(&net.under(rule));
    let learn = learner(net.under::<_, f64>(rule), class_cross_entropy(), descend(), Plus);
    let e = learn.put((x.clone(), vec![0, 1, 2]), &p, &classes()).unwrap_err();
    assert_eq!(e.to_string(), "pointwise at layer 1: head: expected length 4, found 3");
    let e = learn.put((x.clone(), vec![0, 1, 2, 7]), &p, &classes()).unwrap_err();
    assert_eq!(e.to_string(), "pointwise at layer 1: head: expected the number of a class, found 7");
    let rule = LocalLoss::similarity();
    let learn = learner(net.under::<_, f64>(rule), class_cross_entropy(), descend(), Plus);
    let p = start(learn.model());
    let e = learn.put((x, vec![0, 1, 2, 7]), &p, &classes()).unwrap_err();
    assert_eq!(e.to_string(), "pointwise at layer 1: similarity: expected a class of two or more, found 7");
}
