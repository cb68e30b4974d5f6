//! The logarithm, and that of one plus a number.
//!
//! A positive number is written $2^k (1 + f)$ with $\sqrt{1/2} \le 1 + f < \sqrt 2$, and with $s = f/(2 + f)$
//! $$ \ln(1 + f) = 2\,\mathrm{artanh}\,s = 2s + s R(s^2) = f - s\,(f - R(s^2)), $$
//! where the last form has $f$, which is exact, in front: what is rounded is small beside it.

use super::{
    coefficients::{LN, LN_2},
    lane::{Lane, at_most, itself_below, polynomial, two_to},
};

const ONE: u64 = 1.0_f64.to_bits();
const ROOT_HALF: u64 = core::f64::consts::FRAC_1_SQRT_2.to_bits();
const MANTISSA: u64 = (1 << 52) - 1;
/// $2^{52}$: its mantissa, as an integer, is what is added to it.
const MANTISSA_ONLY: f64 = 4_503_599_627_370_496.0;

/// Returns $k$ and $f$ with $x = 2^k (1 + f)$, for a normal $x > 0$.
#[inline(always)]
fn split<V: Lane>(x: V) -> (V, V) {
    // the exponent steps at sqrt(1/2) once that has been moved to 1
    let moved = x.bits_plus(ONE - ROOT_HALF);
    let k = moved.bits_right(52).bits_or(MANTISSA_ONLY.to_bits()) - (MANTISSA_ONLY + 1023.0);
    (k, moved.bits_and(MANTISSA).bits_plus(ROOT_HALF) - 1.0)
}

/// Returns $k \ln 2 + \ln(1 + f) + c$ for a $c$ that is small.
#[inline(always)]
fn joined<V: Lane>(k: V, f: V, c: V) -> V {
    let s = f / (f + 2.0);
    let square = s * s;
    let rest = s * (f - square * polynomial(square, &LN)) - k.mul_add(f.lit(LN_2[1]), c);
    k.mul_add(f.lit(LN_2[0]), f - rest)
}

/// Returns `y` where $x$ is positive and finite, else what the logarithm of $x$ is there.
#[inline(always)]
fn at_edges<V: Lane>(x: V, y: V) -> V {
    let zero = x.lit(0.0);
    let outside = V::choose(x.less(zero), x.lit(f64::NAN), x.lit(f64::NEG_INFINITY));
    V::choose(x.less(x.lit(f64::INFINITY)), V::choose(zero.less(x), y, outside), x)
}

/// Returns the natural logarithm of $x$.
#[inline(always)]
pub(crate) fn ln<V: Lane>(x: V) -> V {
    let subnormal = x.less(x.lit(f64::MIN_POSITIVE));
    let (k, f) = split(V::choose(subnormal, x * 18_014_398_509_481_984.0, x));
    let k = V::choose(subnormal, k - 54.0, k);
    at_edges(x, joined(k, f, x.lit(0.0)))
}

/// Returns $\ln(1 + x)$.
#[inline(always)]
pub(crate) fn ln_1p<V: Lane>(x: V) -> V {
    itself_below(1e-17, x, at_edges(x + 1.0, ln_1p_from(x)))
}

/// Returns $\ln(1 + x)$ for a finite $x > -1$ other than $-0$.
#[inline(always)]
pub(super) fn ln_1p_from<V: Lane>(x: V) -> V {
    let sum = x + 1.0;
    let most = sum - 1.0;
    let lost = (x.lit(1.0) - (sum - most)) + (x - most); // 1 + x = sum + lost, exactly
    let (k, f) = split(sum);
    // lost / sum, where sum = 2^k (1 + f): it is below 2^-53, a few bits of 1/(1 + f) = 1 - f + f^2 - .. will do
    let c = lost * two_to(-at_most(k, 1023.0)) * f.mul_add(f, f.lit(1.0) - f);
    joined(k, f, c)
}
