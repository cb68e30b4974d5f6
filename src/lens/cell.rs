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
    fn bwd(&self, p: View<'_, F::P>, m: Vec<F::M>, d: Co<Self::B>, dp: &mut Co<F::P>) -> Result<Co<Self::A>> {
        back(&self.0, p, m, d, dp, |_| None)
    }
}

/// Goes back through the steps, from the last to the first; `cut` says what the change of the state before a step is to be
/// replaced by.
fn back<S: Object, X: Object, Y: Object, F: Para<A = (S, X), B = (S, Y)>>(
    cell: &F,
    p: View<'_, F::P>,
    m: Vec<F::M>,
    (mut ds, dys): (S::Co, Vec<Y::Co>),
    dp: &mut Co<F::P>,
    cut: impl Fn(usize) -> Option<S::Co>,
) -> Result<(S::Co, Vec<X::Co>)> {
    same_len("unroll", m.len(), dys.len())?;
    let mut dxs = Vec::with_capacity(m.len());
    for (t, (m, dy)) in m.into_iter().zip(dys).enumerate().rev() {
        let (before, dx) = cell.bwd(p, m, (ds, dy), dp)?;
        ds = cut(t).unwrap_or(before);
        dxs.push(dx);
    }
    dxs.reverse();
    Ok((ds, dxs))
}

/// A cell over a sequence whose changes do not travel far. Made by [`Lens::truncated`].
#[derive(Clone, Copy, Debug)]
pub struct Truncated<F>(pub F, pub usize);

impl<F> Lens<Unroll<F>> {
    /// Returns the same forward map with truncated back-propagation through time: after every `every` steps (at least 1),
    /// counted from the first, the change of the state is dropped. A learning rule, not the derivative, unless the sequence
    /// is shorter; it still adds up.
    ///
    /// # Example
    /// ```
    /// use pullback::{check::laws, lens::*};
    /// // s ← s + x: every input reaches the last state
    /// let sum = unroll(lens(|(s, x): (f64, f64)| ((s + x, ()), ()), |(), (d, ()): (f64, ())| (d, d)));
    /// let (a, d) = ((0.0, vec![1.0; 5]), (1.0, vec![(); 5]));
    /// assert_eq!(sum.pull(&(), a.clone(), d.clone())?.1, (1.0, vec![1.0; 5]));
    /// assert_eq!(sum.truncated(2).pull(&(), a.clone(), d)?.1, (0.0, vec![0.0, 0.0, 0.0, 0.0, 1.0]));
    /// laws::additive(&sum.truncated(2), &laws::at((), a))?.ok()?;
    /// # Ok::<(), pullback::Error>(())
    /// ```
    pub fn truncated(self, every: usize) -> Lens<Truncated<F>> {
        Lens(Truncated(self.0.0, every.max(1)))
    }
}
impl<S: Object, X: Object, Y: Object, F: Para<A = (S, X), B = (S, Y)>> Para for Truncated<F> {
    type P = F::P;
    type A = (S, Vec<X>);
    type B = (S, Vec<Y>);
    /// The residuals of the steps, and the zero of the state.
    type M = (Vec<F::M>, Co<S>);
    fn fwd(&self, p: View<'_, F::P>, a: Self::A) -> Result<(Self::B, Self::M)> {
        let zero = a.0.zero();
        let (b, m) = Unroll(&self.0).fwd(p, a)?;
        Ok((b, (m, zero)))
    }
    fn bwd(&self, p: View<'_, F::P>, (m, zero): Self::M, d: Co<Self::B>, dp: &mut Co<F::P>) -> Result<Co<Self::A>> {
        back(&self.0, p, m, d, dp, |t| (t > 0 && t % self.1 == 0).then(|| zero.clone()))
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
