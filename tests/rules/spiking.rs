//! Spiking layers: through time, and in space alone.

use crate::{
    digits::{rows_of, split},
    harness::{batch, continues, gap, learned, pull, shuffled},
};
use ndarray::{Array2, Axis, Slice, arr2};
use pullback::{
    Result,
    category::{Identity, Sigmoid, Tanh},
    learn::*,
    net::*,
    rule::*,
};

const SPIKE: Surrogate = Surrogate::FastSigmoid(5.0);
fn space<R: Reverse>(rule: R) -> SpatialLearning<R> {
    SpatialLearning::new(rule)
}
fn flat(a: &Array) -> Vec<f64> {
    a.iter().copied().collect()
}
fn affine(a: f64, b: f64) -> Net {
    pointwise(Activation::Affine(a, b))
}
/// A neuron behind a weight matrix, over a sequence of inputs; the output is the sequence of its spikes.
fn neurons(ins: usize, outs: usize, steps: usize, leak: f64) -> Net {
    scan(cells(&[linear(ins, outs), leaky_integrate_and_fire(leak, 1.0)]), steps, outs)
}

/// One neuron, $w = ¾$, inputs 1 and 1: $u = ¾, 1⅛$, so $v = -¼, ⅛$ and the triangle's slopes are ¾ and ⅞.
#[test]
fn two_steps_by_hand() -> Result<()> {
    let p = Params::new(vec![vec![arr2(&[[0.75]])]]);
    let (x, dy) = (arr2(&[[1.0, 1.0]]).into_shared(), arr2(&[[1.0, 1.0]]).into_shared());
    let net = neurons(1, 1, 2, 0.5);
    let (y, dx, dp) = pull(&net, Surrogate::Triangle, &p, &x, &dy)?;
    assert_eq!(y, arr2(&[[0.0, 1.0]]).into_shared());
    let first = 0.75 + 0.5 * 0.875; // the second step's, through the leak; the first did not spike
    assert_eq!(dx, arr2(&[[0.75 * first, 0.75 * 0.875]]).into_shared());
    assert_eq!(dp.flat(), [first + 0.875]);
    let (same, dx, dp) = pull(&net, space(Surrogate::Triangle), &p, &x, &dy)?;
    assert_eq!((same, dx, dp.flat()), (y, arr2(&[[0.75 * 0.75, 0.75 * 0.875]]).into_shared(), vec![0.75 + 0.875]));
    // exact derivatives see a step: nothing
    assert_eq!(pull(&net, Backprop, &p, &x, &dy)?.2.flat(), [0.0]);
    Ok(())
}

/// $\bar u_t = \bar s_t \varsigma(v_t) + \lambda\, \bar u_{t+1} (1 - s_t)$, in plain loops.
#[test]
fn the_reverse_map_is_the_recursion() -> Result<()> {
    let (rows, ins, outs, steps, leak) = (5, 4, 3, 6, 0.5);
    let net = neurons(ins, outs, steps, leak);
    let w = batch(outs, ins, 1).mapv(|w| 2.0 * w).into_owned();
    let p = Params::new(vec![vec![w.clone()]]);
    let (x, dy) = (batch(rows, ins * steps, 2), batch(rows, outs * steps, 3));
    for through in [true, false] {
        let (y, dx, dp) = match through {
            true => pull(&net, SPIKE, &p, &x, &dy)?,
            false => pull(&net, space(SPIKE), &p, &x, &dy)?,
        };
        let (mut spikes, mut resets) = (0, 0);
        let (mut dw, mut input) = (Array2::<f64>::zeros((outs, ins)), Array2::<f64>::zeros(x.raw_dim()));
        for (n, j) in (0..rows).flat_map(|n| (0..outs).map(move |j| (n, j))) {
            let mut u = vec![0.0; steps];
            let mut left = 0.0;
            for t in 0..steps {
                let current: f64 = (0..ins).map(|i| w[[j, i]] * x[[n, t * ins + i]]).sum();
                u[t] = leak * left + current;
                let spike = f64::from(u8::from(u[t] >= 1.0));
                assert_eq!(y[[n, t * outs + j]], spike);
                left = u[t] * (1.0 - spike);
                spikes += spike as usize;
                resets += usize::from(spike == 1.0 && t + 1 < steps);
            }
            let mut after = 0.0;
            for t in (0..steps).rev() {
                let v: f64 = u[t] - 1.0;
                let kept = if u[t] >= 1.0 { 0.0 } else { leak * after };
                let du = dy[[n, t * outs + j]] / (1.0 + 5.0 * v.abs()).powi(2) + if through { kept } else { 0.0 };
                for i in 0..ins {
                    dw[[j, i]] += du * x[[n, t * ins + i]];
                    input[[n, t * ins + i]] += du * w[[j, i]];
                }
                after = du;
            }
        }
        assert!(spikes > 5 && resets > 0 && spikes < rows * outs * steps / 2, "{spikes} spikes, {resets} resets");
        assert!(gap(&dp.flat(), &dw.into_iter().collect::<Vec<_>>()) < 1e-14);
        assert!(gap(&flat(&dx), &flat(&input.into_shared())) < 1e-14);
    }
    Ok(())
}

