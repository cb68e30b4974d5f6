//! What does not fit is an error that names the layer.

use crate::harness::{AT, batch, parameters};
use pullback::{
    category::{Identity, Relu},
    net::*,
};

fn fault(net: Net, x: &[usize]) -> String {
    net.shapes_of(x).unwrap_err().to_string()
}

#[test]
fn shapes_are_checked_at_building() {
    let window = Window::new([1, 4, 4], [2, 2]);
    let cases: Vec<(Net, &[usize], &str)> = vec![
        (conv2d(window, 2), &[2, 4, 4], "conv2d at layer 0: expected shape [1, 4, 4], found [2, 4, 4]"),
        (conv2d(window, 2) >> dense(17, 1, Identity), &[16], "linear at layer 1: expected length 17, found 18"),
        (
            conv2d(window.stride([0, 1]), 2),
            &[16],
            "conv2d at layer 0: expected a stride and a window of at least 1, found 0",
        ),
        (max_pool(Window::new([1, 4, 4], [5, 1])), &[16], "max_pool at layer 0: expected shape [5, 1], found [4, 4]"),
        (mean_pool(window), &[1, 5, 4], "mean_pool at layer 0: expected shape [1, 4, 4], found [1, 5, 4]"),
        (layer_norm(3), &[2, 4], "layer_norm at layer 0: expected length 3, found 4"),
        (rms_norm(0), &[2, 4], "rms_norm at layer 0: expected length 0, found 4"),
        (batch_norm(3), &[2, 4], "batch_norm at layer 0: expected length 3, found 8"),
        (dense(4, 4, Relu) >> softmax(3), &[4], "softmax at layer 2: expected length 3, found 4"),
        (causal_mask(3), &[8], "mask at layer 0: expected length 9, found 8"),
        (permute(&[2, 2], &[0, 0]), &[4], "permute at layer 0: expected shape [0, 1], found [0, 0]"),
        (permute(&[2, 2], &[1, 0]), &[5], "permute at layer 0: expected length 4, found 5"),
        (attention(3, 4, 3), &[3, 4], "permute at layer 1: expected length 9, found 12"),
        (attention(3, 4, 0), &[3, 4], "permute at layer 1: expected length 0, found 12"),
        (tokenwise(3, 2, 2), &[2, 3], "tokenwise at layer 0: expected shape [3, 2], found [2, 3]"),
        (gather(2, 1, vec![0, 2]), &[2], "gather at layer 0: expected the number of a node, found 2"),
        (scatter(2, 2, vec![0, 1]), &[3], "scatter at layer 0: expected length 4, found 3"),
        (dropout(1.0, 1), &[3], "dropout at layer 0: expected a rate in [0, 1), found 1"),
        (reshape(&[2, 2]), &[3], "reshape at layer 0: expected length 4, found 3"),
        (scan(linear(2, 2), 3, 2), &[6], "scan at layer 0: expected shape [2, 2], found [1, 1]"),
        (scan(Net::id(2), 4, 2), &[6], "scan at layer 0: expected length 4, found 6"),
        (
            scan(linear(3, 3) * linear(2, 2), 3, 3),
            &[9],
            "scan at layer 0: linear at layer 1: expected length 2, found 3",
        ),
        (scan(linear(3, 4) * linear(2, 2), 3, 3), &[6], "scan at layer 0: expected length 3, found 4"),
        (
            smooth("f", &[], &[1.0, 2.0], |_, x| Ok(vec![x[0] + x[1]])).unwrap(),
            &[3],
            "smooth at layer 0: expected length 2, found 3",
        ),
    ];
    for (net, x, message) in cases {
        assert_eq!(fault(net, x), message);
    }
}

/// Whatever comes, a layer answers or returns an error.
#[test]
fn no_batch_and_no_parameter_makes_a_layer_panic() {
    let window = Window::new([1, 3, 3], [2, 2]);
    let nets = [
        linear(4, 2),
        tokenwise(2, 2, 3),
        conv2d(window, 2),
        conv2d(window.stride([0, 0]), 2),
        max_pool(window),
        mean_pool(window),
        layer_norm(3),
        layer_norm(0),
        rms_norm(3),
        batch_norm(3),
        batch_norm(0),
        softmax(3),
        softmax(0),
        mask(vec![]),
        causal_mask(2),
        permute(&[2, 2], &[1, 3]),
        permute(&[2, 2], &[1, 0]),
        embedding(2, 2),
        gather(2, 2, vec![5]),
        gather(2, 0, vec![1]),
        scatter(2, 2, vec![1, 1]),
        dropout(2.0, 1),
        dropout(0.5, 1),
        reshape(&[4]),
        flatten(),
        tap("x"),
        detach(),
        scan(Net::id(2), 2, 2),
        scan(Net::id(2), 0, 0),
        scan(linear(2, 2), 2, 2),
        smooth("f", &[1.0], &[1.0, 2.0], |p, x| Ok(vec![p[0] * x[1]])).unwrap(),
        layer(MatMul { heads: 1, rows: 2, inner: 2, columns: 2, transposed: true, scale: 1.0 }),
        layer(Add),
        layer(Mul),
    ];
    let (mut fine, mut refused) = (0, 0);
    for (layer, width) in nets.iter().flat_map(|n| n.boxes()).flat_map(|b| (0..10).map(move |w| (b.generator, w))) {
        let right = parameters(layer, 1);
        let wrong: Vec<_> = right.iter().map(|_| ndarray::Array2::zeros((1, 7))).collect();
        for (p, rows) in [(&right, 2), (&right, 0), (&wrong, 2), (&vec![], 2)] {
            let x = batch(rows, width, 1);
            for x in [vec![&x], vec![&x, &x], vec![]] {
                let made = layer.apply(AT, p, &x);
                let back = |dy: &Array, dp: &mut [ndarray::Array2<f64>]| {
                    let y = made.clone().unwrap_or_else(|_| dy.clone());
                    let ok = layer.vjp(AT, p, &x, &y, dy, dp).is_ok();
                    ok & layer.jvp(AT, p, &x, &y, &x, dp).is_ok()
                };
                for dy in [batch(rows, 4, 2), batch(1, 3, 2), batch(0, 0, 2)] {
                    back(&dy, &mut p.clone());
                    back(&dy, &mut wrong.clone());
                    back(&dy, &mut []);
                }
                *if made.is_ok() { &mut fine } else { &mut refused } += 1;
            }
        }
    }
    assert!(fine > 100 && refused > 1000, "{fine} answers, {refused} errors");
}

#[test]
fn a_sample_on_another_branch_is_an_error() {
    let f = smooth("f", &[], &[1.0], |_, x| Ok(vec![if x[0] > 0.0 { x[0] * 2.0 } else { x[0] * 3.0 }])).unwrap();
    let layer = f.boxes().next().unwrap().generator;
    let apply = |x: f64| layer.apply(AT, &[], &[&ndarray::arr2(&[[x]]).into_shared()]);
    assert_eq!(apply(2.0).unwrap()[[0, 0]], 4.0);
    assert!(matches!(apply(-2.0), Err(pullback::Error::BranchChanged { .. })));
}
