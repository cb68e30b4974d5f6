//! The beta function and its logarithm.
//!
//! $B(a,b) = \Gamma(a)\Gamma(b)/\Gamma(a+b)$, but three gamma functions, or the difference of their logarithms, lose all
//! digits once an argument is large: $\ln\Gamma(10^{10})$ is $2\cdot10^{11}$, and what is left of it after the difference
//! is rounding. So the large parts are cancelled on paper: with an argument past `FAR`, Stirling's formula is written for
//! the quotient. Negative arguments are reflected to positive ones.

use core::f64::consts::PI;

#[allow(unused_imports)] // inherent methods take over wherever std is linked
use num_traits::Float;

use super::gamma::{FAR, ln_gamma, stirling};

/// $\tfrac12 \ln 2\pi$
const HALF_LN_TAU: f64 = 0.918_938_533_204_672_8;

/// Returns $B(a,b) = \Gamma(a)\Gamma(b)/\Gamma(a+b)$, with its sign for negative arguments.
///
/// # Kinks
/// Zero where only `a + b` is a pole of $\Gamma$. At a zero argument the value is an infinity of that zero's sign. At a
/// negative integer it is NaN, since the two sides disagree; but where `a` and `a + b` are both poles and `b` is a
/// positive integer, it is the limit in `a`, $(-1)^b B(1-a-b, b)$.
///
/// # Source
/// NIST DLMF 5.12.1, 5.5.3 and 5.11.1.
pub(crate) fn beta(a: f64, b: f64) -> f64 {
    match by_positive(a, b) {
        Reflected::Value(value) => value,
        Reflected::Times(c, p, q) => {
            let (front, exponent) = scaled(p, q);
            times_exp(c * front, exponent)
        }
        Reflected::Over(c, p, q) => {
            let (front, exponent) = scaled(p, q);
            times_exp(c / front, -exponent)
        }
    }
}

/// Returns $\ln|B(a,b)|$; `+inf` at the poles of [`beta`], `-inf` at its zeros.
pub(crate) fn ln_beta(a: f64, b: f64) -> f64 {
    match by_positive(a, b) {
        Reflected::Value(_) if a.is_nan() || b.is_nan() => f64::NAN,
        Reflected::Value(value) if value.is_nan() && a.is_finite() && b.is_finite() => f64::INFINITY,
        Reflected::Value(value) => value.abs().ln(),
        Reflected::Times(c, p, q) => c.abs().ln() + ln_positive(p, q),
        Reflected::Over(c, p, q) => c.abs().ln() - ln_positive(p, q),
    }
}

/// The beta function of any arguments by that of positive ones.
enum Reflected {
    /// It is this value.
    Value(f64),
    /// It is $c\,B(p,q)$.
    Times(f64, f64, f64),
    /// It is $c/B(p,q)$.
    Over(f64, f64, f64),
}

/// Reflects the negative arguments among `a` and `b`.
fn by_positive(a: f64, b: f64) -> Reflected {
    let (a, b) = if a <= b { (a, b) } else { (b, a) };
    if a > 0.0 && b < f64::INFINITY {
        return Reflected::Times(1.0, a, b);
    }
    if a.is_nan() || b.is_nan() || a == f64::NEG_INFINITY || b == f64::INFINITY || is_pole(a) || is_pole(b) {
        return at_the_edge(a, b);
    }
    let c = a + b;
    if b < 0.0 {
        Reflected::Over((sin_pi(c) / sin_pi(a)) * (PI / sin_pi(b)) / (1.0 - c), 1.0 - a, 1.0 - b)
    } else if c > 0.0 {
        Reflected::Over(PI / (sin_pi(a) * b), 1.0 - a, c)
    } else {
        Reflected::Times(sin_pi(c) / sin_pi(a), b, 1.0 - c)
    }
}

/// Deals with infinite arguments, NaN, and poles of the gamma function; `a <= b` unless one is NaN.
fn at_the_edge(a: f64, b: f64) -> Reflected {
    let nan = Reflected::Value(f64::NAN);
    if a.is_nan() || b.is_nan() || a == f64::NEG_INFINITY {
        nan
    } else if b == f64::INFINITY {
        match a {
            _ if a > 0.0 => Reflected::Value(0.0),
            _ if is_pole(a) => nan,
            _ => Reflected::Value(f64::INFINITY.copysign(sin_pi(a))),
        }
    } else if a == 0.0 && b == 0.0 {
        Reflected::Value(1.0 / a + 1.0 / b)
    } else if a == 0.0 {
        Reflected::Value(1.0 / a)
    } else if b == 0.0 && !is_pole(a) {
        Reflected::Value(1.0 / b)
    } else if b > 0.0 && b == b.floor() && a + b <= 0.0 {
        Reflected::Times(if b % 2.0 == 0.0 { 1.0 } else { -1.0 }, 1.0 - a - b, b)
    } else {
        nan
    }
}

/// Whether the gamma function has a pole at `x`.
fn is_pole(x: f64) -> bool {
    x <= 0.0 && x == x.floor()
}

/// Returns $\sin\pi x$, exactly zero at the integers.
fn sin_pi(x: f64) -> f64 {
    let half = 0.5 * x;
    let r = 2.0 * (half - half.round()); // in [-1, 1], exact
    let folded = if r.abs() > 0.5 { (1.0 - r.abs()).copysign(r) } else { r };
    (PI * folded).sin()
}

/// Returns `(f, e)` with $B(p,q) = f\,e^e$ for positive `p` and `q`.
fn scaled(p: f64, q: f64) -> (f64, f64) {
    let (p, q) = if p <= q { (p, q) } else { (q, p) };
    if q < FAR {
        (libm::tgamma(p) / libm::tgamma(p + q) * libm::tgamma(q), 0.0)
    } else if p < FAR {
        (libm::tgamma(p), large_by_small(p, q))
    } else {
        (1.0, large_by_large(p, q))
    }
}

/// Returns $\ln B(p,q)$ for positive `p` and `q`.
fn ln_positive(p: f64, q: f64) -> f64 {
    let (p, q) = if p <= q { (p, q) } else { (q, p) };
    if q < FAR {
        ln_gamma(p) - ln_gamma(p + q) + ln_gamma(q)
    } else if p < FAR {
        ln_gamma(p) + large_by_small(p, q)
    } else {
        large_by_large(p, q)
    }
}

/// Returns $\ln\Gamma(q) - \ln\Gamma(p+q)$ for $p <$ `FAR` $\le q$.
fn large_by_small(p: f64, q: f64) -> f64 {
    let shift = p - (q - 0.5) * (p / q).ln_1p();
    shift - p * (p + q).ln() + (stirling(q) - stirling(p + q))
}

/// Returns $\ln B(p,q)$ for `FAR` $\le p \le q$.
fn large_by_large(p: f64, q: f64) -> f64 {
    let t = p / q;
    let corrections = stirling(p) + stirling(q) - stirling(p + q);
    HALF_LN_TAU - 0.5 * q.ln() + corrections + (p - 0.5) * (t / (1.0 + t)).ln() - q * t.ln_1p()
}

/// Returns $f\,e^e$; only a result out of range leaves the range.
fn times_exp(f: f64, e: f64) -> f64 {
    let half = (0.5 * e).exp();
    f * half * half
}
