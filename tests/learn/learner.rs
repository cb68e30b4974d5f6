//! One step of a learner is what comes back on the parameter wire of the closed row, given to the optimiser.

use pullback::{Result, category::*, check::laws, function, learn::*, lens::*};

type Layer<const N: usize, const M: usize> = Map<Then<Linear<f64, N, M>, Bias<f64, M>>, Pointwise<Tanh, [f64; M]>>;
type Net = Lens<Then<Layer<3, 4>, Layer<4, 2>>>;
type P = <Net as Para>::P;
fn net() -> Net {
    (linear() >> bias()).map(pointwise(Tanh)) >> (linear() >> bias()).map(pointwise(Tanh))
}

fn examples(n: usize) -> Vec<([f64; 3], [f64; 2])> {
    let mut draw = uniform(11);
    (0..n).map(|_| (core::array::from_fn(|_| draw()), core::array::from_fn(|_| draw()))).collect()
}
fn first() -> P {
    net().init(&mut uniform(5))
}
/// All parameters in a row.
fn row(p: &P) -> Vec<f64> {
    let ((w, b), (v, c)) = p;
    [w.coordinates(), b, v.coordinates(), c].concat()
}

#[test]
fn a_step_is_the_composition_by_hand() -> Result<()> {
    let learn = learner(net(), quadratic(), descend(), Nesterov::new(0.1, 0.9));
    let mut s = learn.start(first());
    let (mut p, mut v) = (first(), learn.optimiser.init(&first()));
    for (x, t) in examples(20) {
        learn.step(&mut s, x, &t)?;
        // by hand: look ahead, forward, minus the gradient of the loss, backward, put
        let at = learn.optimiser.get(&v, &p)?.into_owned();
        let y = net().eval(&at, x)?;
        let (_, _, mut dp) = net().pull(&at, x, [t[0] - y[0], t[1] - y[1]])?;
        learn.optimiser.put(&mut v, &mut p, &mut dp)?;
        assert_eq!((&s.params, &s.memory), (&p, &v));
        assert_eq!(learn.predict(&s, x)?, net().eval(&p, x)?);
    }
    Ok(())
}

#[test]
fn what_comes_back_is_minus_the_gradient() -> Result<()> {
    let learn = learner(net(), softmax_cross_entropy(), descend(), Plus);
    let (h, p) = (1e-5, first());
    for (x, t) in examples(3) {
        let (dx, dp, dt) = learn.put(x, &p, &t)?;
        let moved = |k: usize, h: f64| {
            let (mut p, mut x, mut t, mut at) = (p.clone(), x, t, 0);
            let mut nudge = |[y]: [&mut f64; 1]| {
                if at == k {
                    *y += h;
                }
                at += 1;
            };
            Elementwise::zip([&mut p], &mut nudge)?;
            Elementwise::zip([&mut x], &mut nudge)?;
            Elementwise::zip([&mut t], &mut nudge)?;
            learn.loss(&p, x, &t)
        };
        for (k, d) in row(&dp).into_iter().chain(dx).chain(dt).enumerate() {
            let slope = (moved(k, h)? - moved(k, -h)?) / (2.0 * h);
            assert!((d + slope).abs() < 1e-9, "wire {k}: {d} against −{slope}");
        }
    }
    Ok(())
}

#[test]
fn a_batch_brings_the_mean_of_its_changes() -> Result<()> {
    let (x, t) = examples(1)[0];
    laws::batches(&net(), &quadratic(), &laws::at((first(), t), x))?.ok()?;
    let batch = learner(each(net()), mean(quadratic()), descend(), Plus);
    let e = batch.put(vec![], &first(), &vec![]).unwrap_err();
    assert_eq!(e.to_string(), "mean: expected at least one example, found 0");
    Ok(())
}

