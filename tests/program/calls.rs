//! Operations with their own partials keep them in every derivative; one without partials fails where it is asked.

use crate::all_close;
use pullback::{
    program::{Level, Op},
    *,
};

/// Rounds forward, passes the change through unchanged: its partial is 1 by decree.
struct StraightThrough;
impl Operation for StraightThrough {
    fn name(&self) -> &'static str {
        "straight_through"
    }
    fn value<T: Real>(&self, x: &[T]) -> Result<T> {
        Ok(x[0].round())
    }
    fn partials<T: Real>(&self, _: &[T], _: T, p: &mut [T]) -> Result<()> {
        p[0] = T::lit(1.0);
        Ok(())
    }
}
/// $x_0^2 x_1$ whose partials are three times too large, so that they are seen to be its own.
struct Tripled;
impl Operation for Tripled {
    fn name(&self) -> &'static str {
        "tripled"
    }
    fn value<T: Real>(&self, x: &[T]) -> Result<T> {
        Ok(x[0] * x[0] * x[1])
    }
    fn partials<T: Real>(&self, x: &[T], _: T, p: &mut [T]) -> Result<()> {
        p[0] = x[0] * x[1] * 6.0;
        p[1] = x[0] * x[0] * 3.0;
        Ok(())
    }
}
/// A value without a derivative.
struct Table;
impl Operation for Table {
    fn name(&self) -> &'static str {
        "table"
    }
    fn value<T: Real>(&self, x: &[T]) -> Result<T> {
        Ok(x[0] * 2.0)
    }
    fn partials<T: Real>(&self, _: &[T], _: T, _: &mut [T]) -> Result<()> {
        Err(Error::NoPartial { op: "table" })
    }
}
/// Its value and its partials look at the argument.
struct Branching;
impl Operation for Branching {
    fn name(&self) -> &'static str {
        "branching"
    }
    fn value<T: Real>(&self, x: &[T]) -> Result<T> {
        Ok(if x[0] < 0.0 { -x[0] } else { x[0] * x[0] })
    }
    fn partials<T: Real>(&self, x: &[T], _: T, p: &mut [T]) -> Result<()> {
        p[0] = if x[0] < 0.0 { -T::one() } else { x[0] * 2.0 };
        Ok(())
    }
}

#[test]
fn their_own_partials_in_every_order() -> Result<()> {
    let p = Program::record_many(|x| Ok(vec![apply(&StraightThrough, &[x[0] * x[1]])? * x[0]]), &[1.2, 2.0])?;
    // round(ab)·a: by decree ∂a = ab' + round, ∂b = a²
    assert_eq!(p.eval(&[1.3, 3.0])?, [4.0 * 1.3]);
    all_close(&p.gradient()?.eval(&[1.3, 3.0])?, &[1.3 * 3.0 + 4.0, 1.3 * 1.3], 1e-15);
    let by_tape = hessian(|x| apply(&StraightThrough, &[x[0] * x[1]]).unwrap_or_default() * x[0], &[1.3, 3.0])?;
    all_close(&p.hessian()?.eval(&[1.3, 3.0])?, &by_tape.concat(), 1e-15);

    let q = Program::record_many(|x| Ok(vec![apply(&Tripled, x)?]), &[1.0, 1.0])?;
    let x = [2.0, 5.0];
    assert_eq!(q.eval(&x)?, [20.0]);
    assert_eq!(q.gradient()?.eval(&x)?, [60.0, 12.0]);
    // the partials are differentiated as they are written: 6ab and 3a²
    assert_eq!(q.hessian()?.eval(&x)?, [30.0, 12.0, 12.0, 0.0]);
    assert_eq!(q.gradient()?.project([0]).hessian()?.eval(&x)?, [0.0, 6.0, 6.0, 0.0]);
    assert_eq!(q.pushforward()?.eval(&[2.0, 5.0, 1.0, 1.0])?, [72.0]);
    for level in [Level::Exact, Level::Relaxed] {
        assert_eq!(q.simplify(level).gradient()?.eval(&x)?, [60.0, 12.0]);
    }
    Ok(())
}

