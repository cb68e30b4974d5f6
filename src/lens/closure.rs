//! Closures as lenses, and the cap that closes a wire.

use super::{
    object::{Co, Object, View},
    para::{Lens, Para},
};
use crate::error::Result;
use core::marker::PhantomData;

/// A lens from two closures. Made by [`lens`].
pub struct FromFns<A, B, M, Fwd, Bwd>(Fwd, Bwd, PhantomData<fn(A) -> (B, M)>);

/// Returns the lens with this forward map and this backward map.
///
/// Write the types of the inputs once; the rest is inferred.
///
/// # Example
/// ```
/// use pullback::lens::*;
/// let square = lens(|x: f64| (x * x, x), |x, d: f64| 2.0 * x * d);
/// assert_eq!((square >> square).pull(&((), ()), 3.0, 1.0)?.1, 108.0); // d x⁴/dx
/// # Ok::<(), pullback::Error>(())
/// ```
pub fn lens<A: Object, B: Object, M, Fwd: Fn(A) -> (B, M), Bwd: Fn(M, Co<B>) -> Co<A>>(
    fwd: Fwd,
    bwd: Bwd,
) -> Lens<FromFns<A, B, M, Fwd, Bwd>> {
    Lens(FromFns(fwd, bwd, PhantomData))
}
impl<A, B, M, Fwd: Clone, Bwd: Clone> Clone for FromFns<A, B, M, Fwd, Bwd> {
    fn clone(&self) -> Self {
        FromFns(self.0.clone(), self.1.clone(), PhantomData)
    }
}
impl<A, B, M, Fwd: Copy, Bwd: Copy> Copy for FromFns<A, B, M, Fwd, Bwd> {}
impl<A, B, M, Fwd, Bwd> core::fmt::Debug for FromFns<A, B, M, Fwd, Bwd> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("lens")
    }
}
impl<A: Object, B: Object, M, Fwd: Fn(A) -> (B, M), Bwd: Fn(M, Co<B>) -> Co<A>> Para for FromFns<A, B, M, Fwd, Bwd> {
    type P = ();
    type A = A;
    type B = B;
    type M = M;
    #[inline(always)]
    fn fwd(&self, (): (), a: A) -> Result<(B, M)> {
        Ok((self.0)(a))
    }
    #[inline(always)]
    fn bwd(&self, (): (), m: M, db: Co<B>, (): &mut ()) -> Result<Co<A>> {
        Ok((self.1)(m, db))
    }
}

/// A parametric lens from two closures. Made by [`para`].
pub struct ParaFns<P, A, B, M, Fwd, Bwd>(Fwd, Bwd, #[allow(clippy::type_complexity)] PhantomData<fn(P, A) -> (B, M)>);

/// Returns the parametric lens with this forward and this backward map; the backward one adds to the change of the
/// parameters.
///
/// # Example
/// ```
/// use pullback::lens::*;
/// let scale = para(|p: &f64, x: f64| (p * x, x), |p: &f64, x, d: f64, dp: &mut f64| { *dp += x * d; p * d });
/// assert_eq!(scale.pull(&3.0, 2.0, 1.0)?, (6.0, 3.0, 2.0));
/// # Ok::<(), pullback::Error>(())
/// ```
pub fn para<P, A, B, M, Fwd, Bwd>(fwd: Fwd, bwd: Bwd) -> Lens<ParaFns<P, A, B, M, Fwd, Bwd>>
where
    P: Object,
    A: Object,
    B: Object,
    Fwd: Fn(&P, A) -> (B, M),
    Bwd: Fn(&P, M, Co<B>, &mut Co<P>) -> Co<A>,
{
    Lens(ParaFns(fwd, bwd, PhantomData))
}
impl<P, A, B, M, Fwd: Clone, Bwd: Clone> Clone for ParaFns<P, A, B, M, Fwd, Bwd> {
    fn clone(&self) -> Self {
        ParaFns(self.0.clone(), self.1.clone(), PhantomData)
    }
}
impl<P, A, B, M, Fwd: Copy, Bwd: Copy> Copy for ParaFns<P, A, B, M, Fwd, Bwd> {}
impl<P, A, B, M, Fwd, Bwd> core::fmt::Debug for ParaFns<P, A, B, M, Fwd, Bwd> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("para")
    }
}
impl<P, A, B, M, Fwd, Bwd> Para for ParaFns<P, A, B, M, Fwd, Bwd>
where
    P: Object,
    A: Object,
    B: Object,
    Fwd: Fn(&P, A) -> (B, M),
    Bwd: Fn(&P, M, Co<B>, &mut Co<P>) -> Co<A>,
{
    type P = P;
    type A = A;
    type B = B;
    type M = M;
    #[inline]
    fn fwd(&self, p: View<'_, P>, a: A) -> Result<(B, M)> {
        Ok((self.0)(&P::owned(p), a))
    }
    #[inline]
    fn bwd(&self, p: View<'_, P>, m: M, db: Co<B>, dp: &mut Co<P>) -> Result<Co<A>> {
        Ok((self.1)(&P::owned(p), m, db, dp))
    }
}

/// The end of a wire: forward it swallows the value, backward it answers with a change of it. Made by [`cap`].
pub struct Cap<L, F>(F, PhantomData<fn(L)>);

/// Returns the lens $(L, L') \to (I, I)$ that answers a value `l` with the change `f(l)`: what turns a loss into a
/// direction.
///
/// # Example
/// ```
/// use pullback::lens::*;
/// let square = lens(|x: f64| (x * x, x), |x, d: f64| 2.0 * x * d);
/// let descent = square >> cap(|_: f64| -1.0);
/// assert_eq!(descent.pull(&((), ()), 3.0, ())?, ((), -6.0, ((), ())));
/// # Ok::<(), pullback::Error>(())
/// ```
pub fn cap<L: Object, F: Fn(L) -> Co<L>>(f: F) -> Lens<Cap<L, F>> {
    Lens(Cap(f, PhantomData))
}
impl<L, F: Clone> Clone for Cap<L, F> {
    fn clone(&self) -> Self {
        Cap(self.0.clone(), PhantomData)
    }
}
impl<L, F: Copy> Copy for Cap<L, F> {}
impl<L, F> core::fmt::Debug for Cap<L, F> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("cap")
    }
}
impl<L: Object, F: Fn(L) -> Co<L>> Para for Cap<L, F> {
    type P = ();
    type A = L;
    type B = ();
    type M = L;
    #[inline(always)]
    fn fwd(&self, (): (), l: L) -> Result<((), L)> {
        Ok(((), l))
    }
    #[inline(always)]
    fn bwd(&self, (): (), l: L, (): (), (): &mut ()) -> Result<Co<L>> {
        Ok((self.0)(l))
    }
}
