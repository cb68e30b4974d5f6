//! Drivers of reverse mode: the whole gradient for the price of a few evaluations.

use crate::{
    error::Result,
    real::{Primitive, Real},
    tape::{Pullback, Tape, Var, record},
};
use alloc::{vec, vec::Vec};

/// Returns $\nabla f(x)$.
///
/// # Errors
/// [`Error::TapeFull`](crate::Error::TapeFull). An input that `f` does not use has an exact zero.
///
/// # Cost
/// 5 to 15 evaluations of `f` for any number of inputs. Repeated calls are faster on a [`Tape`].
///
/// # Example
/// ```
/// use pullback::*;
/// assert_eq!(grad(|x| x[0] * x[0] * x[1], &[3.0, 5.0])?, [30.0, 9.0]);
/// # Ok::<(), Error>(())
/// ```
#[doc(alias = "backward")]
pub fn grad<F: Primitive, T: Real<F>>(
    f: impl for<'t> Fn(&[Var<'t, T, F>]) -> Var<'t, T, F>,
    x: &[T],
) -> Result<Vec<T>> {
    value_and_grad(f, x).map(|(_, g)| g)
}

/// Returns $\nabla f(x)$ of a function that can fail.
///
/// # Errors
/// What `f` returns; [`Error::TapeFull`](crate::Error::TapeFull).
///
/// # Example
/// ```
/// use pullback::*;
/// // reverse over reverse: the gradient of ‖∇f‖²
/// let g = try_grad(|x| { let g = grad(|y| y[0].powi(3), x)?; Ok(g[0] * g[0]) }, &[2.0])?;
/// assert_eq!(g, [288.0]); // d/dx 9x⁴
/// # Ok::<(), Error>(())
/// ```
pub fn try_grad<F: Primitive, T: Real<F>>(
    f: impl for<'t> Fn(&[Var<'t, T, F>]) -> Result<Var<'t, T, F>>,
    x: &[T],
) -> Result<Vec<T>> {
    try_value_and_grad(f, x).map(|(_, g)| g)
}

/// Returns $f(x)$ and $\nabla f(x)$.
///
/// # Errors
/// [`Error::TapeFull`](crate::Error::TapeFull).
///
/// # Example
/// ```
/// use pullback::*;
/// assert_eq!(value_and_grad(|x| x[0] * x[1], &[3.0, 5.0])?, (15.0, vec![5.0, 3.0]));
/// # Ok::<(), Error>(())
/// ```
pub fn value_and_grad<F: Primitive, T: Real<F>>(
    f: impl for<'t> Fn(&[Var<'t, T, F>]) -> Var<'t, T, F>,
    x: &[T],
) -> Result<(T, Vec<T>)> {
    Tape::new().value_and_grad(f, x).map(|(y, g)| (y, g.to_vec()))
}

/// Returns $f(x)$ and $\nabla f(x)$ of a function that can fail.
///
/// # Errors
/// What `f` returns; [`Error::TapeFull`](crate::Error::TapeFull).
///
/// # Example
/// ```
/// use pullback::*;
/// assert_eq!(try_value_and_grad(|x| dot(x, x), &[3.0, 5.0])?, (34.0, vec![6.0, 10.0]));
/// # Ok::<(), Error>(())
/// ```
pub fn try_value_and_grad<F: Primitive, T: Real<F>>(
    f: impl for<'t> Fn(&[Var<'t, T, F>]) -> Result<Var<'t, T, F>>,
    x: &[T],
) -> Result<(T, Vec<T>)> {
    Tape::new().try_value_and_grad(f, x).map(|(y, g)| (y, g.to_vec()))
}

/// Returns $f(x)$ and the derivative at $x$ as a [`Pullback`]: pull a cotangent of the outputs back to the inputs, as
/// often as you like.
///
/// # Errors
/// [`Error::TapeFull`](crate::Error::TapeFull); what the pullback of a custom entry returns.
///
/// # Example
/// ```
/// use pullback::*;
/// let (y, pb) = vjp(|x| vec![x[0] * x[1], x[0] + x[1]], &[3.0, 5.0])?;
/// assert_eq!(y, [15.0, 8.0]);
/// assert_eq!(pb.pull(&[1.0, 10.0])?, [15.0, 13.0]);
/// assert_eq!(pb.push(&[1.0, 0.0])?, [5.0, 1.0]);
/// # Ok::<(), Error>(())
/// ```
#[doc(alias = "pullback")]
pub fn vjp<F: Primitive, T: Real<F>>(
    f: impl for<'t> Fn(&[Var<'t, T, F>]) -> Vec<Var<'t, T, F>>,
    x: &[T],
) -> Result<(Vec<T>, Pullback<T, F>)> {
    record(|t| {
        let y = f(t.inputs(x));
        Ok((y.iter().map(Var::value).collect(), Pullback::new(t, x.len(), &y)?))
    })
}