#[test]
fn they_are_boxes_with_a_name_and_stay_themselves_at_other_numbers() -> Result<()> {
    use pullback::diagram::Generator;
    let q = Program::record_many(|x| Ok(vec![apply(&Tripled, x)?]), &[1.0, 1.0])?;
    let labels = |p: &Program| p.boxes().map(|b| b.generator.label()).collect::<Vec<_>>();
    assert_eq!(labels(&q), ["tripled"]);
    assert_eq!(try_grad(|x| Ok(q.eval(x)?[0]), &[2.0, 5.0])?, [60.0, 12.0]);
    assert_eq!(q.eval(&[Dual::new(2.0, 1.0), Dual::new(5.0, 0.0)])?[0].tangent(), 60.0);
    // recorded again: the same box, with its name and its partials
    let again = Program::record_many(|x| q.eval(x), &[1.0, 1.0])?;
    assert_eq!(labels(&again), ["tripled"]);
    assert_eq!(again.gradient()?.eval(&[2.0, 5.0])?, [60.0, 12.0]);
    // constants are not recorded
    let c =
        Program::record_many(|x| Ok(vec![apply(&Tripled, &[Sym::constant(2.0), Sym::constant(5.0)])? + x[0]]), &[1.0])?;
    assert_eq!((c.count(|op| matches!(op, Op::Call(_))), c.eval(&[1.0])?), (0, vec![21.0]));
    Ok(())
}

#[test]
fn those_of_the_crate() -> Result<()> {
    fn all<T: Real>(x: &[T]) -> Result<Vec<T>> {
        Ok(vec![sum(x), product(x), norm(x), log_sum_exp(x), dot(&x[..2], &x[2..4])?, affine(&x[..1], &x[1..2], x[2])?])
    }
    let p = Program::record_many(|x| all(x), &[0.1, 0.2, 0.3, 0.4])?;
    assert_eq!(p.count(|op| matches!(op, Op::Call(_))), 6);
    for x in
        [[1.0, -2.0, 3.0, 0.5], [0.0; 4], [0.0, 2.0, 0.0, 1.0], [700.0, 710.0, -5.0, 1e3], [1e-300, 1e300, 0.0, 1.0]]
    {
        let (y, expected) = (p.eval(&x)?, all(&x)?);
        assert!(y.iter().zip(&expected).all(|(a, b)| crate::bits(*a, *b)), "{x:?}: {y:?} {expected:?}");
        let j = jacobian(|x| all(x).expect("lengths fit"), &x)?;
        for (k, row) in j.iter().enumerate() {
            all_close(&p.project([k]).gradient()?.eval(&x)?, row, 1e-14);
        }
        all_close(&p.jacobian()?.eval(&x)?, &j.concat(), 1e-14);
    }
    let x = [1.0, -2.0, 3.0, 0.5];
    for k in 0..6 {
        let h = hessian(|x| all(x).map(|y| y[k]).unwrap_or_default(), &x)?;
        all_close(&p.project([k]).hessian()?.eval(&x)?, &h.concat(), 1e-12);
    }
    Ok(())
}

#[test]
fn without_partials_it_runs_and_is_not_differentiated() -> Result<()> {
    let p = Program::record_many(|x| Ok(vec![apply(&Table, &[x[0]])? + x[1], x[1] * x[1]]), &[1.0, 2.0])?;
    assert_eq!(p.eval(&[3.0, 4.0])?, [10.0, 16.0]);
    assert_eq!(p.simplify(Level::Exact).eval(&[3.0, 4.0])?, [10.0, 16.0]);
    assert_eq!(p.sparsity()?, [vec![0, 1], vec![1]]);
    let no = Error::NoPartial { op: "table" };
    assert_eq!(p.project([0]).gradient().unwrap_err(), no);
    assert_eq!(p.reverse().unwrap_err(), no);
    assert_eq!(p.pushforward().unwrap_err(), no);
    assert_eq!(p.project([0]).hessian().unwrap_err(), no);
    // where no change comes to it, it is not asked
    let q = p.project([1]).prune();
    assert_eq!(q.gradient()?.eval(&[3.0, 4.0])?, [0.0, 8.0]);
    let stopped = Program::record_many(|x| Ok(vec![apply(&Table, &[x[0].stop_gradient()])? * x[0]]), &[1.0])?;
    assert_eq!(stopped.eval(&[3.0])?, [18.0]);
    assert_eq!(stopped.gradient().unwrap_err(), no, "its output changes as far as R can know");
    Ok(())
}

#[test]
fn an_operation_that_branches_is_guarded() -> Result<()> {
    let p = Program::record_many(|x| Ok(vec![apply(&Branching, x)?]), &[2.0])?;
    assert_eq!((p.eval(&[3.0])?, p.gradient()?.eval(&[3.0])?), (vec![9.0], vec![6.0]));
    assert!(matches!(p.eval(&[-1.0]), Err(Error::BranchChanged { .. })));
    assert!(matches!(p.gradient()?.eval(&[-1.0]), Err(Error::BranchChanged { .. })));
    let q = Program::record_many(|x| Ok(vec![apply(&Branching, x)?]), &[-2.0])?;
    assert_eq!((q.eval(&[-3.0])?, q.gradient()?.eval(&[-3.0])?), (vec![3.0], vec![-1.0]));
    Ok(())
}
