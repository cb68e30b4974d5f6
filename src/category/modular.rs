//! Remainders: exact arithmetic, so that a law holds or does not.

use crate::lens::scalar_object;
use core::ops::{Add, AddAssign, Mul, Neg, Sub};

/// An integer modulo `N`, for `1 < N`.
///
/// Over a large prime one random point nearly proves an identity of polynomials: two different ones of degree $d$ agree
/// at a random point with probability at most $d/N$.
///
/// # Example
/// ```
/// use pullback::category::Modular;
/// let x = Modular::<7>::new(5);
/// assert_eq!((x + x, x * x, -x, (x - x).value()), (Modular::new(3), Modular::new(4), Modular::new(2), 0));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Modular<const N: u64>(u64);

/// What is stored is below the modulus, or it was stored with another one.
#[cfg(feature = "serde")]
impl<'de, const N: u64> serde::Deserialize<'de> for Modular<N> {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        match u64::deserialize(from)? {
            x if x < N => Ok(Modular::new(x)),
            x => Err(serde::de::Error::custom(format_args!("modular: expected a remainder below {N}, found {x}"))),
        }
    }
}

impl<const N: u64> Modular<N> {
    /// Returns the remainder of `x`.
    pub const fn new(x: u64) -> Self {
        const { assert!(N > 1, "a modulus above 1") };
        Modular(x % N)
    }
    /// Returns the representative in `0..N`.
    pub const fn value(self) -> u64 {
        self.0
    }
}
impl<const N: u64> Add for Modular<N> {
    type Output = Self;
    fn add(self, o: Self) -> Self {
        Modular(((self.0 as u128 + o.0 as u128) % N as u128) as u64)
    }
}
impl<const N: u64> Neg for Modular<N> {
    type Output = Self;
    fn neg(self) -> Self {
        Modular::new(N - self.0)
    }
}
impl<const N: u64> Sub for Modular<N> {
    type Output = Self;
    fn sub(self, o: Self) -> Self {
        self + -o
    }
}
impl<const N: u64> Mul for Modular<N> {
    type Output = Self;
    fn mul(self, o: Self) -> Self {
        Modular(((self.0 as u128 * o.0 as u128) % N as u128) as u64)
    }
}
impl<const N: u64> AddAssign for Modular<N> {
    fn add_assign(&mut self, o: Self) {
        *self = *self + o;
    }
}
scalar_object! { [const N: u64] Modular<N>, Modular(0) }
