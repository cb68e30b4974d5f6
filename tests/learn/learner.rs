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
        let (_, _, dp) = net().pull(&at, x, [t[0] - y[0], t[1] - y[1]])?;
        learn.optimiser.put(&mut v, &mut p, dp)?;
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

#[test]
fn learning_can_be_interrupted() -> Result<()> {
    let learn = learner(net(), quadratic(), descend(), scheduled(Adam::new(0.01), cosine(30, 0.0)));
    let mut s = learn.start(first());
    let (one, two) = (examples(10), examples(20).split_off(10));
    one.iter().try_for_each(|(x, t)| learn.step(&mut s, *x, t))?;
    let mut resumed = s.clone();
    two.iter().try_for_each(|(x, t)| learn.step(&mut s, *x, t))?;
    let again = learner(net(), quadratic(), descend(), scheduled(Adam::new(0.01), cosine(30, 0.0)));
    two.iter().try_for_each(|(x, t)| again.step(&mut resumed, *x, t))?;
    assert_eq!(row(&resumed.params), row(&s.params));
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