/// Parameters, optimiser, batches and random numbers are values: a run that is stopped and resumed is the run, bit for
/// bit.
#[test]
fn learning_can_be_interrupted() -> Result<()> {
    let (xs, ts): (Vec<_>, Vec<_>) = examples(20).into_iter().unzip();
    let make = || {
        let optimiser = scheduled(Adam::new(0.01), cosine(30, 0.0));
        learner(each(net()), mean(quadratic()), descend(), optimiser)
    };
    type Saved = (State<P, (u64, Moments<P>)>, Batches, Source);
    let run = |(mut s, mut order, mut noise): Saved, steps: usize| -> Result<Saved> {
        let learn = make();
        for batch in order.by_ref().take(steps) {
            let x = batch.iter().map(|k| xs[*k].map(|x| x + 0.01 * noise.uniform())).collect();
            learn.step(&mut s, x, &batch.iter().map(|k| ts[*k]).collect())?;
        }
        Ok((s, order, noise))
    };
    let start = (make().start(first()), batches(20, 6, 3), Source::seeded(4));
    let whole = run(start.clone(), 23)?;
    let half = run(start, 10)?; // in the middle of a pass
    let saved = half.clone();
    drop(half);
    let resumed = run(saved, 13)?;
    assert_eq!(resumed, whole);
    assert_eq!((whole.1.passes(), whole.0.memory.0), (5, 23)); // 4 batches a pass
    Ok(())
}

#[test]
fn batches_visit_every_example_once_a_pass_in_a_new_order() {
    let mut b = batches(10, 3, 1);
    let mut orders: Vec<Vec<usize>> = vec![];
    for pass in 1..=3 {
        let sizes_and_all: Vec<Vec<usize>> = b.by_ref().take(4).collect();
        assert_eq!(sizes_and_all.iter().map(Vec::len).collect::<Vec<_>>(), [3, 3, 3, 1]);
        assert_eq!(b.passes(), pass);
        orders.push(sizes_and_all.concat());
        let mut all = orders.last().unwrap().clone();
        all.sort();
        assert_eq!(all, (0..10).collect::<Vec<_>>());
    }
    assert!(orders[0] != orders[1] && orders[1] != orders[2]);
    assert_eq!(batches(10, 3, 1).next(), batches(10, 3, 1).next());
    assert_ne!(batches(10, 3, 1).next(), batches(10, 3, 2).next());
    assert_eq!((batches(0, 3, 1).next(), batches(2, 0, 1).next().map(|b| b.len())), (None, Some(1)));
    // each place is reached about equally often: 600 shuffles of 3, expected 200 ± 4·√(600·⅓·⅔)
    let (mut source, mut counts) = (Source::seeded(9), [[0; 3]; 3]);
    for _ in 0..600 {
        let mut x = [0, 1, 2];
        source.shuffle(&mut x);
        (0..3).for_each(|k| counts[x[k]][k] += 1);
    }
    assert!(counts.iter().flatten().all(|n: &i32| (n - 200).abs() < 47), "{counts:?}");
}

#[test]
fn metrics_by_hand() {
    let mut c = Confusion::new(3);
    for (t, y) in [(0, 0), (0, 1), (1, 1), (1, 1), (2, 0)] {
        c.add(t, y);
    }
    assert_eq!((c.accuracy(), c.precision(1), c.recall(1)), (0.6, 2.0 / 3.0, 1.0));
    assert_eq!((c.f1(1), c.f1(0), c.recall(2)), (0.8, 0.5, 0.0));
    assert!(c.precision(2).is_nan() && Confusion::new(2).accuracy().is_nan());
    c.add(4, 0); // it grows
    assert_eq!((c.count(4, 0), c.count(0, 4), c.accuracy()), (1, 0, 0.5));
    let mut r = Residuals::default();
    [(1e9, 1e9), (1e9 + 1.0, 1e9), (1e9 + 2.0, 1e9 + 2.0)].iter().for_each(|(t, y)| r.add(*t, *y));
    assert_eq!((r.r2(), r.mean_squared(), r.mean_absolute()), (0.5, 1.0 / 3.0, 1.0 / 3.0));
    assert_eq!((argmax(&[f64::NAN, 1.0, 3.0]), argmax(&[2.0, f64::NAN])), (2, 0));
}

/// The extra pass: labels drawn from the model make the square of what comes back the curvature of the loss.
#[test]
fn the_extra_pass_measures_the_curvature() -> Result<()> {
    // softmax over two logits w·x: the Gauss–Newton diagonal is p(1 − p)x²
    let u = Sophia { betas: (0.9, 0.999), ..Sophia::new(0.01) };
    let learn = learner(linear::<f64, 1, 2>(), softmax_cross_entropy(), descend(), u);
    let mut s = learn.start(Matrix::new([[0.3], [-0.2]]));
    let mut source = Source::seeded(6);
    let steps = 20_000;
    for _ in 0..steps {
        learn.curve(&mut s, [2.0], |y| {
            let one = (y[1] - y[0]).exp() / (1.0 + (y[1] - y[0]).exp());
            let k = usize::from(source.uniform() * 0.5 + 0.5 < one);
            core::array::from_fn(|j| f64::from(u8::from(j == k)))
        })?;
    }
    let p = 1.0 / (1.0 + (-1.0f64).exp());
    let expected = p * (1.0 - p) * 4.0;
    assert!((s.memory.curvature[(0, 0)] - expected).abs() < 0.1 * expected, "{:?} against {expected}", s.memory);
    assert_eq!(s.params, Matrix::new([[0.3], [-0.2]]));
    Ok(())
}

