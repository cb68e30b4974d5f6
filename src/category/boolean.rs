//! The field of two elements: Boolean circuits as polynomials.

use crate::lens::scalar_object;
use core::ops::{Add, AddAssign, Mul, Neg, Sub};

/// A bit. `+` and `-` are exclusive or, `*` is and.
///
/// # Two derivatives
/// Over this field `x·x` and `x` are the same function but different polynomials. The *formal* derivative of `x·x` is
/// `2x = 0`, that of `x` is 1. A backward map built from [`merge`](crate::lens::merge), [`copy`](crate::lens::copy) and
/// [`multiply`](super::multiply) is the formal one; [`difference`](Z2::difference) is the functional one,
/// $f(x + e_i) - f(x)$. They agree on polynomials that are linear in each variable.
///
/// # Example
/// ```
/// use pullback::category::Z2;
/// let (o, i) = (Z2(false), Z2(true));
/// assert_eq!((i + i, i * i, i - o, -i), (o, i, i, i));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Z2(pub bool);

impl Z2 {
    /// Returns how each input bit matters to `f` at `x`: $f(x + e_i) - f(x)$, the Boolean difference.
    ///
    /// # Example
    /// ```
    /// use pullback::category::Z2;
    /// let (o, i) = (Z2(false), Z2(true));
    /// assert_eq!(Z2::difference(|[x, y]| x * y, [i, o]), [o, i]);
    /// assert_eq!(Z2::difference(|[x]| x * x, [i]), [i]); // the formal derivative is 0
    /// ```
    pub fn difference<const N: usize>(f: impl Fn([Z2; N]) -> Z2, x: [Z2; N]) -> [Z2; N] {
        core::array::from_fn(|k| {
            let mut moved = x;
            moved[k] = moved[k] + Z2(true);
            f(moved) - f(x)
        })
    }
}

// Over two elements `+` *is* exclusive or, and so is `-`.
#[allow(clippy::suspicious_arithmetic_impl)]
impl Add for Z2 {
    type Output = Self;
    fn add(self, o: Self) -> Self {
        Z2(self.0 ^ o.0)
    }
}
#[allow(clippy::suspicious_arithmetic_impl)]
impl Sub for Z2 {
    type Output = Self;
    fn sub(self, o: Self) -> Self {
        Z2(self.0 ^ o.0)
    }
}
#[allow(clippy::suspicious_arithmetic_impl)]
impl Mul for Z2 {
    type Output = Self;
    fn mul(self, o: Self) -> Self {
        Z2(self.0 & o.0)
    }
}
impl Neg for Z2 {
    type Output = Self;
    fn neg(self) -> Self {
        self
    }
}
impl AddAssign for Z2 {
    fn add_assign(&mut self, o: Self) {
        *self = *self + o;
    }
}
scalar_object! { [] Z2, Z2(false) }
