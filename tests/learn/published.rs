//! What the papers report, again.

use crate::iris::{Flower, bits, iris, standardised, uci};
use pullback::{Result, category::*, check::laws, learn::*, lens::*};

/// Exclusive or is learnt in one pass over its four examples, from an empty table, in any order of the examples.
#[test]
fn a_truth_table_learns_in_one_pass() -> Result<()> {
    fn all<const N: usize>() -> impl DoubleEndedIterator<Item = [Z2; N]> + Clone {
        (0..1usize << N).map(|n| core::array::from_fn(|k| Z2(n >> k & 1 == 1)))
    }
    let learn = learner(lookup::<2, 1, 4>(), boolean_error(), echo(), Plus);
    for backwards in [false, true] {
        let mut s = learn.start(Matrix::new([[Z2(false); 4]]));
        let order: Vec<_> = if backwards { all().rev().collect() } else { all().collect() };
        order.iter().try_for_each(|x| learn.step(&mut s, *x, &[x[0] + x[1]]))?;
        for x in all() {
            assert_eq!(learn.predict(&s, x)?, [x[0] + x[1]]);
        }
    }
    // any function of five bits, from any start
    let learn = learner(lookup::<5, 1, 32>(), boolean_error(), echo(), Plus);
    let mut draw = uniform(1);
    for _ in 0..20 {
        let truth: [Z2; 32] = core::array::from_fn(|_| Z2(draw() > 0.0));
        let mut s = learn.start(Matrix::from_fn(|_, _| Z2(draw() > 0.0)));
        for (x, t) in all().zip(truth) {
            learn.step(&mut s, x, &[t])?;
        }
        assert_eq!(s.params, Matrix::new([truth]));
    }
    Ok(())
}

/// The backward map of a truth table is the Boolean difference, by its entries and by its input bits.
#[test]
fn the_change_of_a_truth_table_is_a_difference() -> Result<()> {
    let bit = |n: usize, k: usize| Z2(n >> k & 1 == 1);
    for n in 0..1 << 6 {
        let table: [Z2; 4] = core::array::from_fn(|k| bit(n, k));
        let x = [bit(n, 4), bit(n, 5)];
        let value = |table: [Z2; 4], x: [Z2; 2]| lookup::<2, 1, 4>().eval(&Matrix::new([table]), x).unwrap()[0];
        let (_, dx, dp) = lookup::<2, 1, 4>().pull(&Matrix::new([table]), x, [Z2(true)])?;
        assert_eq!(dx, Z2::difference(|x| value(table, x), x));
        assert_eq!(dp, Matrix::new([Z2::difference(|table| value(table, x), table)]));
    }
    Ok(())
}

/// Wilson and Zanasi 2020, table 1: per cent of the test half that a truth table gets right after one pass over the
/// training half. One of the two rows in which the UCI copy is wrong decides a digit: with Fisher's own numbers three
/// classes give 74.7.
#[test]
fn reverse_derivative_ascent_on_iris() -> Result<()> {
    fn accuracy<const M: usize>(
        (x, y): (Vec<Flower>, Vec<usize>),
        classes: usize,
        code: impl Fn(usize) -> [bool; M],
    ) -> Result<String> {
        let x = bits(&x[..50 * classes]); // the range of a measurement is that over the classes in play
        let label = |k: usize| code(y[k]).map(Z2);
        let learn = learner(lookup::<4, M, 16>(), boolean_error(), echo(), Plus);
        let mut s = learn.start(Matrix::from_fn(|_, _| Z2(false)));
        let half = |from: usize| (0..classes).flat_map(move |c| 50 * c + from..50 * c + from + 25);
        half(0).try_for_each(|k| learn.step(&mut s, x[k], &label(k)))?;
        let mut right = 0;
        for k in half(25) {
            right += usize::from(learn.predict(&s, x[k])? == label(k));
        }
        Ok(format!("{:.1}", 100.0 * right as f64 / (25 * classes) as f64))
    }
    let binary = |c| [c & 1 == 1, c & 2 == 2];
    let one_hot = |c| [c == 0, c == 1, c == 2];
    assert_eq!(accuracy(uci(), 2, |c| [c == 1])?, "98.0");
    assert_eq!(accuracy(uci(), 2, |c| [c == 0, c == 1])?, "98.0");
    assert_eq!(accuracy(uci(), 3, binary)?, "73.3");
    assert_eq!(accuracy(uci(), 3, one_hot)?, "73.3");
    assert_eq!(accuracy(iris(), 3, binary)?, "74.7");
    Ok(())
}

