//! Hyper-dual numbers: exact second derivatives.

use super::Dual;

/// A number with two tangents and their mixed second derivative: a dual number whose parts are dual numbers.
///
/// There is no separate type: nesting *is* the definition, $x + \dot x_1 ε_1 + \dot x_2 ε_2 + \ddot x_{12} ε_1ε_2$.
///
/// # Example
/// ```
/// use pullback::*;
/// let y = hyper(2.0, 1.0, 1.0).powi(3); // x³ at 2
/// assert_eq!(hyper_parts(y), (8.0, 12.0, 12.0, 12.0));
/// ```
pub type HyperDual<T = f64, F = f64> = Dual<Dual<T, F>, F>;

/// Returns the hyper-dual number $x$ with tangents `d1`, `d2` and no mixed part: the seed of a second derivative.
#[inline(always)]
pub fn hyper<T: num_traits::Zero, F>(x: T, d1: T, d2: T) -> HyperDual<T, F> {
    Dual::new(Dual::new(x, d1), Dual::new(d2, T::zero()))
}

/// Returns the value, both tangents and the mixed second derivative.
#[inline(always)]
pub fn hyper_parts<T: Copy, F: Copy>(y: HyperDual<T, F>) -> (T, T, T, T) {
    (y.value().value(), y.value().tangent(), y.tangent().value(), y.tangent().tangent())
}
