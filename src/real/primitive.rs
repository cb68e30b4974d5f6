//! The ground numbers, `f32` and `f64`.

use super::{Operation, Real, special};
use crate::error::Result;
use core::fmt::{Debug, Display, LowerExp};
use num_traits::{Float, FloatConst, FromPrimitive};

/// A machine number: `f32` or `f64`.
///
/// Code that serves both is generic over `F: Primitive, T: Real<F>` and writes its literals `F::of(0.5)`.
pub trait Primitive:
    Real<Self> + FloatConst + FromPrimitive + Debug + Display + LowerExp + Default + Send + Sync + 'static
{
    /// Returns the nearest number to `x`.
    fn of(x: f64) -> Self;
    /// Returns this number as `f64`, exactly.
    fn widen(self) -> f64;
}

/// The special functions are computed in `f64` and rounded, so `f32` gets them to half a unit in the last place.
macro_rules! primitive { ($f:ident; $($one:ident)*; $($two:ident)*; $($with:ident($n:ty))*) => {
    impl Primitive for $f {
        #[inline(always)]
        fn of(x: f64) -> Self { x as $f }
        #[inline(always)]
        fn widen(self) -> f64 { self as f64 }
    }
    impl Real<$f> for $f {
        #[inline(always)]
        fn lit(x: $f) -> Self { x }
        #[inline(always)]
        fn primal(self) -> $f { self }
        #[inline(always)]
        fn stop_gradient(self) -> Self { self }
        #[inline(always)]
        fn vanishes(self) -> bool { self == 0.0 }
        #[inline(always)]
        fn all_finite(self) -> bool { Float::is_finite(self) }
        #[inline(always)]
        fn both_finite(self, o: Self) -> bool { !(self * 0.0 + o * 0.0).is_nan() }
        #[inline(always)]
        fn is_plain(self) -> bool { true }
        #[inline(always)]
        fn truth(self) -> Option<bool> { Some(self != 0.0) }
        #[inline(always)]
        fn ge01(self, o: Self) -> Self { if self >= o { 1.0 } else { 0.0 } }
        #[inline(always)]
        fn gt01(self, o: Self) -> Self { if self > o { 1.0 } else { 0.0 } }
        #[inline(always)]
        fn eq01(self, o: Self) -> Self { if self == o { 1.0 } else { 0.0 } }
        #[inline(always)]
        fn select(c: Self, a: Self, b: Self) -> Self { if c != 0.0 { a } else { b } }
        #[inline(always)]
        fn apply<O: Operation<$f>>(op: &O, x: &[Self]) -> Result<Self> { op.value(x) }
        #[inline(always)]
        fn linearise<O: Operation<$f>>(op: &O, x: &[Self], p: &mut [Self]) -> Result<Self> {
            op.value_and_partials(x, p)
        }
        $( #[inline] fn $one(self) -> Self { special::$one(f64::from(self)) as $f } )*
        $( #[inline] fn $two(self, o: Self) -> Self { special::$two(f64::from(self), f64::from(o)) as $f } )*
        $( #[inline] fn $with(self, n: $n) -> Self { special::$with(n, f64::from(self)) as $f } )*
    }
} }
macro_rules! primitives { ($($f:ident)*) => { $( primitive! { $f;
    erf erfc ln_gamma digamma sigmoid logit softplus norm_cdf norm_ppf xlogx;
    beta ln_beta xlogy;
    polygamma(u32) bessel_j(i32) spherical_bessel_j(u32)
} )* } }
primitives! { f32 f64 }