/// The digits 0 and 1, 8 × 8 bits each, in the order of the file.
fn digits() -> Vec<([Z2; 64], [Z2; 1])> {
    let grey = |c: u8| if c.is_ascii_digit() { c - b'0' } else { c - b'A' + 10 };
    let row = |line: &str| {
        let pixels = line.as_bytes();
        (core::array::from_fn(|k| Z2(grey(pixels[k]) > 7)), [Z2(pixels[65] == b'1')])
    };
    include_str!("../../data/digits.txt").lines().filter(|l| l.ends_with(['0', '1'])).map(row).collect()
}

/// Wilson and Zanasi 2020, on smaller pictures: a mask of 64 bits is to tell ones from zeros. 180 examples to learn from,
/// 90 to choose the mask, 90 for the test. They report 99.2 % for 28 × 28 pictures; here the measured figure.
#[test]
fn reverse_derivative_ascent_on_digits() -> Result<()> {
    let data = digits();
    assert_eq!((data.len(), data.iter().filter(|(_, y)| y[0].0).count()), (360, 182));
    let learn = learner(pseudo_linear::<64>(), boolean_error(), echo(), Plus);
    let mut s = learn.start(learn.model().init(&mut uniform(0)));
    let right = |s: &State<[Z2; 64], ()>, from: usize| {
        data[from..from + 90].iter().filter(|(x, y)| learn.predict(s, *x) == Ok(*y)).count()
    };
    let mut best = (0, s.clone());
    for (x, y) in &data[..180] {
        learn.step(&mut s, *x, y)?;
        if right(&s, 180) > best.0 {
            best = (right(&s, 180), s.clone());
        }
    }
    // 67.8 %: far from 99.2. At this size a ring and a stroke share most of their pixels, and one pass stalls; always
    // saying "zero" or always "one" gets 43 or 47.
    assert_eq!((best.0, right(&best.1, 270)), (68, 61));
    let ones = data[270..].iter().filter(|(_, y)| y[0].0).count();
    assert_eq!((90 - ones, ones), (43, 47));
    Ok(())
}

