//! First derivatives: every mode against every independent method.

use super::{
    complex::{self, complex_step},
    difference::{differences, differences_above, start},
    judge::{estimated, exact},
    modes::{Bounds, Forward, Reverse},
    report::{Comparison, Report},
    rounded::rounding,
};
use crate::{
    error::{Result, same_len},
    real::Function,
};
use alloc::vec::Vec;

/// Returns a report on the first derivatives of `f` at `x`: the whole Jacobian, where `f` has several outputs.
///
/// Four comparisons: reverse mode against forward mode, against the complex step, and against extrapolated differences,
/// and forward mode against differences. Modes that agree prove that the *engines* are right; they share the partials,
/// so only the complex step and the differences can tell that a *partial* is wrong.
///
/// # Kinks
/// Where differences from the left and from the right disagree, the report lists a [`Kink`](super::Kink). It is a
/// failure only if what was found is no slope between the two sides.
///
/// # Errors
/// What `f` returns; [`Error::OutOfDomain`](crate::Error::OutOfDomain) where `x` or $f(x)$ is not finite;
/// [`Error::ShapeMismatch`](crate::Error::ShapeMismatch) where the number of outputs is not always the same. A wrong
/// derivative is no error here: ask [`Report::ok`].
///
/// # Cost
/// 50 to 100 evaluations of `f` an input, one sweep an output. For many inputs, use
/// [`check_dot_product`](super::check_dot_product).
///
/// # Example
/// ```
/// use pullback::*;
/// function!(Rosenbrock = |x| [(x[0] - 1.0).powi(2) + (x[1] - x[0] * x[0]).powi(2) * 100.0]);
/// check_gradient(&Rosenbrock, &[1.2, 0.7])?.ok()?;
///
/// function!(Ramp = |x| [x[0].abs() * 3.0]);
/// let report = check_gradient(&Ramp, &[0.0])?;
/// assert!(report.passes());
/// assert_eq!(report.kinks[0].to_string(),
///     "corner at [0, 0]: slope -3.000000 from the left, 3.000000 from the right; found 0");
/// # Ok::<(), Error>(())
/// ```
#[doc(alias = "check_grads")]
#[doc(alias = "gradcheck")]
#[doc(alias = "check_grad")]
#[doc(alias = "checkgrad")]
#[doc(alias = "derivative_check")]
pub fn check_gradient(f: &impl Function, x: &[f64]) -> Result<Report> {
    const CHECK: &str = "check_gradient";
    let outputs = start(CHECK, |x| f.call(x), x)?.len();
    let n = x.len();
    let mut report = Report::new(CHECK, [outputs, n]);
    let matrix = |rows: Vec<f64>| same_len(CHECK, outputs * n, rows.len()).map(|()| rows);
    let forward = matrix(Forward(f).call(x)?)?;
    let reverse = matrix(Reverse(f).call(x)?)?;
    let bounds = matrix(rounding(&Bounds(f), x)?)?;
    let difference = differences_above(&rounding(f, x)?, |x| f.call(x), x)?.concat();

    let places = || (0..outputs * n).map(|k| (k, [k / n, k % n]));
    let mut modes = Comparison::new("reverse", "forward");
    let mut reverse_differences = Comparison::new("reverse", "differences");
    let mut forward_differences = Comparison::new("forward", "differences");
    for (k, at) in places() {
        exact(&mut modes, at, reverse[k], forward[k], bounds[k]);
        estimated(&mut reverse_differences, &mut report.kinks, at, reverse[k], &difference[k], bounds[k]);
        estimated(&mut forward_differences, &mut report.kinks, at, forward[k], &difference[k], bounds[k]);
    }
    let mut by_complex = Comparison::new("reverse", "complex step");
    match complex_step(f, x) {
        Ok(steps) => {
            let steps = steps.concat();
            same_len(CHECK, outputs * n, steps.len())?;
            for (k, at) in places() {
                match steps[k] {
                    Ok(expected) => exact(&mut by_complex, at, reverse[k], expected, bounds[k]),
                    Err(op) => {
                        by_complex.undecided += 1;
                        report.skip(complex::METHOD, op);
                    }
                }
            }
        }
        Err(_) => report.skip(complex::METHOD, "the function fails there"),
    }
    report.comparisons.extend([by_complex, reverse_differences, forward_differences, modes]);
    Ok(report)
}

/// Returns a report on a Jacobian that was computed elsewhere (by hand, by another tool): `rows[output][input]` against
/// differences of `f`.
///
/// # Errors
/// What `f` returns at `x`; [`Error::ShapeMismatch`](crate::Error::ShapeMismatch) where `rows` has another shape;
/// [`Error::OutOfDomain`](crate::Error::OutOfDomain) where `x` or $f(x)$ is not finite.
///
/// # Example
/// ```
/// use pullback::*;
/// let f = |x: &[f64]| vec![x[0] * x[0] * x[1]];
/// check_jacobian(f, &[[12.0, 4.0]], &[2.0, 3.0])?.ok()?;
/// let e = check_jacobian(f, &[[12.0, 6.0]], &[2.0, 3.0])?.ok().unwrap_err();
/// assert!(matches!(e, Error::CheckFailed { entry: [0, 1], found: 6.0, .. }));
/// # Ok::<(), Error>(())
/// ```
pub fn check_jacobian<O: crate::Outputs<f64>>(
    f: impl Fn(&[f64]) -> O,
    rows: &[impl AsRef<[f64]>],
    x: &[f64],
) -> Result<Report> {
    const CHECK: &str = "check_jacobian";
    let outputs = start(CHECK, &f, x)?.len();
    same_len(CHECK, outputs, rows.len())?;
    let mut report = Report::new(CHECK, [outputs, x.len()]);
    let mut comparison = Comparison::new("given", "differences");
    for (i, (row, estimates)) in rows.iter().zip(differences(f, x)?).enumerate() {
        let row = row.as_ref();
        same_len(CHECK, x.len(), row.len())?;
        for (j, (&found, estimate)) in row.iter().zip(&estimates).enumerate() {
            estimated(&mut comparison, &mut report.kinks, [i, j], found, estimate, 0.0);
        }
    }
    report.comparisons.push(comparison);
    Ok(report)
}
