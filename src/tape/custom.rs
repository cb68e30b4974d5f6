//! Entries that a user defines, and parts of a recording that are differentiated and dropped at once.

use super::{arena::RaggedKind, frame::Frame, var::Var};
use crate::{
    error::{Error, Result, same_len},
    real::{Primitive, Real},
};
use alloc::vec::Vec;
use smallvec::SmallVec;

/// Returns variables with the values `y`, made from `x` by an operation whose pullback is given: a function from the
/// cotangents of `y` to those of `x`, which it adds to its second argument (filled with zeros).
///
/// The pullback lives in the arena with its residual, so it is `Copy`; long residuals go through [`Frame::keep`]. It
/// computes in the level below, so it is right at every order as long as it is written with numbers of that level. For
/// an operation whose derivative is only known as plain numbers, use [`opaque`].
///
/// # Errors
/// [`Error::ShapeMismatch`] where `y` is empty.
///
/// # Example
/// ```
/// use pullback::*;
/// // complex multiplication by i, as one entry with two outputs
/// let g = try_grad(|x| {
///     let y = custom("times_i", x, &[-x[1].value(), x[0].value()], |by, bx| {
///         (bx[0], bx[1]) = (by[1], -by[0]);
///         Ok(())
///     })?;
///     Ok(y[0] * 10.0 + y[1])
/// }, &[2.0, 3.0])?;
/// assert_eq!(g, [1.0, -10.0]);
/// # Ok::<(), Error>(())
/// ```
pub fn custom<'t, F: Primitive, T: Real<F>>(
    name: &'static str,
    x: &[Var<'t, T, F>],
    y: &[T],
    pull: impl Fn(&[T], &mut [T]) -> Result<()> + Copy + 't,
) -> Result<Vec<Var<'t, T, F>>> {
    if y.is_empty() {
        return Err(Error::ShapeMismatch { op: name, expected: alloc::vec![1], found: alloc::vec![0] });
    }
    let Some(t) = x.iter().find_map(|x| x.recording) else {
        return Ok(y.iter().map(|&y| Var::constant(y)).collect());
    };
    let args = t.bump().alloc_slice_fill_with(x.len(), |k| (x[k].index, x[k].scale));
    let first = t.push_ragged(RaggedKind::Custom { outputs: y.len(), args, pull: t.bump().alloc(pull) });
    t.check()?;
    Ok(y.iter().zip(first..).map(|(&y, index)| Var::at(t, y, index)).collect())
}

/// Returns a variable with the value `y` and the partials `p` that some other code computed as plain numbers.
///
/// Such a derivative is good for the first order only. Where a derivative of a lower level rides on an argument, that
/// is an error and not a silent zero.
///
/// # Errors
/// [`Error::NoPartial`] at second and higher order; [`Error::ShapeMismatch`] where `p` and `x` have different lengths.
///
/// # Example
/// ```
/// use pullback::*;
/// // a table that knows its slope
/// let lookup = |x: f64| (x * x, 2.0 * x);
/// let g = try_grad(|x| { let (y, p) = lookup(x[0].primal()); opaque("lookup", x, y, &[p]) }, &[3.0])?;
/// assert_eq!(g, [6.0]);
/// let hv = jvp(|x| try_grad(|x| { let (y, p) = lookup(x[0].primal()); opaque("lookup", x, y, &[p]) }, x), &[3.0], &[1.0]);
/// assert_eq!(hv.unwrap_err(), Error::NoPartial { op: "lookup" });
/// # Ok::<(), Error>(())
/// ```
pub fn opaque<'t, F: Primitive, T: Real<F>>(
    name: &'static str,
    x: &[Var<'t, T, F>],
    y: F,
    p: &[F],
) -> Result<Var<'t, T, F>> {
    same_len(name, x.len(), p.len())?;
    if !x.iter().all(|x| x.value.is_plain()) {
        return Err(Error::NoPartial { op: name });
    }
    Ok(Var::combine(T::lit(y), x.iter().zip(p.iter().map(|&p| T::lit(p)))))
}

