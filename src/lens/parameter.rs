//! Where parameters come from: computed from others, used twice, held still.

use super::{
    object::{Additive, Co, Object, View},
    para::{Lens, Para},
};
use crate::error::{Result, same_len};
use alloc::vec::Vec;

/// `f` whose parameters are computed from others by a lens (a *2-cell*). Made by [`Lens::reparam`].
#[derive(Clone, Copy, Debug)]
pub struct Reparam<F, R>(pub F, pub R);

impl<F: Para, R: Para<P = (), B = F::P>> Para for Reparam<F, R> {
    type P = R::A;
    type A = F::A;
    type B = F::B;
    type M = (F::P, R::M, F::M);
    fn fwd(&self, q: View<'_, R::A>, a: F::A) -> Result<(F::B, Self::M)> {
        let (p, r) = self.1.fwd((), R::A::owned(q))?;
        let (b, m) = self.0.fwd(p.view(), a)?;
        Ok((b, (p, r, m)))
    }
    fn bwd(&self, _: View<'_, R::A>, (p, r, m): Self::M, db: Co<F::B>, dq: &mut Co<R::A>) -> Result<Co<F::A>> {
        let mut dp = p.zero();
        let da = self.0.bwd(p.view(), m, db, &mut dp)?;
        dq.add(&self.1.bwd((), r, dp, &mut ())?)?;
        Ok(da)
    }
    fn predict(&self, q: View<'_, R::A>, a: F::A) -> Result<F::B> {
        let p = self.1.predict((), R::A::owned(q))?;
        self.0.predict(p.view(), a)
    }
}

/// `f` with one value in both halves of its parameters. Made by [`tied`].
#[derive(Clone, Copy, Debug)]
pub struct Tied<F>(pub F);

/// Returns `f` with both halves of its parameters tied to one value: forward they are copies, backward their changes
/// add.
///
/// # Example
/// ```
/// use pullback::lens::*;
/// let scale = || para(|p: &f64, x: f64| (p * x, x), |p: &f64, x, d: f64, dp: &mut f64| { *dp += x * d; p * d });
/// let square = tied(scale() >> scale()); // p · (p · x)
/// assert_eq!(square.pull(&3.0, 2.0, 1.0)?, (18.0, 9.0, 12.0));
/// # Ok::<(), pullback::Error>(())
/// ```
pub fn tied<P: Object, F: Para<P = (P, P)>>(f: Lens<F>) -> Lens<Tied<F>> {
    Lens(Tied(f.0))
}
impl<P: Object, F: Para<P = (P, P)>> Para for Tied<F> {
    type P = P;
    type A = F::A;
    type B = F::B;
    type M = F::M;
    #[inline]
    fn fwd(&self, p: View<'_, P>, a: F::A) -> Result<(F::B, F::M)> {
        self.0.fwd((p, p), a)
    }
    fn bwd(&self, p: View<'_, P>, m: F::M, db: Co<F::B>, dp: &mut Co<P>) -> Result<Co<F::A>> {
        let mut halves = (P::zero_of(p), P::zero_of(p));
        let da = self.0.bwd((p, p), m, db, &mut halves)?;
        dp.add(&halves.0)?;
        dp.add(&halves.1)?;
        Ok(da)
    }
    fn predict(&self, p: View<'_, P>, a: F::A) -> Result<F::B> {
        self.0.predict((p, p), a)
    }
}

/// `f` whose parameters never change. Made by [`Lens::frozen`].
#[derive(Clone, Copy, Debug)]
pub struct Frozen<F>(pub F);

impl<F: Para> Para for Frozen<F> {
    type P = F::P;
    type A = F::A;
    type B = F::B;
    type M = F::M;
    #[inline]
    fn fwd(&self, p: View<'_, F::P>, a: F::A) -> Result<(F::B, F::M)> {
        self.0.fwd(p, a)
    }
    fn bwd(&self, p: View<'_, F::P>, m: F::M, db: Co<F::B>, _: &mut Co<F::P>) -> Result<Co<F::A>> {
        self.0.bwd(p, m, db, &mut F::P::zero_of(p))
    }
    fn predict(&self, p: View<'_, F::P>, a: F::A) -> Result<F::B> {
        self.0.predict(p, a)
    }
}

/// `n` copies of `f` in a row, each with parameters of its own. Made by [`Lens::repeat`].
#[derive(Clone, Copy, Debug)]
pub struct Repeat<F>(pub F, pub usize);

impl<F: Para<B = <F as Para>::A>> Para for Repeat<F> {
    type P = Vec<F::P>;
    type A = F::A;
    type B = F::A;
    type M = Vec<F::M>;
    fn fwd(&self, p: &[F::P], mut a: F::A) -> Result<(F::A, Vec<F::M>)> {
        same_len("repeat", self.1, p.len())?;
        let mut residuals = Vec::with_capacity(p.len());
        for p in p {
            let (b, m) = self.0.fwd(p.view(), a)?;
            a = b;
            residuals.push(m);
        }
        Ok((a, residuals))
    }
    fn bwd(&self, p: &[F::P], m: Vec<F::M>, mut d: Co<F::A>, dp: &mut Vec<Co<F::P>>) -> Result<Co<F::A>> {
        same_len("repeat", self.1, dp.len())?;
        for ((p, m), dp) in p.iter().zip(m).zip(dp).rev() {
            d = self.0.bwd(p.view(), m, d, dp)?;
        }
        Ok(d)
    }
    fn predict(&self, p: &[F::P], a: F::A) -> Result<F::A> {
        same_len("repeat", self.1, p.len())?;
        p.iter().try_fold(a, |a, p| self.0.predict(p.view(), a))
    }
}

impl<F: Para> Lens<F> {
    /// Returns `self` with its parameters computed by `r` from other parameters.
    ///
    /// # Example
    /// ```
    /// use pullback::lens::*;
    /// let scale = para(|p: &f64, x: f64| (p * x, x), |p: &f64, x, d: f64, dp: &mut f64| { *dp += x * d; p * d });
    /// let positive = lens(|q: f64| (q * q, q), |q, d: f64| 2.0 * q * d);
    /// assert_eq!(scale.reparam(positive).pull(&3.0, 2.0, 1.0)?, (18.0, 9.0, 12.0));
    /// # Ok::<(), pullback::Error>(())
    /// ```
    pub fn reparam<R: Para<P = (), B = F::P>>(self, r: Lens<R>) -> Lens<Reparam<F, R>> {
        Lens(Reparam(self.0, r.0))
    }
    /// Returns `self` with parameters that no backward pass changes; the input still gets its change.
    pub fn frozen(self) -> Lens<Frozen<F>> {
        Lens(Frozen(self.0))
    }
    /// Returns `n` copies of `self` in a row, each with its own parameters. One type whatever the depth, so it compiles
    /// fast.
    pub fn repeat(self, n: usize) -> Lens<Repeat<F>>
    where
        F: Para<B = <F as Para>::A>,
    {
        Lens(Repeat(self.0, n))
    }
}
