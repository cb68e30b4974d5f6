//! Sine, cosine and arc tangent.
//!
//! $x = n\,\pi/2 + r$ with $|r| \le \pi/4$. Four parts of $\pi/2$, the first three of 33 bits, so that their products with
//! $n < 2^{20}$ are exact, give $r$ to the last bit of a pair of doubles, however close $x$ is to a multiple of $\pi/2$.

use super::{
    coefficients::{ATAN, COS, HALF_PI, HALF_PI_PAIR, QUARTER_PI_PAIR, SIN},
    lane::{INTEGER, Lane, abs, itself_below, polynomial, signed},
};
use core::f64::consts::FRAC_2_PI;

/// Sine and cosine hold for $|x| \le 2^{20}$; beyond, a lane has to be computed otherwise.
pub(crate) const CIRCULAR_LIMIT: f64 = 1_048_576.0;

/// $x = n\,\pi/2 + r + c$, where $c$ is less than the last bit of $r$; the low bits of `turn` are those of $n$.
struct Reduced<V> {
    turn: V,
    r: V,
    c: V,
}

#[inline(always)]
fn reduce<V: Lane>(x: V) -> Reduced<V> {
    let turn = x.mul_add(x.lit(FRAC_2_PI), x.lit(INTEGER));
    let n = turn - INTEGER;
    let first = n.mul_add(x.lit(-HALF_PI[0]), x); // exact
    let (second, lost_second) = difference(first, n * HALF_PI[1]);
    let (third, lost_third) = difference(second, n * HALF_PI[2]);
    let rest = n.mul_add(x.lit(-HALF_PI[3]), lost_second + lost_third);
    let r = third + rest;
    Reduced { turn, r, c: rest - (r - third) }
}

/// Returns the rounded difference of two numbers and what the rounding lost.
#[inline(always)]
fn difference<V: Lane>(a: V, b: V) -> (V, V) {
    let d = a - b;
    let of_b = a - d;
    (d, (a - (d + of_b)) + (of_b - b))
}

/// Returns $\sin(r + c)$ and $\cos(r + c)$, $|r| \le \pi/4$.
#[inline(always)]
fn near_zero<V: Lane>(r: V, c: V) -> (V, V) {
    let square = r * r;
    let half = square * 0.5;
    let most = r.lit(1.0) - half;
    let sine = r + (square * r).mul_add(polynomial(square, &SIN), c * most);
    let fourth = (square * square).mul_add(polynomial(square, &COS), -(r * c));
    (sine, most + (((r.lit(1.0) - most) - half) + fourth))
}

/// Returns, of sine and cosine of what is left, the one that the number of quarter turns asks for, with its sign.
#[inline(always)]
fn turned<V: Lane>(turn: V, (sine, cosine): (V, V)) -> V {
    let minus_one_to_n = turn.bits_left(63).bits_or(1.0_f64.to_bits());
    let y = V::choose(minus_one_to_n.less(turn.lit(0.0)), cosine, sine);
    y.bits_xor(turn.bits_and(2).bits_left(62))
}

/// Returns the sine of $x$, $|x| \le$ [`CIRCULAR_LIMIT`].
#[inline(always)]
pub(crate) fn sin<V: Lane>(x: V) -> V {
    let Reduced { turn, r, c } = reduce(x);
    itself_below(1e-9, x, turned(turn, near_zero(r, c)))
}

/// Returns the cosine of $x$, $|x| \le$ [`CIRCULAR_LIMIT`].
#[inline(always)]
pub(crate) fn cos<V: Lane>(x: V) -> V {
    let Reduced { turn, r, c } = reduce(x);
    turned(turn.bits_plus(1), near_zero(r, c))
}

/// Returns sine and cosine of $x$, $|x| \le$ [`CIRCULAR_LIMIT`], for little more than one of them.
#[inline(always)]
pub(crate) fn sin_cos<V: Lane>(x: V) -> (V, V) {
    let Reduced { turn, r, c } = reduce(x);
    let both = near_zero(r, c);
    (itself_below(1e-9, x, turned(turn, both)), turned(turn.bits_plus(1), both))
}

/// Returns the arc tangent of $x$.
///
/// With $a = |x|$: $\arctan a = \pi/4 + \arctan\frac{a - 1}{a + 1} = \pi/2 - \arctan\frac 1a$; one of the three forms leaves an
/// argument of at most one half.
#[inline(always)]
pub(crate) fn atan<V: Lane>(x: V) -> V {
    let a = abs(x);
    let (middle, large) = (x.lit(0.5).less(a), x.lit(2.0).less(a));
    let pick = |small: V, medium: V, big: V| V::choose(large, big, V::choose(middle, medium, small));
    let t = pick(a, a - 1.0, x.lit(-1.0)) / pick(x.lit(1.0), a + 1.0, a);
    let part = |k: usize| pick(x.lit(0.0), x.lit(QUARTER_PI_PAIR[k]), x.lit(HALF_PI_PAIR[k]));
    let square = t * t;
    let tail = (square * t).mul_add(polynomial(square, &ATAN), part(1));
    signed(part(0) + (t + tail), x)
}