#[test]
fn a_dream_moves_the_input_and_does_not_look_at_the_prediction() -> Result<()> {
    // with a linear model, what comes back on the input is a row of the weights, wherever the input is
    let w = Matrix::new([[1.0, 2.0], [3.0, 4.0]]);
    let dream = learner(linear::<f64, 2, 2>(), dot_product(), ascend(), Plus);
    for x in [[0.0, 0.0], [5.0, -7.0]] {
        assert_eq!(dream.put(x, &w, &[0.0, 1.0])?.0, [3.0, 4.0]);
    }
    // towards a label: a quadratic loss, Nesterov on the input wire
    let dream = learner(net(), quadratic(), descend(), Nesterov::new(0.5, 0.5));
    let (p, goal) = (first(), net().eval(&first(), [0.3, -0.2, 0.5])?);
    let mut s = dream.start_dream([0.0; 3]);
    for _ in 0..500 {
        dream.dream(&mut s, &p, &goal)?;
    }
    assert!(dream.loss(&p, s.params, &goal)? < 1e-20);
    Ok(())
}

#[test]
fn frozen_halves_tied_halves_and_taped_functions_learn() -> Result<()> {
    // frozen: the parameters stay
    let learn = learner(linear::<f64, 2, 2>().frozen() >> linear::<f64, 2, 1>(), quadratic(), descend(), Sgd::new(0.1));
    let mut s = learn.start((Matrix::new([[1.0, 0.0], [0.0, 1.0]]), Matrix::new([[0.0, 0.0]])));
    learn.step(&mut s, [1.0, 2.0], &[1.0])?;
    assert_eq!(s.params, (Matrix::new([[1.0, 0.0], [0.0, 1.0]]), Matrix::new([[0.1, 0.2]])));
    // tied: p·p·x = 4 has the solution 2
    let square = tied(linear::<f64, 1, 1>() >> linear());
    let learn = learner(square, quadratic(), descend(), Sgd::new(0.02));
    let mut s = learn.start(Matrix::new([[1.0]]));
    (0..500).try_for_each(|_| learn.step(&mut s, [1.0], &[4.0]))?;
    assert!((s.params[(0, 0)] - 2.0).abs() < 1e-12);
    // any function on the tape is a model
    function!(Decay = |x| [(-x[1] * x[2]).exp() * x[0]]); // amplitude, rate; time
    let learn = learner(smooth_para(Decay), quadratic(), descend(), Momentum::new(0.2, 0.5));
    let mut s = learn.start(vec![1.0, 1.0]);
    for k in 0..4000 {
        let t = f64::from(k % 5) * 0.5;
        learn.step(&mut s, vec![t], &vec![3.0 * (-0.5 * t).exp()])?;
    }
    assert!((s.params[0] - 3.0).abs() < 1e-9 && (s.params[1] - 0.5).abs() < 1e-9, "{:?}", s.params);
    Ok(())
}

#[test]
fn single_precision_learns() -> Result<()> {
    let model = (linear::<f32, 2, 4>() >> bias()).map(pointwise(Tanh)) >> (linear::<f32, 4, 1>() >> bias());
    let learn = learner(model, quadratic(), descend(), Adam::new(0.05f32));
    let mut s = learn.start(model.init(&mut uniform(2)));
    let xor = [([0f32, 0.0], [0f32]), ([0.0, 1.0], [1.0]), ([1.0, 0.0], [1.0]), ([1.0, 1.0], [0.0])];
    for _ in 0..500 {
        xor.iter().try_for_each(|(x, t)| learn.step(&mut s, *x, t))?;
    }
    for (x, t) in xor {
        assert!((learn.predict(&s, x)?[0] - t[0]).abs() < 0.1);
    }
    Ok(())
}
