//! The operations that are called: the same functions that the interpreter runs, as addresses.

use crate::{
    op::{Bin, Un},
    real::Primitive,
};

/// Makes functions of the given operations, and returns the address of the one that is asked for.
macro_rules! address {
    ($op:expr, $F:ident, Un: $($name:ident)*, { $($rest:tt)* }) => {
        match $op {
            $( Un::$name => {
                extern "C" fn call<F: Primitive>(x: F) -> F { Un::$name.eval::<F, F>(x) }
                call::<$F> as extern "C" fn($F) -> $F as usize
            } )*
            $($rest)*
        }
    };
    ($op:expr, $F:ident, Bin: $($name:ident)*) => {
        match $op { $( Bin::$name => {
            extern "C" fn call<F: Primitive>(x: F, y: F) -> F { Bin::$name.eval::<F, F>(x, y) }
            call::<$F> as extern "C" fn($F, $F) -> $F as usize
        } )* }
    };
}

/// A function of one argument, or of one argument and an order.
pub(super) enum Address {
    Plain(usize),
    Order(usize, i32),
}

/// Returns the function of an operation of one argument.
pub(super) fn unary<F: Primitive>(u: Un) -> Address {
    Address::Plain(address!(u, F, Un:
    Neg Abs Signum Floor Ceil Round Trunc Fract Recip Sqrt Cbrt Exp Exp2 ExpM1 Ln Log2 Log10 Ln1p
    Sin Cos Tan Asin Acos Atan Sinh Cosh Tanh Asinh Acosh Atanh
    Erf Erfc LnGamma Digamma Sigmoid Logit Softplus NormCdf NormPpf Xlogx ToDegrees ToRadians,
    {
        Un::Powi(n) => return Address::Order(powi::<F> as extern "C" fn(F, i32) -> F as usize, n),
        Un::Polygamma(n) => return Address::Order(polygamma::<F> as extern "C" fn(F, i32) -> F as usize, n as i32),
        Un::SphericalBesselJ(n) => return Address::Order(spherical::<F> as extern "C" fn(F, i32) -> F as usize, n as i32),
        Un::BesselJ(n) => return Address::Order(bessel::<F> as extern "C" fn(F, i32) -> F as usize, n),
    }))
}
extern "C" fn powi<F: Primitive>(x: F, n: i32) -> F {
    Un::Powi(n).eval::<F, F>(x)
}
extern "C" fn polygamma<F: Primitive>(x: F, n: i32) -> F {
    Un::Polygamma(n as u32).eval::<F, F>(x)
}
extern "C" fn spherical<F: Primitive>(x: F, n: i32) -> F {
    Un::SphericalBesselJ(n as u32).eval::<F, F>(x)
}
extern "C" fn bessel<F: Primitive>(x: F, n: i32) -> F {
    Un::BesselJ(n).eval::<F, F>(x)
}

/// Returns the function of an operation of two arguments.
pub(super) fn binary<F: Primitive>(b: Bin) -> usize {
    address!(b, F, Bin: Add Sub Mul Div Rem Powf Atan2 Hypot Copysign Xlogy Beta LnBeta)
}
/// Returns the function that multiplies and adds with one rounding.
pub(super) fn mul_add<F: Primitive>() -> usize {
    extern "C" fn call<F: Primitive>(x: F, y: F, z: F) -> F {
        num_traits::Float::mul_add(x, y, z)
    }
    call::<F> as extern "C" fn(F, F, F) -> F as usize
}
/// Returns the functions of the larger and the smaller of two.
pub(super) fn extreme<F: Primitive>(larger: bool) -> usize {
    extern "C" fn max<F: Primitive>(x: F, y: F) -> F {
        num_traits::Float::max(x, y)
    }
    extern "C" fn min<F: Primitive>(x: F, y: F) -> F {
        num_traits::Float::min(x, y)
    }
    if larger { max::<F> as extern "C" fn(F, F) -> F as usize } else { min::<F> as extern "C" fn(F, F) -> F as usize }
}
