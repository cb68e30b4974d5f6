//! Memory rules: backprop's bits forward, fewer bytes kept, and what each promises of the way back.

use crate::harness::{accuracy, batch, gap, pull};
use ndarray::{Array2, arr2};
use pullback::{
    Error,
    category::{Identity, Relu, Tanh},
    learn::{Sgd, batch_quadratic, descend, learner, uniform},
    lens::{Lens, Para},
    net::{Activation, Array, Layer, Linear, Mul, Net, Params, dense, detach, linear, pointwise, residual},
    rule::*,
};

/// Every kind of layer: smooth activations, a rectifier, a residual connection, a product of wires.
fn mixed() -> Net {
    let gate = Net::build(1, |d, x| {
        let side = || Layer::from(Linear { ins: 6, outs: 6, bias: true });
        let (a, b) = (d.push(side(), x), d.push(side(), x));
        d.push(Layer::Mul(Mul), &[a[0], b[0]]).to_vec()
    });
    dense(5, 6, Activation::Gelu)
        >> residual(dense(6, 6, Activation::Silu) >> dense(6, 6, Relu))
        >> gate
        >> dense(6, 6, Tanh)
        >> dense(6, 3, Identity)
}
fn case(net: &Net) -> (Params, Array, Array) {
    (net.init(&mut uniform(3)), batch(8, 5, 1), batch(8, 3, 2))
}
fn bytes(net: &Net, rule: impl Rule<On = Arrays>, p: &Params, x: &Array) -> usize {
    net.under::<_, f64>(rule).residual_bytes(p, x.clone()).unwrap()
}
/// All lists of `n` numbers below `base`.
fn lists(base: usize, n: usize) -> impl Iterator<Item = Vec<usize>> {
    (0..base.pow(n as u32)).map(move |k| (0..n).map(|i| k / base.pow(i as u32) % base).collect())
}
fn weights(d: &Params) -> Vec<f64> {
    d.slots[0][0].iter().copied().collect()
}

#[test]
fn forward_bits_are_those_of_backprop_and_fewer_bytes_are_kept() {
    let net = mixed();
    let (p, x, dy) = case(&net);
    let (exact, most) = (pull(&net, Backprop, &p, &x, &dy).unwrap().0, bytes(&net, Backprop, &p, &x));
    macro_rules! each { ($($rule:expr,)*) => { $(
        assert_eq!(pull(&net, $rule, &p, &x, &dy).unwrap().0, exact, stringify!($rule));
        let kept = bytes(&net, $rule, &p, &x);
        assert!(kept < most, "{}: {kept} of {most}", stringify!($rule));
    )* } }
    each! {
        FewBit::bits(2).unwrap(),
        ApproximateBackprop,
        RandomizedLinear::fraction(0.25, 1).unwrap(),
        SampledRows::fraction(0.25, Weighing::Uniform, 1).unwrap(),
        SampledRows::fraction(0.25, Weighing::Length, 1).unwrap(),
        VeLora::fit(&net, &p, &x, 1).unwrap(),
        SparseProp,
        Checkpointed::every(4, Backprop),
        Checkpointed::every(4, FewBit::bits(2).unwrap()),
    }
}
#[test]
fn the_bytes_are_those_that_are_claimed() {
    let net = dense(64, 64, Relu) >> dense(64, 64, Activation::Gelu) >> dense(64, 10, Identity);
    let (p, x): (Params, _) = (net.init(&mut uniform(3)), batch(32, 64, 1));
    let row = 32 * 8; // one feature of the batch
    assert_eq!(bytes(&net, Backprop, &p, &x), row * (5 * 64 + 10));
    for bits in [1, 2, 3, 5] {
        // 3 linear layers keep their inputs, the rectifier codes for its 2^bits levels, GELU too
        let codes = (32 * 64usize).div_ceil(64 / bits) * 8;
        assert_eq!(bytes(&net, FewBit::bits(bits as u32).unwrap(), &p, &x), row * 3 * 64 + 2 * codes, "{bits} bits");
    }
    let (gate, two_bits, gelu) = (32 * 64 / 8, 32 * 64 * 2 / 8, row * 2 * 64);
    assert_eq!(bytes(&net, ApproximateBackprop, &p, &x), row * 3 * 64 + gate + two_bits);
    for (rho, k) in [(0.5, 16), (0.25, 8), (0.01, 1)] {
        let kept = bytes(&net, RandomizedLinear::fraction(rho, 1).unwrap(), &p, &x);
        assert_eq!(kept, 3 * 64 * k * 8 + gate + gelu);
        let kept = bytes(&net, SampledRows::fraction(rho, Weighing::Uniform, 1).unwrap(), &p, &x);
        assert_eq!(kept, 3 * (64 * k * 8 + k * size_of::<usize>()) + gate + gelu);
    }
    for groups in [1, 4, 16] {
        assert_eq!(bytes(&net, VeLora::fit(&net, &p, &x, groups).unwrap(), &p, &x), row * 3 * groups + gate + gelu);
    }
    let mut sparse = p.clone();
    sparse.slots[0][0].columns_mut().into_iter().skip(10).for_each(|mut c| c.fill(0.0));
    // ten columns of x; what the rectifier lets through; GELU's input and output, which the last layer reads too
    assert_eq!(bytes(&net, SparseProp, &sparse, &x), row * (10 + 64 + 64 + 64) + gate);
    assert_eq!(bytes(&net, Checkpointed::every(5, Backprop), &p, &x), row * 64);
    // x, and what the second linear layer makes
    assert_eq!(bytes(&net, Checkpointed::every(3, Backprop), &p, &x), row * 2 * 64);
}

