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
fn a_step_of_backprop_allocates_no_more_than_its_arrays() {
    use pullback::{category::*, learn::*, net::dense, rule::Backprop};
    let net = dense(64, 128, Relu) >> dense(128, 10, Identity);
    let learn = learner(net.under::<_, f32>(Backprop), class_cross_entropy(), descend(), Momentum::new(0.05, 0.9));
    let mut s = learn.start(learn.model().init(&mut uniform(1)).expect("a network"));
    let (x, y) = (ndarray::Array2::from_elem((64, 64), 0.5f32).into_shared(), vec![3; 64]);
    let rounds: [_; 3] = std::array::from_fn(|_| measure(|| learn.step(&mut s, x.clone(), &y).expect("a step")));
    // outputs of three layers, their changes, the loss, one change of each parameter; the rest is packed by the matrix
    // product itself, and lists of a few words
    let arrays = 4 * (64 * (128 + 128 + 10) + 64 * (10 + 128 + 128 + 64) + net.parameters());
    let packed = measure(|| {
        let (a, b) = (ndarray::Array2::<f32>::zeros((64, 64)), ndarray::Array2::<f32>::zeros((64, 128)));
        let _ = a.dot(&b);
    });
    let packed = packed.bytes_total as usize - 4 * 64 * (64 + 128 + 128);
    for round in rounds {
        assert_eq!((round.count_total, round.bytes_total), (rounds[0].count_total, rounds[0].bytes_total));
        assert!(round.count_total <= 46, "{round:?}");
        assert!(round.bytes_total as usize <= arrays + 5 * packed + 8192, "{round:?}"); // five products
    }
}
