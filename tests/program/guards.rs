//! Every look of the host is a guard, and a changed answer is `BranchChanged`; what needs no guard has none.

use num_traits::{Float, NumCast, ToPrimitive};
use pullback::{Error, Program, Real, Result, Sym, grad, program::Op};

fn guards(p: &Program) -> usize {
    p.count(|op| matches!(op, Op::Guard { .. }))
}
/// Records `f` at `at`: it runs at the `same` points and refuses the `other` ones, and so do its derivatives.
#[track_caller]
fn guarded(f: impl for<'t> Fn(Sym<'t>) -> Sym<'t>, at: f64, same: &[f64], other: &[f64]) {
    let p = Program::record(|x| f(x[0]), &[at]).expect("short");
    assert!(guards(&p) > 0, "no guard");
    let (g, q) = (p.gradient().expect("smooth"), p.simplify(pullback::program::Level::Exact));
    for p in [&p, &g, &q] {
        for x in same.iter().chain([&at]) {
            assert!(p.eval(&[*x]).is_ok(), "at {x}: {:?}", p.eval(&[*x]));
        }
        for x in other {
            let found = p.eval(&[*x]);
            assert!(matches!(found, Err(Error::BranchChanged { .. })), "at {x}: {found:?}");
        }
    }
}
fn pick(first: bool, x: Sym<'_>) -> Sym<'_> {
    if first { x * 2.0 } else { x * 3.0 }
}
const NAN: f64 = f64::NAN;
const INF: f64 = f64::INFINITY;

#[test]
fn comparisons() {
    guarded(|x| pick(x < 1.0, x), 0.5, &[0.75, -INF], &[1.0, 2.0, NAN]);
    guarded(|x| pick(x < 1.0, x), NAN, &[1.0, 2.0], &[0.5]);
    guarded(|x| pick(x <= 1.0, x), 0.5, &[1.0], &[1.5, NAN]);
    guarded(|x| pick(x > 1.0, x), 1.5, &[2.0, INF], &[1.0, NAN]);
    guarded(|x| pick(x >= 1.0, x), 1.5, &[1.0], &[0.5, NAN]);
    guarded(|x| pick(x >= 1.0, x), 0.5, &[NAN, 0.9], &[1.0]);
    guarded(|x| pick(x == 1.0, x), 1.0, &[], &[0.5, NAN]);
    guarded(|x| pick(x != 1.0, x), 0.5, &[2.0, NAN], &[1.0]);
    guarded(|x| pick(x == x * x, x), 1.0, &[0.0, -0.0], &[0.5]);
    guarded(|x| pick(num_traits::Zero::is_zero(&x), x), 0.0, &[-0.0], &[1.0, NAN]);
}
#[test]
fn orders() {
    use std::cmp::Ordering;
    let f = |x: Sym<'_>| match x.partial_cmp(&Sym::constant(1.0)) {
        Some(Ordering::Less) => 1.0,
        Some(Ordering::Equal) => 2.0,
        Some(Ordering::Greater) => 3.0,
        None => 4.0,
    };
    // the answer is a number of the host: nothing of x is left but the guard
    for (at, value, same, other) in [
        (0.5, 1.0, [0.9, -INF], [1.0, 2.0, NAN]),
        (1.0, 2.0, [1.0, 1.0], [0.5, 2.0, NAN]),
        (1.5, 3.0, [2.0, INF], [1.0, 0.5, NAN]),
        (NAN, 4.0, [NAN, -NAN], [1.0, 0.5, 2.0]),
    ] {
        let p = Program::record(|x| Sym::constant(f(x[0])), &[at]).expect("short");
        assert_eq!(p.eval(&[at]), Ok(vec![value]));
        assert!(same.iter().all(|x| p.eval(&[*x]) == Ok(vec![value])), "{at}");
        assert!(other.iter().all(|x| matches!(p.eval(&[*x]), Err(Error::BranchChanged { .. }))), "{at}");
        assert_eq!(p.gradient().expect("flat").eval(&[at]), Ok(vec![0.0]));
    }
}
#[test]
fn classes() {
    guarded(|x| pick(x.is_nan(), x), 1.0, &[INF, 0.0], &[NAN]);
    guarded(|x| pick(x.is_nan(), x), NAN, &[], &[1.0, INF]);
    guarded(|x| pick(x.is_finite(), x), 1.0, &[0.0, f64::MAX], &[INF, -INF, NAN]);
    guarded(|x| pick(x.is_finite(), x), INF, &[], &[1.0]);
    guarded(|x| pick(x.is_infinite(), x), 1.0, &[NAN, f64::MIN], &[INF, -INF]);
    guarded(|x| pick(x.is_infinite(), x), -INF, &[], &[1.0, NAN]);
    guarded(|x| pick(x.is_sign_negative(), x), 1.0, &[0.0, INF], &[-1.0, -0.0]);
    guarded(|x| pick(x.is_sign_negative(), x), -0.0, &[-2.0], &[0.0, 1.0]);
    guarded(|x| pick(x.is_sign_positive(), x), 1.0, &[0.0], &[-0.0, -1.0]);
    guarded(|x| pick(x.is_normal(), x), 1.0, &[], &[0.0, 5e-324, NAN]);
    guarded(|x| pick(x.classify() == std::num::FpCategory::Zero, x), 0.0, &[], &[1.0, 5e-324, NAN]);
    guarded(|x| pick(x.classify() == std::num::FpCategory::Nan, x), NAN, &[], &[1.0, INF]);
}
#[test]
fn numbers_that_leave() {
    guarded(|x| x * x.primal(), 2.0, &[], &[2.5, NAN]);
    guarded(|x| x * x.to_f64().unwrap_or(0.0), 2.0, &[], &[-2.0]);
    guarded(|x| x * x.to_f32().map_or(0.0, Into::into), 2.0, &[], &[3.0]);
    guarded(|x| pick(x.integer_decode().2 > 0, x), 2.0, &[], &[-2.0, 4.0]);
    guarded(|x| x * <i32 as NumCast>::from(x.floor()).map_or(0.0, Into::into), 2.5, &[2.0, 2.9], &[3.0, 1.9, NAN]);
    guarded(|x| x * x.round().to_u8().map_or(0.0, Into::into), 2.4, &[2.0], &[2.6, -1.0]);
    guarded(|x| x * x.primal(), NAN, &[-NAN], &[1.0]);
    // what leaves is a number with a sign, also where it is zero
    guarded(|x| x + 1.0 / x.primal(), 0.0, &[], &[-0.0]);
    guarded(|x| x + 1.0 / x.primal(), -0.0, &[], &[0.0]);
    guarded(|x| pick(x.primal().is_sign_negative(), x), -0.0, &[], &[0.0, -1.0]);
    guarded(|x| pick(x.integer_decode().2 > 0, x), 0.0, &[], &[-0.0]);
}