#[test]
fn the_table_of_gelu_is_the_published_one() {
    let tables: [(&[f64], &[f64], f64); 3] = [
        (&[0.0], &[0.0, 1.0], 0.141),
        (&[-0.475, 0.0, 0.475], &[-0.0273, 0.3174, 0.6826, 1.0273], 0.0371),
        (
            &[-2.375, -0.7, -0.325, 0.0, 0.325, 0.7, 2.375],
            &[-0.0057, -0.0887, 0.1287, 0.3726, 0.6274, 0.8713, 1.0887, 1.0057],
            0.0118,
        ),
    ];
    let gelu = Activation::Gelu;
    for (borders, levels, error) in tables {
        let s = Steps::best(gelu, levels.len(), 6.0, 480).unwrap();
        let near = |a: &[f64], b: &[f64], most: f64| {
            assert_eq!(a.len(), b.len());
            assert!(a.iter().zip(b).all(|(a, b)| (a - b).abs() <= most), "{a:?} against {b:?}");
        };
        near(&s.borders, borders, 1e-9);
        near(&s.levels, levels, 6e-5);
        let found = s.error(gelu, 6.0);
        assert!((found / error - 1.0).abs() < 5e-3, "{found} against {error}");
    }
    let mut last = f64::INFINITY;
    for bits in 1..=4 {
        let s = Steps::best(gelu, 1 << bits, 6.0, 480).unwrap();
        for (a, b) in s.levels.iter().zip(s.levels.iter().rev()) {
            assert!((a + b - 1.0).abs() < 1e-12, "{a} + {b}");
        }
        let ends: Vec<f64> = [&[-6.0][..], &s.borders, &[6.0]].concat();
        let rise: f64 = ends.windows(2).zip(&s.levels).map(|(e, l)| (e[1] - e[0]) * l).sum();
        assert!((rise - 6.0).abs() < 1e-7, "{rise}"); // gelu(6) - gelu(-6)
        let error = s.error(gelu, 6.0);
        assert!(error < last / 3.0, "{error} after {last}");
        last = error;
    }
    assert!((last / 0.0031 - 1.0).abs() < 2e-2, "{last}");
}
#[test]
fn steps_fit_any_activation_and_a_rectifier_exactly() {
    let relu = Steps::best(Activation::Relu, 2, 6.0, 480).unwrap();
    assert!(relu.borders[0].abs() < 1e-12 && relu.levels[0] == 0.0 && (relu.levels[1] - 1.0).abs() < 1e-12);
    for f in [Activation::Silu, Activation::Mish, Activation::from(Tanh), Activation::Softsign, Activation::Elu(1.0)] {
        let error = |n| Steps::best(f, n, 6.0, 480).unwrap().error(f, 6.0);
        assert!(error(4) < error(2) && error(8) < error(4), "{f:?}");
        // no step function from a coarse search by hand is better than the best one
        let tried = |t: f64| {
            let level = |a: f64, b: f64| (f.eval(b) - f.eval(a)) / (b - a);
            Steps { borders: vec![t], levels: vec![level(-6.0, t), level(t, 6.0)] }.error(f, 6.0)
        };
        let by_hand = (-11..12).map(|k| tried(f64::from(k) / 2.0)).fold(f64::INFINITY, f64::min);
        assert!(error(2) <= by_hand + 1e-9, "{f:?}: {} against {by_hand}", error(2));
    }
    assert!(Steps::best(Activation::Op(pullback::op::Un::Ln), 2, 6.0, 480).is_err());
    assert!(Steps::best(Activation::Relu, 0, 6.0, 480).is_err() && Steps::best(Activation::Relu, 9, 6.0, 8).is_err());
}
#[test]
fn one_bit_of_a_rectifier_is_backprop() {
    let net = dense(5, 7, Relu) >> residual(dense(7, 7, Relu)) >> dense(7, 3, Identity);
    let (p, x, dy) = case(&net);
    let few = pull(&net, FewBit::bits(1).unwrap(), &p, &x, &dy).unwrap();
    let exact = pull(&net, Backprop, &p, &x, &dy).unwrap();
    assert_eq!(few, exact);
}
#[test]
fn few_bits_give_the_level_of_the_interval() {
    let (net, x, dy) = (pointwise(Activation::Gelu), batch(9, 7, 1), batch(9, 7, 2));
    let (p, steps) = (Params::new(vec![vec![]]), Steps::best(Activation::Gelu, 8, 6.0, 480).unwrap());
    let x = x.mapv(|x| 4.0 * x).into_shared();
    let dx = pull(&net, FewBit::bits(3).unwrap(), &p, &x, &dy).unwrap().1;
    for ((x, dy), dx) in x.iter().zip(&dy).zip(&dx) {
        assert_eq!(*dx, dy * steps.levels[steps.code(*x)]);
    }
    let distance = |bits| {
        let d = pull(&net, FewBit::bits(bits).unwrap(), &p, &x, &dy).unwrap().1;
        let exact = pull(&net, Backprop, &p, &x, &dy).unwrap().1;
        (&d - &exact).mapv(|d| d * d).sum()
    };
    assert!(distance(5) < distance(3) / 4.0 && distance(3) < distance(1) / 4.0);
}
#[test]
fn approximate_backprop_is_asymptotic_to_the_rectifier() {
    for ([a, c], f) in [(ApproximateBackprop::GELU, Activation::Gelu), (ApproximateBackprop::SILU, Activation::Silu)] {
        let (ones, zero) = (a.iter().sum::<f64>(), a.iter().zip(c).map(|(a, c)| a * c).sum::<f64>());
        assert!((ones - 1.0).abs() < 3e-16 && zero.abs() < 3e-16, "{ones} {zero}");
        let steps = Steps::jumping(&a, &c);
        assert_eq!((steps.levels.len(), steps.levels[0]), (4, 0.0));
        // three borders of the best four levels on the same interval do better there, but are no rectifier far out
        assert!(steps.error(f, 12.0) < 0.4, "{}", steps.error(f, 12.0));
    }
}