/// A leaky neuron without reset, and what stands for the spike.
fn smooth_neurons(spike: Net) -> Net {
    let body = Net::build(2, |d, hx| {
        let current = d.inline(&linear(3, 4), &hx[1..]);
        let decayed = d.inline(&affine(0.5, 0.0), &hx[..1]);
        let u = d.push(Layer::Add(Add), &[decayed[0], current[0]]);
        let s = d.inline(&(affine(1.0, -1.0) >> spike), &u);
        let y = d.inline(&linear(4, 2), &s);
        vec![u[0], y[0]]
    });
    scan(body, 5, 4)
}
/// With sigmoid spikes and no reset the reverse map is the gradient; and it is, to rounding, what the surrogate makes of real
/// spikes, because neither the potentials nor the readout know the difference on the way back.
#[test]
fn with_sigmoid_spikes_it_is_the_gradient() -> Result<()> {
    let net = smooth_neurons(affine(2.0, 0.0) >> pointwise(Sigmoid));
    let (p, x, dy): (Params, _, _) = (net.init(&mut uniform(1)), batch(3, 15, 2), batch(3, 10, 3));
    let (_, dx, dp) = pull(&net, SPIKE, &p, &x, &dy)?;
    let output = |p: &Params, x: &Array| -> Result<f64> {
        Ok((&net.under::<_, f64>(Backprop).predict(p, x.clone())? * &dy).sum())
    };
    let (h, mut slopes) = (1e-5, vec![]);
    for (array, k) in (0..2).flat_map(|a| (0..p.slots[0][a].len()).map(move |k| (a, k))) {
        let at = |d: f64| {
            let mut moved = p.clone();
            moved.slots[0][array].as_slice_mut().unwrap()[k] += d;
            output(&moved, &x)
        };
        slopes.push((at(h)? - at(-h)?) / (2.0 * h));
    }
    assert!(gap(&dp.flat(), &slopes) < 3e-10, "{:e}", gap(&dp.flat(), &slopes));
    let mut slopes = vec![];
    for k in 0..45 {
        let at = |d: f64| {
            let mut moved = x.to_owned();
            moved[[k / 15, k % 15]] += d;
            output(&p, &moved.into_shared())
        };
        slopes.push((at(h)? - at(-h)?) / (2.0 * h));
    }
    assert!(gap(&flat(&dx), &slopes) < 3e-10, "{:e}", gap(&flat(&dx), &slopes));
    let spiking = smooth_neurons(pointwise(Activation::Step));
    let (_, same, _) = pull(&spiking, Surrogate::Sigmoid(2.0), &p, &x, &dy)?;
    assert!(gap(&flat(&same), &flat(&dx)) < 1e-14);
    Ok(())
}

/// If nothing is left of a potential there is no time to go through.
#[test]
fn without_memory_space_is_everything() -> Result<()> {
    // numbers whose sums are exact, so that the order in which steps are added does not matter
    let quarters = |rows, columns, seed| batch(rows, columns, seed).mapv(|x| (4.0 * x).round() / 4.0).into_shared();
    let net = |leak| neurons(4, 3, 6, leak);
    let p = Params::new(vec![vec![quarters(3, 4, 1).mapv(|w| 2.0 * w).into_owned()]]);
    let (x, dy) = (quarters(5, 24, 2), quarters(5, 18, 3));
    let (through, apart) =
        (pull(&net(0.0), Surrogate::Triangle, &p, &x, &dy)?, pull(&net(0.0), space(Surrogate::Triangle), &p, &x, &dy)?);
    assert_eq!(through, apart);
    assert!(through.0.iter().any(|s| *s == 1.0) && through.2.flat().iter().any(|d| *d != 0.0));
    assert_ne!(
        pull(&net(0.5), Surrogate::Triangle, &p, &x, &dy)?.2,
        pull(&net(0.5), space(Surrogate::Triangle), &p, &x, &dy)?.2
    );
    // any numbers: the same bits at the input, and parameters up to the order of their sums
    let (p, x, dy) = (Params::new(vec![vec![batch(3, 4, 4).into_owned()]]), batch(5, 24, 5), batch(5, 18, 6));
    let (through, apart) = (pull(&net(0.0), SPIKE, &p, &x, &dy)?, pull(&net(0.0), space(SPIKE), &p, &x, &dy)?);
    assert_eq!((through.0, through.1), (apart.0, apart.1));
    assert!(gap(&through.2.flat(), &apart.2.flat()) < 1e-15);
    Ok(())
}

