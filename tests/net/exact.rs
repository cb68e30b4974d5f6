//! Every layer: its derivatives are those of its output, in every mode and at every number.

use crate::harness::{Point, batch};
use ndarray::Array2;
use pullback::{Error, category::Tanh, diagram::Generator, net::*};

/// A layer with its inputs: three rows each.
fn cases() -> Vec<(Layer, Vec<Array>)> {
    let image = Window::new([2, 5, 4], [3, 2]).stride([2, 1]).padding([1, 1]);
    let pooled = Window::new([2, 5, 4], [3, 3]).stride([2, 2]).padding([1, 1]);
    let product = |transposed| MatMul { heads: 2, rows: 3, inner: 2, columns: 4, transposed, scale: 0.7 };
    let numbers = ndarray::arr2(&[[0.0, 2.0, 1.0], [2.0, 2.0, 2.0], [1.0, 0.0, 0.0]]).into_shared();
    let held = BatchNorm { channels: 3, epsilon: 1e-3, statistics: Some(vec![[0.1, 0.5], [-0.2, 1.0], [0.0, 2.0]]) };
    let one = |layer: Layer, width| (layer, vec![batch(3, width, 1)]);
    let two = |layer: Layer, a, b| (layer, vec![batch(3, a, 1), batch(3, b, 2)]);
    vec![
        one(Linear { ins: 3, outs: 4, bias: true }.into(), 3),
        one(Linear { ins: 3, outs: 4, bias: false }.into(), 3),
        one(Tokenwise { tokens: 4, each: Linear { ins: 3, outs: 2, bias: true } }.into(), 12),
        one(Tokenwise { tokens: 4, each: Linear { ins: 3, outs: 2, bias: false } }.into(), 12),
        one(Conv2d { window: image, outs: 3, bias: true }.into(), 40),
        one(Conv2d { window: image, outs: 3, bias: false }.into(), 40),
        one(MeanPool(pooled).into(), 40),
        one(MaxPool(pooled).into(), 40),
        one(LayerNorm { features: 4, epsilon: 1e-3 }.into(), 8),
        one(RmsNorm { features: 4, epsilon: 1e-3 }.into(), 8),
        one(BatchNorm { channels: 3, epsilon: 1e-3, statistics: None }.into(), 6),
        one(held.into(), 6),
        one(Softmax { features: 4 }.into(), 8),
        two(product(false).into(), 12, 16),
        two(product(true).into(), 12, 16),
        one(Permute { shape: vec![2, 3, 2], axes: vec![2, 0, 1] }.into(), 12),
        (Embedding { count: 3, width: 2 }.into(), vec![numbers]),
        one(Gather { nodes: 4, width: 2, from: vec![0, 0, 3, 1, 2] }.into(), 8),
        one(Scatter { nodes: 4, width: 2, to: vec![0, 0, 3, 1, 2] }.into(), 10),
        one(Dropout { rate: 0.4, seed: 9 }.into(), 8),
        one(Flatten.into(), 6),
        one(Tap { name: "here".into() }.into(), 6),
        one(Reshape(vec![2, 3]).into(), 6),
        one(Pointwise(Tanh.into()).into(), 6),
        two(Add.into(), 5, 5),
        two(Mul.into(), 5, 5),
        one(recurrent(4).into(), 8),
        one(two_states(4).into(), 3),
        one(Pointwise(Activation::Affine(0.5, -1.0)).into(), 6),
        one(own(), 3),
    ]
}
/// A recurrent cell with a norm, dropout and an output of its own.
fn recurrent(steps: usize) -> Scan {
    let body = Net::build(2, |d, hx| {
        let h = d.inline(&(layer_norm(3) >> dropout(0.2, 4) >> linear(3, 3)), &hx[..1]);
        let x = d.inline(&dense(2, 3, Tanh), &hx[1..]);
        let sum = d.push(Layer::Add(Add), &[h[0], x[0]]);
        let next = d.inline(&pointwise(Tanh), &sum);
        let y = d.inline(&linear(3, 2), &next);
        vec![next[0], y[0]]
    });
    Scan { body, steps, states: vec![3], held: false, mean: false }
}
/// Two cells in a row that see the whole input at each step; the output is their mean.
fn two_states(steps: usize) -> Scan {
    let cell = |ins, outs| {
        Net::build(2, |d, hx| {
            let left = d.inline(&pointwise(Activation::Affine(0.5, 0.1)), &hx[..1]);
            let x = d.inline(&dense(ins, outs, Tanh), &hx[1..]);
            let next = d.push(Layer::Add(Add), &[left[0], x[0]]);
            vec![next[0], d.inline(&pointwise(Tanh), &next)[0]]
        })
    };
    Scan { body: cells(&[cell(3, 4), cell(4, 2)]), steps, states: vec![4, 2], held: true, mean: true }
}
fn own() -> Layer {
    let f = smooth("own", &[0.4, -0.3], &[0.1, 0.2, 0.3], |p, x| {
        Ok(vec![(x[0] * p[0]).sin() * x[1] + 0.1, x[2].max(p[1]) * x[0] + p[1].exp()])
    });
    f.unwrap().boxes().next().unwrap().generator.clone()
}
fn each(check: impl Fn(&str, &Point, &Layer)) {
    for (layer, x) in cases() {
        for rows in [3, 1, 0] {
            let point = Point::new(layer.clone(), &x, rows);
            check(&format!("{} with {rows} rows", layer.label()), &point, &layer);
        }
    }
}