/// Cruttwell and others 2021: any optimiser and any loss go with the same network. 4-20-3, all 150 flowers.
#[test]
fn iris_with_every_optimiser() -> Result<()> {
    fn accuracy<E, U>(loss: Lens<E>, optimiser: U, passes: usize) -> Result<f64>
    where
        E: Para<P = [f64; 3], A = [f64; 3], B = f64>,
        U: Optimiser<((Matrix<f64, 20, 4>, [f64; 20]), (Matrix<f64, 3, 20>, [f64; 3]))>,
    {
        let (x, y) = iris();
        let x = standardised(&x);
        let label = |k: usize| core::array::from_fn(|c| f64::from(u8::from(y[k] == c)));
        let net = dense::<4, 20>(Tanh) >> dense::<20, 3>(Identity);
        let learn = learner(net, loss, descend(), optimiser);
        let mut s = learn.start(net.init(&mut uniform(1)));
        for k in (0..150 * passes).map(|k| k * 67 % 150) {
            learn.step(&mut s, x[k], &label(k))?;
        }
        let mut right = 0;
        for k in 0..150 {
            let o = learn.predict(&s, x[k])?;
            right += usize::from((0..3).all(|c| o[c] <= o[y[k]]));
        }
        Ok(right as f64 / 1.5)
    }
    let found = [
        ("sgd", accuracy(softmax_cross_entropy(), scheduled(Sgd::new(0.1), cosine(4500, 0.0)), 30)?),
        ("momentum", accuracy(softmax_cross_entropy(), Momentum::new(0.01, 0.9), 30)?),
        ("nesterov", accuracy(softmax_cross_entropy(), Nesterov::new(0.01, 0.9), 30)?),
        ("adagrad", accuracy(softmax_cross_entropy(), Adagrad::new(0.05), 30)?),
        ("rmsprop", accuracy(softmax_cross_entropy(), RmsProp::new(0.001), 30)?),
        ("adam", accuracy(softmax_cross_entropy(), Adam::new(0.003), 30)?),
        ("adamw", accuracy(softmax_cross_entropy(), AdamW::new(0.003, 0.01), 30)?),
        ("lion", accuracy(softmax_cross_entropy(), Lion::new(0.0005, 0.01), 30)?),
        ("core", accuracy(softmax_cross_entropy(), CoRe { decay: 0.0, ..CoRe::default() }, 30)?),
        ("quadratic", accuracy(quadratic(), Sgd::new(0.02), 30)?),
        ("huber", accuracy(huber(0.5), Sgd::new(0.02), 30)?),
    ];
    assert!(found.iter().all(|(_, a)| *a >= 96.0), "{found:?}");
    Ok(())
}

/// Fong, Spivak, Tuyéras 2019: gradient descent is a functor to learners: the learner of a composite is the composite of
/// the learners, side by side too.
#[test]
fn the_learner_of_a_composite_is_the_composite_of_the_learners() -> Result<()> {
    fn apart<X: Elementwise<f64>>(mut x: X, mut y: X) -> f64 {
        let mut worst = 0f64;
        X::zip([&mut x, &mut y], &mut |[x, y]| worst = worst.max((*x - *y).abs())).unwrap();
        worst
    }
    let (f, g) = (dense::<3, 5>(Tanh), dense::<5, 2>(Sigmoid));
    let mut draw = uniform(8);
    let p = (f.init(&mut draw), g.init(&mut draw));
    laws::hands_on(&targets(f >> g, 0.1), &targets(f, 0.1), &targets(g, 0.1), &laws::at(p, [0.1; 3]))?.ok()?;
    for _ in 0..20 {
        let p = (f.init(&mut draw), g.init(&mut draw));
        let (a, c): ([f64; 3], [f64; 2]) = (core::array::from_fn(|_| draw()), core::array::from_fn(|_| draw()));
        let whole = targets(f >> g, 0.1);
        // and it is what the lens learner does
        let learn = learner(f >> g, quadratic(), descend(), Sgd::new(0.1));
        let mut s = learn.start(p.clone());
        learn.step(&mut s, a, &c)?;
        assert!(apart(s.params, whole.update(&p, &a, &c)?) < 1e-15);
        let (da, _, _) = learn.put(a, &p, &c)?;
        let asked: [f64; 3] = core::array::from_fn(|k| a[k] + da[k]);
        assert!(apart(whole.request(&p, &a, &c)?, asked) < 1e-15);
        // side by side
        let b: [f64; 5] = core::array::from_fn(|_| draw());
        let (whole, parts) = (targets(f * g, 0.1), InParallel(targets(f, 0.1), targets(g, 0.1)));
        let (a, t) = ((a, b), (b, c));
        assert!(apart(whole.update(&p, &a, &t)?, parts.update(&p, &a, &t)?) < 1e-12);
        assert!(apart(whole.request(&p, &a, &t)?, parts.request(&p, &a, &t)?) < 1e-12);
    }
    // a composite that hands on the target of the whole instead of the request is another learner
    let wrong = InSeries(targets(linear::<f64, 1, 1>(), 0.1), targets(linear::<f64, 1, 1>(), 0.1));
    let p = (Matrix::new([[2.0]]), Matrix::new([[3.0]]));
    assert!(wrong.0.update(&p.0, &[1.0], &[7.0])? != wrong.update(&p, &[1.0], &[7.0])?.0);
    Ok(())
}