#[test]
fn some_steps_contribute_and_each_as_often() -> Result<()> {
    let (steps, net) = (8, neurons(4, 3, 8, 0.5));
    let (x, dy) = (batch(5, 32, 2), batch(5, 24, 3));
    let w = vec![vec![batch(3, 4, 1).into_owned()]];
    let at = |count: usize, draws: u64| {
        let p = Params::new(w.clone()).with_draws(draws);
        pull(&net, space(SPIKE).of_steps(count, 7), &p, &x, &dy)
    };
    let all = pull(&net, space(SPIKE), &Params::new(w.clone()), &x, &dy)?;
    let (_, dx, dp) = at(steps, 0)?;
    assert_eq!((dx, dp.slots), (all.1.clone(), all.2.slots.clone()));
    let part = |a: &Array, t: usize| a.slice_axis(Axis(1), Slice::from(4 * t..4 * t + 4)).to_owned();
    let (mut often, runs) = (vec![0_u32; steps], 600);
    for draws in 0..runs {
        let (_, dx, _) = at(3, draws)?;
        let chosen: Vec<usize> = (0..steps).filter(|&t| part(&dx, t).iter().any(|d| *d != 0.0)).collect();
        assert_eq!(chosen.len(), 3);
        for t in chosen {
            assert_eq!(part(&dx, t), part(&all.1, t)); // a step that contributes does so in full
            often[t] += 1;
        }
    }
    let (mean, deviation) = (225.0, (600.0f64 * 3.0 / 8.0 * 5.0 / 8.0).sqrt());
    assert!(often.iter().all(|&n| (f64::from(n) - mean).abs() < 4.5 * deviation), "{often:?}");
    assert_eq!(at(0, 0)?.2.flat(), [0.0; 12]);
    Ok(())
}

/// Three spiking layers of different sizes, shown one image.
fn deep(steps: usize) -> Net {
    let spikes = || leaky_integrate_and_fire(0.5, 1.0);
    let body = [dense(5, 6, Identity), spikes(), dense(6, 4, Identity), spikes(), dense(4, 3, Identity)];
    shown(cells(&body), steps, &[6, 4])
}
#[test]
fn what_is_kept_does_not_grow_with_the_steps() -> Result<()> {
    let kept = |steps| {
        let under = deep(steps).under::<_, f64>(space(SPIKE));
        under.residual_bytes(&under.init(&mut uniform(1))?, batch(7, 5, 1))
    };
    assert_eq!((kept(1)?, kept(100)?), (8 * 7 * (5 + 3), 8 * 7 * (5 + 3))); // the input and the output
    Ok(())
}
#[test]
fn bodies_in_a_row_are_one_body() -> Result<()> {
    let net = deep(4);
    let p: Params = net.init_with(|_| Initialiser::He, &mut uniform(1));
    assert_eq!((net.shapes()?, p.slots[0].len()), (vec![Some(vec![3])], 6));
    // the same steps written out
    let x = batch(7, 5, 2).mapv(|x| 3.0 * x).into_shared();
    let (mut left, mut sum) = ([Array2::zeros((7, 6)), Array2::zeros((7, 4))], Array2::<f64>::zeros((7, 3)));
    let [w, b, u, c, r, a] = &p.slots[0][..] else { panic!("six arrays") };
    let mut spiked = [false; 2];
    for _ in 0..4 {
        let mut h = x.to_owned();
        for (k, (w, b)) in [(w, b), (u, c)].into_iter().enumerate() {
            let potential = &left[k] * 0.5 + h.dot(&w.t()) + b;
            h = potential.mapv(|u: f64| f64::from(u8::from(u >= 1.0)));
            spiked[k] |= h.iter().any(|s| *s == 1.0);
            left[k] = potential * h.mapv(|s| 1.0 - s);
        }
        sum = sum + h.dot(&r.t()) + a;
    }
    assert_eq!(spiked, [true; 2]);
    let y = net.under::<_, f64>(Backprop).predict(&p, x)?;
    assert!(gap(&flat(&y), &flat(&(sum / 4.0).into_shared())) < 1e-14);
    Ok(())
}

