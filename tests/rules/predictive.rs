//! Predictive forward-forward: its changes against differences of losses that are written out here.

use crate::{
    harness::{batch, gap},
    local::start,
};
use ndarray::Array2;
use pullback::{
    Result,
    category::{Relu, Tanh},
    learn::{Adam, batch_quadratic, descend, learner, uniform},
    lens::Lens,
    net::{Array, Net, Params, dense, residual},
    rule::*,
};

fn unit(x: &Array2<f64>) -> Array2<f64> {
    let mut x = x.clone();
    for mut row in x.rows_mut() {
        let length = row.dot(&row).sqrt() + 1e-4;
        row /= length;
    }
    x
}
fn relu(x: Array2<f64>) -> Array2<f64> {
    x.mapv(|x| x.max(0.0))
}
/// One round from the states `z` of two layers.
fn round(p: &Params, x: &Array2<f64>, z: &[Array2<f64>; 2], damping: f64) -> [Array2<f64>; 2] {
    let (s, t) = (&p.slots[0], &p.slots[2]); // W, b, L, G; W, b, L, G, V
    let held = |z: &Array2<f64>, l: &Array2<f64>| {
        Array2::from_shape_fn(z.dim(), |(n, j)| {
            let others: f64 = (0..z.ncols())
                .filter(|&i| i != j && i / 10 == j / 10)
                .map(|i| z[[n, i]] * l[[i, j % 10]].max(0.0))
                .sum();
            others - z[[n, j]] * l[[j, j % 10]].max(0.0)
        })
    };
    let a = unit(x).dot(&s[0].t()) + &s[1] + unit(&z[1]).dot(&t[4]) - held(&z[0], &s[2]);
    let b = unit(&z[0]).dot(&t[0].t()) + &t[1] - held(&z[1], &t[2]);
    [relu(a) * (1.0 - damping) + &z[0] * damping, relu(b) * (1.0 - damping) + &z[1] * damping]
}
/// The states before the last of `rounds` rounds.
fn settled(p: &Params, x: &Array2<f64>, rounds: usize, damping: f64) -> [Array2<f64>; 2] {
    let h = relu(unit(x).dot(&p.slots[0][0].t()) + &p.slots[0][1]);
    let g = relu(unit(&h).dot(&p.slots[2][0].t()) + &p.slots[2][1]);
    (1..rounds).fold([h, g], |z, _| round(p, x, &z, damping))
}
fn goodness(h: &Array2<f64>) -> Vec<f64> {
    h.rows().into_iter().map(|r| r.dot(&r) / r.len() as f64).collect()
}
fn net() -> Net {
    dense(5, 12, Relu) >> dense(12, 6, Relu)
}
fn learned(rule: PredictiveForwardForward, net: &Net, p: &Params, x: &Array, wrong: &Array) -> Result<Params> {
    let under = Lens(net.under::<_, f64>(rule));
    Ok(under.pull(p, (x.clone(), wrong.clone()), Array::zeros((x.nrows(), 6)))?.2)
}
#[test]
fn each_part_goes_down_its_loss() {
    let rule = PredictiveForwardForward::new(ForwardForward::new(2)).rounds(4).damping(0.2);
    let (net, x, wrong) = (net(), batch(3, 5, 1), batch(3, 5, 2));
    let p = start(&net.under(rule));
    let found = learned(rule, &net, &p, &x, &wrong).unwrap();
    let (x, wrong) = (x.into_owned(), wrong.into_owned());
    let before = [&x, &wrong].map(|x| settled(&p, x, 4, 0.2));
    let contrast = |p: &Params, layer: usize| {
        let now = [round(p, &x, &before[0], 0.2), round(p, &wrong, &before[1], 0.2)];
        let good = now.map(|z| goodness(&z[layer]));
        good[0].iter().zip(&good[1]).map(|(a, b)| (-4.0 * (a - b)).exp().ln_1p()).sum::<f64>() / 3.0
    };
    let now = round(&p, &x, &before[0], 0.2);
    let down = |p: &Params, layer: usize| {
        let guess = unit(&now[layer]).dot(&p.slots[2 * layer][3]);
        let error = if layer == 0 { guess - &x } else { relu(guess) - &now[0] };
        error.iter().map(|e| e * e).sum::<f64>() / 6.0
    };
    let loss = |p: &Params, slot: usize, array: usize| match (slot, array) {
        (2, 4) => contrast(p, 0), // from above to below
        (slot, 3) => down(p, slot / 2),
        (slot, _) => contrast(p, slot / 2),
    };
    let h = 1e-5;
    for (slot, arrays) in [(0, 4), (2, 5)] {
        for array in 0..arrays {
            for k in 0..p.slots[slot][array].len() {
                let moved = |by: f64| {
                    let mut p = p.clone();
                    p.slots[slot][array].as_slice_mut().unwrap()[k] += by;
                    loss(&p, slot, array)
                };
                let (slope, got) =
                    ((moved(-h) - moved(h)) / (2.0 * h), found.slots[slot][array].as_slice().unwrap()[k]);
                assert!((slope - got).abs() < 1e-9, "slot {slot}, array {array}, {k}: {slope} against {got}");
            }
            assert!(found.slots[slot][array].iter().any(|d| d.abs() > 1e-4), "slot {slot}, array {array}");
        }
    }
}
#[test]
fn with_nothing_from_above_or_beside_it_is_forward_forward() {
    let inner = ForwardForward::new(2);
    let rule = PredictiveForwardForward::new(inner).rounds(1).damping(0.0);
    let (net, x, wrong) = (net(), batch(3, 5, 1), batch(3, 5, 2));
    let mut p = start(&net.under(rule));
    [(0, 2), (2, 2), (2, 4)].iter().for_each(|&(slot, array)| p.slots[slot][array].fill(0.0));
    let found = learned(rule, &net, &p, &x, &wrong).unwrap().of_net(&net).unwrap();
    let own = p.of_net(&net).unwrap();
    let plain = Lens(net.under::<_, f64>(inner)).pull(&own, (x, wrong), Array::zeros((3, 6))).unwrap().2;
    assert!(gap(&found.flat(), &plain.flat()) < 1e-14);
}
#[test]
fn a_layer_listens_to_the_next_one_and_to_no_loss() {
    let rule = PredictiveForwardForward::new(ForwardForward::new(2));
    let (net, x, wrong) = (net(), batch(3, 5, 1), batch(3, 5, 2));
    let p = start(&net.under(rule));
    let mut other = p.clone();
    other.slots[2][0].mapv_inplace(|w| 1.5 * w);
    let at = |p: &Params| learned(rule, &net, p, &x, &wrong).unwrap();
    assert_ne!(at(&p).slots[0], at(&other).slots[0]);
    assert_eq!(at(&p), at(&p));
}
#[test]
fn other_networks_are_an_error() {
    let rule = PredictiveForwardForward::new(ForwardForward::new(2));
    let (x, wrong) = (batch(3, 5, 1), batch(3, 5, 2));
    for (net, layer) in [(dense(5, 6, Tanh), "pointwise"), (dense(5, 6, Relu) >> residual(dense(6, 6, Relu)), "add")] {
        let e = learned(rule, &net, &start(&net.under(rule)), &x, &wrong).unwrap_err();
        assert_eq!(e.to_string(), format!("PredictiveForwardForward: no reverse map for the layer {layer}"));
    }
}
#[test]
fn it_learns_to_name_and_to_imagine() {
    let rule = PredictiveForwardForward::new(ForwardForward::new(2).writing(2.0)).rounds(3);
    let net = dense(4, 24, Relu) >> dense(24, 24, Relu);
    let learn = learner(net.under::<_, f64>(rule), batch_quadratic(), descend(), Adam::new(0.01));
    let mut s = learn.start(learn.model().init(&mut uniform(1)).unwrap());
    let (x, mut draw) = (batch(80, 2, 1), uniform(2));
    let classes: Vec<usize> = x.rows().into_iter().map(|r| usize::from(r[0] * r[1] > 0.0)).collect(); // not linear
    let (seen, _) = rule.pairs().pair(&x, &classes, &mut draw).unwrap();
    let error = |p: &Params| {
        let guess = rule.imagined(learn.model(), p, &seen).unwrap();
        (&guess - &seen).iter().map(|e| e * e).sum::<f64>()
    };
    let first = error(&s.params);
    for _ in 0..250 {
        learn.step(&mut s, rule.pairs().pair(&x, &classes, &mut draw).unwrap(), &Array::zeros((80, 24))).unwrap();
    }
    let named = learn.predict(&s, rule.pairs().blank(&x).unwrap()).unwrap();
    let right = (0..80).filter(|&i| usize::from(named[[i, 1]] > named[[i, 0]]) == classes[i]).count();
    assert!(right > 66, "{right} of 80"); // a line names about 55
    assert!(error(&s.params) < 0.1 * first, "{first} then {}", error(&s.params));
}
