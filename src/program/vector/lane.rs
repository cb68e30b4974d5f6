//! What a formula needs of a number to be run over lanes, or to be emitted as machine code.

use core::ops::{Add, Div, Mul, Neg, Sub};

/// A value of one lane: a double, or a name for one in code that is being emitted.
///
/// A formula over `Lane` is straight-line code: constants, arithmetic, comparisons and choices, no table and no branch. At
/// [`Scalar`] it is an ordinary function of a double, and a loop over lanes that calls it becomes vector code. An emitter
/// makes its value `Copy` by holding a shared reference to its builder: every method but [`Lane::choose`] has a `self` to
/// find it in, and `choose` has three.
///
/// Three facts of IEEE 754 binary64 are relied on: operations round to nearest, ties to even; comparisons with NaN are
/// false; subnormal numbers are kept.
pub(crate) trait Lane:
    Copy
    + Neg<Output = Self>
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Add<f64, Output = Self>
    + Sub<f64, Output = Self>
    + Mul<f64, Output = Self>
{
    /// The answer of a comparison.
    type Mask: Copy;

    /// Returns a constant; `self` says only where.
    fn lit(self, x: f64) -> Self;
    /// Returns `self * by + plus`, with one rounding where the target has an instruction for it, else with two.
    fn mul_add(self, by: Self, plus: Self) -> Self;
    /// Says whether `self < than`; false where either is NaN.
    fn less(self, than: Self) -> Self::Mask;
    /// Returns `yes` where the mask is true, else `no`. Both have been computed.
    fn choose(mask: Self::Mask, yes: Self, no: Self) -> Self;

    /// Returns the double whose bits are those of `self` and of `mask`.
    fn bits_and(self, mask: u64) -> Self;
    /// Returns the double whose bits are those of `self` or of `mask`.
    fn bits_or(self, mask: u64) -> Self;
    /// Returns the double whose bits are those of `self` or of `other`, not of both.
    fn bits_xor(self, other: Self) -> Self;
    /// Returns the double whose bits, as an integer, are those of `self` plus `n`, modulo $2^{64}$.
    fn bits_plus(self, n: u64) -> Self;
    /// Returns the double whose bits are those of `self` moved up by `n` places.
    fn bits_left(self, n: u32) -> Self;
    /// Returns the double whose bits are those of `self` moved down by `n` places, zeros coming in.
    fn bits_right(self, n: u32) -> Self;
}

/// The sign bit.
const SIGN: u64 = 1 << 63;
/// $3 \cdot 2^{51}$: a sum with it is an integer, and the low bits of its mantissa are that integer's.
pub(crate) const INTEGER: f64 = 6_755_399_441_055_744.0;

/// Returns $|x|$.
#[inline(always)]
pub(crate) fn abs<V: Lane>(x: V) -> V {
    x.bits_and(!SIGN)
}

/// Returns $-|x|$.
#[inline(always)]
pub(crate) fn minus_abs<V: Lane>(x: V) -> V {
    x.bits_or(SIGN)
}

/// Returns $y$ with its sign changed where that of $x$ is negative.
#[inline(always)]
pub(crate) fn signed<V: Lane>(y: V, x: V) -> V {
    y.bits_xor(x.bits_and(SIGN))
}

/// Returns the smaller of $x$ and a constant; NaN stays.
#[inline(always)]
pub(crate) fn at_most<V: Lane>(x: V, bound: f64) -> V {
    let bound = x.lit(bound);
    V::choose(bound.less(x), bound, x)
}

/// Returns the larger of $x$ and a constant; NaN stays.
#[inline(always)]
pub(crate) fn at_least<V: Lane>(x: V, bound: f64) -> V {
    let bound = x.lit(bound);
    V::choose(x.less(bound), bound, x)
}

/// Returns $y$, or $x$ where $|x|$ is below a bound: there the function is its argument, with its sign and its last bit.
#[inline(always)]
pub(crate) fn itself_below<V: Lane>(bound: f64, x: V, y: V) -> V {
    V::choose(abs(x).less(x.lit(bound)), x, y)
}