#[test]
fn rules_hold_inside_where_they_say_so() -> Result<()> {
    let (p, x, dy): (Params, _, _) =
        (deep(4).init_with(|_| Initialiser::He, &mut uniform(1)), batch(7, 5, 2), batch(7, 3, 3));
    let hidden = |dp: &Params| dp.slots[0][0].iter().any(|d| *d != 0.0);
    assert!(hidden(&pull(&deep(4), SPIKE, &p, &x, &dy)?.2));
    assert!(!hidden(&pull(&deep(4), Backprop, &p, &x, &dy)?.2), "exact: a step has no slope");
    assert!(hidden(&pull(&deep(4), space(SPIKE), &p, &x, &dy)?.2));
    assert!(!hidden(&pull(&deep(4), space(Backprop), &p, &x, &dy)?.2));
    // around a rule, and as part of a network, it is the rule: one layer learns what it learns under it, times the rate
    let half: Vec<f64> = pull(&deep(4), SPIKE, &p, &x, &dy)?.2.flat().iter().map(|d| 0.5 * d).collect();
    assert_eq!(pull(&deep(4), InSweep::new(SPIKE, 0.5), &p, &x, &dy)?.2.flat(), half);
    assert_eq!(pull(&deep(4), Checkpointed::every(1, SPIKE), &p, &x, &dy)?, pull(&deep(4), SPIKE, &p, &x, &dy)?);
    // the other rules past steps hold inside as well; a body without a state is a network at each step
    let each = layer(Scan {
        body: linear(5, 6) >> pointwise(Activation::Sign) >> linear(6, 3),
        steps: 2,
        states: vec![],
        held: false,
        mean: false,
    });
    let plain = linear(5, 6) >> pointwise(Activation::Sign) >> linear(6, 3);
    let q: Params = plain.init(&mut uniform(1));
    let inside = Params::new(vec![q.slots.concat()]);
    let (x, dy) = (batch(4, 10, 5), batch(4, 6, 6));
    let half = |a: &Array, t: usize| {
        let width = a.ncols() / 2;
        a.slice_axis(Axis(1), Slice::from(t * width..(t + 1) * width)).to_owned().into_shared()
    };
    let same = |a: Result<crate::harness::Pulled>, b: [Result<crate::harness::Pulled>; 2]| -> Result<()> {
        let (a, [b, c]) = (a?, b);
        let (b, c) = (b?, c?);
        assert_eq!([half(&a.1, 0), half(&a.1, 1)], [b.1, c.1]);
        let sum: Vec<f64> = b.2.flat().iter().zip(c.2.flat()).map(|(b, c)| b + c).collect();
        assert!(gap(&a.2.flat(), &sum) < 1e-15 && sum.iter().all(|d| *d != 0.0));
        Ok(())
    };
    macro_rules! both {
        ($rule:expr) => {
            same(
                pull(&each, $rule, &inside, &x, &dy),
                [0, 1].map(|t| pull(&plain, $rule, &q, &half(&x, t), &half(&dy, t))),
            )?
        };
    }
    both!(StraightThrough::clipped());
    both!(BooleanVariation::default());
    both!(Surrogate::Arctan);
    Ok(())
}
/// Says that it holds inside, and has an array of its own.
struct Careless;
impl Reverse for Careless {
    fn inside(&self) -> bool {
        true
    }
    fn fixed<T: Element>(&self, s: &Site<'_, T>) -> Vec<Array2<T>> {
        s.like_weights(uniform(1))
    }
}
#[test]
fn a_rule_with_arrays_of_its_own_is_refused_inside() {
    let (p, x, dy): (Params, _, _) = (deep(2).init(&mut uniform(1)), batch(7, 5, 2), batch(7, 3, 3));
    let e = pull(&deep(2), Careless, &p, &x, &dy).unwrap_err();
    assert_eq!(e.to_string(), "scan at layer 0: linear at layer 16: Careless: no reverse map for the layer scan");
    // one that does not say so takes the exact derivative there, as before
    assert!(pull(&deep(2), FeedbackAlignment::seeded(1), &p, &x, &dy).is_ok());
    let e = pull(&deep(2), space(FeedbackAlignment::seeded(1)), &p, &x, &dy).unwrap_err();
    assert!(e.to_string().ends_with("FeedbackAlignment: no reverse map for the layer scan"), "{e}");
}

