//! Wide, custom, opaque, fused, preaccumulated entries: alone, inside each other, at second order.

use super::*;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Multiplication by $a + ib$ as one entry: outputs $(a x - b y, b x + a y)$.
fn rotate<'t, T: Real>(a: f64, b: f64, x: Var<'t, T>, y: Var<'t, T>) -> Result<[Var<'t, T>; 2]> {
    let (u, v) = (x.value(), y.value());
    let out = custom("rotate", &[x, y], &[u * a - v * b, u * b + v * a], move |by, bx| {
        bx[0] += by[0] * a + by[1] * b;
        bx[1] += by[1] * a - by[0] * b;
        Ok(())
    })?;
    Ok([out[0], out[1]])
}
fn rotate_plain<T: Real>(a: f64, b: f64, x: T, y: T) -> [T; 2] {
    [x * a - y * b, x * b + y * a]
}

#[test]
fn custom_entries_with_several_outputs() -> Result<()> {
    let x = [2.0, 3.0, 5.0];
    // lazy arguments with two pairs each, both outputs used
    let f = |x: &[Var<'_>]| -> Result<Vec<f64>> {
        let t = x[0].frame().expect("an input");
        let [u, v] = rotate(4.0, 7.0, x[0] * x[1] + x[2], x[2] * 2.0 - x[0])?;
        t.grad(u * v + x[1], x)
    };
    let plain = grad(
        |x| {
            let [u, v] = rotate_plain(4.0, 7.0, x[0] * x[1] + x[2], x[2] * 2.0 - x[0]);
            u * v + x[1]
        },
        &x,
    )?;
    let found = record(|t| f(t.inputs(&x)))?;
    assert_eq!(found, plain);
    // only one of the two used: the other's cotangent is zero and the pullback sees it
    let first = try_grad(|x| Ok(rotate(4.0, 7.0, x[0], x[1])?[0]), &x)?;
    let second = try_grad(|x| Ok(rotate(4.0, 7.0, x[0], x[1])?[1]), &x)?;
    assert_eq!((first, second), (vec![4.0, -7.0, 0.0], vec![7.0, 4.0, 0.0]));
    Ok(())
}

#[test]
fn a_pullback_is_not_called_without_a_cotangent() -> Result<()> {
    static CALLS: AtomicUsize = AtomicUsize::new(0);
    let (dead, before, alive) = record(|t| {
        let x = t.inputs(&[2.0, 1.0]);
        let y = custom("counted", &x[..1], &[1.0, 1.0], |by, bx| {
            CALLS.fetch_add(1, Ordering::Relaxed);
            bx[0] += f64::INFINITY * by[0] + 3.0 * by[1];
            Ok(())
        })?;
        let dead = t.grad((y[0] + y[1]) * 0.0 + x[1], x)?;
        let before = CALLS.load(Ordering::Relaxed);
        Ok((dead, before, t.pull(&[y[1], x[1]], &[2.0, 1.0], x)?))
    })?;
    // 0 · ∞ inside the user's own pullback is the user's; a dead entry is not even asked
    assert_eq!((dead, before, CALLS.load(Ordering::Relaxed)), (vec![0.0, 1.0], 0, 1));
    assert!(alive[0].is_nan() && alive[1] == 1.0);
    Ok(())
}

#[test]
fn custom_entries_are_right_at_second_order_and_opaque_ones_refuse() -> Result<()> {
    let x = [2.0, 3.0];
    fn f<'t, T: Real>(x: &[Var<'t, T>]) -> Result<Var<'t, T>> {
        // x₀² x₁ as one entry whose pullback computes in the level below
        let (a, b) = (x[0].value(), x[1].value());
        let y = custom("a²b", x, &[a * a * b], move |by, bx| {
            bx[0] += by[0] * a * b * 2.0;
            bx[1] += by[0] * a * a;
            Ok(())
        })?;
        Ok(y[0] * y[0])
    }
    // f = x₀⁴ x₁²
    assert_eq!(try_grad(|x| f(x), &x)?, [4.0 * 8.0 * 9.0, 2.0 * 16.0 * 3.0]);
    let hessian = [[12.0 * 4.0 * 9.0, 8.0 * 8.0 * 3.0], [8.0 * 8.0 * 3.0, 2.0 * 16.0]];
    for (k, row) in hessian.iter().enumerate() {
        let over_reverse = try_grad(|x| Ok(try_grad(|y| f(y), x)?[k]), &x)?;
        assert_eq!(over_reverse, row);
        let unit = [f64::from(u8::from(k == 0)), f64::from(u8::from(k == 1))];
        let (_, over_forward) = jvp(|x| try_grad(|y| f(y), x), &x, &unit)?;
        assert_eq!(over_forward, row);
    }
    // the same numbers as an opaque entry: good at first order, an error and no zero at second
    fn g<'t, T: Real>(x: &[Var<'t, T>]) -> Result<Var<'t, T>> {
        let (a, b) = (x[0].primal(), x[1].primal());
        opaque("a²b", x, a * a * b, &[2.0 * a * b, a * a])
    }
    assert_eq!(try_grad(|x| g(x), &x)?, [12.0, 4.0]);
    let error = Error::NoPartial { op: "a²b" };
    assert_eq!(error.to_string(), "a²b: no partial derivative of this order");
    let refused = Err(error);
    assert_eq!(try_grad(|x| Ok(try_grad(|y| g(y), x)?[0]), &x), refused);
    assert_eq!(jvp(|x| try_grad(|y| g(y), x), &x, &[0.0, 1.0]).map(|(_, h)| h), refused);
    // no derivative of the lower level rides on these arguments: then it is a first order again
    assert_eq!(jvp(|x| try_grad(|y| g(y), x), &x, &[0.0, 0.0])?, (vec![12.0, 4.0], vec![0.0, 0.0]));
    Ok(())
}