/// Returns the integer nearest to $x$, $|x| < 2^{51}$, ties to even.
#[inline(always)]
pub(crate) fn nearest<V: Lane>(x: V) -> V {
    (x + INTEGER) - INTEGER
}

/// Returns $2^n$ for an integer $n$ from −1022 to 1023, and 0 for −1023.
#[inline(always)]
pub(crate) fn two_to<V: Lane>(n: V) -> V {
    (n + (INTEGER + 1023.0)).bits_left(52)
}

/// Returns $\sum_k c_k x^k$, the even and the odd powers in two chains: neither waits for the other.
#[inline(always)]
pub(crate) fn polynomial<V: Lane, const N: usize>(x: V, c: &[f64; N]) -> V {
    let square = x * x;
    let (mut sum, mut other) = (x.lit(c[N - 1]), x.lit(c[N - 2]));
    for k in (0..N - 2).rev() {
        (sum, other) = (other, sum.mul_add(square, x.lit(c[k])));
    }
    sum.mul_add(x, other)
}

/// A double, with a multiply-add of one rounding if `FUSED`.
///
/// Only code compiled for a target with that instruction shall choose `FUSED`: elsewhere it is a call to a slow routine.
#[derive(Clone, Copy, Debug)]
#[repr(transparent)]
pub(crate) struct Scalar<const FUSED: bool>(pub(crate) f64);

impl<const FUSED: bool> Scalar<FUSED> {
    #[inline(always)]
    fn of_bits(self, f: impl FnOnce(u64) -> u64) -> Self {
        Scalar(f64::from_bits(f(self.0.to_bits())))
    }
}

impl<const FUSED: bool> Lane for Scalar<FUSED> {
    type Mask = bool;

    #[inline(always)]
    fn lit(self, x: f64) -> Self {
        Scalar(x)
    }
    #[inline(always)]
    fn mul_add(self, by: Self, plus: Self) -> Self {
        #[cfg(feature = "std")]
        if FUSED {
            return Scalar(self.0.mul_add(by.0, plus.0));
        }
        Scalar(self.0 * by.0 + plus.0)
    }
    #[inline(always)]
    fn less(self, than: Self) -> bool {
        self.0 < than.0
    }
    #[inline(always)]
    fn choose(mask: bool, yes: Self, no: Self) -> Self {
        if mask { yes } else { no }
    }
    #[inline(always)]
    fn bits_and(self, mask: u64) -> Self {
        self.of_bits(|b| b & mask)
    }
    #[inline(always)]
    fn bits_or(self, mask: u64) -> Self {
        self.of_bits(|b| b | mask)
    }
    #[inline(always)]
    fn bits_xor(self, other: Self) -> Self {
        self.of_bits(|b| b ^ other.0.to_bits())
    }
    #[inline(always)]
    fn bits_plus(self, n: u64) -> Self {
        self.of_bits(|b| b.wrapping_add(n))
    }
    #[inline(always)]
    fn bits_left(self, n: u32) -> Self {
        self.of_bits(|b| b << n)
    }
    #[inline(always)]
    fn bits_right(self, n: u32) -> Self {
        self.of_bits(|b| b >> n)
    }
}

impl<const FUSED: bool> Neg for Scalar<FUSED> {
    type Output = Self;
    #[inline(always)]
    fn neg(self) -> Self {
        Scalar(-self.0)
    }
}

macro_rules! operators {
    ($($operator:ident $method:ident $symbol:tt),*) => {$(
        impl<const FUSED: bool> $operator for Scalar<FUSED> {
            type Output = Self;
            #[inline(always)]
            fn $method(self, other: Self) -> Self {
                Scalar(self.0 $symbol other.0)
            }
        }
        impl<const FUSED: bool> $operator<f64> for Scalar<FUSED> {
            type Output = Self;
            #[inline(always)]
            fn $method(self, other: f64) -> Self {
                Scalar(self.0 $symbol other)
            }
        }
    )*};
}
operators!(Add add +, Sub sub -, Mul mul *, Div div /);
