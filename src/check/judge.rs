//! When two numbers count as equal, in one place.

use super::{
    difference::Estimate,
    kink::{Kink, Shape},
    report::{Comparison, Entry},
};
use alloc::vec::Vec;

/// Two sums over the same partials: units of the [`Majorant`](super::Majorant), some thousand roundings along a path.
pub(super) const SAME_PARTIALS: f64 = 1e-12;
/// Partials that come from different formulas.
pub(super) const OTHER_PARTIALS: f64 = 1e-10;
/// The estimated error of an extrapolated difference is cautious already; this covers a lucky ladder.
const CAUTION: f64 = 3.0;
/// A difference whose error is above this fraction of the derivative's terms decides nothing.
const ROUGH: f64 = 1e-4;

/// How large a derivative's parts are, which says how far rounding may move it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Size {
    /// The sum of the absolute values of its terms.
    pub(super) terms: f64,
    /// The rounding error of the function's value a unit of the input, in units of the machine epsilon. A partial such
    /// as $1 - y^2$ has an error in proportion to the value and not to itself.
    pub(super) value: f64,
}

impl Size {
    fn rounding(&self, expected: f64, units: f64) -> f64 {
        let value = if self.value.is_finite() { 32.0 * f64::EPSILON * self.value } else { 0.0 };
        match self.terms {
            t if t.is_finite() => units * t + value,
            _ if expected.is_finite() => 1e-6 * expected.abs(),
            _ => 0.0,
        }
    }
}

/// Compares with a method that is exact to rounding.
pub(super) fn exact(to: &mut Comparison, at: [usize; 2], found: f64, expected: f64, size: Size, units: f64) {
    to.add(Entry { at, found, expected, error: 0.0, tolerance: size.rounding(expected, units), order: None });
}

/// Compares with differences, which may say that there is no derivative.
pub(super) fn estimated(
    to: &mut Comparison,
    kinks: &mut Vec<Kink>,
    at: [usize; 2],
    found: f64,
    by: &Estimate,
    size: Size,
) {
    let Some((shape, slopes)) = by.kink else {
        let large = [found.abs(), by.value.abs(), size.terms, 1e-3 * by.scale];
        let large = large.into_iter().filter(|s| s.is_finite()).fold(0.0, f64::max);
        if !by.error.is_finite() || by.error > ROUGH * large {
            to.undecided += 1;
            return;
        }
        let tolerance = CAUTION * by.error + size.rounding(by.value, SAME_PARTIALS);
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