#[test]
fn an_operation_without_a_second_partial_refuses() {
    /// x³ with a slope that is only known at plain numbers.
    #[derive(Clone, Copy)]
    struct Table;
    impl Operation for Table {
        fn name(&self) -> &'static str {
            "table"
        }
        fn value<T: Real>(&self, x: &[T]) -> Result<T> {
            Ok(T::lit(x[0].primal().powi(3)))
        }
        fn partials<T: Real>(&self, x: &[T], _: T, p: &mut [T]) -> Result<()> {
            if !x[0].is_plain() {
                return Err(Error::NoPartial { op: "table" });
            }
            p[0] = T::lit(3.0 * x[0].primal().powi(2));
            Ok(())
        }
    }
    assert_eq!(try_grad(|x| apply(&Table, x), &[2.0]), Ok(vec![12.0]));
    assert_eq!(jvp(|x| apply(&Table, x), &[2.0], &[1.0]), Ok((8.0, 12.0)));
    let refused = Error::NoPartial { op: "table" };
    assert_eq!(try_grad(|x| Ok(try_grad(|y| apply(&Table, y), x)?[0]), &[2.0]).unwrap_err(), refused);
    assert_eq!(jvp(|x| try_grad(|y| apply(&Table, y), x), &[2.0], &[1.0]).unwrap_err(), refused);
    assert_eq!(try_grad(|x| jvp(|y| apply(&Table, y), x, x).map(|(_, d)| d), &[2.0]).unwrap_err(), refused);
    assert_eq!(apply(&Table, &[hyper(2.0, 1.0, 1.0)]).unwrap_err(), refused);
}

#[test]
fn an_error_in_a_pullback_comes_out() {
    fn failing<'t>(x: &[Var<'t>]) -> Result<Var<'t>> {
        Ok(custom("mine", x, &[1.0], |_, _| Err(Error::NoPartial { op: "mine" }))?[0])
    }
    assert_eq!(try_grad(|x| failing(x), &[1.0]).unwrap_err(), Error::NoPartial { op: "mine" });
    let by_vjp = vjp(|x| vec![failing(x).expect("the entry itself")], &[1.0]);
    assert_eq!(by_vjp.map(|_| ()).unwrap_err(), Error::NoPartial { op: "mine" });
}