#[test]
fn backward_agrees_with_differences() {
    each(|name, point, layer| point.differences(name, !matches!(layer, Layer::Embedding(_))));
}
#[test]
fn forward_and_backward_are_transposes() {
    each(|name, point, _| point.dot_product(name));
}
#[test]
fn forward_is_the_run_at_dual_numbers() {
    each(|name, point, _| point.dual(name));
}
#[test]
fn single_precision_is_the_same_map() {
    each(|name, point, _| point.single(name));
}
#[test]
fn the_shape_that_is_promised_comes() {
    each(|name, point, layer| {
        let shapes: Vec<_> = point.x.iter().map(|x| Some(vec![x.ncols()])).collect();
        let matrices = |s: Vec<Vec<usize>>| s.into_iter().map(Some).collect::<Vec<_>>();
        let shapes = match layer {
            Layer::LayerNorm(_) | Layer::RmsNorm(_) | Layer::Softmax(_) => vec![Some(vec![2, 4])],
            Layer::BatchNorm(_) => vec![Some(vec![3, 2])],
            Layer::MatMul(m) if m.transposed => matrices(vec![vec![2, 3, 2], vec![2, 4, 2]]),
            _ => shapes,
        };
        let y = layer.shape(&shapes).unwrap().unwrap();
        assert_eq!(point.apply().dim(), (point.x[0].nrows(), y.iter().product()), "{name}");
    });
}
#[test]
fn linear_layers_pull_and_multiply_with_other_weights() {
    each(|name, point, layer| {
        let y = point.apply();
        let dy = batch(y.nrows(), y.ncols(), 31);
        if !layer.is_linear() {
            let w = Array2::<f64>::zeros((1, 1));
            assert!(matches!(layer.pull(&w, &dy), Err(Error::NoReverse { .. })), "{name}");
            return;
        }
        let (dx, exact) = point.vjp(&dy);
        assert_eq!(layer.pull(&point.p[0], &dy).unwrap(), dx[0], "{name}");
        let mut dp: Vec<_> = point.p.iter().map(|p| Array2::zeros(p.raw_dim())).collect();
        layer.outer(&point.x[0], &dy, &mut dp).unwrap();
        assert_eq!(dp, exact, "{name}");
        let doubled = layer.pull(&(&point.p[0] * 2.0), &dy).unwrap();
        assert_eq!(doubled, (&dx[0] * 2.0).into_shared(), "{name}");
    });
    assert_eq!(cases().iter().filter(|(layer, _)| layer.is_linear()).count(), 6);
}
#[test]
fn a_change_at_a_tie_goes_to_the_first() {
    let layer = Layer::from(MaxPool(Window::new([1, 2, 2], [2, 2])));
    let x = ndarray::arr2(&[[1.0, 3.0, 3.0, 3.0]]).into_shared();
    let y = layer.apply(crate::harness::AT, &[], &[&x]).unwrap();
    let dx = layer.vjp(crate::harness::AT, &[], &[&x], &y, &batch(1, 1, 1), &mut []).unwrap();
    assert_eq!(dx[0], ndarray::arr2(&[[0.0, batch(1, 1, 1)[[0, 0]], 0.0, 0.0]]).into_shared());
}
