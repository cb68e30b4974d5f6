//! Every elementary operation, once: its name, its value, its partial derivatives, its domain, its kinks.
//!
//! Each operation is a small value with the trait [`Unary`] or [`Binary`]. Values and partials are generic over the
//! number, so one formula serves every mode and every order; the engines (`forward`, `tape`) only *schedule* it. That
//! also means that agreement between modes says nothing about a formula: the tests hold each one against 50-digit
//! values that were computed elsewhere.
//!
//! # Rules of this table
//! * **A** At a kink the derivative is that of the branch which the primal selects.
//! * **B** No change stays no change: a zero tangent or cotangent contributes exactly zero ([`Real::times`]).
//! * **C** Poles are honest: ±∞ where the one-sided limit says so, NaN where there is none, NaN outside the domain.
//! * **D** A convex function has derivative 0 at the kink where it is least (`abs`, `hypot`, `norm`).
//!
//! A partial never branches on the host: its case splits use [`Real::select`], so that a recording is right on every
//! branch.
//!
//! ```
//! use pullback::op::{Sqrt, Unary};
//! let (x, y) = (9.0, Sqrt.eval(9.0));
//! assert_eq!((y, Sqrt.partial(x, y)), (3.0, 1.0 / 6.0));
//! ```

mod binary;
mod elementary;
mod nary;
mod number;
mod special;
mod table;

pub use binary::*;
pub use elementary::*;
pub use nary::*;
pub(crate) use number::number;
pub use special::*;
#[cfg(test)]
pub(crate) use table::{BINARY, UNARY};
pub use table::{Bin, Relation, Un};

use crate::real::{Primitive, Real};

/// An operation of one argument.
pub trait Unary: Copy + core::fmt::Debug {
    /// The name, as the method that applies it is spelled.
    const NAME: &'static str;
    /// The closed interval outside which the value is NaN.
    const DOMAIN: [f64; 2] = [f64::NEG_INFINITY, f64::INFINITY];
    /// Points without a derivative in the interior of the domain, where there are few enough to list.
    const KINKS: &'static [f64] = &[];
    /// The derivative is zero wherever it exists.
    const FLAT: bool = false;
    /// Returns the value at `x`.
    fn eval<F: Primitive, T: Real<F>>(self, x: T) -> T;
    /// Returns $dy/dx$ at `x`, where `y` is the value.
    fn partial<F: Primitive, T: Real<F>>(self, x: T, y: T) -> T;
}

/// An operation of two arguments.
pub trait Binary: Copy + core::fmt::Debug {
    /// The name, as the method that applies it is spelled.
    const NAME: &'static str;
    /// +1 for a sum, −1 for a difference, 0 for everything else: a sum needs no product with its partials.
    const SIGN: i8 = 0;
    /// Returns the value at `(a, b)`.
    fn eval<F: Primitive, T: Real<F>>(self, a: T, b: T) -> T;
    /// Returns $(\partial y/\partial a, \partial y/\partial b)$, where `y` is the value.
    fn partials<F: Primitive, T: Real<F>>(self, a: T, b: T, y: T) -> [T; 2];
    /// The arguments may change places.
    const COMMUTES: bool = false;
    /// Returns the value at `(a, b)` for a literal `b`.
    #[inline(always)]
    fn eval_by<F: Primitive, T: Real<F>>(self, a: T, b: F) -> T {
        self.eval(a, T::lit(b))
    }
    /// Returns $\partial y/\partial a$ for a literal `b`, where that depends on `b` alone.
    #[inline(always)]
    fn slope_by<F: Primitive>(self, _b: F) -> Option<F> {
        None
    }
}

/// Says whether the arguments of `op` may change places.
#[inline(always)]
pub(crate) fn commutes<O: Binary>(_op: &O) -> bool {
    O::COMMUTES
}

/// Returns 1 where $\max(a, b)$ is `a` with its derivative, else 0: at a tie the first, the other where one is NaN.
#[inline(always)]
pub(crate) fn larger_is_first<F: Primitive, T: Real<F>>(a: T, b: T) -> T {
    T::select(b.eq01(b), a.ge01(b), T::one())
}
/// Returns 1 where $\min(a, b)$ is `a` with its derivative, else 0: at a tie the first, the other where one is NaN.
#[inline(always)]
pub(crate) fn smaller_is_first<F: Primitive, T: Real<F>>(a: T, b: T) -> T {
    T::select(b.eq01(b), b.ge01(a), T::one())
}

/// Returns the literal `x` at any number.
#[inline(always)]
fn c<F: Primitive, T: Real<F>>(x: f64) -> T {
    T::lit(F::of(x))
}

/// Returns `p` where `inside` is not zero, else NaN with NaN for all its derivatives: outside its domain an operation
/// has no finite partial of any order.
#[inline(always)]
fn inside<F: Primitive, T: Real<F>>(inside: T, p: T) -> T {
    match inside.truth() {
        Some(true) => p,
        _ => T::select(inside, p, p * F::nan()),
    }
}

/// Defines unary operations: `Name(field) = method on domain kinks points => |x, y| partial`.
macro_rules! unary { ($(
    $(#[$doc:meta])*
    $op:ident $(($n:ident: $nt:ty))? = $name:ident
    $(on [$lo:expr, $hi:expr])? $(kinks $kinks:expr)? $(, $flat:ident)?
    => |$x:ident, $y:ident| $partial:expr;
)*) => { $(
    $(#[$doc])*
    #[derive(Clone, Copy, Debug, PartialEq)]
    pub struct $op $((#[doc = "The order."] pub $nt))?;
    impl $crate::op::Unary for $op {
        const NAME: &'static str = stringify!($name);
        $(const DOMAIN: [f64; 2] = [$lo, $hi];)?
        $(const KINKS: &'static [f64] = &$kinks;)?
        $(const FLAT: bool = stringify!($flat).len() == 4;)?
        #[inline(always)]
        fn eval<F: $crate::real::Primitive, T: $crate::real::Real<F>>(self, x: T) -> T {
            $(let $op($n) = self;)?
            x.$name($($n)?)
        }
        #[inline(always)]
        #[allow(unused_variables)]
        fn partial<F: $crate::real::Primitive, T: $crate::real::Real<F>>(self, $x: T, $y: T) -> T {
            $(let $op($n) = self;)?
            $partial
        }
    }
)* } }
use unary;
