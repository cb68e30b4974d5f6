//! From the second call of the same size on, a tape and its prepared drivers allocate nothing.
//!
//! A binary of its own: `allocation_counter` replaces the allocator, and counts for each thread by itself.

use allocation_counter::measure;
use pullback::*;

/// Runs `step` three times and returns how many allocations each run made.
fn three_rounds(mut step: impl FnMut()) -> [u64; 3] {
    std::array::from_fn(|_| measure(&mut step).count_total)
}
/// The first round allocates (so the counter counts), the others do not.
#[track_caller]
fn only_the_first(rounds: [u64; 3]) {
    assert!(rounds[0] > 0, "the counter does not count: {rounds:?}");
    assert_eq!(rounds[1..], [0, 0], "allocations of the rounds: {rounds:?}");
}
fn rosenbrock<T: Real>(x: &[T]) -> T {
    x.windows(2).map(|w| (w[0] - 1.0).powi(2) + (w[1] - w[0] * w[0]).powi(2) * 100.0).sum()
}
fn point(n: usize) -> Vec<f64> {
    (0..n).map(|k| 0.5 + k as f64 / n as f64).collect()
}

#[test]
fn a_fresh_tape_does_allocate() {
    let x = point(10);
    assert!(measure(|| drop(grad(|x| rosenbrock(x), &x))).count_total > 0);
    // and measuring nothing counts nothing
    assert_eq!(measure(|| {}).count_total, 0);
}

#[test]
fn gradient() {
    for n in [2, 10, 1000, 20_000] {
        let (mut tape, x) = (Tape::new(), point(n));
        only_the_first(three_rounds(|| {
            let (_, g) = tape.value_and_grad(|x| rosenbrock(x), &x).expect("no limit");
            assert_eq!(g.len(), n);
        }));
    }
}

#[test]
fn gradient_after_a_larger_one() {
    let (mut tape, large, small) = (Tape::new(), point(5000), point(50));
    tape.value_and_grad(|x| rosenbrock(x), &large).expect("no limit");
    for _ in 0..2 {
        assert_eq!(measure(|| drop(tape.value_and_grad(|x| rosenbrock(x), &small))).count_total, 0);
        assert_eq!(measure(|| drop(tape.value_and_grad(|x| rosenbrock(x), &large))).count_total, 0);
    }
}

#[test]
fn hessian_vector_product() {
    let (mut tape, x, mut hv) = (Tape::new(), point(300), vec![0.0; 300]);
    let v = point(300);
    only_the_first(three_rounds(|| {
        let _ = tape.hvp_into(|x| rosenbrock(x), &x, &v, &mut hv).expect("no limit");
    }));
}

#[test]
fn hessian() {
    let (mut tape, x, mut rows) = (Tape::<Multi<f64, 4>>::new(), point(30), vec![0.0; 900]);
    only_the_first(three_rounds(|| {
        let _ = tape.hessian_into(|x| rosenbrock(x), &x, &mut rows).expect("no limit");
    }));
}

#[test]
fn jacobian() {
    let (mut tape, x, mut y, mut rows) = (Tape::new(), point(30), vec![0.0; 29], vec![0.0; 29 * 30]);
    only_the_first(three_rounds(|| {
        tape.jacobian_into(
            |x, y| {
                y.iter_mut().zip(x.windows(2)).for_each(|(y, w)| *y = (w[0] * w[1]).sin() * w[0]);
                Ok(())
            },
            &x,
            &mut y,
            &mut rows,
        )
        .expect("shapes");
    }));
}

