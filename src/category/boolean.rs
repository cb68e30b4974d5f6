//! The field of two elements: Boolean circuits as polynomials.

use crate::{
    error::Result,
    lens::{Co, Lens, Matrix, Para, View, scalar_object},
};
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
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
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
            moved[k] += Z2(true);
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

/// A truth table as a box. Made by [`lookup`].
#[derive(Clone, Copy, Debug)]
pub struct Lookup<const N: usize, const M: usize, const S: usize>;

/// Returns the box whose parameter is its truth table: `N` input bits choose one of `S` $= 2^N$ columns of `M` bits.
///
/// As a polynomial $y_k = \sum_i \theta_{k,i} \prod_j (x_j + i_j + 1)$, linear in each input bit and each entry of the
/// table. So its formal derivative is the functional one: the entry that was read changes with the output, and an
/// input bit matters where the two entries that it chooses between differ. A table with `S` other than $2^N$ does not
/// compile.
///
/// # Example
/// ```
/// use pullback::{category::*, lens::*};
/// let (o, i) = (Z2(false), Z2(true));
/// let and = Matrix::new([[o, o, o, i]]);
/// let (y, dx, dp) = lookup::<2, 1, 4>().pull(&and, [i, o], [i])?; // the first bit counts 1, the second 2
/// assert_eq!((y, dx, dp), ([o], [o, i], Matrix::new([[o, i, o, o]])));
/// # Ok::<(), pullback::Error>(())
/// ```
pub fn lookup<const N: usize, const M: usize, const S: usize>() -> Lens<Lookup<N, M, S>> {
    const { assert!(N < usize::BITS as usize && S == 1 << N, "a table of N bits has 2^N columns") };
    Lens(Lookup)
}
impl<const N: usize, const M: usize, const S: usize> Para for Lookup<N, M, S> {
    type P = Matrix<Z2, M, S>;
    type A = [Z2; N];
    type B = [Z2; M];
    type M = usize;
    fn fwd(&self, table: View<'_, Self::P>, x: [Z2; N]) -> Result<([Z2; M], usize)> {
        let column = x.iter().rev().fold(0, |c, bit| 2 * c + usize::from(bit.0));
        Ok((core::array::from_fn(|k| table[(k, column)]), column))
    }
    fn bwd(&self, table: View<'_, Self::P>, column: usize, d: [Z2; M], dp: &mut Co<Self::P>) -> Result<[Z2; N]> {
        let mut dx = [Z2(false); N];
        for ((d, row), to) in d.into_iter().zip(table.rows()).zip(dp.rows_mut()) {
            to[column] += d;
            for (j, dx) in dx.iter_mut().enumerate() {
                *dx += d * (row[column] - row[column ^ (1 << j)]);
            }
        }
        Ok(dx)
    }
}

/// A threshold of bits. Made by [`pseudo_linear`].
#[derive(Clone, Copy, Debug)]
pub struct PseudoLinear<const N: usize>;

/// Returns the box that asks whether at most a quarter of the bits of its mask `p` are set in the input:
/// $y = [\,4\,|p \wedge x| \le |p|\,]$. It learns which bits *not* to see: a mask of the other class.
///
/// Its backward map is the Boolean difference by the bits of the mask and of the input, not a formal derivative: as a
/// polynomial it has far too many terms.
///
/// # Example
/// ```
/// use pullback::{category::*, lens::*};
/// let (o, i) = (Z2(false), Z2(true));
/// let (y, dx, dp) = pseudo_linear().pull(&[i, i, i, i], [i, o, o, o], [i])?; // one of four: just allowed
/// assert_eq!(y, [i]);
/// assert_eq!((dx, dp), ([o, i, i, i], [o, i, i, i])); // one more bit seen, or one less to see, would be too many
/// # Ok::<(), pullback::Error>(())
/// ```
///
/// # Source
/// Wilson, Zanasi 2020, *Reverse Derivative Ascent*, the model of section 5.2.
pub fn pseudo_linear<const N: usize>() -> Lens<PseudoLinear<N>> {
    Lens(PseudoLinear)
}
impl<const N: usize> PseudoLinear<N> {
    fn value(mask: &[Z2; N], x: &[Z2; N]) -> Z2 {
        let seen = mask.iter().zip(x).filter(|(p, x)| p.0 && x.0).count();
        Z2(4 * seen <= mask.iter().filter(|p| p.0).count())
    }
}
impl<const N: usize> Para for PseudoLinear<N> {
    type P = [Z2; N];
    type A = [Z2; N];
    type B = [Z2; 1];
    type M = [Z2; N];
    fn fwd(&self, mask: View<'_, Self::P>, x: [Z2; N]) -> Result<([Z2; 1], [Z2; N])> {
        Ok(([Self::value(mask, &x)], x))
    }
    fn bwd(&self, mask: View<'_, Self::P>, x: [Z2; N], [d]: [Z2; 1], dp: &mut Co<Self::P>) -> Result<[Z2; N]> {
        let by_mask = Z2::difference(|p| Self::value(&p, &x), *mask);
        dp.iter_mut().zip(by_mask).for_each(|(to, by)| *to += d * by);
        Ok(Z2::difference(|x| Self::value(mask, &x), x).map(|by| d * by))
    }
}