#[test]
fn randomized_linear_is_right_on_average_over_all_signs() {
    let net = layer_with_bias(2, 2);
    let (p, x, dy) = (net.init(&mut uniform(1)), batch(3, 2, 2), batch(3, 2, 3));
    let exact = pull(&net, Backprop, &p, &x, &dy).unwrap();
    let (mut mean, size) = (vec![0.0; 4], 0.5f64.sqrt());
    for signs in lists(2, 6) {
        let sketch = Array2::from_shape_fn((3, 2), |(i, j)| if signs[2 * i + j] == 0 { size } else { -size });
        let (y, dx, dp) = pull(&net, RandomizedLinear::by(sketch), &p, &x, &dy).unwrap();
        assert_eq!((y, dx, &dp.slots[0][1]), (exact.0.clone(), exact.1.clone(), &exact.2.slots[0][1]));
        mean.iter_mut().zip(weights(&dp)).for_each(|(m, d)| *m += d / 64.0);
    }
    let apart = gap(&mean, &weights(&exact.2));
    assert!(apart < 2e-15, "{apart}");
}
#[test]
fn sampled_rows_are_right_on_average_over_all_draws() {
    let net = layer_with_bias(2, 2);
    let (p, x, dy) = (net.init(&mut uniform(1)), batch(3, 2, 2), batch(3, 2, 3));
    let exact = pull(&net, Backprop, &p, &x, &dy).unwrap();
    let length: Vec<f64> = x.rows().into_iter().map(|r| r.dot(&r).sqrt()).collect();
    for weighing in [Weighing::Uniform, Weighing::Length] {
        let chance = |k: usize| match weighing {
            Weighing::Uniform => 1.0 / 3.0,
            Weighing::Length => length[k] / length.iter().sum::<f64>(),
        };
        let mut mean = vec![0.0; 4];
        for picks in lists(3, 2) {
            let (y, dx, dp) = pull(&net, SampledRows::picks(&picks, weighing), &p, &x, &dy).unwrap();
            assert_eq!((y, dx, &dp.slots[0][1]), (exact.0.clone(), exact.1.clone(), &exact.2.slots[0][1]));
            let chance: f64 = picks.iter().map(|&k| chance(k)).product();
            mean.iter_mut().zip(weights(&dp)).for_each(|(m, d)| *m += d * chance);
        }
        let apart = gap(&mean, &weights(&exact.2));
        assert!(apart < 2e-15, "{weighing:?}: {apart}");
    }
}
#[test]
fn drawn_rows_come_as_often_as_they_should() {
    // with one row kept, the change says which: the mean over many draws is near the exact one
    let net = linear(1, 1);
    let (x, dy) = (arr2(&[[1.0], [2.0], [5.0]]).into_shared(), arr2(&[[1.0], [1.0], [1.0]]).into_shared());
    let rule = SampledRows::fraction(0.3, Weighing::Length, 7).unwrap();
    let mut p = Params::new(vec![vec![arr2(&[[1.0]])]]);
    for draws in 0..50 {
        p.draws = draws;
        // x_i / p_i is the same for every row
        assert!((weights(&pull(&net, rule.clone(), &p, &x, &dy).unwrap().2)[0] - 8.0).abs() < 1e-14);
    }
    let rule = SampledRows::fraction(0.3, Weighing::Uniform, 7).unwrap();
    let mut counts = [0; 3];
    for draws in 0..3000 {
        p.draws = draws;
        let d = weights(&pull(&net, rule.clone(), &p, &x, &dy).unwrap().2)[0];
        let which = [3.0, 6.0, 15.0].iter().position(|w| (w - d).abs() < 1e-12).unwrap();
        counts[which] += 1;
    }
    assert!(counts.iter().all(|&c| (900..1100).contains(&c)), "{counts:?}"); // σ is 26
}
#[test]
fn one_seed_and_step_draw_the_same() {
    let net = mixed();
    let (mut p, x, dy) = case(&net);
    let rule = |seed| RandomizedLinear::fraction(0.5, seed).unwrap();
    let first = pull(&net, rule(1), &p, &x, &dy).unwrap();
    assert_eq!(first, pull(&net, rule(1), &p, &x, &dy).unwrap());
    assert_ne!(first.2, pull(&net, rule(2), &p, &x, &dy).unwrap().2);
    p.draws = 1;
    assert_ne!(first.2.slots, pull(&net, rule(1), &p, &x, &dy).unwrap().2.slots);
}
fn layer_with_bias(ins: usize, outs: usize) -> Net {
    dense(ins, outs, Identity)
}

