//! An operation that brings its own partials, held against its own value.

use super::{
    complex::{self, complex_step},
    difference::{differences_above, start},
    judge::{estimated, exact},
    modes::{Bounds, Forward},
    report::{Comparison, Report},
    rounded::rounding,
    second::transposed,
};
use crate::{
    error::{Error, Result},
    op::linearise,
    real::{Function, Operation, Real},
};
use alloc::{vec, vec::Vec};

/// Returns a report on the partials of `op` at `x`, row 0, and on their own derivatives, rows 1 to `n`.
///
/// * The partials against the derivative of `value`: by running `value` itself in forward mode (exact to rounding, and
///   not made of these partials), by the complex step, by differences.
/// * The second order: `partials` in forward mode against differences of `partials` at `f64`; that matrix against its
///   transpose, since a partial that is wrong but consistent is seldom symmetric.
///
/// A partial that was forgotten is 0 and shows up as such. An operation that knows its first derivative only (its
/// `partials` return [`Error::NoPartial`] at higher order) is checked at first order.
///
/// # Errors
/// What `value` and `partials` return at `x`; [`Error::OutOfDomain`] where `x` or the value is not finite.
///
/// # Example
/// ```
/// use pullback::*;
/// struct Cube;
/// impl Operation for Cube {
///     fn name(&self) -> &'static str { "cube" }
///     fn value<T: Real>(&self, x: &[T]) -> Result<T> { Ok(x[0].powi(3)) }
///     fn partials<T: Real>(&self, x: &[T], _y: T, p: &mut [T]) -> Result<()> {
///         p[0] = x[0].powi(2) * 2.0; // a wrong factor
///         Ok(())
///     }
/// }
/// let e = check_operation(&Cube, &[2.0])?.ok().unwrap_err();
/// assert!(matches!(e, Error::CheckFailed { op: "cube", entry: [0, 0], expected: 12.0, found: 8.0, .. }));
/// # Ok::<(), Error>(())
/// ```
#[doc(alias = "test_rrule")]
#[doc(alias = "test_frule")]
#[doc(alias = "gradcheck")]
pub fn check_operation(op: &impl Operation, x: &[f64]) -> Result<Report> {
    let n = x.len();
    let (value, partials) = (Value(op), Partials(op));
    start(op.name(), |x| value.call(x), x)?;
    let (_, found) = linearise(op, x.iter().copied())?;
    let own = rounding(&partials, x)?;
    let through = rounding(&Bounds(&value), x)?;
    let size = |k: usize| own[k].max(through[k]);
    let mut report = Report::new(op.name(), [1 + n, n]);

    let mut by_value = Comparison::new("partials", "derivative of value");
    for (k, &expected) in Forward(&value).call(x)?.iter().enumerate() {
        exact(&mut by_value, [0, k], found[k], expected, size(k));
    }
    let mut by_complex = Comparison::new("partials", complex::METHOD);
    match complex_step(&value, x) {
        Ok(steps) => {
            for (k, step) in steps.concat().into_iter().enumerate() {
                match step {
                    Ok(expected) => exact(&mut by_complex, [0, k], found[k], expected, size(k)),
                    Err(unknown) => {
                        by_complex.undecided += 1;
                        report.skip(complex::METHOD, unknown);
                    }
                }
            }
        }
        Err(_) => report.skip(complex::METHOD, "the operation fails there"),
    }
    let mut by_differences = Comparison::new("partials", "differences");
    for (k, estimate) in differences_above(&rounding(&value, x)?, |x| op.value(x), x)?.concat().iter().enumerate() {
        estimated(&mut by_differences, &mut report.kinks, [0, k], found[k], estimate, size(k));
    }
    report.comparisons.extend([by_complex, by_value, by_differences]);
    second_order(op, x, &mut report)?;
    Ok(report)
}

fn second_order(op: &impl Operation, x: &[f64], report: &mut Report) -> Result<()> {
    let (n, partials) = (x.len(), Partials(op));
    let found = match Forward(&partials).call(x) {
        Err(Error::NoPartial { .. }) => {
            report.skip("second order", "no partial");
            return Ok(());
        }
        found => found?,
    };
    let bounds = rounding(&Bounds(&partials), x)?;
    let mirrored = transposed(&bounds, n);
    let at = |k: usize| [1 + k / n, k % n];
    let mut by_differences = Comparison::new("derivative of partials", "differences of partials");
    let mut symmetry = Comparison::new("derivative of partials", "its transpose");
    let differences = differences_above(&rounding(&partials, x)?, |x| partials.call(x), x).map(|rows| rows.concat());
    for (k, expected) in transposed(&found, n).into_iter().enumerate() {
        match &differences {
            Ok(all) => estimated(&mut by_differences, &mut vec![], at(k), found[k], &all[k], bounds[k]),
            Err(_) => by_differences.undecided += 1, // a partial that is not finite
        }
        exact(&mut symmetry, at(k), found[k], expected, bounds[k].max(mirrored[k]));
    }
    report.comparisons.extend([by_differences, symmetry]);
    Ok(())
}

/// The value of an operation as a function that is differentiated *through*: its own partials are not asked.
struct Value<'a, O>(&'a O);
impl<O: Operation> Function for Value<'_, O> {
    fn call<T: Real>(&self, x: &[T]) -> Result<Vec<T>> {
        Ok(vec![self.0.value(x)?])
    }
}
/// The partials of an operation as a function.
struct Partials<'a, O>(&'a O);
impl<O: Operation> Function for Partials<'_, O> {
    fn call<T: Real>(&self, x: &[T]) -> Result<Vec<T>> {
        Ok(linearise(self.0, x.iter().copied())?.1.to_vec())
    }
}