/// Two players in one dimension: a generator that moves noise finds the mean of the data, because a critic that weighs
/// is indifferent exactly there.
#[test]
fn a_generator_finds_the_mean_of_the_data() -> Result<()> {
    let game = versus(bias::<f64, 1>(), linear::<f64, 1, 1>());
    let rates = Both(Opposed(Sgd::new(0.02)), Within { most: 1.0, optimiser: Sgd::new(0.1) });
    let learn = learner(game, value(), descend(), rates);
    let mut s = learn.start(([0.0], Matrix::new([[0.0]])));
    let mut draw = uniform(4);
    let (mut sum, mut generated, steps) = (0.0, 0.0, 20_000);
    for k in 0..steps {
        let real = 2.0 + 0.5 * draw();
        learn.step(&mut s, ([draw()], [real]), &())?;
        if k >= steps / 2 {
            (sum, generated) = (sum + real, generated + s.params.0[0]);
        }
    }
    let (mean, found) = (2.0 * sum / steps as f64, 2.0 * generated / steps as f64);
    assert!((found - mean).abs() < 0.02, "{found} against {mean}");
    // without opposition both want the same thing, and the generator runs away from the data
    let learn = learner(game, value(), descend(), Both(Sgd::new(0.02), rates.1));
    let mut s = learn.start(([0.0], Matrix::new([[0.0]])));
    (0..2000).try_for_each(|_| learn.step(&mut s, ([draw()], [2.0 + 0.5 * draw()]), &()))?;
    assert!(s.params.0[0] < -20.0, "{:?}", s.params);
    Ok(())
}

/// Gavranović 2019: a task is a set of equations between composites. Two networks, f from the plane to the line and g
/// back, made to satisfy f;g = id on the data and g;f = id on the line.
#[test]
fn two_networks_learn_to_undo_each_other() -> Result<()> {
    type Pair = (Matrix<f64, 1, 2>, Matrix<f64, 2, 1>);
    let (f, g) = (linear::<f64, 2, 1>(), linear::<f64, 1, 2>());
    // both composites from one pair of parameters, exchanged the second time
    let shared = lens(
        |(p, q): Pair| (((p.clone(), q.clone()), (q, p)), ()),
        |(), ((mut dp, mut dq), (eq, ep)): (Pair, (Matrix<f64, 2, 1>, Matrix<f64, 1, 2>))| {
            dp.add(&ep).unwrap();
            dq.add(&eq).unwrap();
            (dp, dq)
        },
    );
    let model = ((f >> g) * (g >> f)).reparam(shared);
    laws::accumulates(&model, &laws::at((Matrix::new([[1.0; 2]]), Matrix::new([[1.0]; 2])), ([1.0; 2], [1.0])))?
        .ok()?;
    // the loss is read off the equations: one distance each, one direction each
    let learn = learner(model, quadratic() * quadratic(), cap(|_: (f64, f64)| (-1.0, -1.0)), Sgd::new(0.1));
    let mut draw = uniform(3);
    let mut s = learn.start((Matrix::new([[1.0, 0.2]]), Matrix::new([[0.3], [0.9]])));
    for _ in 0..2000 {
        let (t, u) = (draw(), [draw()]);
        let x = [0.6 * t, 0.8 * t];
        learn.step(&mut s, (x, u), &(x, u))?;
    }
    let code = f.eval(&s.params.0, [0.6, 0.8])?;
    let back = g.eval(&s.params.1, code)?;
    assert!((back[0] - 0.6).abs() < 1e-9 && (back[1] - 0.8).abs() < 1e-9, "{back:?}");
    let [one] = f.eval(&s.params.0, g.eval(&s.params.1, [1.0])?)?;
    assert!((one - 1.0).abs() < 1e-9, "{one}");
    Ok(())
}