/// (((x₀ x₁ + x₂) x₃) …) through every kind of entry, each inside the next.
fn nested<'t, T: Real>(x: &[Var<'t, T>]) -> Result<Var<'t, T>> {
    let wide = product(&x[..5]) + dot(&x[..2], &x[2..4])?;
    let [u, v] = rotate(2.0, -3.0, wide, x[4] * x[0])?;
    let pre = preaccumulate(&[u, v, x[3]], |y| {
        let w = product(&[y[0], y[1], y[2], y[0] * y[2], y[1] - y[0]]);
        let inner = preaccumulate(&[w, y[0]], |z| Ok(z[0] * z[0] + z[1] * z[0]))?;
        let (_, least) = min_of(3, &[inner, y[2]], |k, z| Ok(z[0] * (k as f64 + 1.0) - z[1] * z[0]))?;
        let [a, b] = rotate(1.0, 4.0, least, y[2])?;
        Ok(a * b + w)
    })?;
    let fused = fuse([pre, x[0], x[4]], |[p, a, b]| p * a + b * b * p);
    let summed = sum_map([[fused, x[1]], [x[2], fused], [pre, x[0]]], |[a, b]| a * b * a);
    Ok(scan(0..3, [summed], &x[..2], |k, [s, p, q]| [s * p + q * (k as f64) - s * 0.5])?[0])
}
/// The same by plain operations.
fn nested_plain<T: Real>(x: &[T]) -> T {
    let wide = x[0] * x[1] * x[2] * x[3] * x[4] + (x[0] * x[2] + x[1] * x[3]);
    let [u, v] = rotate_plain(2.0, -3.0, wide, x[4] * x[0]);
    let y = [u, v, x[3]];
    let w = y[0] * y[1] * y[2] * (y[0] * y[2]) * (y[1] - y[0]);
    let inner = w * w + y[0] * w;
    let candidate = |k: usize| inner * (k as f64 + 1.0) - y[2] * inner;
    let least = (1..3).fold(candidate(0), |least, k| if candidate(k) < least { candidate(k) } else { least });
    let [a, b] = rotate_plain(1.0, 4.0, least, y[2]);
    let pre = a * b + w;
    let fused = pre * x[0] + x[4] * x[4] * pre;
    let summed = fused * x[1] * fused + x[2] * fused * x[2] + pre * x[0] * pre;
    (0..3).fold(summed, |s, k| s * x[0] + x[1] * (k as f64) - s * 0.5)
}

#[test]
fn every_kind_inside_every_other() -> Result<()> {
    let x = [0.5, -0.75, 1.25, 0.25, -1.5];
    // a few hundred products of the same numbers in another order: 200 roundings of the largest partial sums
    let close = |found: &[f64], expected: &[f64]| {
        let size = expected.iter().fold(0f64, |m, e| m.max(e.abs()));
        assert!(size > 0.0);
        for (f, e) in found.iter().zip(expected) {
            assert!((f - e).abs() <= 200.0 * f64::EPSILON * size, "expected {expected:?}, found {found:?}");
        }
    };
    let plain = grad(|x| nested_plain(x), &x)?;
    close(&try_grad(|x| nested(x), &x)?, &plain);
    // twice on one tape, and as a pullback
    let mut tape = Tape::new();
    for _ in 0..2 {
        close(tape.try_value_and_grad(|x| nested(x), &x)?.1, &plain);
    }
    let (_, pb) = vjp(|x| vec![nested(x).expect("shapes")], &x)?;
    close(&pb.pull(&[1.0])?, &plain);
    let pushed: Result<Vec<f64>> =
        (0..5).map(|k| Ok(pb.push(&std::array::from_fn::<_, 5, _>(|j| f64::from(u8::from(j == k))))?[0])).collect();
    close(&pushed?, &plain);
    // second order
    let v = [1.0, -2.0, 0.5, 0.0, 3.0];
    let hv = hvp(|x| nested_plain(x), &x, &v)?;
    close(&jvp(|x| try_grad(|y| nested(y), x), &x, &v)?.1, &hv);
    let by_reverse = try_grad(
        |x| {
            let g = try_grad(|y| nested(y), x)?;
            Ok(g.iter().zip(&v).map(|(&g, &v)| g * v).sum())
        },
        &x,
    )?;
    close(&by_reverse, &hv);
    Ok(())
}

#[test]
fn min_of_keeps_the_winner_only() -> Result<()> {
    let (k, g, entries) = record(|t| {
        let x = t.inputs(&[3.0, 1.0]);
        let centres = [0.0, 10.0, 4.0, 2.0];
        let (k, y) = min_of(4, x, |k, x| Ok((x[0] - centres[k]).powi(2) + x[0] * x[1] * 0.0))?;
        Ok((k, t.grad(y, x)?, t.len()))
    })?;
    assert_eq!((k, g, entries), (2, vec![-2.0, 0.0], 3), "a tie at distance 1: the first");
    fn nan<'t>(x: &[Var<'t>]) -> Result<Var<'t>> {
        Ok(min_of(3, x, |k, x| Ok(if k == 1 { x[0] } else { x[0] * f64::NAN }))?.1)
    }
    assert_eq!(try_grad(|x| nan(x), &[3.0])?, [1.0]);
    let none = try_grad(|x| Ok(min_of(0, x, |_, x| Ok(x[0]))?.1), &[1.0]).unwrap_err();
    assert_eq!(none.to_string(), "min_of: expected length 1, found 0");
    Ok(())
}