#[test]
fn bodies_that_do_not_fit_are_errors() {
    let says = |net: &Net| net.shapes().unwrap_err().to_string();
    assert_eq!(says(&shown(dense(3, 2, Identity), 4, &[2])), "scan at layer 0: expected shape [2, 2], found [1, 1]");
    let neuron = || leaky_integrate_and_fire(0.5, 1.0);
    assert_eq!(
        says(&shown(cells(&[linear(3, 2), neuron()]), 4, &[3])),
        "scan at layer 0: add at layer 2: expected length 3, found 2"
    );
    assert_eq!(
        says(&shown(cells(&[linear(3, 2), neuron()]), 4, &[])),
        "scan at layer 0: expected shape [1, 1], found [2, 2]"
    );
    let none = shown(cells(&[linear(3, 2), neuron()]), 0, &[2]);
    let p: Params = none.init(&mut uniform(1));
    let e = none.under::<_, f64>(Backprop).predict(&p, batch(2, 3, 1)).unwrap_err();
    assert_eq!(e.to_string(), "scan at layer 0: expected length 0, found 0");
    assert_eq!(says(&shown(cells(&[layer(Add)]), 2, &[2])), "scan at layer 0: expected shape [2, 2], found [2, 1]");
    let under = deep(2).under::<_, f64>(SPIKE);
    let p = under.init(&mut uniform(1)).unwrap();
    assert!(pull(&deep(2), SPIKE, &p, &batch(7, 5, 2), &batch(7, 2, 3)).is_err());
    assert!(pull(&deep(2), SPIKE, &p, &batch(7, 4, 2), &batch(7, 3, 3)).is_err());
}

#[test]
fn rules_are_functors_and_runs_repeat() {
    let (x, dy) = (batch(4, 5, 1), batch(4, 3, 2));
    let (f, g) = (dense(5, 5, Tanh), deep(3) >> dense(3, 3, Activation::Step));
    continues(SPIKE, &f, &g, &x, &dy);
    continues(space(SPIKE), &f, &g, &x, &dy);
    continues(space(SPIKE).of_steps(2, 3), &f, &g, &x, &dy);
    let run = |seed| learned(&deep(4), space(SPIKE).of_steps(2, seed), Sgd::new(0.5), 4);
    assert_eq!(run(1), run(1));
    assert_ne!(run(1), run(2));
}
/// Spiking layers stand in residual connections, behind convolutions, and convolve themselves.
#[test]
fn residual_and_convolutional_networks_spike() -> Result<()> {
    let spikes = || leaky_integrate_and_fire(0.5, 0.5);
    let image = Window::new([1, 4, 4], [3, 3]).padding([1, 1]);
    let seen = shown(cells(&[conv2d(image, 2), flatten(), spikes()]), 3, &[32]);
    let net = seen >> residual(shown(cells(&[dense(32, 32, Identity), spikes()]), 3, &[32])) >> dense(32, 3, Identity);
    let p: Params = net.init_with(|_| Initialiser::He, &mut uniform(1));
    let (x, dy) = (batch(3, 16, 2), batch(3, 3, 3));
    let (through, apart) = (pull(&net, SPIKE, &p, &x, &dy)?, pull(&net, space(SPIKE), &p, &x, &dy)?);
    assert_eq!(through.0, apart.0);
    for (a, b) in through.2.slots.iter().flatten().zip(apart.2.slots.iter().flatten()) {
        assert!(a.iter().any(|d| *d != 0.0) && b.iter().any(|d| *d != 0.0));
    }
    Ok(())
}

#[test]
fn spikes_learn_the_digits() -> Result<()> {
    let net = || {
        let neurons = leaky_integrate_and_fire(0.5, 1.0);
        shown(cells(&[dense(64, 32, Identity), neurons, dense(32, 10, Identity)]), 4, &[32])
    };
    let reached = |frozen: bool| -> Result<f64> {
        let ((x, y), (test, classes)) = split();
        let under = net().under::<_, f64>(space(SPIKE));
        let p: Params = net().init_with(|_| Initialiser::He, &mut uniform(1));
        let (model, free) = under.frozen(&p, |name| frozen && name.starts_with("0.scan.0."))?;
        let learn = learner(model, class_cross_entropy(), descend(), Adam::new(5e-3));
        let mut s = learn.start(free);
        for pass in 0..3 {
            for rows in shuffled(y.len(), pass).chunks(32) {
                let (x, y) = rows_of(&x, &y, rows);
                learn.step(&mut s, x, &y)?;
            }
        }
        let scores = learn.predict(&s, test)?;
        let right = scores.rows().into_iter().zip(&classes).filter(|(row, y)| argmax(&row.to_vec()) == **y).count();
        Ok(100.0 * right as f64 / classes.len() as f64)
    };
    let (free, frozen) = (reached(false)?, reached(true)?);
    assert!(free > frozen + 10.0 && free > 85.0, "{free} beside {frozen} with a frozen hidden layer");
    Ok(())
}
