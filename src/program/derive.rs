//! The derivatives that have a name of their own, as programs.

use super::{Level, Op, Program};
use crate::{
    diagram::{Generator, Wire},
    error::{Result, same_len},
    real::Primitive,
};
use alloc::vec::Vec;

impl<F: Primitive> Program<F> {
    /// Returns $x \mapsto \nabla f(x)$, simplified.
    ///
    /// # Errors
    /// [`Error::ShapeMismatch`](crate::Error::ShapeMismatch) where there is not exactly one output, and what
    /// [`reverse`](crate::diagram::Diagram::reverse) returns.
    ///
    /// # Cost
    /// Whatever the number of inputs, value and gradient of a function of `+ − ×` have at most five times the operations
    /// of `f` (Baur and Strassen 1983). A quotient costs seven, so that its poles are those of the table; five after
    /// [`Level::Relaxed`].
    ///
    /// # Example
    /// ```
    /// use pullback::*;
    /// let p = Program::record(|x| x[0] * x[1].exp(), &[1.0, 1.0])?;
    /// assert_eq!(p.gradient()?.eval(&[3.0, 0.0])?, [1.0, 3.0]);
    /// # Ok::<(), Error>(())
    /// ```
    pub fn gradient(&self) -> Result<Self> {
        Ok(self.value_and_gradient()?.project(1..=self.arity().0).simplify(Level::Exact))
    }
    /// Returns $x \mapsto (f(x), \nabla f(x))$, simplified.
    ///
    /// # Errors
    /// As [`gradient`](Self::gradient).
    pub fn value_and_gradient(&self) -> Result<Self> {
        let (n, m) = self.arity();
        same_len("gradient", 1, m)?;
        let reverse = self.with_reverse()?;
        let seeded = Self::build(n, |d, x| {
            let one = d.push(Op::Const(F::of(1.0)), &[]);
            d.inline(&reverse, &[x, &one].concat())
        });
        Ok(seeded.simplify(Level::Exact))
    }
    /// Returns $x \mapsto J_f(x)$, row after row, simplified. It is built by the cheaper of the two directions,
    /// forward where they cost the same: forward a pole of a partial is reached by fewer products with zero.
    ///
    /// # Shapes
    /// `n` inputs to `m·n` outputs; entry $\partial y_i/\partial x_j$ is output `i·n + j`.
    ///
    /// # Errors
    /// As [`reverse`](crate::diagram::Diagram::reverse).
    ///
    /// # Example
    /// ```
    /// use pullback::*;
    /// let polar = Program::record_many(|x| Ok(vec![x[0] * x[1].cos(), x[0] * x[1].sin()]), &[1.0, 0.0])?;
    /// assert_eq!(polar.jacobian()?.eval(&[2.0, 0.0])?, [1.0, 0.0, 0.0, 2.0]);
    /// # Ok::<(), Error>(())
    /// ```
    pub fn jacobian(&self) -> Result<Self> {
        let (n, m) = self.arity();
        let reverse = m < n;
        let derivative = if reverse { self.reverse()? } else { self.pushforward()? };
        let seeds = if reverse { m } else { n };
        let all = Self::build(n, |d, x| {
            let [zero, one] = [0.0, 1.0].map(|c| d.push(Op::Const(F::of(c)), &[])[0]);
            let passes: Vec<Vec<Wire>> = (0..seeds)
                .map(|k| {
                    let seed: Vec<Wire> = (0..seeds).map(|j| if j == k { one } else { zero }).collect();
                    d.inline(&derivative, &[x, &seed].concat())
                })
                .collect();
            let entry = |i: usize, j: usize| if reverse { passes[i][j] } else { passes[j][i] };
            (0..m * n).map(|k| entry(k / n, k % n)).collect()
        });
        Ok(all.simplify(Level::Exact))
    }
    /// Returns $x \mapsto \nabla^2 f(x)$, row after row, simplified.
    ///
    /// # Errors
    /// As [`gradient`](Self::gradient).
    pub fn hessian(&self) -> Result<Self> {
        self.gradient()?.jacobian()
    }
    /// Returns $(x, v) \mapsto \nabla^2 f(x)\,v$, simplified: forward over reverse.
    ///
    /// # Errors
    /// As [`gradient`](Self::gradient).
    ///
    /// # Example
    /// ```
    /// use pullback::*;
    /// let p = Program::record(|x| x[0] * x[0] * x[1], &[1.0, 1.0])?;
    /// assert_eq!(p.hvp()?.eval(&[2.0, 3.0, 1.0, 0.0])?, [6.0, 4.0]);
    /// # Ok::<(), Error>(())
    /// ```
    pub fn hvp(&self) -> Result<Self> {
        Ok(self.gradient()?.pushforward()?.simplify(Level::Exact))
    }
    /// Returns how many boxes compute something, boxes inside loops and calls included once.
    pub fn operations(&self) -> usize {
        self.boxes()
            .map(|b| match b.generator.inside() {
                Some(inside) => inside.operations(),
                None => usize::from(b.generator.is_arithmetic()),
            })
            .sum()
    }
}