#[test]
fn parts_along_one_direction_are_kept_exactly() {
    let net = layer_with_bias(6, 4);
    let (p, z, dy): (Params, _, _) = (net.init(&mut uniform(1)), batch(8, 2, 2), batch(8, 4, 3));
    let v = [1.0, -2.0, 2.0];
    let x = Array2::from_shape_fn((8, 6), |(r, k)| (z[[r, k / 3]] + 2.0) * v[k % 3]).into_shared();
    let rule = VeLora::fit(&net, &p, &x, 2).unwrap();
    let (short, exact) = (pull(&net, rule.clone(), &p, &x, &dy).unwrap(), pull(&net, Backprop, &p, &x, &dy).unwrap());
    assert_eq!((&short.0, &short.1), (&exact.0, &exact.1));
    let apart = gap(&short.2.flat(), &exact.2.flat());
    assert!(apart < 2e-15, "{apart}");
    // across the direction nothing is seen
    let across = Array2::from_shape_fn((8, 6), |(r, k)| z[[r, k / 3]] * [2.0, 1.0, 0.0][k % 3]).into_shared();
    let blind = pull(&net, rule, &p, &across, &dy).unwrap().2;
    assert!(blind.slots[0][0].iter().all(|d| d.abs() < 1e-14));
}
#[test]
fn sparse_layers_are_backprop_on_their_support() {
    let net = dense(5, 6, Activation::Gelu) >> dense(6, 3, Identity);
    let (mut p, x, dy) = case(&net);
    let mut draw = uniform(9);
    let mut thin = |w: &mut Array2<f64>| w.mapv_inplace(|w| if draw() < 0.2 { 0.0 } else { w });
    thin(&mut p.slots[0][0]);
    thin(&mut p.slots[2][0]);
    p.slots[0][0].column_mut(1).fill(0.0);
    let (sparse, exact) = (pull(&net, SparseProp, &p, &x, &dy).unwrap(), pull(&net, Backprop, &p, &x, &dy).unwrap());
    assert_eq!(sparse.0, exact.0);
    let flat = |a: &Array| a.iter().copied().collect::<Vec<f64>>();
    assert!(gap(&flat(&sparse.1), &flat(&exact.1)) < 1e-15);
    for site in [0, 2] {
        let support = p.slots[site][0].mapv(|w| f64::from(u8::from(w != 0.0)));
        assert!(support.sum() < 0.7 * support.len() as f64);
        let masked = &exact.2.slots[site][0] * &support;
        let apart = gap(&sparse.2.slots[site][0].iter().copied().collect::<Vec<_>>(), masked.as_slice().unwrap());
        assert!(apart < 1e-15, "{apart}");
        assert!(sparse.2.slots[site][0].iter().zip(&support).all(|(d, s)| *s == 1.0 || *d == 0.0));
        assert!(gap(&weights_of(&sparse.2, site, 1), &weights_of(&exact.2, site, 1)) < 1e-15);
    }
}
fn weights_of(d: &Params, site: usize, array: usize) -> Vec<f64> {
    d.slots[site][array].iter().copied().collect()
}

