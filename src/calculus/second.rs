//! Drivers of second order.

use crate::{
    error::Result,
    forward::{Dual, HyperDual, Multi, hyper, hyper_parts},
    real::{Primitive, Real},
    tape::{Tape, Var},
};
use alloc::{vec, vec::Vec};

/// Returns $H v$, the change of the gradient along `v`, by forward over reverse mode.
///
/// # Errors
/// [`Error::ShapeMismatch`](crate::Error::ShapeMismatch) where `v` and `x` have different lengths;
/// [`Error::TapeFull`](crate::Error::TapeFull).
///
/// # Cost
/// About twice a gradient, for any number of inputs.
///
/// # Example
/// ```
/// use pullback::*;
/// assert_eq!(hvp(|x| x[0] * x[0] * x[1], &[3.0, 5.0], &[1.0, 0.0])?, [10.0, 6.0]);
/// # Ok::<(), Error>(())
/// ```
#[doc(alias = "hessian_vector_product")]
pub fn hvp<F: Primitive, T: Real<F>>(
    f: impl for<'t> Fn(&[Var<'t, Dual<T, F>, F>]) -> Var<'t, Dual<T, F>, F>,
    x: &[T],
    v: &[T],
) -> Result<Vec<T>> {
    let mut hv = vec![T::zero(); x.len()];
    Tape::new().hvp_into(f, x, v, &mut hv)?;
    Ok(hv)
}

/// Returns the Hessian, 8 columns a pass: `rows[i][j]`.
///
/// For another number of lanes, use [`Tape::hessian_into`] on a `Tape<Multi<f64, N>>`.
///
/// # Errors
/// [`Error::TapeFull`](crate::Error::TapeFull).
///
/// # Example
/// ```
/// use pullback::*;
/// assert_eq!(hessian(|x| x[0] * x[0] * x[1], &[3.0, 5.0])?, [[10.0, 6.0], [6.0, 0.0]]);
/// # Ok::<(), Error>(())
/// ```
pub fn hessian<F: Primitive, T: Real<F>>(
    f: impl for<'t> Fn(&[Var<'t, Multi<T, 8, F>, F>]) -> Var<'t, Multi<T, 8, F>, F>,
    x: &[T],
) -> Result<Vec<Vec<T>>> {
    let n = x.len();
    let mut flat = vec![T::zero(); n * n];
    Tape::new().hessian_into(f, x, &mut flat)?;
    Ok((0..n).map(|i| flat[i * n..(i + 1) * n].to_vec()).collect())
}

/// Returns $\partial^2 f/\partial x_k^2$ for each `k`, by one hyper-dual pass each.
///
/// # Example
/// ```
/// use pullback::*;
/// assert_eq!(hessian_diagonal(|x| x[0] * x[0] * x[1] + x[1].powi(3), &[3.0, 5.0]), [10.0, 30.0]);
/// ```
pub fn hessian_diagonal<F: Primitive, T: Real<F>>(
    f: impl Fn(&[HyperDual<T, F>]) -> HyperDual<T, F>,
    x: &[T],
) -> Vec<T> {
    let (zero, one) = (T::zero(), T::one());
    let mut seeded: Vec<_> = x.iter().map(|&x| hyper(x, zero, zero)).collect();
    let mut diagonal = Vec::with_capacity(x.len());
    for (k, &xk) in x.iter().enumerate() {
        seeded[k] = hyper(xk, one, one);
        diagonal.push(hyper_parts(f(&seeded)).3);
        seeded[k] = hyper(xk, zero, zero);
    }
    diagonal
}
