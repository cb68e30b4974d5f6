//! Values of the special functions this crate differentiates, at `f64`.
//!
//! Only values live here: a number goes in, a number comes out. The derivatives are written elsewhere, in terms of these.
//! A function may enter when an operation of the crate needs its value. Some come from the `libm` crate, the others are
//! ours, because `libm` has none or has one that loses digits.
//!
//! Every function takes every `f64` without a panic. NaN in gives NaN out. A pole whose two sides agree is an infinity;
//! one whose sides disagree is NaN, except at zero, whose sign says which side is meant. The relative error is a few
//! `f64::EPSILON` times one plus the condition number $|x f'(x)/f(x)|$, which is what the rounding of `x` itself costs.
//! `tests/truth/special.csv` holds the truth, computed to fifty digits by `tests/truth/special.py`.

mod bessel;
mod beta;
mod gamma;
mod normal;
#[cfg(test)]
mod tests;

#[allow(unused_imports)] // inherent methods take over wherever std is linked
use num_traits::Float;

pub(crate) use bessel::{bessel_j, spherical_bessel_j};
pub(crate) use beta::{beta, ln_beta};
pub(crate) use gamma::{digamma, ln_gamma, polygamma};
pub(crate) use normal::{erf, erfc, norm_cdf, norm_ppf};

/// Returns $1/(1 + e^{-x})$. One exponential, of a number that is never positive, so that nothing overflows.
#[inline(always)]
pub(crate) fn sigmoid(x: f64) -> f64 {
    let e = (-x.abs()).exp();
    if x >= 0.0 { 1.0 / (1.0 + e) } else { e / (1.0 + e) }
}

/// Returns $\ln(1 + e^x)$.
pub(crate) fn softplus(x: f64) -> f64 {
    x.max(0.0) + (-x.abs()).exp().ln_1p()
}

/// Returns $\ln(p/(1-p))$: `-inf` at 0, `+inf` at 1, NaN outside.
///
/// Near one half the quotient is near one, and its distance from one is $(2p-1)/(1-p)$ without cancellation.
pub(crate) fn logit(p: f64) -> f64 {
    if (0.25..=0.75).contains(&p) { ((2.0 * p - 1.0) / (1.0 - p)).ln_1p() } else { (p / (1.0 - p)).ln() }
}

/// Returns $x \ln x$, which is 0 at 0.
pub(crate) fn xlogx(x: f64) -> f64 {
    xlogy(x, x)
}

/// Returns $x \ln y$, which is 0 at `x = 0` for every `y` that is a number.
pub(crate) fn xlogy(x: f64, y: f64) -> f64 {
    if x == 0.0 && !y.is_nan() { 0.0 } else { x * y.ln() }
}
