//! Cells and time: a wire that comes back one step later.

use super::{
    object::{Co, Object, View},
    para::{Lens, Para},
};
use crate::error::{Result, same_len};
use alloc::vec::Vec;

/// A cell over a sequence. Made by [`unroll`].
#[derive(Clone, Copy, Debug)]
pub struct Unroll<F>(pub F);

/// Returns the lens that runs a `cell` $S \times X \to S \times Y$ over a sequence: from a first state and inputs to the
/// last state and outputs. The parameters are the same at each step, so backward their changes are added.
///
/// Forward, the state goes from step to step; backward, its change goes from the last step to the first:
///
/// $$ (\lambda_t, x'_t) = b(p, m_t, (\lambda_{t+1}, y'_t)), \qquad t = n-1, \ldots, 0 $$
///
/// That is back-propagation through time. Nothing else is needed: it is the backward map of the unrolling.
///
/// # Shapes
/// Backward: as many changes as there were inputs, else `Err`.
///
/// # Cost
/// One forward and one backward of the cell a step; the residuals of all steps are kept.
///
/// # Example
/// ```
/// use pullback::lens::*;
/// // s ← p·s + x, and the state is the output
/// let cell = para(
///     |p: &f64, (s, x): (f64, f64)| ((p * s + x, p * s + x), s),
///     |p: &f64, s, (ds, dy): (f64, f64), dp: &mut f64| { *dp += s * (ds + dy); (p * (ds + dy), ds + dy) },
/// );
/// let ((last, y), (ds, dx), dp) = unroll(cell).pull(&0.5, (8.0, vec![1.0, 2.0]), (1.0, vec![0.0, 0.0]))?;
/// assert_eq!((last, y), (4.5, vec![5.0, 4.5])); // ½(½·8 + 1) + 2
/// assert_eq!((ds, dx, dp), (0.25, vec![0.5, 1.0], 9.0)); // d/dp of p(8p + 1) + 2
/// # Ok::<(), pullback::Error>(())
/// ```
///
/// # Source
/// Sprunger, Katsumata 2019, *Differentiable Causal Computations via Delayed Trace*.
#[doc(alias = "scan")]
#[doc(alias = "rnn")]
pub fn unroll<F, S, X, Y>(cell: Lens<F>) -> Lens<Unroll<F>>
where
    S: Object,
    X: Object,
    Y: Object,
    F: Para<A = (S, X), B = (S, Y)>,
{
    Lens(Unroll(cell.0))
}

impl<S: Object, X: Object, Y: Object, F: Para<A = (S, X), B = (S, Y)>> Para for Unroll<F> {
    type P = F::P;
    type A = (S, Vec<X>);
    type B = (S, Vec<Y>);
    type M = Vec<F::M>;
    fn fwd(&self, p: View<'_, F::P>, (mut s, xs): (S, Vec<X>)) -> Result<((S, Vec<Y>), Vec<F::M>)> {
        let (mut outputs, mut residuals) = (Vec::with_capacity(xs.len()), Vec::with_capacity(xs.len()));
        for x in xs {
            let ((next, y), m) = self.0.fwd(p, (s, x))?;
            s = next;
            outputs.push(y);
            residuals.push(m);
        }
        Ok(((s, outputs), residuals))
    }
    fn bwd(
        &self,
        p: View<'_, F::P>,
        m: Vec<F::M>,
        (mut ds, dys): Co<Self::B>,
        dp: &mut Co<F::P>,
    ) -> Result<Co<Self::A>> {
        same_len("unroll", m.len(), dys.len())?;
        let mut dxs = Vec::with_capacity(m.len());
        for (m, dy) in m.into_iter().zip(dys).rev() {
            let (before, dx) = self.0.bwd(p, m, (ds, dy), dp)?;
            ds = before;
            dxs.push(dx);
        }
        dxs.reverse();
        Ok((ds, dxs))
    }
}

/// A cell then a cell, each with a state of its own. Made by [`Lens::then_cell`].
#[derive(Clone, Copy, Debug)]
pub struct ThenCell<F, G>(pub F, pub G);

impl<F: Para> Lens<F> {
    /// Returns the cell that feeds the output of this one to `g` in the same step; the states are a pair.
    ///
    /// `unroll(f.then_cell(g))` is `unroll(f)` followed by `unroll(g)`.
    pub fn then_cell<G, S, T, X, Y, Z>(self, g: Lens<G>) -> Lens<ThenCell<F, G>>
    where
        F: Para<A = (S, X), B = (S, Y)>,
        G: Para<A = (T, Y), B = (T, Z)>,
        S: Object,
        T: Object,
        X: Object,
        Y: Object,
        Z: Object,
    {
        Lens(ThenCell(self.0, g.0))
    }
}
impl<S, T, X, Y, Z, F, G> Para for ThenCell<F, G>
where
    S: Object,
    T: Object,
    X: Object,
    Y: Object,
    Z: Object,
    F: Para<A = (S, X), B = (S, Y)>,
    G: Para<A = (T, Y), B = (T, Z)>,
{
    type P = (F::P, G::P);
    type A = ((S, T), X);
    type B = ((S, T), Z);
    type M = (F::M, G::M);
    fn fwd(&self, (p, q): View<'_, Self::P>, ((s, t), x): Self::A) -> Result<(Self::B, Self::M)> {
        let ((s, y), m) = self.0.fwd(p, (s, x))?;
        let ((t, z), n) = self.1.fwd(q, (t, y))?;
        Ok((((s, t), z), (m, n)))
    }
    fn bwd(
        &self,
        (p, q): View<'_, Self::P>,
        (m, n): Self::M,
        ((ds, dt), dz): Co<Self::B>,
        (dp, dq): &mut Co<Self::P>,
    ) -> Result<Co<Self::A>> {
        let (dt, dy) = self.1.bwd(q, n, (dt, dz), dq)?;
        let (ds, dx) = self.0.bwd(p, m, (ds, dy), dp)?;
        Ok(((ds, dt), dx))
    }
}
