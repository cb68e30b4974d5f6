//! Derivatives by differences: the truth that shares nothing with the crate's own derivatives.

use super::{
    kink::{self, Shape},
    richardson::{Sample, extrapolate},
};
use crate::{
    calculus::Outputs,
    error::{Error, Result, same_len},
};
use alloc::{vec, vec::Vec};

/// A derivative by differences, with what the differences say about themselves.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Estimate {
    /// The derivative; NaN where the function is not finite at enough points.
    pub value: f64,
    /// A cautious estimate of its error; ∞ where there is none.
    pub error: f64,
    /// The order at which the raw central differences converge: 2 for a smooth function. `None` where they are exact
    /// to rounding from the first step on.
    pub order: Option<f64>,
    /// The step that served best.
    pub step: f64,
    /// What stands against a derivative at this point, with the slopes from the left and from the right.
    pub kink: Option<(Shape, [f64; 2])>,
    /// The size of the function's values around the point, a unit of the input.
    pub(super) scale: f64,
}

impl Estimate {
    /// Says whether the error is small enough for the estimate to tell right from wrong: small beside the derivative, or
    /// tiny beside the function.
    pub fn decides(&self) -> bool {
        const ROUGH: f64 = 1e-4;
        self.error.is_finite() && self.error <= ROUGH * self.value.abs().max(1e-3 * self.scale)
    }
}

/// Returns the Jacobian of `f` at `x` by central differences on a ladder of steps with Richardson extrapolation:
/// `rows[output][input]`.
///
/// `f` may return a number, an array, a `Vec`, a tuple, or a `Result` of these. Steps at which `f` fails or is not
/// finite are left out, so `x` may lie close to the edge of a domain. The steps are in proportion to 1 and to `x[k]`.
///
/// # Cost
/// 48 evaluations of `f` an input; 96 where `x[k]` is far from 1.
///
/// # Errors
/// What `f` returns at `x` itself; [`Error::OutOfDomain`] where `x` is not finite; [`Error::ShapeMismatch`] where the
/// number of outputs changes.
///
/// # Example
/// ```
/// use pullback::check::differences;
/// let d = differences(|x| x[0].exp() * x[1], &[1.0, 3.0])?[0][0];
/// assert!((d.value - 3.0 * 1f64.exp()).abs() < 1e-11 && d.error < 1e-10);
/// assert!((d.order.unwrap() - 2.0).abs() < 0.1);
/// # Ok::<(), pullback::Error>(())
/// ```
#[doc(alias = "finite_difference")]
#[doc(alias = "approx_fprime")]
#[doc(alias = "numerical_gradient")]
#[doc(alias = "central_fdm")]
pub fn differences<O: Outputs<f64>>(f: impl Fn(&[f64]) -> O, x: &[f64]) -> Result<Vec<Vec<Estimate>>> {
    differences_above(&[], f, x)
}

/// As [`differences`], of outputs whose rounding errors are known to be as large as `noise`.
pub(super) fn differences_above<O: Outputs<f64>>(
    noise: &[f64],
    f: impl Fn(&[f64]) -> O,
    x: &[f64],
) -> Result<Vec<Vec<Estimate>>> {
    let y = start("differences", &f, x)?;
    let mut rows = vec![Vec::with_capacity(x.len()); y.len()];
    let mut point = x.to_vec();
    for k in 0..x.len() {
        let mut sample = |h: f64| {
            point[k] = x[k] + h;
            let reached = (point[k] - x[k]).abs();
            let value = flat(&f(&point));
            point[k] = x[k];
            (reached, value)
        };
        let column = along("differences", &mut sample, &y, noise, [1.0, x[k].abs()])?;
        rows.iter_mut().zip(column).for_each(|(row, estimate)| row.push(estimate));
    }
    Ok(rows)
}

/// Returns $J\dot x$, the change of the outputs along `dx`, by differences: one number an output, for any number of
/// inputs at the same cost.
///
/// # Errors
/// As [`differences`], and [`Error::ShapeMismatch`] where `dx` and `x` have different lengths.
///
/// # Example
/// ```
/// use pullback::check::difference_along;
/// let dy = difference_along(|x| [x[0] * x[1], x[1]], &[2.0, 3.0], &[1.0, 10.0])?;
/// assert!((dy[0].value - 23.0).abs() < 1e-11 && (dy[1].value - 10.0).abs() < 1e-11);
/// # Ok::<(), pullback::Error>(())
/// ```
pub fn difference_along<O: Outputs<f64>>(f: impl Fn(&[f64]) -> O, x: &[f64], dx: &[f64]) -> Result<Vec<Estimate>> {
    difference_along_above(&[], f, x, dx)
}

