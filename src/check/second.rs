//! Second derivatives: every nesting of the modes, symmetry, and differences of the gradient.

use super::{
    difference::{differences_above, start},
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

/// Returns a report on the second derivatives of `f` at `x`. Row `k·n + i`, column `j` is
/// $\partial^2 y_k/\partial x_i\partial x_j$.
///
/// Forward over reverse mode, the way of [`hvp`](crate::hvp), is held against reverse over reverse, forward over
/// forward and reverse over forward, against its own transpose, and against differences of the reverse gradient. A
/// wrong *first* derivative usually makes an unsymmetric matrix, so the symmetry is a test of those too.
///
/// # Kinks
/// Where the gradient has a kink, as at the joints of a piecewise function, the report lists it.
///
/// # Errors
/// As [`check_gradient`](super::check_gradient); [`Error::NoPartial`](crate::Error::NoPartial) where an operation has no
/// second derivative.
///
/// # Cost
/// 50 to 100 gradients an input.
///
/// # Example
/// ```
/// use pullback::*;
/// function!(Rosenbrock = |x| [(x[0] - 1.0).powi(2) + (x[1] - x[0] * x[0]).powi(2) * 100.0]);
/// let report = check_hessian(&Rosenbrock, &[1.2, 0.7])?;
/// report.ok()?;
/// assert_eq!(report.shape, [2, 2]);
/// # Ok::<(), Error>(())
/// ```
#[doc(alias = "gradgradcheck")]
#[doc(alias = "check_hvp")]
#[doc(alias = "check_grads")]
pub fn check_hessian(f: &impl Function, x: &[f64]) -> Result<Report> {
    const CHECK: &str = "check_hessian";
    let (outputs, n) = (start(CHECK, |x| f.call(x), x)?.len(), x.len());
    let rows = outputs * n;
    let matrix = |rows: Vec<f64>| same_len(CHECK, outputs * n * n, rows.len()).map(|()| rows);
    let found = matrix(Forward(&Reverse(f)).call(x)?)?;
    let bounds = matrix(rounding(&Bounds(&Bounds(f)), x)?)?;
    let at = |k: usize| [k / n, k % n];

    let mut report = Report::new(CHECK, [rows, n]);
    let others = [
        ("reverse over reverse", matrix(Reverse(&Reverse(f)).call(x)?)?),
        ("forward over forward", matrix(Forward(&Forward(f)).call(x)?)?),
        ("reverse over forward", matrix(Reverse(&Forward(f)).call(x)?)?),
        ("its transpose", transposed(&found, n)),
    ];
    let mut by_differences = Comparison::new(FOUND, "differences of the gradient");
    let estimates = differences_above(&rounding(&Bounds(f), x)?, |x| Reverse(f).call(x), x)?.concat();
    for (k, (&found, estimate)) in found.iter().zip(&estimates).enumerate() {
        estimated(&mut by_differences, &mut report.kinks, at(k), found, estimate, bounds[k]);
    }
    report.comparisons.push(by_differences);
    for (name, other) in others {
        let mut comparison = Comparison::new(FOUND, name);
        for (k, (&found, expected)) in found.iter().zip(other).enumerate() {
            exact(&mut comparison, at(k), found, expected, bounds[k]);
        }
        report.comparisons.push(comparison);
    }
    Ok(report)
}

const FOUND: &str = "forward over reverse";

/// Returns each block of `n` rows transposed.
pub(super) fn transposed(rows: &[f64], n: usize) -> Vec<f64> {
    let square = n * n;
    (0..rows.len()).map(|k| rows[k / square * square + k % n * n + k % square / n]).collect()
}