#[test]
fn the_error_says_which_guard() -> Result<()> {
    let p = Program::record(|x| if x[0] < 1.0 && x[1] <= x[0] { x[0] } else { x[1] }, &[0.5, 0.25])?;
    assert_eq!(guards(&p), 2);
    assert_eq!(p.eval(&[0.5, 0.5])?, [0.5]);
    let changed = |guard, relation, recorded, at| Err(Error::BranchChanged { guard, relation, recorded, at });
    assert_eq!(p.eval(&[2.0, 0.0]), changed(0, "a < b", true, [2.0, 1.0]));
    assert_eq!(p.eval(&[0.5, 0.75]), changed(1, "a <= b", true, [0.75, 0.5]));
    Ok(())
}

#[test]
fn a_guard_stays_though_nothing_reads_what_it_read() -> Result<()> {
    let p = Program::record(|x| if x[0] * x[0] < 4.0 { x[1] } else { -x[1] }, &[1.0, 7.0])?;
    assert_eq!((p.eval(&[1.5, 3.0])?, guards(&p)), (vec![3.0], 1));
    assert!(p.eval(&[-2.0, 3.0]).is_err() && p.gradient()?.eval(&[-2.0, 3.0]).is_err());
    Ok(())
}

/// A branch of every kind that needs no guard.
fn free<T: Real>(x: &[T]) -> T {
    let (a, b) = (x[0], x[1]);
    let clamped = a.clamp(T::lit(-1.0), T::lit(1.0)) * 3.0;
    let chosen = T::select(a.gt01(b), a * b, a.sin());
    a.max(b) * 2.0
        + a.min(b * 0.5)
        + (a - b).abs()
        + clamped
        + a.floor() * b
        + a.relu() * b
        + chosen
        + a.rem_euclid(T::lit(0.75))
        + a.abs_sub(b) * 0.1
        + a.signum()
        + a.copysign(b)
}
#[test]
fn choices_are_right_on_every_branch_and_in_the_derivative() -> Result<()> {
    let p = Program::record(|x| free(x), &[0.3, 0.2])?;
    assert_eq!(guards(&p), 0);
    let (g, h) = (p.gradient()?, p.hessian()?);
    assert_eq!(guards(&g) + guards(&h), 0);
    let points = [-2.5, -1.0, -0.4, -0.0, 0.0, 0.3, 1.0, 1.7, 3.0];
    for a in points {
        for b in points {
            let x = [a, b];
            assert_eq!(p.eval(&x)?[0].to_bits(), free(&x).to_bits(), "{x:?}");
            crate::all_close(&g.eval(&x)?, &grad(|x| free(x), &x)?, 1e-14);
            crate::all_close(&h.eval(&x)?, &pullback::hessian(|x| free(x), &x)?.concat(), 1e-14);
        }
    }
    Ok(())
}

#[test]
fn recording_again_where_a_branch_changed() -> Result<()> {
    fn f<T: Real>(x: &[T]) -> T {
        if x[0] < 0.0 { -x[0] } else { x[0] * x[0] }
    }
    let record = |x: &[f64]| Program::record(|x| f(x), x);
    let mut p = record(&[1.0])?;
    for x in [2.0, -3.0, -4.0, 5.0] {
        assert_eq!(p.eval_or_record(&[x], record)?, [f(&[x])]);
    }
    assert!(matches!(p.eval_or_record(&[1.0, 2.0], record), Err(Error::ShapeMismatch { .. })));
    Ok(())
}
