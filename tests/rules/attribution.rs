//! Attribution: each rule's exact check, at the residual that rounding leaves.

use crate::harness::{batch, gap, pull};
use ndarray::{Array2, Axis, arr2};
use pullback::{
    Error, Result,
    category::{Identity, Relu, Tanh},
    learn::uniform,
    net::*,
    rule::*,
};

/// A network of rectifiers without biases, its parameters, and signed inputs.
fn rectifiers() -> (Net, Params, Array) {
    let net = linear(6, 9) >> pointwise(Relu) >> linear(9, 8) >> pointwise(Relu) >> linear(8, 3);
    let p = net.init(&mut uniform(3));
    (net, p, batch(16, 6, 4))
}
pub(crate) fn explain<R: Explain>(net: &Net, rule: R, p: &Params, x: &Array, class: usize) -> Result<Array> {
    net.under::<R, f64>(rule).explain(p, x, class)
}
pub(crate) fn scores(net: &Net, p: &Params, x: &Array) -> Array2<f64> {
    net.under::<_, f64>(Backprop).predict(p, x.clone()).unwrap().into_owned()
}
/// How far the explanations of all classes are from summing to the scores, relative to what was shared.
fn leaks(net: &Net, rule: impl Explain + Clone, p: &Params, x: &Array, counts: impl Fn(f64) -> bool) -> Vec<f64> {
    let y = scores(net, p, x);
    let of = |class: usize| {
        let r = explain(net, rule.clone(), p, x, class).unwrap();
        let rows = r.rows().into_iter().zip(y.column(class)).filter(|(_, y)| counts(**y));
        let leak = |(row, &score): (ndarray::ArrayView1<'_, f64>, &f64)| {
            let shared: f64 = row.iter().map(|r| r.abs()).sum::<f64>().max(score.abs());
            (row.sum() - score).abs() / shared
        };
        rows.map(leak).collect::<Vec<_>>()
    };
    (0..y.ncols()).flat_map(of).collect()
}
/// The largest of them.
pub(crate) fn leak(net: &Net, rule: impl Explain + Clone, p: &Params, x: &Array, counts: impl Fn(f64) -> bool) -> f64 {
    leaks(net, rule, p, x, counts).into_iter().fold(0.0, f64::max)
}
/// Their root mean square.
fn usual(leaks: &[f64]) -> f64 {
    (leaks.iter().map(|l| l * l).sum::<f64>() / leaks.len() as f64).sqrt()
}
pub(crate) fn flat(a: &Array) -> Vec<f64> {
    a.iter().copied().collect()
}

