//! Wires that are rows of numbers.

use super::object::{Additive, Object};
use alloc::vec::Vec;
use core::{
    fmt::Debug,
    ops::{Add, AddAssign, Mul, Neg, Sub},
};

/// A number of any base category: it adds, subtracts and multiplies, and its changes are numbers of the same type.
///
/// `f32`, `f64`, [`Z2`](crate::category::Z2) and [`Modular`](crate::category::Modular) are scalars.
pub trait Scalar:
    Object<Co = Self>
    + Additive
    + Copy
    + Debug
    + PartialEq
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Neg<Output = Self>
    + AddAssign
{
    /// The sum of nothing.
    const ZERO: Self;
}

/// A value that is a row of scalars: a scalar, an array, a `Vec`, a [`Matrix`](super::Matrix).
///
/// # Example
/// ```
/// use pullback::lens::*;
/// fn largest<A: Coordinates<Scalar = f64>>(a: &A) -> f64 {
///     a.coordinates().iter().fold(f64::NEG_INFINITY, |m, x| m.max(*x))
/// }
/// assert_eq!((largest(&[1.0, 3.0]), largest(&vec![2.0]), largest(&7.0)), (3.0, 2.0, 7.0));
/// ```
pub trait Coordinates: Object<Co = Self> + Additive {
    /// The kind of number.
    type Scalar: Scalar;
    /// Returns the row.
    fn coordinates(&self) -> &[Self::Scalar];
    /// Returns the row for writing.
    fn coordinates_mut(&mut self) -> &mut [Self::Scalar];
    /// Returns the row behind a view.
    fn seen<'v>(view: &'v Self::View<'_>) -> &'v [Self::Scalar];
}

impl<T: Scalar, const N: usize> Coordinates for [T; N] {
    type Scalar = T;
    #[inline(always)]
    fn coordinates(&self) -> &[T] {
        self
    }
    #[inline(always)]
    fn coordinates_mut(&mut self) -> &mut [T] {
        self
    }
    #[inline(always)]
    fn seen<'v>(view: &'v Self::View<'_>) -> &'v [T] {
        &view[..]
    }
}

impl<T: Scalar> Coordinates for Vec<T> {
    type Scalar = T;
    #[inline(always)]
    fn coordinates(&self) -> &[T] {
        self
    }
    #[inline(always)]
    fn coordinates_mut(&mut self) -> &mut [T] {
        self
    }
    #[inline(always)]
    fn seen<'v>(view: &'v Self::View<'_>) -> &'v [T] {
        view
    }
}
