//! The tables of operations, with orders; that none is missing is what `operations.rs` asks.

use pullback::op::{Bin, Un};

pub(crate) const UNARY: &[Un] = {
    use Un::*;
    &[
        Neg, Abs, Signum, Floor, Ceil, Round, Trunc, Fract, Recip, Sqrt, Cbrt, Exp, Exp2, ExpM1, Ln, Log2, Log10, Ln1p,
        Sin, Cos, Tan, Asin, Acos, Atan, Sinh, Cosh, Tanh, Asinh, Acosh, Atanh, Erf, Erfc, LnGamma, Digamma, Sigmoid,
        Logit, Softplus, NormCdf, NormPpf, Xlogx, ToDegrees, ToRadians,
    ]
};
/// Orders that are written out, orders that are called, and the ends.
pub(crate) const WITH_ORDER: &[Un] = {
    use Un::*;
    &[
        Powi(0),
        Powi(1),
        Powi(2),
        Powi(3),
        Powi(7),
        Powi(64),
        Powi(65),
        Powi(1000),
        Powi(-1),
        Powi(-2),
        Powi(-64),
        Powi(-65),
        Powi(i32::MAX),
        Powi(i32::MIN),
        Polygamma(0),
        Polygamma(1),
        Polygamma(3),
        SphericalBesselJ(0),
        SphericalBesselJ(2),
        BesselJ(0),
        BesselJ(1),
        BesselJ(-2),
    ]
};
pub(crate) const BINARY: &[Bin] = {
    use Bin::*;
    &[Add, Sub, Mul, Div, Rem, Powf, Atan2, Hypot, Copysign, Xlogy, Beta, LnBeta]
};
/// Numbers at and around the edges.
pub(crate) const EDGES: &[f64] = &[
    0.0,
    -0.0,
    1.0,
    -1.0,
    0.5,
    -0.5,
    1.5,
    -2.5,
    3.0,
    -3.0,
    0.1,
    -0.75,
    20.0,
    -40.0,
    170.5,
    709.9,
    -745.2,
    1e16,
    -1e-9,
    1e-300,
    f64::MIN_POSITIVE,
    5e-324,
    -5e-324,
    1e-310,
    f64::MAX,
    f64::MIN,
    f64::INFINITY,
    f64::NEG_INFINITY,
    f64::NAN,
];
