//! A determinant by expansion along the first row, with index-linked rows and columns.

use super::{Failure, Mode, Outcome, finite, mode};
use pullback::{Real, Result};
use serde::Deserialize;
use serde_json::Value;

/// A square matrix.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Determinant {
    /// The entries, row after row.
    #[serde(rename = "A")]
    pub(crate) a: Vec<f64>,
    /// The number of rows.
    pub(crate) ell: usize,
}

/// The largest matrix that is taken: 15! products take hours.
const LARGEST: usize = 15;
/// A part expands one minor of at most so many rows: 7! entries stay in the second-level cache.
const BLOCK: usize = 7;

/// Returns the job for `function`.
pub(crate) fn prepare(function: &str, input: Value, mode: Mode) -> Outcome<mode::Job> {
    let problem: Determinant = serde_json::from_value(input)?;
    finite("A", &problem.a)?;
    if !(1..=LARGEST).contains(&problem.ell) {
        return Err(Failure(format!("ell: expected 1 to {LARGEST}, found {}", problem.ell)));
    }
    super::length("A", problem.ell * problem.ell, problem.a.len())?;
    match function {
        "primal" => Ok(mode::value_of(problem)),
        "gradient" => Ok(mode::gradient_of(problem, mode, mode::shape::list)),
        _ => Err(Failure::function("det", function)),
    }
}

/// The rows and columns of a minor: `next[k]` follows `k`, and the last place holds the first. Rows are removed from the
/// top only, so a row is a number.
struct Columns {
    next: Vec<usize>,
}

impl Columns {
    fn all(n: usize) -> Self {
        Columns { next: (0..n).map(|k| k + 1).chain([0]).collect() }
    }
}

/// Returns the determinant of the rows from `row` on and the columns that are left, `m` of each.
fn minor<T: Real>(a: &[T], n: usize, row: usize, m: usize, c: &mut Columns) -> T {
    let row_of = &a[row * n..(row + 1) * n];
    let first = c.next[n];
    if m == 1 {
        return row_of[first];
    }
    if m == 2 {
        let (second, below) = (c.next[first], &a[(row + 1) * n..(row + 2) * n]);
        return row_of[first] * below[second] - row_of[second] * below[first];
    }
    let (mut before, mut here) = (n, first);
    let mut sum = T::lit(0.0);
    for j in 0..m {
        let after = c.next[here];
        c.next[before] = after;
        let term = row_of[here] * minor(a, n, row + 1, m - 1, c);
        c.next[before] = here;
        sum = match j {
            0 => term,
            _ if j % 2 == 0 => sum + term,
            _ => sum - term,
        };
        (before, here) = (here, after);
    }
    sum
}

impl Determinant {
    /// Returns the number of rows whose column is fixed by the number of a part.
    fn fixed(&self) -> usize {
        self.ell.saturating_sub(BLOCK)
    }
    /// Returns the minor without row `i` and column `j`.
    fn without(&self, x: &[f64], i: usize, j: usize) -> f64 {
        let n = self.ell;
        if n == 1 {
            return 1.0;
        }
        let kept = |k: &usize| k % n != j && k / n != i;
        let entries: Vec<f64> = (0..n * n).filter(kept).map(|k| x[k]).collect();
        minor(&entries, n - 1, 0, n - 1, &mut Columns::all(n - 1))
    }
}

impl mode::Objective for Determinant {
    fn point(&self) -> &[f64] {
        &self.a
    }
    fn parts(&self) -> usize {
        (0..self.fixed()).map(|row| self.ell - row).product()
    }
    #[inline(never)]
    fn part<T: Real>(&self, part: usize, x: &[T]) -> Result<T> {
        let (n, mut c, mut rest) = (self.ell, Columns::all(self.ell), part);
        let mut factor: Option<T> = None;
        for row in 0..self.fixed() {
            let place = rest % (n - row);
            rest /= n - row;
            let before = (0..place).fold(n, |k, _| c.next[k]);
            let column = c.next[before];
            c.next[before] = c.next[column];
            let entry = if place % 2 == 0 { x[row * n + column] } else { -x[row * n + column] };
            factor = Some(factor.map_or(entry, |f| f * entry));
        }
        let inner = minor(x, n, self.fixed(), n - self.fixed(), &mut c);
        Ok(factor.map_or(inner, |f| f * inner))
    }
    #[inline(never)]
    fn by_hand(&self, x: &[f64], g: &mut [f64]) -> Result<f64> {
        let n = self.ell;
        for (k, g) in g.iter_mut().enumerate() {
            let (i, j) = (k / n, k % n);
            *g = self.without(x, i, j) * if (i + j) % 2 == 0 { 1.0 } else { -1.0 };
        }
        Ok(x[..n].iter().zip(g.iter()).map(|(a, g)| a * g).sum())
    }
}
