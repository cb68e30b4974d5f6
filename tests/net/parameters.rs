//! Parameters by name, and where they start.

use crate::harness::batch;
use pullback::{
    category::{Identity, Tanh},
    diagram::Generator,
    learn::uniform,
    lens::Object,
    net::*,
    rule::{Backprop, Under},
};

#[test]
fn every_array_has_a_name_of_its_own() {
    let body = Net::build(2, |d, hx| {
        let h = d.inline(&linear(3, 3), &hx[..1]);
        let y = d.inline(&dense(2, 3, Tanh), &hx[1..]);
        vec![h[0], y[0]]
    });
    let own = smooth("f", &[1.0, 2.0], &[1.0], |p, x| Ok(vec![p[0] * x[0] + p[1]])).unwrap();
    let net = scan(body, 2, 3) >> dense(6, 1, Identity) >> own;
    let names = net.names();
    let expected = [
        "0.scan.0.linear.weight",
        "0.scan.1.linear.weight",
        "0.scan.1.linear.bias",
        "1.linear.weight",
        "1.linear.bias",
        "2.smooth.p0",
        "2.smooth.p1",
    ];
    assert_eq!(names, expected);
    let p: Params = net.init(&mut uniform(1));
    assert_eq!(p.flat()[p.count() - 2..], [1.0, 2.0]); // where it was recorded
    assert_eq!(p.named(&net).unwrap().map(|(_, a)| a.len()).sum::<usize>(), net.parameters());
    assert!(p.named(&linear(1, 1)).is_err());
}
#[test]
fn initialisers_have_the_variance_that_they_promise() {
    let net = linear(400, 100);
    let variance = |how: Initialiser| {
        let p: Params = net.init_with(|_| how, &mut uniform(3));
        p.flat().iter().map(|w| w * w).sum::<f64>() / p.count() as f64
    };
    for (how, expected) in [
        (Initialiser::Glorot, 2.0 / 500.0),
        (Initialiser::He, 2.0 / 400.0),
        (Initialiser::LeCun, 1.0 / 400.0),
        (Initialiser::WidthScaled { base: 40 }, 40.0 / 160_000.0),
        (Initialiser::Orthogonal { gain: 3.0 }, 9.0 / 400.0), // 100 rows of length 3 over 40000 numbers
    ] {
        let found = variance(how);
        assert!((found / expected - 1.0).abs() < 0.03, "{how:?}: {found} against {expected}");
    }
}
#[test]
fn orthogonal_rows_or_columns_are_orthonormal() {
    for (ins, outs) in [(7, 4), (4, 7), (5, 5)] {
        let p: Params = linear(ins, outs).init_with(|_| Initialiser::Orthogonal { gain: 1.0 }, &mut uniform(1));
        let w = &p.slots[0][0];
        let gram = if outs <= ins { w.dot(&w.t()) } else { w.t().dot(w) };
        for ((i, j), &g) in gram.indexed_iter() {
            assert!((g - f64::from(u8::from(i == j))).abs() < 1e-14, "{ins} to {outs}: {g} at {i}, {j}");
        }
    }
}
#[test]
fn the_gradients_of_examples_add_up_and_each_is_its_own() {
    let image = Window::new([1, 4, 4], [3, 3]);
    let net = conv2d(image, 2)
        >> pointwise(Tanh)
        >> flatten()
        >> layer_norm(4)
        >> dropout(0.5, 1)
        >> dense(8, 3, Tanh)
        >> linear(3, 2);
    let (p, x, dy): (Params, _, _) = (net.init(&mut uniform(1)), batch(4, 16, 2), batch(4, 2, 3));
    let each = net.per_example(&p, &x, &dy).unwrap();
    let one = |x: Array, dy: Array| {
        let under: Under<Backprop> = net.under(Backprop);
        let (_, kept) = under.forward(&p, None, x).unwrap();
        let mut dp = p.zero();
        under.back(&p, None, kept, dy, &mut dp).unwrap();
        dp.flat()
    };
    let close = |a: &[f64], b: &[f64]| a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-13) && a.len() == b.len();
    assert!(close(&each.sum_axis(ndarray::Axis(0)).to_vec(), &one(x.clone(), dy.clone())));
    for r in 0..4 {
        let row = |a: &Array| a.row(r).insert_axis(ndarray::Axis(0)).to_owned().into_shared();
        assert!(close(&each.row(r).to_vec(), &one(row(&x), row(&dy))), "example {r}");
    }
    let joined = linear(2, 2) >> batch_norm(2);
    let e = joined.per_example(&joined.init(&mut uniform(1)), &batch(3, 2, 1), &batch(3, 2, 2)).unwrap_err();
    assert_eq!(e.to_string(), "a gradient of one example: no reverse map for the layer batch_norm");
}
#[test]
fn layers_are_values() {
    let a = scan(linear(2, 2) * linear(1, 1), 3, 2) >> attention(3, 1, 1);
    assert_eq!(a, a.clone());
    assert_ne!(a, scan(linear(2, 2) * linear(1, 1), 3, 2) >> causal_attention(3, 1, 1));
    let labels: Vec<String> = a.boxes().map(|b| b.generator.label()).collect();
    assert_eq!(labels[0], "scan 3 steps");
    assert_eq!(labels[1], "3 × linear 1→1");
    assert_eq!(a.boxes().next().unwrap().generator.inside().map(Net::len), Some(2));
}