/// Returns `f(x)` as one entry: what `f` records is swept and dropped at once.
///
/// It saves memory where `f` is long and has few inputs. Inside, `x` are fresh variables, and nothing else can be named:
/// every variable that `f` needs must be in `x`.
///
/// # Errors
/// What `f` returns.
///
/// # Example
/// ```
/// use pullback::*;
/// let (g, entries) = record(|t| {
///     let x = t.inputs(&[0.5, 2.0]);
///     let y = preaccumulate(x, |x| Ok((0..1000).fold(x[0], |s, _| (s * x[1]).sin())))?;
///     Ok((t.grad(y, x)?, t.len()))
/// })?;
/// let plain = grad(|x| (0..1000).fold(x[0], |s, _| (s * x[1]).sin()), &[0.5, 2.0])?;
/// assert_eq!((g, entries), (plain, 3)); // two inputs and one entry
/// # Ok::<(), Error>(())
/// ```
pub fn preaccumulate<'t, F: Primitive, T: Real<F>>(
    x: &[Var<'t, T, F>],
    f: impl for<'s> Fn(&[Var<'s, T, F>]) -> Result<Var<'s, T, F>>,
) -> Result<Var<'t, T, F>> {
    let (y, p) = swept(x, f)?;
    Ok(Var::combine(y, x.iter().zip(p.iter().copied())))
}

/// Returns the least of `f(0, x), …, f(n - 1, x)` and which one it is. Only the entries of the winner stay, as one.
///
/// # Kinks
/// At a tie the first wins, with its derivative. A NaN never wins over a number.
///
/// # Errors
/// [`Error::ShapeMismatch`] for `n = 0`; what `f` returns.
///
/// # Example
/// ```
/// use pullback::*;
/// let centres = [0.0, 10.0, 4.0];
/// let g = try_grad(|x| Ok(min_of(3, x, |k, x| Ok((x[0] - centres[k]).powi(2)))?.1), &[3.0])?;
/// assert_eq!(g, [-2.0]);
/// # Ok::<(), Error>(())
/// ```
pub fn min_of<'t, F: Primitive, T: Real<F>>(
    n: usize,
    x: &[Var<'t, T, F>],
    f: impl for<'s> Fn(usize, &[Var<'s, T, F>]) -> Result<Var<'s, T, F>>,
) -> Result<(usize, Var<'t, T, F>)> {
    let mut best: Option<(usize, T, Partials<T>)> = None;
    for k in 0..n {
        let (y, p) = swept(x, |x| f(k, x))?;
        if best.as_ref().is_none_or(|(_, least, _)| y < *least || (least.is_nan() && !y.is_nan())) {
            best = Some((k, y, p));
        }
    }
    let Some((k, y, p)) = best else {
        return Err(Error::ShapeMismatch { op: "min_of", expected: alloc::vec![1], found: alloc::vec![0] });
    };
    Ok((k, Var::combine(y, x.iter().zip(p.iter().copied()))))
}

type Partials<T> = SmallVec<[T; 16]>;

/// Returns the value of `f` at `x` and its gradient, recorded in a segment that is dropped.
fn swept<'t, F: Primitive, T: Real<F>>(
    x: &[Var<'t, T, F>],
    f: impl for<'s> Fn(&[Var<'s, T, F>]) -> Result<Var<'s, T, F>>,
) -> Result<(T, Partials<T>)> {
    let Some(t) = x.iter().find_map(|x| x.recording) else {
        return super::record(|s| sweep_in(s, x, f));
    };
    Frame(t).segment(|s| sweep_in(s, x, f))
}

fn sweep_in<'s, F: Primitive, T: Real<F>>(
    s: Frame<'s, T>,
    x: &[Var<'_, T, F>],
    f: impl Fn(&[Var<'s, T, F>]) -> Result<Var<'s, T, F>>,
) -> Result<(T, Partials<T>)> {
    let values: SmallVec<[T; 16]> = x.iter().map(|x| x.value).collect();
    let x = s.inputs(&values);
    let y = f(x)?;
    let mut p: Partials<T> = smallvec::smallvec![T::zero(); x.len()];
    s.pull_into(&[y], &[T::one()], x, &mut p)?;
    Ok((y.value, p))
}
