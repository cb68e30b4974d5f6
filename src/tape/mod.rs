//! Reverse mode: an arena of entries, filled as the function runs, swept backward once.
//!
//! [`Var`] is the number, [`Tape`] the memory that evaluations share, [`Frame`] the handle on one recording,
//! [`Pullback`] a recording that has become a value. Most users need none of them by name: [`grad`](crate::grad) and its
//! kin do.
//!
//! An entry holds up to four (index, partial) pairs: a change of the entry's value is the sum of partial × change of
//! the indexed entries. The reverse sweep walks the entries from the last to the first and hands each entry's adjoint
//! to its arguments. Nothing else is stored: no operations, no values.
//!
//! ```
//! use pullback::*;
//! let mut tape = Tape::new();
//! for x in [1.0, 2.0, 3.0] {
//!     let (y, g) = tape.value_and_grad(|x| x[0] * x[0], &[x])?; // allocates in the first round only
//!     assert_eq!((y, g), (x * x, &[2.0 * x][..]));
//! }
//! # Ok::<(), Error>(())
//! ```

mod arena;
mod custom;
mod frame;
mod fuse;
mod node;
mod pullback;
mod sweep;
mod var;

pub use custom::{custom, min_of, opaque, preaccumulate};
pub use frame::Frame;
pub use fuse::{fuse, fuse_many, scan, sum_map, sum_over};
pub use pullback::Pullback;
pub use var::{Var, lift};

use crate::{
    error::Result,
    real::{Primitive, Real},
};
use alloc::vec::Vec;
use arena::Arena;

/// One more than the largest index must fit a `u32`.
const LARGEST_LIMIT: u32 = u32::MAX - 1;

/// Memory for reverse mode that outlasts an evaluation.
///
/// # Cost
/// From the second evaluation of the same size on nothing is allocated. An entry takes 48 bytes at `f64`, an elementary
/// operation makes 0.1 to 0.4 entries.
pub struct Tape<T = f64> {
    arena: Arena<T>,
    grad: Vec<T>,
}

impl<T> core::fmt::Debug for Tape<T> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Tape").field("limit", &self.arena.limit).finish_non_exhaustive()
    }
}
impl<T> Default for Tape<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> Tape<T> {
    /// Returns an empty tape. It allocates when it is first used.
    pub fn new() -> Self {
        Self::with_limit(LARGEST_LIMIT)
    }
    /// Returns an empty tape of at most `limit` entries, inputs included. One evaluation that needs more gets
    /// [`Error::TapeFull`](crate::Error::TapeFull).
    ///
    /// # Example
    /// ```
    /// use pullback::*;
    /// let mut tape = Tape::with_limit(100);
    /// assert!(tape.value_and_grad(|x| x[0].sin(), &[1.0]).is_ok());
    /// let e = tape.value_and_grad(|x| (0..1000).fold(x[0], |s, _| s.sin() * x[0] * x[1]), &[1.0, 2.0]).unwrap_err();
    /// assert_eq!(e, Error::TapeFull { limit: 100 });
    /// ```
    pub fn with_limit(limit: u32) -> Self {
        Tape { arena: Arena::with_limit(limit.min(LARGEST_LIMIT)), grad: Vec::new() }
    }
    /// Runs `f` in a recording and keeps the memory for the next one.
    ///
    /// # Errors
    /// What `f` returns; [`Error::TapeFull`](crate::Error::TapeFull).
    pub fn record<R>(&mut self, f: impl for<'t> FnOnce(Frame<'t, T>) -> Result<R>) -> Result<R> {
        let outcome = frame::scope(&self.arena, f);
        self.arena.reset();
        outcome
    }
    /// Returns $f(x)$ and $\nabla f(x)$; the gradient is lent until the next call.
    ///
    /// # Errors
    /// [`Error::TapeFull`](crate::Error::TapeFull).
    pub fn value_and_grad<F: Primitive>(
        &mut self,
        f: impl for<'t> Fn(&[Var<'t, T, F>]) -> Var<'t, T, F>,
        x: &[T],
    ) -> Result<(T, &[T])>
    where
        T: Real<F>,
    {
        self.try_value_and_grad(|x| Ok(f(x)), x)
    }
    /// As [`value_and_grad`](Self::value_and_grad), for a function that can fail.
    ///
    /// # Errors
    /// What `f` returns; [`Error::TapeFull`](crate::Error::TapeFull).
    pub fn try_value_and_grad<F: Primitive>(
        &mut self,
        f: impl for<'t> Fn(&[Var<'t, T, F>]) -> Result<Var<'t, T, F>>,
        x: &[T],
    ) -> Result<(T, &[T])>
    where
        T: Real<F>,
    {
        let mut grad = core::mem::take(&mut self.grad);
        grad.clear();
        let value = self.record(|t| {
            let y = f(t.inputs(x))?;
            t.pull_first(y, x.len(), |g| grad.extend_from_slice(g))?;
            Ok(y.value())
        });
        self.grad = grad;
        Ok((value?, &self.grad))
    }
    /// Returns $f(x)$ and hands the components of the gradient to `read`, in order.
    pub(crate) fn grad_at<F: Primitive>(
        &mut self,
        f: impl for<'t> Fn(&[Var<'t, T, F>]) -> Var<'t, T, F>,
        x: impl ExactSizeIterator<Item = T>,
        mut read: impl FnMut(usize, T),
    ) -> Result<T>
    where
        T: Real<F>,
    {
        self.record(|t| {
            let x = t.inputs_from(x);
            let y = f(x);
            t.pull_first(y, x.len(), |g| g.iter().enumerate().for_each(|(k, &g)| read(k, g)))?;
            Ok(y.value())
        })
    }
}

/// Runs `f` in a recording of its own: inputs of any shape, any number of sweeps, any result that mentions no variable.
///
/// # Errors
/// What `f` returns; [`Error::TapeFull`](crate::Error::TapeFull).
///
/// # Example
/// ```
/// use pullback::*;
/// let (a, b) = record(|t| {
///     let x = t.inputs(&[2.0, 3.0]);
///     let (u, v) = (x[0] * x[1], x[0].powi(2));
///     Ok((t.grad(u, &x)?, t.pull(&[u, v], &[1.0, 10.0], &x)?))
/// })?;
/// assert_eq!((a, b), (vec![3.0, 2.0], vec![43.0, 2.0]));
/// # Ok::<(), Error>(())
/// ```
pub fn record<T, R>(f: impl for<'t> FnOnce(Frame<'t, T>) -> Result<R>) -> Result<R> {
    Tape::new().record(f)
}
