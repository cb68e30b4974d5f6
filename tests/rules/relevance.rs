//! Relevance through layers that are not dense: products of matrices, softmax, norms, pools; and where it is refused.

use crate::{
    attribution::{explain, flat, leak, scores},
    harness::{batch, gap, pull},
};
use ndarray::{Array2, Axis, arr2};
use pullback::{
    Error,
    category::{Relu, Tanh},
    learn::uniform,
    net::*,
    rule::*,
};

fn scores_of(net: &Net, p: &Params, x: &Array, class: usize) -> ndarray::Array1<f64> {
    scores(net, p, x).column(class).to_owned()
}
#[test]
fn a_product_of_matrices_shares_by_halves() {
    let (heads, transposed) = (2, true);
    let scores = MatMul { heads, rows: 3, inner: 2, columns: 3, transposed, scale: 0.7 };
    let net = Net::build(1, |d, x| {
        let side = || Layer::from(Linear { ins: 12, outs: 12, bias: false });
        let (a, b) = (d.push(side(), x), d.push(side(), x));
        d.push(scores.into(), &[a[0], b[0]]).to_vec()
    });
    let (p, x) = (net.init(&mut uniform(3)), batch(5, 12, 4));
    assert!(leak(&net, AttentionRelevance::epsilon(0.0), &p, &x, |_| true) < 2e-15);
    // each factor gets half: cut one of them off
    let half = Net::build(1, |d, x| {
        let a = d.push(Linear { ins: 12, outs: 12, bias: false }.into(), x);
        let b = d.push(Linear { ins: 12, outs: 12, bias: false }.into(), x);
        let b = d.push(Detach.into(), &b);
        d.push(scores.into(), &[a[0], b[0]]).to_vec()
    });
    let q = Params::new([&p.slots[..2], &[vec![], vec![]]].concat());
    for class in [0, 10] {
        let sums = explain(&half, AttentionRelevance::epsilon(0.0), &q, &x, class).unwrap().sum_axis(Axis(1));
        let halves = scores_of(&half, &q, &x, class).mapv(|y| y / 2.0);
        assert!(gap(&sums.to_vec(), &halves.to_vec()) < 2e-15);
    }
}
#[test]
fn a_softmax_shares_by_its_tangent() {
    let net = mask(vec![true, true, false, true]) >> softmax(4);
    let (p, x, r) = (Params::new(vec![vec![], vec![]]), batch(5, 8, 4), batch(5, 8, 5));
    let rule = AttentionRelevance::epsilon(0.0);
    let (s, found, _) = pull(&net, rule, &p, &x, &r).unwrap();
    // x ⊙ Jᵀ(R / s) is the tangent's share, by the exact derivative of the layer
    let over = ndarray::Zip::from(&r).and(&s).map_collect(|&r, &s| if s == 0.0 { 0.0 } else { r / s }).into_shared();
    let tangent = &x * &pull(&net, Backprop, &p, &x, &over).unwrap().1;
    let masked = |k: usize| k % 4 == 2;
    for ((row, k), &found) in found.indexed_iter() {
        let sum: f64 = (k / 4 * 4..k / 4 * 4 + 4).map(|j| r[[row, j]]).sum();
        let formula = if masked(k) { 0.0 } else { x[[row, k]] * (r[[row, k]] - s[[row, k]] * sum) };
        assert!((found - formula).abs() < 1e-15, "{row} {k}: {found} {formula}");
        // what had no share of one carries no relevance in a network; leave it out of the tangent as well
        let gone = s[[row, k]] * r[[row, k / 4 * 4 + 2]] * x[[row, k]];
        assert!(masked(k) || (found + gone - tangent[[row, k]]).abs() < 1e-14);
    }
}
#[test]
fn a_norm_holds_its_deviation() {
    // layer norm of (1, 3): mean 2, deviation 1, so y = (-1, 1), R = y: q = (1, 1), and x ⊙ (q - 1) = 0
    let net = layer(LayerNorm { features: 2, epsilon: 0.0 });
    let rule = AttentionRelevance::epsilon(0.0);
    let at = |scale: [f64; 2], r: [f64; 2]| {
        let p = Params::new(vec![vec![arr2(&[scale]), arr2(&[[0.0, 0.0]])]]);
        pull(&net, rule, &p, &arr2(&[[1.0, 3.0]]).into_shared(), &arr2(&[r]).into_shared()).unwrap().1
    };
    assert_eq!(at([1.0, 1.0], [-1.0, 1.0]), arr2(&[[0.0, 0.0]]));
    // R = (2, 1), scale (1, 2): y = (-1, 2), q = (-2, 1), mean -½: (1·-1.5, 3·1.5), which sum to R
    assert_eq!(at([1.0, 2.0], [2.0, 1.0]), arr2(&[[-1.5, 4.5]]));
    // with a shift b the part of b stays: Σ R (y - b)/y
    let p = Params::new(vec![vec![arr2(&[[1.0, 1.0]]), arr2(&[[0.0, 3.0]])]]);
    let r = pull(&net, rule, &p, &arr2(&[[1.0, 3.0]]).into_shared(), &arr2(&[[1.0, 1.0]]).into_shared()).unwrap().1;
    assert_eq!(r.sum(), 1.0 + 1.0 / 4.0);
    let net = rms_norm(4);
    let (p, x, r) = (net.init(&mut uniform(1)), batch(3, 8, 4), batch(3, 8, 5));
    assert_eq!(pull(&net, rule, &p, &x, &r).unwrap().1, r);
}
#[test]
fn pools_conserve() {
    let window = Window::new([2, 4, 4], [3, 3]).stride([2, 2]).padding([1, 1]);
    for pool in [mean_pool(window), max_pool(window), scatter(16, 2, (0..16).map(|k| k / 3).collect())] {
        let net = linear(6, 32) >> pool >> flatten();
        let outs = net.shapes().unwrap()[1].as_ref().unwrap().iter().product();
        let net = net >> linear(outs, 3);
        let (p, x) = (net.init(&mut uniform(3)), batch(16, 6, 4));
        assert!(leak(&net, LayerwiseRelevance::epsilon(0.0), &p, &x, |_| true) < 2e-14);
        assert!(leak(&net, LayerwiseRelevance::gamma(0.25), &p, &x, |_| true) < 2e-14);
        assert!(leak(&net, LayerwiseRelevance::alpha_beta(2.0), &p, &x, |_| true) < 1e-15);
        assert!(leak(&net, AttentionRelevance::epsilon(0.0), &p, &x, |_| true) < 2e-14);
        let map = explain(&net, DeepTaylor::new(), &p, &x, 0).unwrap();
        let sign = scores_of(&net, &p, &x, 0);
        assert!(map.rows().into_iter().zip(&sign).all(|(row, y)| row.iter().all(|r| r * y >= 0.0)));
    }
}
#[test]
fn a_small_convolutional_network_is_explained_by_every_rule() {
    let image = layer(Conv2d { window: Window::new([1, 6, 6], [3, 3]), outs: 3, bias: false });
    let pool = mean_pool(Window::new([3, 4, 4], [2, 2]).stride([2, 2]));
    let net = image >> pointwise(Relu) >> tap("seen") >> pool >> flatten() >> linear(12, 3);
    let (p, x) = (net.init(&mut uniform(3)), batch(8, 36, 4));
    assert!(leak(&net, LayerwiseRelevance::epsilon(0.0), &p, &x, |_| true) < 1e-14);
    assert!(leak(&net, LayerwiseRelevance::gamma(0.25), &p, &x, |_| true) < 1e-14);
    assert!(leak(&net, LayerwiseRelevance::alpha_beta(2.0), &p, &x, |_| true) < 1e-15);
    assert!(leak(&net, TimesInput(Backprop), &p, &x, |_| true) < 1e-14);
    let sure = |y: f64| y > 0.0;
    for first in [FirstLayer::Same, FirstLayer::Squares, FirstLayer::Bounded { low: -1.0, high: 1.0 }] {
        assert!(leak(&net, DeepTaylor::new().first_layer(first), &p, &x, sure) < 2e-15, "{first:?}");
    }
    let product = explain(&net, TimesInput(Backprop), &p, &x, 1).unwrap();
    let relevance = explain(&net, LayerwiseRelevance::epsilon(0.0), &p, &x, 1).unwrap();
    assert!(gap(&flat(&relevance), &flat(&product)) < 1e-14);
    for map in [explain(&net, Deconvnet, &p, &x, 1), explain(&net, GuidedBackprop, &p, &x, 1)] {
        let map = map.unwrap();
        assert!(map.dim() == (8, 36) && map.iter().all(|m| m.is_finite()) && map.iter().any(|m| *m != 0.0));
    }
    // patterns are of dense layers
    assert_eq!(Patterns::fit(&net, &p, [x]).unwrap_err(), Error::NoReverse { rule: "Patterns", layer: "conv2d" });
}
#[test]
fn a_small_attentive_network_is_explained_or_refused_by_name() {
    let rows = reshape(&[3, 4]) >> tokenwise(3, 4, 4) >> residual(causal_attention(3, 4, 2)) >> layer_norm(4);
    let net = rows >> flatten() >> linear(12, 3);
    let (p, x) = (net.init(&mut uniform(3)), batch(8, 12, 4));
    let map = explain(&net, AttentionRelevance::epsilon(1e-6), &p, &x, 1).unwrap();
    assert!(map.iter().all(|m| m.is_finite()) && map.iter().any(|m| m.abs() > 1e-3));
    for refused in [
        explain(&net, LayerwiseRelevance::epsilon(1e-6), &p, &x, 1),
        explain(&net, LayerwiseRelevance::gamma(0.25), &p, &x, 1),
        explain(&net, LayerwiseRelevance::alpha_beta(2.0), &p, &x, 1),
        explain(&net, DeepTaylor::new(), &p, &x, 1),
    ] {
        let Error::InLayer { layer: "layer_norm", cause, .. } = refused.unwrap_err() else { panic!("another layer") };
        assert!(matches!(*cause, Error::NoReverse { layer: "layer_norm", .. }), "{cause}");
    }
    // without the norm it is the product of two wires that they do not know
    let bare = residual(causal_attention(3, 4, 2)) >> flatten() >> linear(12, 3);
    let q = bare.init(&mut uniform(3));
    let e = explain(&bare, DeepTaylor::new(), &q, &x, 1).unwrap_err();
    assert!(e.to_string().contains("DeepTaylor: no reverse map for the layer matmul"), "{e}");
    // its softmax aside, attention conserves: hold the weights still
    let held = Net::build(1, |d, x| {
        let v = d.inline(&layer(Tokenwise { tokens: 3, each: Linear { ins: 4, outs: 4, bias: false } }), x);
        let w = d.inline(&(linear(12, 9) >> softmax(3) >> detach()), x);
        let mixed = MatMul { heads: 1, rows: 3, inner: 3, columns: 4, transposed: false, scale: 1.0 };
        let y = d.push(mixed.into(), &[w[0], v[0]]);
        d.push(Add.into(), &[y[0], x[0]]).to_vec()
    });
    let q = held.init(&mut uniform(3));
    let whole = scores_of(&held, &q, &x, 5);
    let sums = explain(&held, AttentionRelevance::epsilon(0.0), &q, &x, 5).unwrap().sum_axis(Axis(1));
    let mixed = &whole - &x.column(5);
    let kept = &whole - &mixed.mapv(|m| m / 2.0); // half of the product went to the weights that are held
    assert!(gap(&sums.to_vec(), &kept.to_vec()) < 1e-14);
}
#[test]
fn norm_grad_is_the_size_of_a_weight_gradient() {
    let seen = || conv2d(Window::new([1, 4, 4], [3, 3]).padding([1, 1]), 2) >> pointwise(Relu);
    let rest = || mean_pool(Window::new([2, 4, 4], [2, 2]).stride([2, 2])) >> flatten() >> dense(8, 3, Tanh);
    let net = seen() >> tap("seen") >> rest();
    let (p, x): (Params, _) = (net.init(&mut uniform(3)), batch(3, 16, 4));
    let map = explain(&net, NormGrad::new(Backprop, "seen", 2), &p, &x, 1).unwrap();
    assert_eq!(map.dim(), (3, 16));
    // put the layer there, a convolution of 1×1 that changes nothing, and let one place alone send something back
    let same = layer(Conv2d { window: Window::new([2, 4, 4], [1, 1]), outs: 2, bias: false });
    let unit = Params::new(vec![vec![arr2(&[[1.0, 0.0], [0.0, 1.0]])]]);
    let h = scores(&seen(), &Params::new(p.slots[..2].to_vec()), &x).into_shared();
    let g = explain(&rest(), Backprop, &Params::new(p.slots[3..].to_vec()), &h, 1).unwrap();
    for row in 0..3 {
        let (h, g) = (h.select(Axis(0), &[row]).into_shared(), g.select(Axis(0), &[row]));
        for place in 0..16 {
            let mut alone = Array2::zeros((1, 32));
            [place, 16 + place].into_iter().for_each(|k| alone[[0, k]] = g[[0, k]]);
            let dw = &pull(&same, Backprop, &unit, &h, &alone.into_shared()).unwrap().2.slots[0][0];
            let size = dw.iter().map(|d| d * d).sum::<f64>().sqrt();
            assert!((map[[row, place]] - size).abs() < 1e-15, "{row} {place}");
        }
    }
    let e = explain(&net, NormGrad::new(Backprop, "hidden", 2), &p, &x, 1).unwrap_err();
    assert_eq!(e.to_string(), "wire: nothing comes back on one called hidden");
    assert!(matches!(
        explain(&net, NormGrad::new(Backprop, "seen", 3), &p, &x, 1).unwrap_err(),
        Error::ShapeMismatch { op: "norm grad", .. }
    ));
    // taps of the user see nothing of it
    let taps = Taps::new();
    net.under(NormGrad::new(Backprop, "seen", 2)).tapped(&taps).explain(&p, &x, 1).unwrap();
    assert!(taps.names().is_empty());
}
