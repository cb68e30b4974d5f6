//! Operations that bring their own derivative: the crate's n-ary ones and the user's.

use super::{Primitive, Real};
use crate::error::Result;

/// A function of several numbers with one output that knows its own partial derivatives.
///
/// Both methods are generic over the number, so the derivative is right at every order: nested modes differentiate the
/// *partials*. On the tape the whole operation is one entry, whatever its number of arguments.
///
/// An operation whose partials cannot be written generically (a table, a foreign solver) returns
/// [`Error::NoPartial`](crate::Error::NoPartial) from `partials` when it is asked for more than it knows.
///
/// # Example
/// ```
/// use pullback::*;
/// /// $(x_0 - x_1)^2$ with a straight-through second argument: its partial is 0 by decree.
/// struct Target;
/// impl Operation for Target {
///     fn name(&self) -> &'static str { "target" }
///     fn value<T: Real>(&self, x: &[T]) -> Result<T> { Ok((x[0] - x[1]).powi(2)) }
///     fn partials<T: Real>(&self, x: &[T], _y: T, p: &mut [T]) -> Result<()> {
///         p[0] = (x[0] - x[1]) * 2.0;
///         Ok(()) // p arrives filled with zeros
///     }
/// }
/// assert_eq!(try_grad(|x| apply(&Target, x), &[3.0, 1.0])?, [4.0, 0.0]);
/// # Ok::<(), Error>(())
/// ```
pub trait Operation<F: Primitive = f64> {
    /// Returns the name that errors and drawings use.
    fn name(&self) -> &'static str;
    /// Returns the value at `x`.
    ///
    /// # Errors
    /// A wrong number of arguments, or whatever makes the value meaningless.
    fn value<T: Real<F>>(&self, x: &[T]) -> Result<T>;
    /// Writes $\partial y / \partial x_k$ to `p[k]`. `y` is the value at `x`; `p` has the length of `x` and arrives
    /// filled with zeros.
    ///
    /// # Errors
    /// [`Error::NoPartial`](crate::Error::NoPartial) where the derivative is not known.
    fn partials<T: Real<F>>(&self, x: &[T], y: T, p: &mut [T]) -> Result<()>;
    /// Returns the value and writes the partials, as [`value`](Self::value) and then [`partials`](Self::partials) do.
    ///
    /// Worth writing where the two share work: the lowest level of a derivative calls it in their place. It must agree
    /// with them.
    ///
    /// # Errors
    /// What the two return.
    ///
    /// # Example
    /// ```
    /// use pullback::*;
    /// /// $e^{x_0 + x_1}$ with one exponential for the value and both partials.
    /// struct ExpSum;
    /// impl Operation for ExpSum {
    ///     fn name(&self) -> &'static str { "exp_sum" }
    ///     fn value<T: Real>(&self, x: &[T]) -> Result<T> { Ok((x[0] + x[1]).exp()) }
    ///     fn partials<T: Real>(&self, _x: &[T], y: T, p: &mut [T]) -> Result<()> { p.fill(y); Ok(()) }
    ///     fn value_and_partials<T: Real>(&self, x: &[T], p: &mut [T]) -> Result<T> {
    ///         p.fill((x[0] + x[1]).exp());
    ///         Ok(p[0])
    ///     }
    /// }
    /// assert_eq!(try_grad(|x| apply(&ExpSum, x), &[1.0, -1.0])?, [1.0, 1.0]);
    /// # Ok::<(), Error>(())
    /// ```
    fn value_and_partials<T: Real<F>>(&self, x: &[T], p: &mut [T]) -> Result<T> {
        let y = self.value(x)?;
        self.partials(x, y, p)?;
        Ok(y)
    }
}

/// Returns the value of `op` at `x`, in the mode of the number.
///
/// # Errors
/// What the operation returns.
///
/// # Cost
/// On a tape: one entry of `x.len()` (index, partial) pairs, 12 bytes each at `f64`; up to ten arguments become nodes, three
/// arguments each.
#[inline]
pub fn apply<F: Primitive, T: Real<F>, O: Operation<F>>(op: &O, x: &[T]) -> Result<T> {
    T::apply(op, x)
}