/// As [`difference_along`], of outputs whose rounding errors are known to be as large as `noise`.
pub(super) fn difference_along_above<O: Outputs<f64>>(
    noise: &[f64],
    f: impl Fn(&[f64]) -> O,
    x: &[f64],
    dx: &[f64],
) -> Result<Vec<Estimate>> {
    const OP: &str = "difference_along";
    same_len(OP, x.len(), dx.len())?;
    finite(OP, dx)?;
    let y = start(OP, &f, x)?;
    let mut sample = |h: f64| {
        let point: Vec<f64> = x.iter().zip(dx).map(|(&x, &dx)| x + h * dx).collect();
        (h.abs(), flat(&f(&point)))
    };
    let reach = |size: fn(f64) -> f64| {
        let each = x.iter().zip(dx).filter(|(_, dx)| **dx != 0.0).map(|(&x, dx)| size(x) / dx.abs());
        each.fold(f64::INFINITY, f64::min)
    };
    let scales = [reach(|_| 1.0), reach(|x| if x == 0.0 { 1.0 } else { x.abs() })];
    along(OP, &mut sample, &y, noise, scales.map(|s| if s.is_finite() { s } else { 1.0 }))
}

/// How many steps a ladder has.
const STEPS: usize = 24;
/// The largest step, in units of the scale. It is no simple fraction, lest it be a multiple of a period of `f`.
const LARGEST: f64 = 0.236_067_977_499_789_7;

/// Returns the derivative of each output along the line that `sample` follows, from one ladder for each scale that is
/// not close to the first.
fn along(
    op: &'static str,
    sample: &mut impl FnMut(f64) -> (f64, Result<Vec<f64>>),
    y: &[f64],
    noise: &[f64],
    scales: [f64; 2],
) -> Result<Vec<Estimate>> {
    let [one, own] = scales;
    let mut best = ladder(op, sample, y, noise, one)?;
    if own > 0.0 && !(0.0625..16.0).contains(&(own / one)) {
        let other = ladder(op, sample, y, noise, own)?;
        for (best, other) in best.iter_mut().zip(other) {
            let smooth = |e: &Estimate| e.kink.is_none() && e.error.is_finite();
            let better = match (smooth(best), smooth(&other)) {
                (true, true) => other.error < best.error,
                (_, smooth) => smooth,
            };
            if better {
                *best = other;
            }
        }
    }
    Ok(best)
}

fn ladder(
    op: &'static str,
    sample: &mut impl FnMut(f64) -> (f64, Result<Vec<f64>>),
    y: &[f64],
    noise: &[f64],
    scale: f64,
) -> Result<Vec<Estimate>> {
    let mut samples = vec![Vec::with_capacity(STEPS); y.len()];
    let mut h = LARGEST * scale;
    for _ in 0..STEPS {
        let (right, up) = sample(h);
        let (left, down) = sample(-h);
        for side in [&up, &down].into_iter().flatten() {
            same_len(op, y.len(), side.len())?;
        }
        if right > 0.0 && left > 0.0 {
            for (k, samples) in samples.iter_mut().enumerate() {
                let at = |side: &Result<Vec<f64>>| side.as_ref().map_or(f64::NAN, |y| y[k]);
                samples.push(Sample { distance: [right, left], value: [at(&up), at(&down)] });
            }
        }
        h *= 0.5;
    }
    let estimate = |(k, (samples, &y)): (usize, (&Vec<Sample>, &f64))| {
        let known = noise.get(k).copied().filter(|n| n.is_finite()).unwrap_or(0.0);
        let e = extrapolate(samples, y, known);
        let kink = kink::classify(samples, y, e.noise, known);
        let around = samples.get(STEPS / 4).into_iter().flat_map(|s| s.value).filter(|v| v.is_finite());
        let large = around.fold(y.abs(), |large, v| large.max(v.abs()));
        Estimate { value: e.value, error: e.error, order: e.order, step: e.step, kink, scale: large / scale }
    };
    Ok(samples.iter().zip(y).enumerate().map(estimate).collect())
}

/// Returns the numbers that a function returned, whatever their shape.
fn flat<O: Outputs<f64>>(y: &O) -> Result<Vec<f64>> {
    let mut all = Vec::new();
    y.each(&mut |y| all.push(y))?;
    Ok(all)
}

/// Returns the outputs at `x`, which must be finite, like `x`.
pub(super) fn start<O: Outputs<f64>>(op: &'static str, f: impl Fn(&[f64]) -> O, x: &[f64]) -> Result<Vec<f64>> {
    finite(op, x)?;
    let y = flat(&f(x))?;
    match y.iter().find(|y| !y.is_finite()) {
        Some(&value) => Err(Error::OutOfDomain { op, value, domain: "a finite output (find_nan tells where from)" }),
        None => Ok(y),
    }
}

/// # Errors
/// [`Error::OutOfDomain`] where one of `x` is NaN or infinite.
pub(super) fn finite(op: &'static str, x: &[f64]) -> Result<()> {
    match x.iter().find(|x| !x.is_finite()) {
        Some(&value) => Err(Error::OutOfDomain { op, value, domain: "finite numbers" }),
        None => Ok(()),
    }
}
