//! Wires: maps that only route. Each is its own mirror image: *copy forward is add backward, discard forward is zero
//! backward*.

use super::{
    object::{Additive, Co, Object},
    para::{Lens, Para},
};
use crate::error::Result;
use core::marker::PhantomData;

/// Defines wires: `name Struct<generics>: A -> B, residual, forward, backward`.
macro_rules! wires { ($(
    $(#[$doc:meta])*
    $name:ident $wire:ident<$($x:ident),*>: $a:ty => $b:ty, $m:ty;
    |$in:pat_param| $out:expr; |$res:pat_param, $d:pat_param| $back:expr;
)*) => { $(
    #[doc = concat!("The lens of [`", stringify!($name), "`].")]
    pub struct $wire<$($x),*>(PhantomData<fn($($x),*)>);
    $(#[$doc])*
    pub fn $name<$($x: Object),*>() -> Lens<$wire<$($x),*>> {
        Lens($wire(PhantomData))
    }
    impl<$($x),*> Clone for $wire<$($x),*> {
        fn clone(&self) -> Self { *self }
    }
    impl<$($x),*> Copy for $wire<$($x),*> {}
    impl<$($x),*> core::fmt::Debug for $wire<$($x),*> {
        fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result { f.write_str(stringify!($name)) }
    }
    impl<$($x: Object),*> Para for $wire<$($x),*> {
        type P = ();
        type A = $a;
        type B = $b;
        type M = $m;
        #[inline(always)]
        fn fwd(&self, (): (), $in: $a) -> Result<($b, $m)> { Ok($out) }
        #[inline(always)]
        fn bwd(&self, (): (), $res: $m, $d: Co<$b>, (): &mut ()) -> Result<Co<$a>> { $back }
    }
)* } }

wires! {
    /// Returns the wire that does nothing.
    id Id<X>: X => X, ();
        |x| (x, ()); |(), d| Ok(d);
    /// Returns $x \mapsto (x, x)$; backward, both changes are added.
    ///
    /// # Example
    /// ```
    /// use pullback::lens::*;
    /// assert_eq!(copy::<f64>().pull(&(), 3.0, (1.0, 10.0))?, ((3.0, 3.0), 11.0, ()));
    /// # Ok::<(), pullback::Error>(())
    /// ```
    copy Copied<X>: X => (X, X), ();
        |x| ((x.clone(), x), ()); |(), (mut l, r)| { l.add(&r)?; Ok(l) };
    /// Returns $x \mapsto ()$; backward, the zero in the shape of $x$.
    discard Discard<X>: X => (), Co<X>;
        |x| ((), x.zero()); |zero, ()| Ok(zero);
    /// Returns $(x, y) \mapsto (y, x)$.
    swap Swap<X, Y>: (X, Y) => (Y, X), ();
        |(x, y)| ((y, x), ()); |(), (dy, dx)| Ok((dx, dy));
    /// Returns $(x, y) \mapsto x$; backward, $y$ gets a zero.
    first First<X, Y>: (X, Y) => X, Co<Y>;
        |(x, y)| (x, y.zero()); |zero, dx| Ok((dx, zero));
    /// Returns $(x, y) \mapsto y$; backward, $x$ gets a zero.
    second Second<X, Y>: (X, Y) => Y, Co<X>;
        |(x, y)| (y, x.zero()); |zero, dy| Ok((zero, dy));
    /// Returns $((x, y), z) \mapsto (x, (y, z))$.
    assoc Assoc<X, Y, Z>: ((X, Y), Z) => (X, (Y, Z)), ();
        |((x, y), z)| ((x, (y, z)), ()); |(), (dx, (dy, dz))| Ok(((dx, dy), dz));
    /// Returns $(x, (y, z)) \mapsto ((x, y), z)$.
    unassoc Unassoc<X, Y, Z>: (X, (Y, Z)) => ((X, Y), Z), ();
        |(x, (y, z))| (((x, y), z), ()); |(), ((dx, dy), dz)| Ok((dx, (dy, dz)));
}

/// The lens of [`merge`].
pub struct Merge<X>(PhantomData<fn(X)>);
/// Returns $(x, y) \mapsto x + y$; backward, both get a copy. It is `copy` seen from behind.
///
/// # Example
/// ```
/// use pullback::lens::*;
/// assert_eq!(merge::<f64>().pull(&(), (3.0, 4.0), 2.0)?, (7.0, (2.0, 2.0), ()));
/// # Ok::<(), pullback::Error>(())
/// ```
pub fn merge<X: Object + Additive>() -> Lens<Merge<X>> {
    Lens(Merge(PhantomData))
}
impl<X> Clone for Merge<X> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<X> Copy for Merge<X> {}
impl<X> core::fmt::Debug for Merge<X> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("merge")
    }
}
impl<X: Object + Additive> Para for Merge<X> {
    type P = ();
    type A = (X, X);
    type B = X;
    type M = ();
    #[inline(always)]
    fn fwd(&self, (): (), (mut x, y): (X, X)) -> Result<(X, ())> {
        x.add(&y)?;
        Ok((x, ()))
    }
    #[inline(always)]
    fn bwd(&self, (): (), (): (), d: Co<X>, (): &mut ()) -> Result<(Co<X>, Co<X>)> {
        Ok((d.clone(), d))
    }
}