#[test]
fn what_is_computed_again_is_what_was_computed() {
    let net = mixed();
    let (p, x, dy) = case(&net);
    fn same<R: Rule<On = Arrays> + Clone>(net: &Net, rule: R, p: &Params, x: &Array, dy: &Array) {
        let exact = pull(net, rule.clone(), p, x, dy).unwrap();
        for every in (1..=net.len() + 1).chain([0]) {
            assert_eq!(pull(net, Checkpointed::every(every, rule.clone()), p, x, dy).unwrap(), exact, "{every}");
        }
    }
    same(&net, Backprop, &p, &x, &dy);
    same(&net, FeedbackAlignment::seeded(4), &p, &x, &dy);
    same(&net, FewBit::bits(2).unwrap(), &p, &x, &dy);
    same(&net, RandomizedLinear::fraction(0.5, 3).unwrap(), &p, &x, &dy); // draws again what was drawn
    let learned = net.under::<_, f64>(KolenPollack).init(&mut uniform(5)).unwrap();
    same(&net, KolenPollack, &learned, &x, &dy);
    let cut = dense(5, 5, Tanh) >> detach() >> dense(5, 3, Tanh);
    let (p, x, dy) = case(&cut);
    same(&cut, Backprop, &p, &x, &dy);
}
#[test]
fn a_segment_that_fails_says_where() {
    struct Stubborn;
    impl Reverse for Stubborn {
        fn pointwise<T: pullback::net::Element>(
            &self,
            s: &Site<'_, T>,
            _: &Array<T>,
            _: &Array<T>,
            _: &Array<T>,
        ) -> pullback::Result<Array<T>> {
            assert!(s.layer.activation().is_some());
            Err(Error::NoReverse { rule: "Stubborn", layer: "pointwise" })
        }
    }
    let net = dense(5, 4, Tanh) >> dense(4, 3, Identity);
    let (p, x, dy) = case(&net);
    let (plain, again) = (pull(&net, Stubborn, &p, &x, &dy), pull(&net, Checkpointed::every(2, Stubborn), &p, &x, &dy));
    assert_eq!(plain.unwrap_err(), again.unwrap_err());
    let under = net.under::<_, f64>(Checkpointed::every(2, Backprop));
    let (_, kept) = under.forward(&p, None, x).unwrap();
    let e = under.back(&p, None, kept, dy, &mut crate::harness::no_change(&p)).unwrap_err();
    assert!(e.to_string().contains("Checkpointed"), "{e}");
}