#[test]
fn constants_make_no_entries() -> Result<()> {
    let entries = record(|t| {
        let x = t.inputs(&[2.0]);
        let c = lift(3.0);
        let all = [
            c * c + c.sin(),
            product(&[c; 9]),
            preaccumulate(&[c, c], |y| Ok(y[0] * y[1] + y[0] * y[0]))?,
            custom("c", &[c], &[1.0], |_, _| Ok(()))?[0],
            opaque("c", &[c], 1.0, &[5.0])?,
            fuse([c, c], |[a, b]| a * b),
            sum_map([[c], [c]], |[a]| a * a),
            min_of(2, &[c], |_, x| Ok(x[0]))?.1,
        ];
        assert!(all.iter().all(|y| y.frame().is_none() && y.is_plain()));
        assert_eq!(t.grad(all[0], x)?, [0.0]);
        Ok(t.len())
    })?;
    assert_eq!(entries, 1);
    Ok(())
}

/// Arguments whose entries follow each other are stored without their indices, and few arguments as nodes; in another
/// order neither holds. All of them are held against closed forms.
#[test]
fn arguments_in_a_row_and_in_another_order() -> Result<()> {
    for n in [1, 2, 4, 5, 10, 11, 12, 40, 130] {
        let x: Vec<f64> = (0..n).map(|k| 0.3 + f64::from(k).sin()).collect();
        let v: Vec<f64> = (0..n).map(|k| f64::from(k).cos()).collect();
        let inner = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
        let (length, total) = (inner(&x, &x).sqrt(), x.iter().map(|x| x.exp()).sum::<f64>());
        let of_norm: Vec<f64> = x.iter().map(|x| x / length).collect();
        let of_exps: Vec<f64> = x.iter().map(|x| 2.0 * x.exp() / total).collect();
        let along = inner(&of_norm, &v);
        let twice: Vec<f64> = of_norm.iter().zip(&v).map(|(u, v)| (v - u * along) / length).collect();

        let (_, row) = vjp(|x| vec![norm(x), log_sum_exp(x) * 2.0], &x)?;
        let (_, back) = vjp(
            |x| {
                let x: Vec<_> = x.iter().rev().copied().collect();
                vec![norm(&x), log_sum_exp(&x) * 2.0]
            },
            &x,
        )?;
        for pb in [row, back] {
            all_close(&pb.pull(&[1.0, 0.0])?, &of_norm);
            all_close(&pb.pull(&[0.0, 1.0])?, &of_exps);
            all_close(&pb.push(&v)?, &[along, inner(&of_exps, &v)]);
            let lanes = pb.pull_lanes(&[[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])?;
            all_close(&lanes.iter().map(|l| l[2]).collect::<Vec<_>>(), &of_exps);
            assert!(lanes.iter().all(|l| l[1] == 0.0));
        }
        all_close(&grad(|x| norm(x), &x)?, &of_norm);
        all_close(&hvp(|x| norm(x), &x, &v)?, &twice);
    }
    Ok(())
}

fn all_close(found: &[f64], expected: &[f64]) {
    assert_eq!(found.len(), expected.len());
    for (f, e) in found.iter().zip(expected) {
        assert!((f - e).abs() <= 1e-13 * e.abs().max(1.0), "{f}, expected {e}");
    }
}

/// A zero cotangent contributes nothing, whatever the partial, in every layout of arguments.
#[test]
fn infinite_partials_of_arguments_in_a_row() -> Result<()> {
    struct Infinite;
    impl Operation for Infinite {
        fn name(&self) -> &'static str {
            "infinite"
        }
        fn value<T: Real>(&self, x: &[T]) -> Result<T> {
            Ok(x[0])
        }
        fn partials<T: Real>(&self, _x: &[T], _y: T, p: &mut [T]) -> Result<()> {
            p.fill(T::lit(f64::INFINITY));
            Ok(())
        }
    }
    for n in [2, 11, 20] {
        let x = vec![1.0; n];
        let bx = record(|t| {
            let x = t.inputs(&x);
            t.pull_lanes(&[apply(&Infinite, x)?, x[0] * 3.0], &[[1.0, 0.0], [0.0, 1.0]], x)
        })?;
        for (k, lanes) in bx.iter().enumerate() {
            assert_eq!(*lanes, [f64::INFINITY, if k == 0 { 3.0 } else { 0.0 }]);
        }
    }
    Ok(())
}

/// What the lowest level asks for at once is what a level above asks for one after the other.
#[test]
fn value_and_partials_agree_with_both() -> Result<()> {
    use pullback::op::LogSumExp;
    let x = [0.5, -1.0, 2.0, 2.0, f64::NEG_INFINITY];
    for x in [&x[..], &x[4..], &[]] {
        let (mut at_once, mut after) = (vec![0.0; x.len()], vec![0.0; x.len()]);
        let y: f64 = LogSumExp.value(x)?;
        LogSumExp.partials(x, y, &mut after)?;
        assert_eq!((LogSumExp.value_and_partials(x, &mut at_once)?, at_once), (y, after));
    }
    Ok(())
}
