//! Jets against truth that shares no code with them, against nested duals, and at the edges.
mod edges;
mod nesting;
mod series;
mod table;

use pullback::*;

/// Asserts `|found − expected| ≤ units · ε · (|expected| + scale)`, coefficient by coefficient.
fn close(what: &str, found: &[f64], expected: &[f64], units: f64, scale: f64) {
    assert_eq!(found.len(), expected.len(), "{what}");
    for (k, (f, e)) in found.iter().zip(expected).enumerate() {
        let tolerance = units * f64::EPSILON * (e.abs() + scale);
        assert!(
            (f - e).abs() <= tolerance,
            "{what}, coefficient {k}: expected {e:e}, found {f:e} ({expected:?}, {found:?})"
        );
    }
}

/// Lists operations of one argument: `name(parameter) at points` in the interior of the domain. The name alone chooses
/// the method, so that a table of truth can call it.
macro_rules! unary { ($($name:ident $(($n:literal))? at $($x:literal)*;)*) => {
    /// (name, parameter or "", points)
    const UNARY: &[(&str, &str, &[f64])] = &[$((stringify!($name), concat!($($n)?), &[$($x),*])),*];
    fn unary<F: Primitive, T: Real<F>>(name: &str, parameter: &str, x: T) -> T {
        match (name, parameter) {
            $((stringify!($name), concat!($($n)?)) => x.$name($($n)?),)*
            _ => panic!("no operation {name}({parameter})"),
        }
    }
} }
unary! {
    neg at 0.7; abs at -0.7 2.0; signum at 0.7; floor at 1.7; ceil at 1.7; round at 1.7; trunc at -1.7; fract at 1.7;
    recip at -2.5 0.3; sqrt at 0.3 4.0; cbrt at -8.0 0.3; exp at -3.0 0.0 2.0; exp2 at -3.0 2.0; exp_m1 at -1.0 1e-9 2.0;
    ln at 0.3 5.0; log2 at 0.3 5.0; log10 at 0.3 5.0; ln_1p at -0.5 1e-9 3.0; sin at 0.0 1.0 -20.0; cos at 0.0 1.0 -20.0;
    tan at 0.0 1.0 -1.2; asin at -0.5 0.9; acos at -0.5 0.9; atan at 0.0 -3.0 0.5; sinh at 0.0 -3.0 1.0;
    cosh at 0.0 -3.0 1.0; tanh at 0.0 -3.0 1.0; asinh at 0.0 -3.0 1.0; acosh at 1.1 5.0; atanh at -0.5 0.9;
    powi(-3) at -0.7 2.0; powi(-1) at -0.7 2.0; powi(0) at -0.7 0.0; powi(1) at -0.7 0.0; powi(2) at -0.7 0.0;
    powi(3) at -0.7 0.0; powi(7) at -0.7 0.0; powi(40) at -0.7 1.1; erf at -2.0 0.0 0.7; erfc at -2.0 0.0 0.7;
    ln_gamma at 0.5 2.5 10.0; digamma at 0.5 2.5 10.0; polygamma(1) at 0.5 2.5; polygamma(2) at 0.5 2.5;
    polygamma(3) at 0.5 2.5; sigmoid at -30.0 0.0 2.0 30.0; logit at 0.01 0.5; softplus at -30.0 0.0 30.0;
    norm_cdf at -2.0 0.0 1.0; norm_ppf at 0.1 0.5 0.9; sinc at 0.5 10.0; spherical_bessel_j(1) at 0.5 10.0;
    spherical_bessel_j(2) at 0.5 10.0; spherical_bessel_j(3) at 0.5 10.0; bessel_j(-1) at 0.5 10.0;
    bessel_j(0) at 0.5 10.0; bessel_j(1) at 0.5 10.0; bessel_j(2) at 0.5 10.0; bessel_j(5) at 0.5 10.0;
    xlogx at 0.3 5.0; to_degrees at 0.7; to_radians at 0.7; relu at -1.0 1.0;
}

/// Lists operations of two arguments, as above.
macro_rules! binary { ($($name:ident $method:path, at $([$a:literal, $b:literal])*;)*) => {
    /// (name, points)
    const BINARY: &[(&str, &[[f64; 2]])] = &[$((stringify!($name), &[$([$a, $b]),*])),*];
    fn binary<F: Primitive, T: Real<F>>(name: &str, a: T, b: T) -> T {
        match name {
            $(stringify!($name) => $method(a, b),)*
            _ => panic!("no operation {name}"),
        }
    }
} }
binary! {
    add core::ops::Add::add, at [2.0, 3.0]; sub core::ops::Sub::sub, at [2.0, 3.0]; mul core::ops::Mul::mul, at [2.0, -3.0];
    div core::ops::Div::div, at [2.0, -3.0] [0.0, 0.1]; rem core::ops::Rem::rem, at [5.5, 2.0] [-5.5, 2.0];
    powf T::powf, at [2.0, 3.0] [0.5, -1.5] [1e-3, 3.0]; max T::max, at [1.0, 2.0]; min T::min, at [1.0, 2.0];
    atan2 T::atan2, at [3.0, 4.0] [-1.0, -0.5] [1.0, -0.1]; hypot T::hypot, at [3.0, 4.0] [-1e-3, 0.2];
    copysign T::copysign, at [2.0, -1.0] [-2.0, -1.0]; xlogy T::xlogy, at [-1.5, 2.0] [0.0, 0.3];
    beta T::beta, at [0.5, 0.5] [2.0, 3.0]; ln_beta T::ln_beta, at [0.5, 0.5] [2.0, 3.0]; abs_sub T::abs_sub, at [2.0, 1.0];
    log T::log, at [8.0, 2.0] [0.3, 5.0]; div_euclid Real::div_euclid, at [5.5, 2.0] [-5.5, -2.0];
    rem_euclid Real::rem_euclid, at [5.5, 2.0] [-5.5, -2.0];
}