#[test]
fn fuse_and_sum_map() {
    let (mut tape, x) = (Tape::new(), point(500));
    only_the_first(three_rounds(|| {
        let f = |x: &[Var<'_>]| -> f64 { x.len() as f64 };
        let (_, g) = tape
            .value_and_grad(
                |x| {
                    let windows = sum_map(x.windows(2).map(|w| [w[0], w[1]]), |[a, b]| (a * b).sin() * a);
                    let fused = fuse([x[0], x[1], x[2], x[3], x[4]], |[a, b, c, d, e]| a * b * c * d * e);
                    windows * fused * f(x)
                },
                &x,
            )
            .expect("no limit");
        assert!(g[0] != 0.0);
    }));
}

#[test]
fn wide_entries() {
    let (mut tape, x) = (Tape::new(), point(20));
    only_the_first(three_rounds(|| {
        let (_, g) = tape
            .try_value_and_grad(|x| Ok(log_sum_exp(x) * norm(x) + product(x) + dot(&x[..10], &x[10..])?), &x)
            .expect("shapes");
        assert!(g[0] != 0.0);
    }));
}

#[test]
fn segments() {
    let (mut tape, x) = (Tape::new(), point(6));
    only_the_first(three_rounds(|| {
        let (_, g) = tape
            .try_value_and_grad(
                |x| {
                    let y = preaccumulate(x, |x| Ok(rosenbrock(x)))?;
                    let (k, least) = min_of(4, x, |k, x| Ok(rosenbrock(&x[k..]) + x[k] * x[k + 1] * x[5]))?;
                    Ok(y * least + k as f64)
                },
                &x,
            )
            .expect("no limit");
        assert!(g[0] != 0.0);
    }));
}

#[test]
fn custom_entries() {
    let (mut tape, x) = (Tape::new(), point(4));
    // the outputs of `custom` come in a `Vec`: that one allocation is the caller's, once a call
    let rounds = three_rounds(|| {
        let (_, g) = tape
            .try_value_and_grad(
                |x| {
                    let kept = x[0].frame().expect("an input").keep(&[x[1].value(), x[0].value()]);
                    let y = custom("product", &x[..2], &[x[0].value() * x[1].value()], move |by, bx| {
                        bx.iter_mut().zip(kept).for_each(|(bx, k)| *bx += *k * by[0]);
                        Ok(())
                    })?;
                    Ok(y[0] * x[2] + x[3] * x[1] * x[0])
                },
                &x,
            )
            .expect("no limit");
        assert!(g[0] != 0.0);
    });
    assert!(rounds[0] > 1, "{rounds:?}");
    assert_eq!(rounds[1..], [1, 1]);
}

#[cfg(feature = "learn")]
#[test]
fn a_step_of_learning_makes_no_array() {
    use ndarray::{Array2, linalg::general_mat_mul};
    use pullback::{category::Identity, category::Tanh, learn::*, net::*, rule::Backprop};
    let net = dense(64, 128, Tanh) >> dense(128, 10, Identity);
    let learn = learner(net.under(Backprop), class_cross_entropy(), descend(), Momentum::new(0.1, 0.9));
    let mut s = learn.start(net.init(&mut uniform(1)));
    let batch = |rows: usize| {
        let mut draw = uniform(2);
        let x = Array2::from_shape_simple_fn((rows, 64), || draw()).into_shared();
        (x, (0..rows).map(|k| k % 10).collect::<Vec<_>>())
    };
    // the matrix product of ndarray packs its factors into memory of its own; a step has five
    let packed = |rows: usize| {
        let zeros = |rows, columns| Array2::<f64>::zeros((rows, columns));
        let (x, h, y, w, v) = (zeros(rows, 64), zeros(rows, 128), zeros(rows, 10), zeros(128, 64), zeros(10, 128));
        let mut out = [zeros(rows, 128), zeros(rows, 10), zeros(10, 128), zeros(rows, 128), zeros(128, 64)];
        let [a, b, c, d, e] = &mut out;
        let products = || {
            general_mat_mul(1.0, &x, &w.t(), 1.0, a);
            general_mat_mul(1.0, &h, &v.t(), 1.0, b);
            general_mat_mul(1.0, &y.t(), &h, 1.0, c);
            general_mat_mul(1.0, &y, &v, 0.0, d);
            general_mat_mul(1.0, &h.t(), &x, 1.0, e);
        };
        measure(products).bytes_total
    };
    let mut beyond = |(x, y): &(Array, Vec<usize>)| {
        let step = || learn.step(&mut s, x.clone(), y).expect("shapes fit");
        measure(step).bytes_total - packed(y.len())
    };
    let (many, few) = (batch(64), batch(40));
    let smallest = 40 * 10 * 8; // the scores; what is left are lists of what each layer keeps
    assert!(beyond(&many) > 3 * 64 * 128 * 8, "the counter does not count");
    (0..3).for_each(|_| assert!(beyond(&many) < smallest));
    assert!(beyond(&few) > 40 * 128 * 8); // another size is other memory
    (0..3).for_each(|_| assert!(beyond(&few) < smallest));
}

/// Learning in space holds what one step keeps, however many there are; learning through time holds them all.
#[cfg(feature = "learn")]
#[test]
fn learning_in_space_holds_one_step() {
    use pullback::{category::Identity, learn::*, net::*, rule::*};
    fn most<R: Reverse>(rule: R, steps: usize) -> u64 {
        let body = [dense(16, 32, Identity), leaky_integrate_and_fire(0.5, 1.0), dense(32, 4, Identity)];
        let under = shown(cells(&body), steps, &[32]).under::<R, f64>(rule);
        let mut s =
            learner(&under, class_cross_entropy(), descend(), Plus).start(under.init(&mut uniform(1)).expect("fits"));
        let learn = learner(&under, class_cross_entropy(), descend(), Plus);
        let (x, y) = (Array::from_elem((8, 16), 0.5), vec![1; 8]);
        let mut run = || learn.step(&mut s, x.clone(), &y).expect("fits");
        run();
        measure(run).bytes_max
    }
    let space = |steps| most(SpatialLearning::new(Surrogate::Arctan), steps);
    let (few, many) = (space(4), space(64));
    assert!(many - few <= 2 * 60, "{few} bytes for 4 steps, {many} for 64"); // which steps contribute: a byte each
    let through = |steps| most(Surrogate::Arctan, steps);
    let (few, many) = (through(4), through(64));
    assert!(many - few > 60 * 8 * 8 * 32, "{few} bytes for 4 steps, {many} for 64"); // a batch of 32 features a step, at least
}

/// What a rule does not keep is lent again within the pass.
#[cfg(feature = "learn")]
#[test]
fn a_rule_that_keeps_less_holds_less() {
    use pullback::{category::Identity, learn::*, net::*, rule::*};
    fn most<R: Rule<On = Arrays>>(rule: R) -> u64 {
        let wide = (0..12).fold(dense(64, 64, Activation::Gelu), |net, _| net >> dense(64, 64, Activation::Gelu));
        let net = wide >> dense(64, 4, Identity);
        let learn = learner(net.under::<R, f64>(rule), class_cross_entropy(), descend(), Plus);
        let mut s = learn.start(learn.model().init(&mut uniform(1)).expect("fits"));
        let (x, y) = (Array::from_elem((512, 64), 0.5), vec![1; 512]);
        measure(|| learn.step(&mut s, x.clone(), &y).expect("fits")).bytes_max
    }
    let batch = 512 * 64 * 8;
    let (all, few) = (most(Backprop), most(FewBit::bits(2).expect("two bits")));
    assert!(all > few + 9 * batch, "{few} bytes beside {all}"); // of thirteen that entered an activation
}