/// Returns $f(x)$ and the linear map $\dot x \mapsto J\dot x$: push a tangent through without running `f` again.
///
/// It is the same value as [`vjp`] returns, named for the other direction.
///
/// # Errors
/// As [`vjp`].
///
/// # Example
/// ```
/// use pullback::*;
/// let (_, l) = linearize(|x| vec![x[0] * x[1]], &[3.0, 5.0])?;
/// assert_eq!((l.push(&[1.0, 0.0])?, l.push(&[0.0, 1.0])?), (vec![5.0], vec![3.0]));
/// # Ok::<(), Error>(())
/// ```
pub fn linearize<F: Primitive, T: Real<F>>(
    f: impl for<'t> Fn(&[Var<'t, T, F>]) -> Vec<Var<'t, T, F>>,
    x: &[T],
) -> Result<(Vec<T>, Pullback<T, F>)> {
    vjp(f, x)
}

/// Returns the Jacobian from one recording, swept the cheaper way: `rows[output][input]`.
///
/// # Errors
/// As [`vjp`].
///
/// # Cost
/// One recording and $\lceil \min(m, n)/4 \rceil$ sweeps of four lanes.
///
/// # Example
/// ```
/// use pullback::*;
/// let j = jacobian(|x| vec![x[0] * x[1], x[1], x[0].powi(2)], &[3.0, 5.0])?;
/// assert_eq!(j, [[5.0, 3.0], [0.0, 1.0], [6.0, 0.0]]);
/// # Ok::<(), Error>(())
/// ```
pub fn jacobian<F: Primitive, T: Real<F>>(
    f: impl for<'t> Fn(&[Var<'t, T, F>]) -> Vec<Var<'t, T, F>>,
    x: &[T],
) -> Result<Vec<Vec<T>>> {
    let (_, pb) = vjp(f, x)?;
    if pb.outputs() <= pb.inputs() { pulled(&pb) } else { pushed(&pb) }
}

/// Returns the Jacobian by reverse sweeps, 4 rows each: `rows[output][input]`.
///
/// # Errors
/// As [`vjp`].
///
/// # Example
/// ```
/// use pullback::*;
/// assert_eq!(jacobian_rev(|x| vec![x[0] * x[1]], &[3.0, 5.0])?, [[5.0, 3.0]]);
/// # Ok::<(), Error>(())
/// ```
#[doc(alias = "jacrev")]
pub fn jacobian_rev<F: Primitive, T: Real<F>>(
    f: impl for<'t> Fn(&[Var<'t, T, F>]) -> Vec<Var<'t, T, F>>,
    x: &[T],
) -> Result<Vec<Vec<T>>> {
    pulled(&vjp(f, x)?.1)
}

/// How many unit vectors go through one sweep.
const LANES: usize = 4;

/// The unit vectors `start .. start + LANES` of length `n`, one a lane.
fn units<F: Primitive, T: Real<F>>(n: usize, start: usize) -> Vec<[T; LANES]> {
    let unit = |k: usize| core::array::from_fn(|lane| if k == start + lane { T::one() } else { T::zero() });
    (0..n).map(unit).collect()
}

fn pulled<F: Primitive, T: Real<F>>(pb: &Pullback<T, F>) -> Result<Vec<Vec<T>>> {
    let mut rows = Vec::with_capacity(pb.outputs());
    for start in (0..pb.outputs()).step_by(LANES) {
        let bx = pb.pull_lanes(&units::<F, T>(pb.outputs(), start))?;
        rows.extend((0..LANES.min(pb.outputs() - start)).map(|lane| bx.iter().map(|b| b[lane]).collect::<Vec<_>>()));
    }
    Ok(rows)
}

fn pushed<F: Primitive, T: Real<F>>(pb: &Pullback<T, F>) -> Result<Vec<Vec<T>>> {
    let mut rows = vec![vec![T::zero(); pb.inputs()]; pb.outputs()];
    for start in (0..pb.inputs()).step_by(LANES) {
        let dy = pb.push_lanes(&units::<F, T>(pb.inputs(), start))?;
        for (row, dy) in rows.iter_mut().zip(dy) {
            row[start..].iter_mut().zip(dy).for_each(|(to, d)| *to = d);
        }
    }
    Ok(rows)
}
