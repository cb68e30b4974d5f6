//! From function values on a ladder of steps to a derivative, its error, and the order seen.
//!
//! Central differences have an error $c_2h^2 + c_4h^4 + \dots$ where the function is smooth. With steps that halve, each
//! column of the table removes one term (Richardson 1911): $T_{i,j} = T_{i,j-1} + (T_{i,j-1} - T_{i-1,j-1})/(4^j - 1)$.
//! The entry with the least estimated error wins (Ridders 1982). The estimate is cautious in three ways: it is the
//! distance to the entries of the column before; the rounding noise of the function, which the smallest steps show, is
//! added; and an entry that the smaller steps contradict is not believed, however well its neighbours agree.

use alloc::vec::Vec;

/// Values on both sides of the point at one step. A side where the function is not defined is NaN.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sample {
    /// The distances to the point on the right and on the left, as they are in floating point.
    pub(super) distance: [f64; 2],
    /// The values there.
    pub(super) value: [f64; 2],
}

impl Sample {
    pub(super) fn is_finite(&self) -> bool {
        self.value[0].is_finite() && self.value[1].is_finite()
    }
    pub(super) fn step(&self) -> f64 {
        (self.distance[0] + self.distance[1]) * 0.5
    }
    pub(super) fn central(&self) -> f64 {
        (self.value[0] - self.value[1]) / (self.distance[0] + self.distance[1])
    }
}

/// What a ladder of differences says.
#[derive(Clone, Copy, Debug)]
pub(super) struct Extrapolated {
    pub(super) value: f64,
    pub(super) error: f64,
    pub(super) order: Option<f64>,
    pub(super) step: f64,
    /// The rounding noise of a function value.
    pub(super) noise: f64,
}

const COLUMNS: usize = 7;
/// The column whose scatter at the smallest steps is taken for noise: high enough that truncation is gone.
const STEADY: usize = 2;

/// Returns the rows of a ladder that can be used: the unbroken run of finite samples at its fine end.
pub(super) fn usable(samples: &[Sample]) -> &[Sample] {
    let start = samples.iter().rposition(|s| !s.is_finite()).map_or(0, |k| k + 1);
    &samples[start..]
}

/// Extrapolates a ladder, largest step first. The values are known to be off by `known` at least.
pub(super) fn extrapolate(samples: &[Sample], at_point: f64, known: f64) -> Extrapolated {
    let rows = usable(samples);
    let table = table(rows);
    let noise = noise(rows, &table, at_point).max(known);
    let mut best = Extrapolated { value: f64::NAN, error: f64::INFINITY, order: None, step: f64::NAN, noise };
    for (i, row) in table.iter().enumerate() {
        let rounding = 2.0 * noise / rows[i].step();
        for j in 1..row.len() {
            let spread = (row[j] - row[j - 1]).abs().max((row[j] - table[i - 1][j - 1]).abs());
            let error = (spread + rounding).max(contradiction(&table[i + 1..], &rows[i + 1..], row[j], noise));
            if error < best.error {
                (best.value, best.error, best.step) = (row[j], error, rows[i].step());
            }
        }
    }
    best.order = order(rows, noise);
    best
}

fn table(rows: &[Sample]) -> Vec<Vec<f64>> {
    let mut table: Vec<Vec<f64>> = Vec::with_capacity(rows.len());
    for (i, sample) in rows.iter().enumerate() {
        let mut row = alloc::vec![sample.central()];
        let mut power = 1.0;
        for j in 1..COLUMNS.min(i + 1) {
            power *= 4.0;
            row.push(row[j - 1] + (row[j - 1] - table[i - 1][j - 1]) / (power - 1.0));
        }
        table.push(row);
    }
    table
}

/// The error of a function value, from the scatter of the finer half of the ladder; at least the rounding of the values.
///
/// Three times the median: a few rows may agree by luck, and a few may still be coarse for the function.
fn noise(rows: &[Sample], table: &[Vec<f64>], at_point: f64) -> f64 {
    let largest = rows.iter().rev().take(6).flat_map(|s| s.value).fold(at_point.abs(), |m, v| m.max(v.abs()));
    let fine = (rows.len() / 2..rows.len()).filter(|&i| i > STEADY);
    let mut scatter: Vec<f64> =
        fine.map(|i| (table[i][STEADY] - table[i - 1][STEADY]).abs() * rows[i].step()).collect();
    scatter.sort_by(f64::total_cmp);
    let median = scatter.get(scatter.len() / 2).copied().unwrap_or(0.0);
    (largest * f64::EPSILON * 0.5).max(3.0 * median)
}

/// By how much smaller steps, their own errors taken off, disagree with `value`.
fn contradiction(table: &[Vec<f64>], rows: &[Sample], value: f64, noise: f64) -> f64 {
    let each = table.iter().zip(rows).filter(|(row, _)| row.len() > STEADY).map(|(row, sample)| {
        let own = (row[STEADY] - row[STEADY - 1]).abs() + 4.0 * noise / sample.step();
        (row[STEADY] - value).abs() - own
    });
    each.fold(0.0, f64::max)
}

/// The order that the raw differences show at the smallest steps where truncation still stands out from noise.
fn order(rows: &[Sample], noise: f64) -> Option<f64> {
    let change = |i: usize| (rows[i].central() - rows[i + 1].central()).abs();
    let clear = |i: usize| change(i) > 64.0 * noise / rows[i + 1].step();
    let i = (1..rows.len().saturating_sub(1)).rev().find(|&i| clear(i) && clear(i - 1))?;
    Some(num_traits::Float::log2(change(i - 1) / change(i)))
}
