//! A determinant by expansion along the first row, with index-linked rows and columns.

use super::{Failure, Mode, Outcome, finite, mode};
use pullback::{Operation, Real, Result, apply};
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

/// So many rows and columns make one operation.
const SMALL: usize = 4;

/// The determinant of a matrix of four rows, whose partials are the cofactors.
struct SmallDeterminant;

impl SmallDeterminant {
    /// Returns the six minors of two rows: columns 01, 02, 03, 12, 13, 23.
    #[inline(always)]
    fn pairs<T: Real>(a: &[T], b: &[T]) -> [T; 6] {
        let two = |i: usize, j: usize| a[i] * b[j] - a[j] * b[i];
        [two(0, 1), two(0, 2), two(0, 3), two(1, 2), two(1, 3), two(2, 3)]
    }
    /// Returns the cofactors of a row from the other row of its half and the minors of the other half.
    #[inline(always)]
    fn cofactors<T: Real>(b: &[T], m: [T; 6]) -> [T; 4] {
        let [m01, m02, m03, m12, m13, m23] = m;
        [
            b[1] * m23 - b[2] * m13 + b[3] * m12,
            b[2] * m03 - b[0] * m23 - b[3] * m02,
            b[0] * m13 - b[1] * m03 + b[3] * m01,
            b[1] * m02 - b[0] * m12 - b[2] * m01,
        ]
    }
}

impl Operation for SmallDeterminant {
    fn name(&self) -> &'static str {
        "small_determinant"
    }
    #[inline(always)]
    fn value<T: Real>(&self, x: &[T]) -> Result<T> {
        let (a, b) = (&x[..4], &x[4..8]);
        let c = Self::cofactors(b, Self::pairs(&x[8..12], &x[12..16]));
        Ok((a[0] * c[0] + a[1] * c[1]) + (a[2] * c[2] + a[3] * c[3]))
    }
    #[inline(always)]
    fn partials<T: Real>(&self, x: &[T], _y: T, p: &mut [T]) -> Result<()> {
        self.value_and_partials(x, p).map(|_| ())
    }
    #[inline(always)]
    fn value_and_partials<T: Real>(&self, x: &[T], p: &mut [T]) -> Result<T> {
        let row = |k: usize| &x[4 * k..4 * k + 4];
        let (upper, lower) = (Self::pairs(row(0), row(1)), Self::pairs(row(2), row(3)));
        p[..4].copy_from_slice(&Self::cofactors(row(1), lower));
        p[4..8].copy_from_slice(&Self::cofactors(row(0), lower).map(|c| -c));
        p[8..12].copy_from_slice(&Self::cofactors(row(3), upper));
        p[12..16].copy_from_slice(&Self::cofactors(row(2), upper).map(|c| -c));
        Ok((x[0] * p[0] + x[1] * p[1]) + (x[2] * p[2] + x[3] * p[3]))
    }
}

/// Returns the determinant of the rows from `row` on and the columns that are left, `m` of each.
fn minor<T: Real>(a: &[T], n: usize, row: usize, m: usize, c: &mut Columns) -> Result<T> {
    let row_of = &a[row * n..(row + 1) * n];
    let first = c.next[n];
    if m == SMALL {
        let (second, third) = (c.next[first], c.next[c.next[first]]);
        let columns = [first, second, third, c.next[third]];
        return apply(&SmallDeterminant, &std::array::from_fn::<T, 16, _>(|k| a[(row + k / 4) * n + columns[k % 4]]));
    }
    if m == 1 {
        return Ok(row_of[first]);
    }
    if m == 2 {
        let (second, below) = (c.next[first], &a[(row + 1) * n..(row + 2) * n]);
        return Ok(row_of[first] * below[second] - row_of[second] * below[first]);
    }
    let (mut before, mut here) = (n, first);
    let mut sum = T::lit(0.0);
    for j in 0..m {
        let after = c.next[here];
        c.next[before] = after;
        let term = row_of[here] * minor(a, n, row + 1, m - 1, c)?;
        c.next[before] = here;
        sum = match j {
            0 => term,
            _ if j % 2 == 0 => sum + term,
            _ => sum - term,
        };
        (before, here) = (here, after);
    }
    Ok(sum)
}

impl Determinant {
    /// Returns the number of rows whose column is fixed by the number of a part.
    fn fixed(&self) -> usize {
        self.ell.saturating_sub(BLOCK)
    }
    /// Returns the minor without row `i` and column `j`.
    fn without(&self, x: &[f64], i: usize, j: usize) -> Result<f64> {
        let n = self.ell;
        if n == 1 {
            return Ok(1.0);
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
        let inner = minor(x, n, self.fixed(), n - self.fixed(), &mut c)?;
        Ok(factor.map_or(inner, |f| f * inner))
    }
    #[inline(never)]
    fn by_hand(&self, x: &[f64], g: &mut [f64]) -> Result<f64> {
        let n = self.ell;
        for (k, g) in g.iter_mut().enumerate() {
            let (i, j) = (k / n, k % n);
            *g = self.without(x, i, j)? * if (i + j) % 2 == 0 { 1.0 } else { -1.0 };
        }
        Ok(x[..n].iter().zip(g.iter()).map(|(a, g)| a * g).sum())
    }
}
