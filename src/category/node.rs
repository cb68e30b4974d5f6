//! The way back: any lens is an entry of a tape.

use crate::{
    error::{Error, Result, same_len},
    lens::{Additive, Coordinates, Object, Para},
    tape::{Var, custom},
};
use alloc::vec::Vec;

/// A value that can be made from its row of numbers: an array, a `Vec`.
pub trait Row: Coordinates<Scalar = f64> + for<'s> TryFrom<&'s [f64]> {}
impl<A: Coordinates<Scalar = f64> + for<'s> TryFrom<&'s [f64]>> Row for A {}

/// Returns the outputs of a lens as variables: one entry of the tape, whose pullback is the backward map of the lens.
/// So a learning rule, a clipped or a straight-through map, a hand-written layer stands inside any taped function.
///
/// The tape runs no destructors, so it can keep no residual that owns memory. What is kept is the *input*, and the sweep
/// runs `fwd` again to get the residual: the lens without a residual, one more forward a sweep. Where the residual is
/// `Copy`, [`node_keeping`] keeps it instead.
///
/// The numbers are plain `f64`: a tape of a tape does not compile here, since a backward map of numbers says nothing
/// about second derivatives.
///
/// # Errors
/// What the lens returns; [`Error::ShapeMismatch`] where `x` has not the length of its input.
///
/// # Example
/// ```
/// use pullback::{category::*, lens::*, *};
/// // a step function that lets changes through
/// let step = lens(|[x]: [f64; 1]| ([x.round()], ()), |(), d: [f64; 1]| d);
/// let g = try_grad(|x| Ok(node("step", step, &[x[0] * 2.0])?[0] * x[0]), &[1.2])?;
/// assert!((g[0] - (2.0 + 2.0 * 1.2)).abs() < 1e-15); // round(2x)·x, with round' taken as 1
/// # Ok::<(), Error>(())
/// ```
pub fn node<'t, F>(name: &'static str, lens: F, x: &[Var<'t>]) -> Result<Vec<Var<'t>>>
where
    F: Para<P = (), A: Row, B: Coordinates<Scalar = f64>> + Copy + 't,
{
    let input = values(x);
    let y = lens.fwd((), row(name, &input)?)?.0;
    let Some(frame) = x.iter().find_map(Var::frame) else { return constants(&y) };
    let kept = frame.keep(&input);
    custom(name, x, y.coordinates(), move |by, bx| {
        let (mut d, m) = lens.fwd((), row(name, kept)?)?;
        write(name, by, &mut d)?;
        read(name, &lens.bwd((), m, d, &mut ())?, bx)
    })
}

/// As [`node`], for a lens with parameters, which are variables too.
///
/// # Errors
/// As [`node`].
///
/// # Example
/// ```
/// use pullback::{category::*, lens::*, *};
/// let decay = smooth_para(Decay);
/// let loss = try_grad(|v| {
///     let y = node_para("decay", decay, &v[..1], &v[1..])?; // rate; time
///     Ok(y[0] * y[0])
/// }, &[0.5, 2.0])?;
/// assert!((loss[0] + 4.0 * (-2f64).exp()).abs() < 1e-15); // −2t·exp(−2rt)
/// # function!(Decay = |x| [(-x[0] * x[1]).exp()]);
/// # Ok::<(), Error>(())
/// ```
pub fn node_para<'t, F>(name: &'static str, lens: F, p: &[Var<'t>], x: &[Var<'t>]) -> Result<Vec<Var<'t>>>
where
    F: Para<P: Row, A: Row, B: Coordinates<Scalar = f64>> + Copy + 't,
{
    let (params, input) = (values(p), values(x));
    let at: F::P = row(name, &params)?;
    let y = lens.fwd(at.view(), row(name, &input)?)?.0;
    let Some(frame) = p.iter().chain(x).find_map(Var::frame) else { return constants(&y) };
    let (params, input) = (frame.keep(&params), frame.keep(&input));
    custom(name, &[p, x].concat(), y.coordinates(), move |by, bx| {
        let at: F::P = row(name, params)?;
        let (mut d, m) = lens.fwd(at.view(), row(name, input)?)?;
        write(name, by, &mut d)?;
        let mut dp = at.zero();
        let da = lens.bwd(at.view(), m, d, &mut dp)?;
        let (to_p, to_x) = bx.split_at_mut(params.len());
        read(name, &dp, to_p)?;
        read(name, &da, to_x)
    })
}

/// As [`node`], for a lens whose residual is `Copy`: it is kept, and the sweep runs only the backward map.
///
/// # Errors
/// As [`node`].
///
/// # Example
/// ```
/// use pullback::{category::*, lens::*, *};
/// let square = lens(|[x]: [f64; 1]| ([x * x], x), |x, [d]: [f64; 1]| [2.0 * x * d]);
/// let g = try_grad(|x| Ok(node_keeping("square", square, &[x[0].sin()])?[0]), &[0.5])?;
/// assert!((g[0] - 1f64.sin()).abs() < 1e-15); // 2 sin x cos x
/// # Ok::<(), Error>(())
/// ```
pub fn node_keeping<'t, F>(name: &'static str, lens: F, x: &[Var<'t>]) -> Result<Vec<Var<'t>>>
where
    F: Para<P = (), A: Row, B: Row, M: Copy + 't> + Copy + 't,
{
    let (y, m) = lens.fwd((), row(name, &values(x))?)?;
    custom(name, x, y.coordinates(), move |by, bx| read(name, &lens.bwd((), m, row(name, by)?, &mut ())?, bx))
}

fn values(x: &[Var<'_>]) -> Vec<f64> {
    x.iter().map(Var::value).collect()
}
fn constants<'t>(y: &impl Coordinates<Scalar = f64>) -> Result<Vec<Var<'t>>> {
    Ok(y.coordinates().iter().map(|&y| Var::constant(y)).collect())
}
fn row<A: Row>(op: &'static str, x: &[f64]) -> Result<A> {
    A::try_from(x).map_err(|_| Error::ShapeMismatch {
        op,
        expected: alloc::vec![size_of::<A>() / size_of::<f64>()],
        found: alloc::vec![x.len()],
    })
}
fn write(op: &'static str, from: &[f64], to: &mut impl Coordinates<Scalar = f64>) -> Result<()> {
    same_len(op, to.coordinates().len(), from.len())?;
    to.coordinates_mut().copy_from_slice(from);
    Ok(())
}
/// Adds, as pullbacks do.
fn read(op: &'static str, from: &impl Coordinates<Scalar = f64>, to: &mut [f64]) -> Result<()> {
    same_len(op, to.len(), from.coordinates().len())?;
    to.iter_mut().zip(from.coordinates()).try_for_each(|(to, d)| to.add(d))
}
