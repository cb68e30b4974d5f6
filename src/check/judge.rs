//! When two numbers count as equal, in one place.

use super::{
    difference::Estimate,
    kink::{Kink, Shape},
    report::{Comparison, Entry},
};
use alloc::vec::Vec;

/// How many times the bound of the rounding error two computations may differ: the bound is of first order, takes every
/// elementary function to be right to one unit, and both have errors.
const SLACK: f64 = 8.0;
/// The estimated error of a difference is cautious already. This covers ladders on which the columns agree by luck: at 3,
/// one of 150 000 entries of random expressions was a false alarm.
const CAUTION: f64 = 10.0;

/// Below this, the imaginary part of a complex step is no normal number.
const UNDERFLOW: f64 = 1e-200;

/// The largest difference that rounding explains, where `rounding` bounds the error of the derivative.
fn explained(rounding: f64, expected: f64) -> f64 {
    match rounding {
        // the other method rounds its own result once more
        r if r.is_finite() => SLACK * r + 4.0 * f64::EPSILON * expected.abs() + UNDERFLOW,
        _ if expected.is_finite() => 1e-6 * expected.abs(),
        _ => 0.0,
    }
}

/// Compares with a method that is exact to rounding.
pub(super) fn exact(to: &mut Comparison, at: [usize; 2], found: f64, expected: f64, rounding: f64) {
    to.add(Entry { at, found, expected, error: 0.0, tolerance: explained(rounding, expected), order: None });
}

/// Compares with differences, which may say that there is no derivative.
pub(super) fn estimated(
    to: &mut Comparison,
    kinks: &mut Vec<Kink>,
    at: [usize; 2],
    found: f64,
    by: &Estimate,
    rounding: f64,
) {
    let Some((shape, slopes)) = by.kink else {
        if !by.decides() {
            to.undecided += 1;
            return;
        }
        let tolerance = CAUTION * by.error + explained(rounding, by.value);
        to.add(Entry { at, found, expected: by.value, error: by.error, tolerance, order: by.order });
        return;
    };
    if !kinks.iter().any(|k| k.at == at) {
        kinks.push(Kink { at, shape, slopes, found });
    }
    let [left, right] = slopes;
    match shape {
        // any slope between the two sides is a generalised derivative
        Shape::Corner => {
            let slack = 1e-3 * (right - left).abs();
            let expected = if found.is_nan() { left } else { found.clamp(left.min(right), left.max(right)) };
            to.add(Entry { at, found, expected, error: slack, tolerance: slack, order: by.order });
        }
        Shape::Vertical => {
            let expected = f64::INFINITY.copysign(left + right);
            to.add(Entry { at, found, expected, error: 0.0, tolerance: 0.0, order: by.order });
        }
        Shape::Cusp | Shape::Jump | Shape::Edge => to.undecided += 1,
    }
}
