//! Drivers of forward mode: no tape, outputs of any shape.

use super::Outputs;
use crate::{
    error::{Result, same_len},
    forward::{Dual, Jet, Multi},
    real::{Primitive, Real},
};
use alloc::{vec, vec::Vec};

/// Returns $f'(x)$.
///
/// # Example
/// ```
/// use pullback::*;
/// assert_eq!(derivative(|x| x.powi(3) + 1.0, 2.0), 12.0);
/// assert_eq!(derivative(|x| derivative(|y| y.powi(3), x), 2.0), 12.0); // f″
/// ```
pub fn derivative<F: Primitive, T: Real<F>>(f: impl FnOnce(Dual<T, F>) -> Dual<T, F>, x: T) -> T {
    value_and_derivative(f, x).1
}

/// Returns $f(x)$ and $f'(x)$.
///
/// # Example
/// ```
/// use pullback::*;
/// assert_eq!(value_and_derivative(|x| x.sqrt(), 4.0), (2.0, 0.25));
/// ```
pub fn value_and_derivative<F: Primitive, T: Real<F>>(f: impl FnOnce(Dual<T, F>) -> Dual<T, F>, x: T) -> (T, T) {
    let y = f(Dual::new(x, T::one()));
    (y.value(), y.tangent())
}

/// Returns $f(x)$ and $J\dot x$, the change of the outputs along `dx`, in the shape that `f` returns.
///
/// # Errors
/// [`Error::ShapeMismatch`](crate::Error::ShapeMismatch) where `dx` and `x` have different lengths; what `f` returns.
///
/// # Example
/// ```
/// use pullback::*;
/// let (y, dy) = jvp(|x| [x[0] * x[1], x[0].sin()], &[0.0, 3.0], &[1.0, 0.0])?;
/// assert_eq!((y, dy), ([0.0, 0.0], [3.0, 1.0]));
/// # Ok::<(), Error>(())
/// ```
#[doc(alias = "pushforward")]
pub fn jvp<F: Primitive, T: Real<F>, O: Outputs<Dual<T, F>>>(
    f: impl FnOnce(&[Dual<T, F>]) -> O,
    x: &[T],
    dx: &[T],
) -> Result<(O::Of<T>, O::Of<T>)> {
    same_len("jvp", x.len(), dx.len())?;
    let x: Vec<_> = x.iter().zip(dx).map(|(&x, &dx)| Dual::new(x, dx)).collect();
    let y = f(&x);
    Ok((y.each(&mut |y| y.value())?, y.each(&mut |y| y.tangent())?))
}

/// Returns the first `K` Taylor coefficients of $t \mapsto f(x + t\,\dot x)$, in the shape that `f` returns.
///
/// $$ y_k = \frac{1}{k!} \frac{d^k}{dt^k} f(x + t\,\dot x) \Big|_{t=0} $$
///
/// # Errors
/// [`Error::ShapeMismatch`](crate::Error::ShapeMismatch) where `dx` and `x` have different lengths; what `f` returns.
///
/// # Cost
/// $O(K^2)$ an operation, see [`Jet`].
///
/// # Example
/// ```
/// use pullback::*;
/// // 1/(1 − t) = 1 + t + t² + t³ + …
/// let y: [f64; 4] = taylor(|x| 1.0 / (x[0] - x[1]), &[3.0, 2.0], &[0.0, 1.0])?;
/// assert_eq!(y, [1.0; 4]);
/// # Ok::<(), Error>(())
/// ```
#[doc(alias = "jet")]
pub fn taylor<const K: usize, F: Primitive, T: Real<F>, O: Outputs<Jet<T, K, F>>>(
    f: impl FnOnce(&[Jet<T, K, F>]) -> O,
    x: &[T],
    dx: &[T],
) -> Result<O::Of<[T; K]>> {
    same_len("taylor", x.len(), dx.len())?;
    let x: Vec<_> = x.iter().zip(dx).map(|(&x, &dx)| Jet::along(x, dx)).collect();
    f(&x).each(&mut |y| y.coefficients())
}

/// Returns the Jacobian by forward mode, 8 columns a pass: `rows[output][input]`.
///
/// It is the one to use where there are few inputs. The outputs may have any shape; the rows follow their order.
///
/// # Errors
/// What `f` returns; [`Error::ShapeMismatch`](crate::Error::ShapeMismatch) where the number of outputs changes from one
/// pass to the next.
///
/// # Example
/// ```
/// use pullback::*;
/// let j = jacobian_fwd(|x| (x[0] * x[1], [x[0], x[1] * 3.0]), &[2.0, 5.0])?;
/// assert_eq!(j, [[5.0, 2.0], [1.0, 0.0], [0.0, 3.0]]);
/// # Ok::<(), Error>(())
/// ```
#[doc(alias = "jacfwd")]
pub fn jacobian_fwd<F: Primitive, T: Real<F>, O: Outputs<Multi<T, 8, F>>>(
    f: impl Fn(&[Multi<T, 8, F>]) -> O,
    x: &[T],
) -> Result<Vec<Vec<T>>> {
    let mut rows: Vec<Vec<T>> = vec![];
    for start in (0..x.len().max(1)).step_by(8) {
        // columns before `start` wrap to a huge lane, which seeds nothing
        let seeded: Vec<_> = x.iter().enumerate().map(|(k, &x)| Multi::seed(x, k.wrapping_sub(start))).collect();
        let mut outputs = 0;
        let y = f(&seeded);
        y.each(&mut |y| {
            if start == 0 {
                rows.push(vec![T::zero(); x.len()]);
            }
            if let Some(row) = rows.get_mut(outputs) {
                row[start..].iter_mut().zip(y.tangents()).for_each(|(to, t)| *to = t);
            }
            outputs += 1;
        })?;
        same_len("jacobian_fwd", rows.len(), outputs)?;
    }
    Ok(rows)
}
