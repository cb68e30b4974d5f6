//! The exponential and what is made of it.
//!
//! An argument is written $x = n \ln 2 + r$ with an integer $n$ and $|r| \le \ln 2/2$; a polynomial gives $e^r - 1 - r$, and
//! $2^n$ is written into an exponent. Near 0 the functions that vanish there keep their relative accuracy, since $n = 0$
//! leaves the polynomial alone.

use super::{
    coefficients::{COSH, EXP, LN_2, SINH},
    lane::{Lane, abs, at_least, at_most, itself_below, minus_abs, nearest, polynomial, signed, two_to},
    logarithm::ln_1p_from,
};
use core::f64::consts::{LN_2 as LN_2_ROUNDED, LOG2_E};

/// An argument after the reduction: $x = n \ln 2 + r + c$, where $c$ is less than the last bit of $r$.
struct Reduced<V> {
    n: V,
    r: V,
    c: V,
}

#[inline(always)]
fn reduce<V: Lane>(x: V) -> Reduced<V> {
    let n = nearest(x * LOG2_E);
    let head = n.mul_add(x.lit(-LN_2[0]), x); // exact
    let r = n.mul_add(x.lit(-LN_2[1]), head);
    let c = n.mul_add(x.lit(-LN_2[1]), head - r);
    Reduced { n, r, c }
}

/// Returns $2^n e^r$ for $-1084 \le n \le 1026$, and what the last sum lost of it.
///
/// The factor is applied in two steps, since $2^n$ need not be a number; a subnormal result is rounded once.
#[inline(always)]
fn scaled<V: Lane>(n: V, r: V) -> (V, V) {
    let tail = (r * r).mul_add(polynomial(r, &EXP), r);
    let y = tail + 1.0;
    let half = nearest(n * 0.5);
    let (up, rest) = (two_to(half), two_to(n - half));
    (y * up * rest, (tail - (y - 1.0)) * up * rest)
}

/// Returns $e^x$ for $x \le 710$, and what its last sum lost.
#[inline(always)]
fn exp_below<V: Lane>(x: V) -> (V, V) {
    let Reduced { n, r, .. } = reduce(at_least(x, -750.0));
    scaled(n, r)
}

/// Returns $e^x$.
#[inline(always)]
pub(crate) fn exp<V: Lane>(x: V) -> V {
    exp_below(at_most(x, 710.0)).0
}

/// Returns $2^x$.
#[inline(always)]
pub(crate) fn exp2<V: Lane>(x: V) -> V {
    let x = at_least(at_most(x, 1025.0), -1080.0);
    let n = nearest(x);
    scaled(n, (x - n) * LN_2_ROUNDED).0
}

/// Returns $e^x - 1$.
#[inline(always)]
pub(crate) fn exp_m1<V: Lane>(x: V) -> V {
    itself_below(1e-17, x, exp_m1_from(at_least(at_most(x, 710.0), -40.0)))
}

/// Returns $e^x - 1$ for $-40 \le x \le 710$; relatively accurate down to $|x| = 10^{-290}$.
#[inline(always)]
fn exp_m1_from<V: Lane>(x: V) -> V {
    let Halves { most, factor, tail } = Halves::of(x);
    tail.mul_add(factor, most) * 2.0
}

/// $(e^x - 1)/2$ as `most + factor * tail`: at $n = 1024$ the whole is not a number where the result still is.
struct Halves<V> {
    most: V,
    factor: V,
    tail: V,
}
impl<V: Lane> Halves<V> {
    #[inline(always)]
    fn of(x: V) -> Self {
        let Reduced { n, r, c } = reduce(x);
        let factor = two_to(n - 1.0);
        let tail = (r * r).mul_add(polynomial(r, &EXP), c);
        Halves { most: r.mul_add(factor, factor - 0.5), factor, tail }
    }
}

/// Returns the hyperbolic sine of $x$.
#[inline(always)]
pub(crate) fn sinh<V: Lane>(x: V) -> V {
    let Addition { plus, minus, r, odd, even } = Addition::of(abs(x));
    let y = (even.mul_add(minus, odd * plus) + r.mul_add(plus, minus)) * 4.0;
    itself_below(1e-9, x, signed(y, x))
}

/// Returns the hyperbolic cosine of $x$.
#[inline(always)]
pub(crate) fn cosh<V: Lane>(x: V) -> V {
    let Addition { plus, minus, r, odd, even } = Addition::of(abs(x));
    (even.mul_add(plus, odd * minus) + r.mul_add(minus, plus)) * 4.0
}

/// The terms of the addition theorems $\sinh(a + r) = \sinh a \cosh r + \cosh a \sinh r$ and
/// $\cosh(a + r) = \cosh a \cosh r + \sinh a \sinh r$ at $a = n \ln 2$.
struct Addition<V> {
    /// A quarter of $\cosh a$ and of $\sinh a$: the whole may overflow where the result does not.
    plus: V,
    minus: V,
    /// $\sinh r$ is `r + odd`, $\cosh r$ is `1 + even`.
    r: V,
    odd: V,
    even: V,
}
impl<V: Lane> Addition<V> {
    #[inline(always)]
    fn of(x: V) -> Self {
        let Reduced { n, r, c } = reduce(at_most(x, 711.0));
        let (up, down) = (two_to(n - 3.0), two_to(-at_most(n, 1000.0) - 3.0));
        let square = r * r;
        let odd = (square * r).mul_add(polynomial(square, &SINH), c);
        Addition { plus: up + down, minus: up - down, r, odd, even: square * polynomial(square, &COSH) }
    }
}

/// Returns the hyperbolic tangent of $x$.
///
/// $\tanh a = h/(h + 1) = 1 - 1/(h + 1)$ with $h = (e^{2a} - 1)/2$: the second form where $h > 4$. In the first, what the
/// roundings of $h$ and $h + 1$ lose is put back to first order, where $1/(h + 1) = 1 - \tanh a$.
#[inline(always)]
pub(crate) fn tanh<V: Lane>(x: V) -> V {
    let Halves { most, factor, tail } = Halves::of(at_most(abs(x), 22.0) * 2.0);
    let tail = tail * factor;
    let (h, one) = (most + tail, x.lit(1.0));
    let sum = h + 1.0;
    let (lost, sum_lost) = (tail - (h - most), h - (sum - 1.0));
    let large = x.lit(4.0).less(h);
    let y = V::choose(large, one, h) / sum;
    let rest = one - y;
    signed(V::choose(large, rest, rest.mul_add(lost * rest - y * sum_lost, y)), x)
}

/// Returns $1/(1 + e^{-x})$.
///
/// With $e = e^{-|x|}$ it is $1/(1 + e)$ or, for $x < 0$, $e/(1 + e)$. What $e$ and the sum lack is put back to first order.
#[inline(always)]
pub(crate) fn sigmoid<V: Lane>(x: V) -> V {
    let (e, e_lost) = exp_below(minus_abs(x));
    let (zero, one) = (x.lit(0.0), x.lit(1.0));
    let sum = e + 1.0;
    let sum_lost = (e - (sum - 1.0)) + e_lost;
    let below = x.less(zero);
    let y = V::choose(below, e, one) / sum;
    let inverse = V::choose(below, one - y, y);
    inverse.mul_add(V::choose(below, e_lost, zero) - y * sum_lost, y)
}

/// Returns $\ln(1 + e^x)$.
#[inline(always)]
pub(crate) fn softplus<V: Lane>(x: V) -> V {
    at_least(x, 0.0) + ln_1p_from(exp_below(minus_abs(x)).0)
}
