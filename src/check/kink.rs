//! Points without a derivative, seen by differences from either side.

use super::richardson::{Sample, usable};
use core::fmt;
#[allow(unused_imports)] // with std, f64 has its methods itself
use num_traits::Float;

/// What a function does at a point where it has no derivative.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Shape {
    /// Two different slopes meet, as in `abs` at 0.
    Corner,
    /// The slope grows without bound, with one sign on both sides, as in `cbrt` at 0.
    Vertical,
    /// The slope grows without bound, with opposite signs, as in `x.abs().sqrt()` at 0.
    Cusp,
    /// The value jumps, as in `floor` at 1.
    Jump,
    /// The function is defined on one side only, as `sqrt` at 0.
    Edge,
}

/// An entry of a derivative that does not exist, according to differences.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Kink {
    /// Row (output) and column (input).
    pub at: [usize; 2],
    /// What happens there.
    pub shape: Shape,
    /// The slopes from the left and from the right at the smallest step; NaN where the function is not defined.
    pub slopes: [f64; 2],
    /// What the derivative under test says.
    pub found: f64,
}

impl fmt::Display for Kink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self.shape {
            Shape::Corner => "corner",
            Shape::Vertical => "vertical tangent",
            Shape::Cusp => "cusp",
            Shape::Jump => "jump",
            Shape::Edge => "edge of the domain",
        };
        let ([row, column], [left, right]) = (self.at, self.slopes);
        write!(f, "{name} at [{row}, {column}]: slope {left:.6} from the left, {right:.6} from the right; ")?;
        write!(f, "found {}", self.found)
    }
}

/// How many of the finest rows must tell the same story.
const ROWS: usize = 6;

/// Returns what kind of kink the ladder shows at the point, with the slopes from the left and the right. `noise` is what
/// the scatter of the values shows, to which a jump adds; `known` is what they must be off by in any case.
pub(super) fn classify(samples: &[Sample], at_point: f64, noise: f64, known: f64) -> Option<(Shape, [f64; 2])> {
    let fine = &samples[samples.len().saturating_sub(ROWS)..];
    let sides = |s: &Sample| {
        [(at_point - s.value[1]) / s.distance[1], (s.value[0] - at_point) / s.distance[0]] // left, right
    };
    let last = sides(fine.last()?);
    if (0..2).any(|side| fine.iter().all(|s| !s.value[side].is_finite())) {
        return Some((Shape::Edge, last.map(|s| if s.is_finite() { s } else { f64::NAN })));
    }
    if usable(samples).len() < ROWS {
        return None;
    }
    let gap = |s: &Sample| sides(s)[1] - sides(s)[0];
    let large = fine.iter().flat_map(|s| s.value).fold(at_point.abs(), |m, v| m.max(v.abs()));
    let floor = (1e4 * f64::EPSILON * large).max(16.0 * known);
    if let Some(p) = growth(fine, |s| s.central(), floor) {
        return Some((if p > 0.95 { Shape::Jump } else { Shape::Vertical }, last));
    }
    if let Some(p) = growth(fine, gap, floor) {
        return Some((if p > 0.95 { Shape::Jump } else { Shape::Cusp }, last));
    }
    corner(usable(samples), &sides, &gap, noise)
}

/// Returns `p` where `d` grows like $h^{-p}$, steadily and by more than rounding.
fn growth(rows: &[Sample], d: impl Fn(&Sample) -> f64, floor: f64) -> Option<f64> {
    let (first, last) = (d(rows.first()?), d(rows.last()?));
    let steps = (rows.len() - 1) as f64;
    let p = (last / first).log2() / steps; // NaN where the sign changes
    let steady = rows.windows(2).all(|w| ((d(&w[1]) / d(&w[0])).log2() - p).abs() < 0.05);
    let clear = rows.iter().all(|s| d(s).abs() * s.step() > floor);
    (p > 0.1 && steady && clear).then_some(p)
}

/// A gap between the slopes that stays as the step shrinks. One extrapolation takes the curvature out of it.
fn corner(
    rows: &[Sample],
    sides: &impl Fn(&Sample) -> [f64; 2],
    gap: &impl Fn(&Sample) -> f64,
    noise: f64,
) -> Option<(Shape, [f64; 2])> {
    let steady = |i: usize| 2.0 * gap(&rows[i]) - gap(&rows[i - 1]);
    let slopes = |i: usize| {
        let (coarse, fine) = (sides(&rows[i - 1]), sides(&rows[i]));
        [2.0 * fine[0] - coarse[0], 2.0 * fine[1] - coarse[1]]
    };
    let error = |i: usize| (steady(i) - steady(i - 1)).abs() + 12.0 * noise / rows[i].step();
    let start = rows.len().saturating_sub(2 * ROWS).max(2);
    let i = (start..rows.len()).min_by(|&a, &b| error(a).total_cmp(&error(b)))?;
    let [left, right] = slopes(i);
    let real = steady(i).abs() > 8.0 * error(i) && steady(i).abs() > 1e-6 * (left.abs() + right.abs());
    real.then_some((Shape::Corner, [left, right]))
}
