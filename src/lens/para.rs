//! Parametric lenses and how they compose.

use super::object::{Additive, Co, Object, View};
use crate::error::{Error, Result};
use alloc::vec::Vec;
use core::ops::{Add, Mul, Shr};

/// A differentiable map with parameters: a *parametric lens* $P \times (A, A') \to (B, B')$.
///
/// Forward, it turns an input into an output and keeps a residual. Backward, it spends the residual to turn a change of
/// the output into a change of the input, and adds its share to the change of the parameters:
///
/// $$ \mathrm{fwd}(p, a) = (b, m), \qquad \mathrm{bwd}(p, m, b') = a', \quad p' \mathrel{+}= \ldots $$
///
/// A plain lens has `P = ()`. What the backward pass computes is free: the transposed derivative, or another rule.
pub trait Para {
    /// The parameters.
    type P: Object;
    /// The input.
    type A: Object;
    /// The output.
    type B: Object;
    /// What forward keeps for backward.
    type M;
    /// Returns the output and the residual.
    ///
    /// # Errors
    /// A wrong shape, or what the map itself finds wrong.
    fn fwd(&self, p: View<'_, Self::P>, a: Self::A) -> Result<(Self::B, Self::M)>;
    /// Returns the change of the input and adds the change of the parameters to `dp`. `p` is the view that `fwd` saw.
    ///
    /// # Errors
    /// A wrong shape, or what the map itself finds wrong.
    fn bwd(&self, p: View<'_, Self::P>, m: Self::M, db: Co<Self::B>, dp: &mut Co<Self::P>) -> Result<Co<Self::A>>;
    /// Returns the output where nothing is to be learned. A model that draws random numbers while learning draws none.
    ///
    /// # Errors
    /// As [`fwd`](Self::fwd).
    fn predict(&self, p: View<'_, Self::P>, a: Self::A) -> Result<Self::B> {
        Ok(self.fwd(p, a)?.0)
    }
    /// Returns the output of each row of a batch by itself, where the map takes the mean over the rows: a loss does.
    ///
    /// # Errors
    /// [`Error::NoRows`] where it does not; as [`fwd`](Self::fwd).
    fn rows(&self, _p: View<'_, Self::P>, _a: Self::A) -> Result<Vec<Self::B>> {
        Err(Error::NoRows { op: core::any::type_name::<Self>() })
    }
    /// Closes the output by `rest` and returns the change of the input that comes back; that of the parameters is added
    /// to `dp`. It is [`fwd`](Self::fwd), the rest, [`bwd`](Self::bwd), unless a rule needs the rest at several outputs.
    ///
    /// # Errors
    /// As `fwd` and `bwd`, and those of the rest.
    fn close(
        &self,
        p: View<'_, Self::P>,
        a: Self::A,
        dp: &mut Co<Self::P>,
        rest: &mut dyn Closing<Self::B>,
    ) -> Result<Co<Self::A>> {
        let (b, m) = self.fwd(p, a)?;
        let db = rest.change(b)?;
        self.bwd(p, m, db, dp)
    }
    /// As [`close`](Self::close) where nobody reads the change of the input, so that it need not be computed.
    ///
    /// # Errors
    /// As `close`.
    fn learn(
        &self,
        p: View<'_, Self::P>,
        a: Self::A,
        dp: &mut Co<Self::P>,
        rest: &mut dyn Closing<Self::B>,
    ) -> Result<()> {
        self.close(p, a, dp, rest).map(drop)
    }
}

/// What follows the output of a model in a closed row: more lenses, a loss, a cap.
pub trait Closing<B: Object> {
    /// Returns the change that comes back for the output `b`.
    ///
    /// # Errors
    /// Those of what follows.
    fn change(&mut self, b: B) -> Result<Co<B>>;
    /// Returns the number that learning raises at the output `b`: the loss times what the cap sends back, so minus the
    /// loss under descent. A model that asks for it learns from values of the loss alone.
    ///
    /// # Errors
    /// [`Error::NoPartial`](crate::Error::NoPartial) where the loss is not a real number, and those of what follows.
    fn value(&mut self, b: B) -> Result<f64>;
    /// Returns the same number for each row of a batch by itself; [`value`](Self::value) is their mean.
    ///
    /// # Errors
    /// [`Error::NoRows`](crate::Error::NoRows) where what follows has one for the whole batch only, and as `value`.
    fn values(&mut self, b: B) -> Result<Vec<f64>>;
}

impl<F: Para> Para for &F {
    type P = F::P;
    type A = F::A;
    type B = F::B;
    type M = F::M;
    #[inline(always)]
    fn fwd(&self, p: View<'_, F::P>, a: F::A) -> Result<(F::B, F::M)> {
        (**self).fwd(p, a)
    }
    #[inline(always)]
    fn bwd(&self, p: View<'_, F::P>, m: F::M, db: Co<F::B>, dp: &mut Co<F::P>) -> Result<Co<F::A>> {
        (**self).bwd(p, m, db, dp)
    }
    fn predict(&self, p: View<'_, F::P>, a: F::A) -> Result<F::B> {
        (**self).predict(p, a)
    }
    fn rows(&self, p: View<'_, F::P>, a: F::A) -> Result<Vec<F::B>> {
        (**self).rows(p, a)
    }
    fn learn(&self, p: View<'_, F::P>, a: F::A, dp: &mut Co<F::P>, rest: &mut dyn Closing<F::B>) -> Result<()> {
        (**self).learn(p, a, dp, rest)
    }
    fn close(&self, p: View<'_, F::P>, a: F::A, dp: &mut Co<F::P>, rest: &mut dyn Closing<F::B>) -> Result<Co<F::A>> {
        (**self).close(p, a, dp, rest)
    }
}

/// Output, change of the input, change of the parameters.
pub type Pulled<F> = (<F as Para>::B, Co<<F as Para>::A>, Co<<F as Para>::P>);

/// The value that every constructor of this room returns: a [`Para`] with the operators `>>` and `*`.
#[derive(Clone, Copy, Debug)]
pub struct Lens<F>(pub F);

impl<F: Para> Para for Lens<F> {
    type P = F::P;
    type A = F::A;
    type B = F::B;
    type M = F::M;
    #[inline(always)]
    fn fwd(&self, p: View<'_, F::P>, a: F::A) -> Result<(F::B, F::M)> {
        self.0.fwd(p, a)
    }
    #[inline(always)]
    fn bwd(&self, p: View<'_, F::P>, m: F::M, db: Co<F::B>, dp: &mut Co<F::P>) -> Result<Co<F::A>> {
        self.0.bwd(p, m, db, dp)
    }
    fn predict(&self, p: View<'_, F::P>, a: F::A) -> Result<F::B> {
        self.0.predict(p, a)
    }
    fn rows(&self, p: View<'_, F::P>, a: F::A) -> Result<Vec<F::B>> {
        self.0.rows(p, a)
    }
    fn close(&self, p: View<'_, F::P>, a: F::A, dp: &mut Co<F::P>, rest: &mut dyn Closing<F::B>) -> Result<Co<F::A>> {
        self.0.close(p, a, dp, rest)
    }
    fn learn(&self, p: View<'_, F::P>, a: F::A, dp: &mut Co<F::P>, rest: &mut dyn Closing<F::B>) -> Result<()> {
        self.0.learn(p, a, dp, rest)
    }
}

/// `g`, then the rest.
struct Before<'a, 'p, G: Para<P: 'p>> {
    g: &'a G,
    q: View<'p, G::P>,
    dq: &'a mut Co<G::P>,
    rest: &'a mut dyn Closing<G::B>,
}
impl<'p, G: Para<P: 'p>> Closing<G::A> for Before<'_, 'p, G> {
    fn change(&mut self, b: G::A) -> Result<Co<G::A>> {
        self.g.close(self.q, b, self.dq, self.rest)
    }
    fn value(&mut self, b: G::A) -> Result<f64> {
        let (c, _) = self.g.fwd(self.q, b)?;
        self.rest.value(c)
    }
    fn values(&mut self, b: G::A) -> Result<Vec<f64>> {
        let (c, _) = self.g.fwd(self.q, b)?;
        self.rest.values(c)
    }
}

/// `f` then `g`; the parameters are a pair. Made by `f >> g`.
#[derive(Clone, Copy, Debug)]
pub struct Then<F, G>(pub F, pub G);

impl<F: Para, G: Para<A = F::B>> Para for Then<F, G> {
    type P = (F::P, G::P);
    type A = F::A;
    type B = G::B;
    type M = (F::M, G::M);
    #[inline(always)]
    fn fwd(&self, (p, q): View<'_, Self::P>, a: F::A) -> Result<(G::B, Self::M)> {
        let (b, m) = self.0.fwd(p, a)?;
        let (c, n) = self.1.fwd(q, b)?;
        Ok((c, (m, n)))
    }
    #[inline(always)]
    fn bwd(
        &self,
        (p, q): View<'_, Self::P>,
        (m, n): Self::M,
        dc: Co<G::B>,
        (dp, dq): &mut Co<Self::P>,
    ) -> Result<Co<F::A>> {
        let db = self.1.bwd(q, n, dc, dq)?;
        self.0.bwd(p, m, db, dp)
    }
    fn predict(&self, (p, q): View<'_, Self::P>, a: F::A) -> Result<G::B> {
        self.1.predict(q, self.0.predict(p, a)?)
    }
    fn close(
        &self,
        (p, q): View<'_, Self::P>,
        a: F::A,
        (dp, dq): &mut Co<Self::P>,
        rest: &mut dyn Closing<G::B>,
    ) -> Result<Co<F::A>> {
        self.0.close(p, a, dp, &mut Before { g: &self.1, q, dq, rest })
    }
    fn learn(
        &self,
        (p, q): View<'_, Self::P>,
        a: F::A,
        (dp, dq): &mut Co<Self::P>,
        rest: &mut dyn Closing<G::B>,
    ) -> Result<()> {
        self.0.learn(p, a, dp, &mut Before { g: &self.1, q, dq, rest })
    }
}

/// `f` then a map without parameters; the parameters stay those of `f`. Made by [`Lens::map`].
#[derive(Clone, Copy, Debug)]
pub struct Map<F, G>(pub F, pub G);

impl<F: Para, G: Para<P = (), A = F::B>> Para for Map<F, G> {
    type P = F::P;
    type A = F::A;
    type B = G::B;
    type M = (F::M, G::M);
    #[inline(always)]
    fn fwd(&self, p: View<'_, F::P>, a: F::A) -> Result<(G::B, Self::M)> {
        let (b, m) = self.0.fwd(p, a)?;
        let (c, n) = self.1.fwd((), b)?;
        Ok((c, (m, n)))
    }
    #[inline(always)]
    fn bwd(&self, p: View<'_, F::P>, (m, n): Self::M, dc: Co<G::B>, dp: &mut Co<F::P>) -> Result<Co<F::A>> {
        let db = self.1.bwd((), n, dc, &mut ())?;
        self.0.bwd(p, m, db, dp)
    }
    fn predict(&self, p: View<'_, F::P>, a: F::A) -> Result<G::B> {
        self.1.predict((), self.0.predict(p, a)?)
    }
    fn close(&self, p: View<'_, F::P>, a: F::A, dp: &mut Co<F::P>, rest: &mut dyn Closing<G::B>) -> Result<Co<F::A>> {
        self.0.close(p, a, dp, &mut Before { g: &self.1, q: (), dq: &mut (), rest })
    }
    fn learn(&self, p: View<'_, F::P>, a: F::A, dp: &mut Co<F::P>, rest: &mut dyn Closing<G::B>) -> Result<()> {
        self.0.learn(p, a, dp, &mut Before { g: &self.1, q: (), dq: &mut (), rest })
    }
}

/// `f` beside `g`: inputs, outputs and parameters are pairs. Made by `f * g`.
#[derive(Clone, Copy, Debug)]
pub struct Par<F, G>(pub F, pub G);

impl<F: Para, G: Para> Para for Par<F, G> {
    type P = (F::P, G::P);
    type A = (F::A, G::A);
    type B = (F::B, G::B);
    type M = (F::M, G::M);
    #[inline(always)]
    fn fwd(&self, (p, q): View<'_, Self::P>, (a, c): Self::A) -> Result<(Self::B, Self::M)> {
        let (b, m) = self.0.fwd(p, a)?;
        let (d, n) = self.1.fwd(q, c)?;
        Ok(((b, d), (m, n)))
    }
    #[inline(always)]
    fn bwd(
        &self,
        (p, q): View<'_, Self::P>,
        (m, n): Self::M,
        (db, dd): Co<Self::B>,
        (dp, dq): &mut Co<Self::P>,
    ) -> Result<Co<Self::A>> {
        Ok((self.0.bwd(p, m, db, dp)?, self.1.bwd(q, n, dd, dq)?))
    }
    fn predict(&self, (p, q): View<'_, Self::P>, (a, c): Self::A) -> Result<Self::B> {
        Ok((self.0.predict(p, a)?, self.1.predict(q, c)?))
    }
}

/// `f` and `g` of the same input, added. Made by `f + g`.
#[derive(Clone, Copy, Debug)]
pub struct Sum<F, G>(pub F, pub G);

impl<F: Para<B: Additive>, G: Para<A = F::A, B = F::B>> Para for Sum<F, G> {
    type P = (F::P, G::P);
    type A = F::A;
    type B = F::B;
    type M = (F::M, G::M);
    #[inline]
    fn fwd(&self, (p, q): View<'_, Self::P>, a: F::A) -> Result<(F::B, Self::M)> {
        let (mut b, m) = self.0.fwd(p, a.clone())?;
        let (c, n) = self.1.fwd(q, a)?;
        b.add(&c)?;
        Ok((b, (m, n)))
    }
    #[inline]
    fn bwd(
        &self,
        (p, q): View<'_, Self::P>,
        (m, n): Self::M,
        db: Co<F::B>,
        (dp, dq): &mut Co<Self::P>,
    ) -> Result<Co<F::A>> {
        let mut da = self.0.bwd(p, m, db.clone(), dp)?;
        da.add(&self.1.bwd(q, n, db, dq)?)?;
        Ok(da)
    }
    fn predict(&self, (p, q): View<'_, Self::P>, a: F::A) -> Result<F::B> {
        let mut b = self.0.predict(p, a.clone())?;
        b.add(&self.1.predict(q, a)?)?;
        Ok(b)
    }
}

impl<F: Para, G: Para<A = F::B>> Shr<Lens<G>> for Lens<F> {
    type Output = Lens<Then<F, G>>;
    #[inline(always)]
    fn shr(self, g: Lens<G>) -> Self::Output {
        Lens(Then(self.0, g.0))
    }
}
impl<F: Para, G: Para> Mul<Lens<G>> for Lens<F> {
    type Output = Lens<Par<F, G>>;
    #[inline(always)]
    fn mul(self, g: Lens<G>) -> Self::Output {
        Lens(Par(self.0, g.0))
    }
}
/// `f + g` copies the input, runs both and adds: `id() + f` is a residual connection.
///
/// ```
/// use pullback::{category::*, lens::*};
/// let residual = id() + pointwise(Relu);
/// assert_eq!(residual.pull(&((), ()), 3.0, 1.0)?, (6.0, 2.0, ((), ())));
/// # Ok::<(), pullback::Error>(())
/// ```
impl<F: Para<B: Additive>, G: Para<A = F::A, B = F::B>> Add<Lens<G>> for Lens<F> {
    type Output = Lens<Sum<F, G>>;
    #[inline(always)]
    fn add(self, g: Lens<G>) -> Self::Output {
        Lens(Sum(self.0, g.0))
    }
}
impl<F: Para> Lens<F> {
    /// Returns `self` then `g`, a map without parameters: no unit is added to the parameters.
    #[inline(always)]
    pub fn map<G: Para<P = (), A = F::B>>(self, g: Lens<G>) -> Lens<Map<F, G>> {
        Lens(Map(self.0, g.0))
    }
    /// Returns the output at `a` without keeping a residual.
    ///
    /// # Errors
    /// As [`Para::fwd`].
    pub fn eval(&self, p: &F::P, a: F::A) -> Result<F::B> {
        Ok(self.0.fwd(p.view(), a)?.0)
    }
    /// Returns the output, the change of the input and the change of the parameters that `db` causes.
    ///
    /// # Errors
    /// As [`Para::fwd`] and [`Para::bwd`].
    pub fn pull(&self, p: &F::P, a: F::A, db: Co<F::B>) -> Result<Pulled<F>> {
        let mut dp = p.zero();
        let (b, m) = self.0.fwd(p.view(), a)?;
        let da = self.0.bwd(p.view(), m, db, &mut dp)?;
        Ok((b, da, dp))
    }
}