/// The blocks written out, with everything kept.
fn written_out(blocks: &[(Net, Net)], p: &[(Params, Params)], x: &Array, dy: &Array) -> (Array, Array, Vec<Vec<f64>>) {
    let half = x.ncols() / 2;
    let cut = |a: &Array| {
        let (l, r) = a.view().split_at(ndarray::Axis(1), half);
        (l.to_owned().into_shared(), r.to_owned().into_shared())
    };
    let whole = |a: &Array, b: &Array| ndarray::concatenate![ndarray::Axis(1), *a, *b].into_shared();
    let ((mut a, mut b), (mut da, mut db)) = (cut(x), cut(dy));
    let mut inputs = vec![];
    for ((f, g), (p, q)) in blocks.iter().zip(p) {
        let b0 = b.clone();
        a = (&a + &f.under::<_, f64>(Backprop).predict(p, b.clone()).unwrap()).into_shared();
        b = (&b + &g.under::<_, f64>(Backprop).predict(q, a.clone()).unwrap()).into_shared();
        inputs.push((b0, a.clone()));
    }
    let mut changes = vec![];
    for (((f, g), (p, q)), (b0, a1)) in blocks.iter().zip(p).zip(&inputs).rev() {
        let (_, d, dq) = pull(g, Backprop, q, a1, &db).unwrap();
        da = (&da + &d).into_shared();
        let (_, d, dp) = pull(f, Backprop, p, b0, &da).unwrap();
        db = (&db + &d).into_shared();
        changes.push([dp.flat(), dq.flat()].concat());
    }
    changes.reverse();
    (whole(&a, &b), whole(&da, &db), changes)
}
#[test]
fn blocks_that_are_computed_backwards_change_as_those_that_are_kept() {
    let block = || (dense(4, 6, Tanh) >> dense(6, 4, Identity), dense(4, 4, Activation::Gelu));
    let blocks: Vec<(Net, Net)> = (0..6).map(|_| block()).collect();
    let lens = reversible::<_, f64>(&blocks, Backprop);
    let p = lens.0.init(&mut uniform(3)).unwrap();
    let (x, dy) = (batch(8, 8, 1), batch(8, 8, 2));
    let (y, dx, dp) = lens.pull(&p, x.clone(), dy.clone()).unwrap();
    let (y2, dx2, dp2) = written_out(&blocks, &p, &x, &dy);
    assert_eq!(y, y2, "the forward bits");
    let flat = |a: &Array| a.iter().copied().collect::<Vec<f64>>();
    assert!(gap(&flat(&dx), &flat(&dx2)) < 1e-14, "{}", gap(&flat(&dx), &flat(&dx2)));
    for ((d, e), found) in dp.iter().zip(&dp2) {
        let apart = gap(&[d.flat(), e.flat()].concat(), found);
        assert!(apart < 1e-14, "{apart}");
    }
    let mut memory = Memory::default();
    lens.0.fwd(&p, x.clone()).unwrap().1.count(&mut memory);
    assert_eq!(memory.bytes(), 8 * 8 * 8, "one batch for six blocks");
    let e = lens.pull(&p, batch(8, 7, 1), batch(8, 7, 1)).unwrap_err();
    assert_eq!(e.to_string(), "reversible: expected length 8, found 7");
    assert!(lens.pull(&p[1..].to_vec(), x, dy).is_err());
}
#[test]
fn reversible_blocks_learn_in_a_learner() {
    let blocks: Vec<(Net, Net)> = (0..2).map(|_| (dense(2, 2, Tanh), dense(2, 2, Tanh))).collect();
    let model = reversible::<_, f64>(&blocks, Backprop) >> Lens(dense(4, 1, Identity).under(Backprop));
    let p = (model.0.0.init(&mut uniform(1)).unwrap(), dense(4, 1, Identity).init(&mut uniform(2)));
    let learn = learner(model, batch_quadratic(), descend(), Sgd::new(0.1));
    let (mut s, x) = (learn.start(p), batch(16, 4, 3));
    let y = Array2::from_shape_fn((16, 1), |(r, _)| x[[r, 0]] * x[[r, 1]]).into_shared();
    let before = learn.loss(&s.params, x.clone(), &y).unwrap();
    for _ in 0..300 {
        learn.step(&mut s, x.clone(), &y).unwrap();
    }
    let after = learn.loss(&s.params, x, &y).unwrap();
    assert!(after < 0.2 * before, "{before} to {after}");
}

