//! Recording and running.

use super::{Op, Program, call::recorded, sym::Sym};
use crate::{
    diagram::{Args, Few, Functor},
    error::{Error, Result},
    op::Bin,
    real::{Function, Primitive, Real},
};
use alloc::{vec, vec::Vec};
use core::marker::PhantomData;

impl<F: Primitive> Program<F> {
    /// Returns the program of `f`, recorded at the point `x`.
    ///
    /// # Errors
    /// [`Error::TooManyWires`].
    ///
    /// # Cost
    /// `f` once, and one box an operation.
    ///
    /// # Example
    /// ```
    /// use pullback::*;
    /// let p = Program::record(|x| (x[0] * x[1]).sin(), &[2.0, 3.0])?;
    /// assert_eq!((p.arity(), p.len()), ((2, 1), 2));
    /// assert_eq!(p.eval(&[0.5, 1.0])?, [0.5f64.sin()]);
    /// # Ok::<(), Error>(())
    /// ```
    pub fn record(f: impl for<'t> FnOnce(&[Sym<'t, F>]) -> Sym<'t, F>, x: &[F]) -> Result<Self> {
        recorded(x, |x| Ok(vec![f(x)]))
    }
    /// Returns the program of a function of several outputs that may fail.
    ///
    /// # Errors
    /// What `f` returns, or [`Error::TooManyWires`].
    ///
    /// # Example
    /// ```
    /// use pullback::*;
    /// let p = Program::record_many(|x| Ok(vec![x[0] + x[1], dot(x, x)?]), &[1.0, 2.0])?;
    /// assert_eq!(p.eval(&[3.0, 4.0])?, [7.0, 25.0]);
    /// # Ok::<(), Error>(())
    /// ```
    pub fn record_many(f: impl for<'t> FnOnce(&[Sym<'t, F>]) -> Result<Vec<Sym<'t, F>>>, x: &[F]) -> Result<Self> {
        recorded(x, f)
    }
    /// Returns the program of a [`Function`].
    ///
    /// # Errors
    /// What `f` returns, or [`Error::TooManyWires`].
    pub fn record_function(f: &impl Function<F>, x: &[F]) -> Result<Self> {
        recorded(x, |x| f.call(x))
    }
    /// Returns the outputs at `x`, computed at any number over `F`.
    ///
    /// # Errors
    /// [`Error::BranchChanged`] where a comparison has another answer than while recording,
    /// [`Error::ShapeMismatch`] where `x` has another length, and the program's own fault.
    ///
    /// # Cost
    /// One step a box. This is slower than the function itself, and than a tape: it is here to be exact and general.
    ///
    /// # Example
    /// ```
    /// use pullback::*;
    /// let p = Program::record(|x| x[0] * x[0], &[1.0])?;
    /// assert_eq!(p.eval(&[3.0])?, [9.0]);
    /// assert_eq!(p.eval(&[Dual::new(3.0, 1.0)])?[0].tangent(), 6.0);
    /// # Ok::<(), Error>(())
    /// ```
    pub fn eval<T: Real<F>>(&self, x: &[T]) -> Result<Vec<T>> {
        self.walk(&mut Value { guards: 0, _number: PhantomData }, x.iter().copied())
    }
    /// Returns the outputs at `x`; where a branch has changed, the program is first replaced by `record(x)`.
    ///
    /// # Errors
    /// What `record` returns, and what [`eval`](Self::eval) returns other than [`Error::BranchChanged`].
    ///
    /// # Example
    /// ```
    /// use pullback::*;
    /// fn f<T: Real>(x: &[T]) -> T { if x[0] < 0.0 { x[0] * 2.0 } else { x[0] * x[0] } }
    /// let slope = |x: &[f64]| Program::record(|x| f(x), x)?.gradient();
    /// let mut p = slope(&[1.0])?;
    /// assert_eq!(p.eval_or_record(&[3.0], slope)?, [6.0]);
    /// assert_eq!(p.eval_or_record(&[-3.0], slope)?, [2.0]); // recorded again
    /// # Ok::<(), Error>(())
    /// ```
    pub fn eval_or_record(&mut self, x: &[F], record: impl FnOnce(&[F]) -> Result<Self>) -> Result<Vec<F>> {
        match self.eval(x) {
            Err(Error::BranchChanged { .. }) => {
                *self = record(x)?;
                self.eval(x)
            }
            other => other,
        }
    }
}

/// Evaluation at the numbers `T`, as a functor.
struct Value<T, F> {
    guards: usize,
    _number: PhantomData<(T, F)>,
}
impl<F: Primitive, T: Real<F>> Functor<Op<F>> for Value<T, F> {
    type Wire = T;
    fn apply(&mut self, _site: usize, op: &Op<F>, x: Args<'_, T>, out: &mut Vec<T>) -> Result<()> {
        out.push(match op {
            Op::Const(c) => T::lit(*c),
            Op::Un(u) => u.eval(x[0]),
            Op::Bin(Bin::Add) => x[0] + x[1],
            Op::Bin(Bin::Mul) => x[0] * x[1],
            Op::Bin(b) => b.eval(x[0], x[1]),
            Op::Times => x[0].times(x[1]),
            Op::MulAdd => x[0].mul_add(x[1], x[2]),
            Op::Max => x[0].max(x[1]),
            Op::Min => x[0].min(x[1]),
            Op::Indicator(r) => r.indicator(x[0], x[1]),
            Op::Select => T::select(x[0], x[1], x[2]),
            Op::Stop => x[0].stop_gradient(),
            Op::Call(c) => {
                let args: Few<T> = x.iter().copied().collect();
                T::apply(&**c, &args)?
            }
            Op::Guard { relation, holds } => return self.pass(*relation, *holds, x[0], x[1]),
            Op::Scan(s) => return s.run(x, out, |body, x| body.walk(self, x.iter().copied())),
        });
        Ok(())
    }
}
impl<F: Primitive, T: Real<F>> Value<T, F> {
    fn pass(&mut self, relation: crate::op::Relation, recorded: bool, a: T, b: T) -> Result<()> {
        let guard = self.guards;
        self.guards += 1;
        match relation.holds(&a, &b) == recorded {
            true => Ok(()),
            false => {
                let at = [a.primal().widen(), b.primal().widen()];
                Err(Error::BranchChanged { guard, relation: relation.name(), recorded, at })
            }
        }
    }
}
