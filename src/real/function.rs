//! Functions as values.

use super::{Primitive, Real};
use crate::error::Result;
use alloc::vec::Vec;

/// A function that is written once and evaluated at any number: what a checker or a solver takes when *it* chooses the
/// mode.
///
/// # Example
/// ```
/// use pullback::*;
/// struct Circle;
/// impl Function for Circle {
///     fn call<T: Real>(&self, x: &[T]) -> Result<Vec<T>> { Ok(vec![x[0] * x[0] + x[1] * x[1] - 1.0]) }
/// }
/// assert_eq!(Circle.call(&[3.0, 4.0])?, [24.0]);
/// assert_eq!(Circle.call(&[Dual::new(3.0, 1.0), Dual::new(4.0, 0.0)])?[0].tangent(), 6.0);
/// # Ok::<(), Error>(())
/// ```
pub trait Function<F: Primitive = f64> {
    /// Returns the outputs at `x`.
    ///
    /// # Errors
    /// Whatever the function finds wrong with `x`.
    fn call<T: Real<F>>(&self, x: &[T]) -> Result<Vec<T>>;
}

impl<F: Primitive, G: Function<F>> Function<F> for &G {
    fn call<T: Real<F>>(&self, x: &[T]) -> Result<Vec<T>> {
        (**self).call(x)
    }
}

/// Makes a [`Function`] over `f64` from one line: a name, the argument, the outputs in brackets.
///
/// # Example
/// ```
/// use pullback::*;
/// function!(Rosenbrock = |x| [(x[0] - 1.0).powi(2) + (x[1] - x[0] * x[0]).powi(2) * 100.0]);
/// assert_eq!(Rosenbrock.call(&[1.0, 1.0])?, [0.0]);
/// # Ok::<(), Error>(())
/// ```
#[macro_export]
macro_rules! function {
    ($(#[$meta:meta])* $vis:vis $name:ident = |$x:ident| [$($y:expr),+ $(,)?]) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug)]
        $vis struct $name;
        impl $crate::Function for $name {
            fn call<T: $crate::Real>(&self, $x: &[T]) -> $crate::Result<$crate::__private::Vec<T>> {
                Ok($crate::__private::vec![$($y),+])
            }
        }
    };
}