#[test]
fn parts_keep_as_the_whole() {
    fn composes<R: Rule<On = Arrays> + Clone>(rule: R) {
        let (f, g) = (dense(5, 7, Activation::Gelu), dense(7, 3, Activation::Silu));
        let whole = f.clone() >> g.clone();
        let (p, x, dy) = case(&whole);
        let (p1, p2) = p.slots.split_at(2);
        let (p1, p2) = (Params::new(p1.to_vec()), Params::new(p2.to_vec()));
        let h = pull(&f, rule.clone(), &p1, &x, &batch(8, 7, 6)).unwrap().0;
        let (y, dh, dp2) = pull(&g, rule.clone(), &p2, &h, &dy).unwrap();
        let (_, dx, dp1) = pull(&f, rule.clone(), &p1, &x, &dh).unwrap();
        let all = pull(&whole, rule, &p, &x, &dy).unwrap();
        assert_eq!((all.0, all.1, all.2.slots), (y, dx, [dp1.slots, dp2.slots].concat()));
    }
    composes(FewBit::bits(3).unwrap());
    composes(ApproximateBackprop);
    composes(SparseProp);
    composes(Checkpointed::every(3, Backprop));
    composes(SampledRows::picks(&[1, 5, 5], Weighing::Length));
}
#[test]
fn wrong_sizes_are_errors() {
    assert!(matches!(FewBit::bits(0), Err(Error::OutOfDomain { .. })) && FewBit::bits(9).is_err());
    assert!(FewBit::on_grid(2, -1.0, 480).is_err() && FewBit::on_grid(3, 6.0, 7).is_err());
    assert!(RandomizedLinear::fraction(0.0, 1).is_err() && RandomizedLinear::fraction(f64::NAN, 1).is_err());
    assert!(SampledRows::fraction(1.5, Weighing::Uniform, 1).is_err());
    let net = layer_with_bias(5, 3);
    let (p, x, dy) = case(&net);
    assert_eq!(VeLora::fit(&net, &p, &x, 2).unwrap_err().to_string(), "velora: expected length 2, found 5");
    let e = pull(&net, RandomizedLinear::by(Array2::zeros((7, 2))), &p, &x, &dy).unwrap_err();
    assert_eq!(e.to_string(), "linear at layer 0: randomized linear: expected length 7, found 8");
    assert!(pull(&net, SampledRows::picks(&[8], Weighing::Uniform), &p, &x, &dy).is_err());
    let other = layer_with_bias(4, 3);
    let fitted = VeLora::fit(&other, &other.init(&mut uniform(1)), &batch(2, 4, 1), 2).unwrap();
    assert!(pull(&net, fitted, &p, &x, &dy).is_err());
}
#[test]
fn one_bit_of_gelu_is_enough_for_the_digits() {
    let hidden = || dense(64, 64, Activation::Gelu) >> dense(64, 64, Activation::Gelu);
    let out = || dense(64, 10, Identity);
    let reached = accuracy(&(hidden() >> out()), FewBit::bits(1).unwrap(), 0.05, 4, 1).unwrap();
    let frozen = accuracy(&(hidden() >> detach() >> out()), Backprop, 0.05, 4, 1).unwrap();
    assert!(reached > 92.0 && reached > frozen + 4.0, "{reached} against {frozen}");
}