#[test]
fn the_gradient_is_the_one_of_backprop() {
    let (net, p, x) = rectifiers();
    let mut seed = Array::zeros((16, 3));
    seed.column_mut(1).fill(1.0);
    assert_eq!(explain(&net, Backprop, &p, &x, 1).unwrap(), pull(&net, Backprop, &p, &x, &seed).unwrap().1);
}
#[test]
fn epsilon_to_zero_is_input_times_gradient() {
    let (net, p, x) = rectifiers();
    for class in 0..3 {
        let relevance = explain(&net, LayerwiseRelevance::epsilon(0.0), &p, &x, class).unwrap();
        let product = explain(&net, TimesInput(Backprop), &p, &x, class).unwrap();
        let apart = gap(&flat(&relevance), &flat(&product));
        assert!(apart < 5e-16, "{apart}");
    }
    let leaks = |e: f64| leak(&net, LayerwiseRelevance::epsilon(e), &p, &x, |_| true);
    assert!(leaks(0.0) < 1e-15 && leaks(0.1) > 1e-3, "{} {}", leaks(0.0), leaks(0.1));
}
#[test]
fn the_signed_forms_conserve() {
    // a sum of six numbers that went through three layers: half a unit of rounding, 1.1e-16, is what a score itself is
    // off, so the usual leak is the residual that can be asked for, and the largest of 48 a few times that
    let (net, p, x) = rectifiers();
    let check = |leaks: Vec<f64>, bound: f64| {
        let most = leaks.iter().fold(0.0f64, |m, &l| m.max(l));
        assert!(usual(&leaks) < bound && most < 1e-15, "{} {most}", usual(&leaks));
    };
    check(leaks(&net, LayerwiseRelevance::gamma(0.25), &p, &x, |_| true), 2e-16);
    for alpha in [1.0, 2.0] {
        check(leaks(&net, LayerwiseRelevance::alpha_beta(alpha), &p, &x, |_| true), 2e-16);
    }
    check(leaks(&net, DeepTaylor::new(), &p, &x, |y| y > 0.0), 1.5e-16);
}
#[test]
fn an_output_with_one_side_gives_all_to_it() {
    let p = Params::new(vec![vec![arr2(&[[2.0, 3.0], [-2.0, -3.0]])]]);
    let x = arr2(&[[1.0, 1.0]]).into_shared();
    let map = |class| explain(&linear(2, 2), LayerwiseRelevance::alpha_beta(2.0), &p, &x, class).unwrap();
    assert_eq!((map(0), map(1)), (arr2(&[[2.0, 3.0]]).into_shared(), arr2(&[[-2.0, -3.0]]).into_shared()));
}
#[test]
fn gamma_leads_from_epsilon_to_z_plus() {
    let (net, p, x) = rectifiers();
    let x = x.mapv(f64::abs).into_shared();
    let map = |rule: LayerwiseRelevance| flat(&explain(&net, rule, &p, &x, 0).unwrap());
    let apart = gap(&map(LayerwiseRelevance::gamma(0.0)), &map(LayerwiseRelevance::epsilon(0.0)));
    assert!(apart < 5e-13, "{apart}");
    let positive = scores(&net, &p, &x).column(0).mapv(|y| y > 0.0);
    let far = explain(&net, LayerwiseRelevance::gamma(1e9), &p, &x, 0).unwrap();
    let taylor = explain(&net, DeepTaylor::new(), &p, &x, 0).unwrap();
    assert!(positive.iter().any(|&p| p));
    for k in (0..16).filter(|&k| positive[k]) {
        let apart = gap(&far.row(k).to_vec(), &taylor.row(k).to_vec());
        assert!(apart < 1e-7, "{apart}");
    }
}
#[test]
fn deep_taylor_is_not_negative_and_its_first_layers_conserve() {
    let (net, p, x) = rectifiers();
    let sure = |y: f64| y > 0.0;
    let rows: Vec<usize> = (0..16).filter(|&k| scores(&net, &p, &x)[[k, 2]] > 0.0).collect();
    assert!(rows.len() > 2);
    for first in [FirstLayer::Same, FirstLayer::Squares, FirstLayer::Bounded { low: -1.0, high: 1.0 }] {
        let rule = DeepTaylor::new().first_layer(first);
        let r = explain(&net, rule, &p, &x, 2).unwrap().select(Axis(0), &rows);
        assert!(r.iter().all(|&r| r >= 0.0), "{first:?}");
        let leaked = leak(&net, rule, &p, &x, sure);
        assert!(leaked < 1e-15, "{first:?}: {leaked}");
    }
    // a layer behind a reshape still reads the input of the network; the second does not
    let reshaped = layer(Reshape(vec![2, 3])) >> flatten() >> tap("seen") >> net.clone();
    let q = Params::new([vec![vec![]; 3], p.slots.clone()].concat());
    let rule = LayerwiseRelevance::epsilon(0.0).first_layer(FirstLayer::Squares);
    let found = explain(&reshaped, rule, &q, &x, 0).unwrap();
    assert_eq!(found, explain(&net, rule, &p, &x, 0).unwrap());
    assert!(gap(&flat(&found), &flat(&explain(&net, TimesInput(Backprop), &p, &x, 0).unwrap())) > 1e-2);
}
#[test]
fn two_layers_by_hand() {
    // hidden 2·1 - 1·3 = -1, closed, and 1·1 + 1·3 = 4; output 1·0 + 0.5·4 = 2
    let net = linear(2, 2) >> pointwise(Relu) >> linear(2, 1);
    let p = Params::new(vec![vec![arr2(&[[2.0, -1.0], [1.0, 1.0]])], vec![], vec![arr2(&[[1.0, 0.5]])]]);
    let x = arr2(&[[1.0, 3.0]]).into_shared();
    let is = |map: Result<Array>, a: f64, b: f64| assert_eq!(map.unwrap(), arr2(&[[a, b]]));
    is(explain(&net, Backprop, &p, &x, 0), 0.5, 0.5);
    is(explain(&net, Deconvnet, &p, &x, 0), 2.5, -0.5); // the closed unit lets 1 pass
    is(explain(&net, GuidedBackprop, &p, &x, 0), 0.5, 0.5);
    is(explain(&net, LayerwiseRelevance::epsilon(0.0), &p, &x, 0), 0.5, 1.5);
    is(explain(&net, LayerwiseRelevance::gamma(0.25), &p, &x, 0), 0.5, 1.5);
    is(explain(&net, DeepTaylor::new(), &p, &x, 0), 0.5, 1.5);
    is(explain(&net, DeepTaylor::new().first_layer(FirstLayer::Squares), &p, &x, 0), 1.0, 1.0);
}
#[test]
fn guided_is_backprop_after_the_gate_of_the_deconvnet() {
    let (x, dy) = (batch(7, 5, 1), batch(7, 5, 2));
    let (net, p) = (pointwise(Relu), Params::new(vec![vec![]]));
    let gate = pull(&net, Deconvnet, &p, &x, &dy).unwrap().1;
    let both = pull(&net, Backprop, &p, &x, &gate).unwrap().1;
    assert_eq!(pull(&net, GuidedBackprop, &p, &x, &dy).unwrap().1, both);
    assert_ne!(gate, both);
    // nothing is closed and nothing negative: all three are one
    let (net, mut p, x) = rectifiers();
    p.slots.iter_mut().flatten().for_each(|w| w.mapv_inplace(f64::abs));
    let x = x.mapv(f64::abs).into_shared();
    let gradient = explain(&net, Backprop, &p, &x, 0).unwrap();
    assert_eq!(explain(&net, Deconvnet, &p, &x, 0).unwrap(), gradient);
    assert_eq!(explain(&net, GuidedBackprop, &p, &x, 0).unwrap(), gradient);
}
#[test]
fn integrated_gradients_are_complete() {
    let quadratic = Net::build(1, |d, x| {
        let side = || Layer::from(Linear { ins: 6, outs: 3, bias: true });
        let (a, b) = (d.push(side(), x), d.push(side(), x));
        d.push(Layer::Mul(Mul), &[a[0], b[0]]).to_vec()
    });
    let (p, x) = (quadratic.init(&mut uniform(5)), batch(16, 6, 6));
    let once = IntegratedGradients::steps(Backprop, 1).from(0.5);
    let rise = scores(&quadratic, &p, &x) - scores(&quadratic, &p, &Array::from_elem((16, 6), 0.5));
    for class in 0..3 {
        let sums = explain(&quadratic, once, &p, &x, class).unwrap().sum_axis(Axis(1));
        let apart = gap(&sums.to_vec(), &rise.column(class).to_vec());
        assert!(apart < 1e-15, "{apart}");
    }
    let (net, p, x) = rectifiers();
    let product = explain(&net, TimesInput(Backprop), &p, &x, 0).unwrap();
    for m in [1, 2, 7, 50] {
        // the slope is the same all the way, and a mean of equals is exact
        assert_eq!(explain(&net, IntegratedGradients::steps(Backprop, m), &p, &x, 0).unwrap(), product, "{m} steps");
    }
    let none = explain(&net, IntegratedGradients::steps(Backprop, 0), &p, &x, 0).unwrap_err();
    assert!(matches!(none, Error::OutOfDomain { .. }));
}
#[test]
fn integrated_gradients_close_in_where_there_are_biases() {
    let net = dense(6, 20, Relu) >> dense(20, 1, Identity);
    let mut p: Params = net.init(&mut uniform(8));
    let mut draw = uniform(9);
    p.slots[0][1].mapv_inplace(|_| draw());
    let x = batch(16, 6, 4);
    let rise = scores(&net, &p, &x) - scores(&net, &p, &Array::zeros((16, 6)));
    let miss = |m| {
        let sums = explain(&net, IntegratedGradients::steps(Backprop, m), &p, &x, 0).unwrap().sum_axis(Axis(1));
        gap(&sums.to_vec(), &rise.column(0).to_vec())
    };
    let (few, many) = (miss(5), miss(300));
    assert!(many < 0.01 && many < few / 5.0, "{few} {many}");
}
#[test]
fn smooth_grad_without_noise_is_its_rule() {
    let (net, p, x) = rectifiers();
    let smooth = |sigma, seed| flat(&explain(&net, SmoothGrad::pairs(Backprop, 5, sigma, seed), &p, &x, 0).unwrap());
    assert_eq!(smooth(0.0, 1), flat(&explain(&net, Backprop, &p, &x, 0).unwrap()), "a mean of equals is exact");
    assert_eq!(smooth(0.2, 1), smooth(0.2, 1), "one seed, one answer");
    assert!(smooth(0.2, 1) != smooth(0.2, 2));
    let square = Net::build(1, |d, x| d.push(Layer::Mul(Mul), &[x[0], x[0]]).to_vec());
    let x = batch(4, 3, 1);
    let q = Params::new(vec![vec![]]);
    let (noisy, exact) =
        (explain(&square, SmoothGrad::pairs(Backprop, 25, 0.5, 3), &q, &x, 1), explain(&square, Backprop, &q, &x, 1));
    assert!(gap(&flat(&noisy.unwrap()), &flat(&exact.unwrap())) < 1e-14);
}
#[test]
fn smooth_grad_averages_a_kink() {
    // the mean of [x + n > 0] at x = σ/2 is Φ(1/2)
    let x = arr2(&[[0.1]]).into_shared();
    let rule = SmoothGrad::pairs(Backprop, 20_000, 0.2, 1);
    let mean = explain(&pointwise(Relu), rule, &Params::new(vec![vec![]]), &x, 0).unwrap()[[0, 0]];
    assert!((mean - 0.691_462_461_274_013_1).abs() < 4.0 * 0.5 / 200.0, "{mean}");
}
#[test]
fn patterns_are_seen_through_the_weights_as_one() {
    let net = dense(6, 9, Relu) >> dense(9, 3, Identity);
    let (p, x): (Params, _) = (net.init(&mut uniform(3)), batch(200, 6, 4));
    let patterns = Patterns::fit(&net, &p, [x.clone(), batch(100, 6, 5)]).unwrap();
    let under = net.under::<_, f64>(PatternNet::new(&patterns));
    let mut off = vec![];
    for site in [0, 2] {
        let pattern = &under.site(site, None, &p).unwrap().fixed[0];
        for (w, p) in p.slots[site][0].rows().into_iter().zip(pattern.rows()) {
            let (along, size) = (w.dot(&p), w.iter().zip(p).map(|(w, p)| (w * p).abs()).sum::<f64>());
            off.push((along - 1.0).abs());
            assert!((along - 1.0).abs() <= f64::EPSILON * size, "{along}"); // the number after 1 is that far away
        }
    }
    assert!(usual(&off) < 1.7e-16, "{off:?}");
    // so the last layer conserves
    let last = dense(9, 3, Identity);
    let q = Params::new(vec![p.slots[2].clone()]);
    let h = batch(50, 9, 6);
    let rule = PatternAttribution::new(&Patterns::fit(&last, &q, [h.clone()]).unwrap());
    assert!(leak(&last, rule, &q, &h, |_| true) < 1e-15);
}
#[test]
fn patterns_show_the_signal_where_the_gradient_shows_the_filter() {
    // x = a y + d n with w·a = 1 and w·d = 0; y and n independent over all sign pairs
    let (a, d, w) = ([1.0, 0.0, 2.0], [1.0, 1.0, 0.0], [3.0, -3.0, -1.0]);
    let signs = [(1.0, 1.0), (1.0, -1.0), (-1.0, 1.0), (-1.0, -1.0)];
    let data = Array2::from_shape_fn((4, 3), |(k, i)| a[i] * signs[k].0 + d[i] * signs[k].1).into_shared();
    let p = Params::new(vec![vec![arr2(&[w])]]);
    let net = linear(3, 1);
    let patterns = Patterns::fit(&net, &p, [data.clone()]).unwrap();
    assert_eq!(explain(&net, PatternNet::new(&patterns), &p, &data, 0).unwrap().row(0).to_vec(), a);
    assert_eq!(explain(&net, Backprop, &p, &data, 0).unwrap().row(0).to_vec(), w);
    assert_eq!(explain(&net, Deconvnet, &p, &data, 0).unwrap().row(0).to_vec(), w);
    // behind a rectifier only the samples that open it count, and the signal is the same
    let gated = linear(3, 1) >> pointwise(Relu);
    let q = Params::new(vec![p.slots[0].clone(), vec![]]);
    let patterns = Patterns::fit(&gated, &q, [data.clone()]).unwrap();
    assert_eq!(explain(&gated, PatternNet::new(&patterns), &q, &data, 0).unwrap().row(0).to_vec(), a);
}
#[test]
fn patterns_of_another_network_are_an_error() {
    let p = Params::new(vec![vec![arr2(&[[1.0, 2.0]])]]);
    let patterns = Patterns::fit(&linear(2, 1), &p, [batch(4, 2, 1)]).unwrap();
    let net = linear(3, 1);
    let e = explain(&net, PatternNet::new(&patterns), &net.init(&mut uniform(1)), &batch(4, 3, 1), 0).unwrap_err();
    assert_eq!(e.to_string(), "linear at layer 0: patterns: expected shape [1, 3], found [1, 2]");
}
#[test]
fn residual_connections_conserve() {
    let block = || residual(linear(6, 6) >> pointwise(Relu));
    let net = block() >> block() >> linear(6, 2);
    let (p, x) = (net.init(&mut uniform(3)), batch(16, 6, 4));
    assert!(leak(&net, LayerwiseRelevance::epsilon(0.0), &p, &x, |_| true) < 1e-15);
    assert!(leak(&net, LayerwiseRelevance::gamma(0.25), &p, &x, |_| true) < 1e-15);
    assert!(leak(&net, LayerwiseRelevance::alpha_beta(2.0), &p, &x, |_| true) < 1e-15);
    assert!(leak(&net, AttentionRelevance::epsilon(0.0), &p, &x, |_| true) < 1e-15);
}
#[test]
fn products_of_wires_share_by_halves() {
    let gate = Net::build(1, |d, x| {
        let side = || Layer::from(Linear { ins: 6, outs: 6, bias: false });
        let (a, b) = (d.push(side(), x), d.push(side(), x));
        let b = d.push(Layer::Pointwise(Pointwise(Tanh.into())), &b);
        let ab = d.push(Layer::Mul(Mul), &[a[0], b[0]]);
        d.push(Layer::Add(Add), &[ab[0], x[0]]).to_vec()
    });
    let (p, x) = (gate.init(&mut uniform(3)), batch(16, 6, 4));
    assert!(leak(&gate, AttentionRelevance::epsilon(0.0), &p, &x, |_| true) < 1e-14);
    for e in [
        explain(&gate, LayerwiseRelevance::gamma(0.25), &p, &x, 0).unwrap_err(),
        explain(&gate, DeepTaylor::new(), &p, &x, 0).unwrap_err(),
    ] {
        assert!(e.to_string().starts_with("mul at layer 3"), "{e}");
    }
    assert!(explain(&gate, GuidedBackprop, &p, &x, 0).unwrap_err().to_string().contains("pointwise"));
}
#[test]
fn an_output_that_is_not_there_is_an_error() {
    let (net, p, x) = rectifiers();
    let e = explain(&net, Backprop, &p, &x, 3).unwrap_err();
    assert_eq!(e.to_string(), "explain: expected length 3, found 3");
}
#[test]
fn parts_explain_as_the_whole() {
    fn composes(rule: impl Explain + Clone) {
        let (f, g) = (linear(6, 9) >> pointwise(Relu), linear(9, 3) >> pointwise(Relu));
        let whole = f.clone() >> g.clone();
        let (p, x, r) = (whole.init(&mut uniform(3)), batch(5, 6, 4), batch(5, 3, 5));
        let (p1, p2) = p.slots.split_at(2);
        let (p1, p2) = (Params::new(p1.to_vec()), Params::new(p2.to_vec()));
        let h = pull(&f, rule.clone(), &p1, &x, &batch(5, 9, 6)).unwrap().0;
        let back = pull(&g, rule.clone(), &p2, &h, &r).unwrap().1;
        let first = pull(&f, rule.clone(), &p1, &x, &back).unwrap().1;
        assert_eq!(pull(&whole, rule, &p, &x, &r).unwrap().1, first);
    }
    composes(Deconvnet);
    composes(GuidedBackprop);
    composes(DeepTaylor::new());
    composes(LayerwiseRelevance::gamma(0.25));
    composes(LayerwiseRelevance::alpha_beta(2.0));
    composes(AttentionRelevance::epsilon(1e-6));
    composes(TimesInput(Backprop)); // a wrapper has the maps of its rule
}
