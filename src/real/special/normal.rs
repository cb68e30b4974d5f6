//! The error function and the normal distribution.
//!
//! The left tail is where relative accuracy is won or lost. $\Phi(-30)$ is 5e-198, and one rounding of $30/\sqrt2$ alone
//! moves it by 900 roundings of its own. So [`norm_cdf`] carries that rounding along and takes it out again.

use core::f64::consts::{FRAC_1_SQRT_2, FRAC_2_SQRT_PI};

#[allow(unused_imports)] // inherent methods take over wherever std is linked
use num_traits::Float;

/// Returns the error function $\frac{2}{\sqrt\pi}\int_0^x e^{-t^2}\,dt$.
pub(crate) fn erf(x: f64) -> f64 {
    libm::erf(x)
}

/// Returns $1 - \operatorname{erf} x$, with all its digits in the right tail.
pub(crate) fn erfc(x: f64) -> f64 {
    libm::erfc(x)
}

/// $1/\sqrt2$ in two parts; the first has 26 bits.
const INV_SQRT_2: (f64, f64) = (0.707_106_769_084_930_4, 1.210_161_710_447_897e-8);

/// Returns $\Phi(x) = \tfrac12 \operatorname{erfc}(-x/\sqrt2)$, with all its digits in the left tail.
pub(crate) fn norm_cdf(x: f64) -> f64 {
    let z = -x * FRAC_1_SQRT_2;
    let value = 0.5 * erfc(z);
    if x > -1.0 || value == 0.0 {
        return value;
    }
    // Dekker's product: the part of -x/sqrt 2 that z has lost, exact to its own rounding.
    let high = f64::from_bits(x.to_bits() & !0x07ff_ffff);
    let low = x - high;
    let lost = -((high * INV_SQRT_2.0 + z) + (high * INV_SQRT_2.1 + low * FRAC_1_SQRT_2));
    value - 0.5 * FRAC_2_SQRT_PI * (-z * z).exp() * lost
}

/// Returns the `x` with $\Phi(x) = p$: `-inf` at 0, `+inf` at 1, NaN outside.
///
/// # Source
/// M. J. Wichura, Algorithm AS 241, Applied Statistics 37 (1988), PPND16.
pub(crate) fn norm_ppf(p: f64) -> f64 {
    if !(0.0..=1.0).contains(&p) {
        return f64::NAN;
    }
    let centred = p - 0.5;
    if centred.abs() <= 0.425 {
        return centred * ratio(&CENTRE, 0.180625 - centred * centred);
    }
    let tail = if p < 0.5 { p } else { 1.0 - p };
    if tail == 0.0 {
        return f64::INFINITY.copysign(centred);
    }
    let r = (-tail.ln()).sqrt();
    let x = if r <= 5.0 { ratio(&TAIL, r - 1.6) } else { ratio(&FAR_TAIL, r - 5.0) };
    x.copysign(centred)
}

/// Numerator and denominator, the lowest power first.
type Rational = ([f64; 8], [f64; 8]);

/// Returns the value of a rational function.
fn ratio((above, below): &Rational, x: f64) -> f64 {
    let horner = |c: &[f64; 8]| c.iter().rev().fold(0.0, |sum, c| sum * x + c);
    horner(above) / horner(below)
}

/// $|p - \tfrac12| \le 0.425$, in $0.425^2 - (p - \tfrac12)^2$.
#[allow(clippy::excessive_precision)] // as published
const CENTRE: Rational = (
    [
        3.387132872796366608,
        133.14166789178437745,
        1971.5909503065514427,
        13731.693765509461125,
        45921.953931549871457,
        67265.770927008700853,
        33430.575583588128105,
        2509.0809287301226727,
    ],
    [
        1.0,
        42.313330701600911252,
        687.1870074920579083,
        5394.1960214247511077,
        21213.794301586595867,
        39307.89580009271061,
        28729.085735721942674,
        5226.495278852854561,
    ],
);

/// $r = \sqrt{-\ln p} \le 5$, in $r - 1.6$.
#[allow(clippy::excessive_precision)] // as published
const TAIL: Rational = (
    [
        1.42343711074968357734,
        4.6303378461565452959,
        5.7694972214606914055,
        3.64784832476320460504,
        1.27045825245236838258,
        0.24178072517745061177,
        0.0227238449892691845833,
        7.7454501427834140764e-4,
    ],
    [
        1.0,
        2.05319162663775882187,
        1.6763848301838038494,
        0.68976733498510000455,
        0.14810397642748007459,
        0.0151986665636164571966,
        5.475938084995344946e-4,
        1.05075007164441684324e-9,
    ],
);

/// $r > 5$, in $r - 5$.
#[allow(clippy::excessive_precision)] // as published
const FAR_TAIL: Rational = (
    [
        6.6579046435011037772,
        5.4637849111641143699,
        1.7848265399172913358,
        0.29656057182850489123,
        0.026532189526576123093,
        0.0012426609473880784386,
        2.71155556874348757815e-5,
        2.01033439929228813265e-7,
    ],
    [
        1.0,
        0.59983220655588793769,
        0.13692988092273580531,
        0.0148753612908506148525,
        7.868691311456132591e-4,
        1.8463183175100546818e-5,
        1.4215117583164458887e-7,
        2.04426310338993978564e-15,
    ],
);
