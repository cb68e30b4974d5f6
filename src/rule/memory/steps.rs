//! A step function in the place of a slope.

use crate::{
    error::{Error, Result},
    net::{Activation, Array, Element},
    rule::{Site, memory::Codes},
};
use alloc::{vec, vec::Vec};
use ndarray::Array2;

/// A step function: `levels[i]` between `borders[i - 1]` and `borders[i]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Steps {
    /// Where a level ends and the next begins, in order; a border itself belongs to the level before it.
    pub borders: Vec<f64>,
    /// The levels, one more than the borders.
    pub levels: Vec<f64>,
}
impl Steps {
    /// Returns the step function with `count` levels that is nearest to the slope of `f` on $[-T, T]$, $T$ = `reach`,
    /// in the mean square, with borders on a grid of `cells` cells.
    ///
    /// The best level is the mean slope $\Delta f/\Delta t$ between two borders, so the best borders raise
    /// $\sum (\Delta f)^2/\Delta t$. Dynamic programming finds them.
    ///
    /// # Cost
    /// `count · cells²/2` steps.
    ///
    /// # Errors
    /// [`Error::OutOfDomain`] where there are more levels than cells or none, or $f$ is not finite on the grid.
    ///
    /// # Example
    /// ```
    /// use pullback::{net::Activation, rule::Steps};
    /// let s = Steps::best(Activation::Gelu, 4, 6.0, 480)?;
    /// assert!(s.borders.iter().zip([-0.475, 0.0, 0.475]).all(|(b, t)| (b - t).abs() < 1e-12));
    /// assert!(s.levels.iter().zip([-0.0273, 0.3174, 0.6826, 1.0273]).all(|(l, t)| (l - t).abs() < 1e-4));
    /// # Ok::<(), pullback::Error>(())
    /// ```
    pub fn best(f: Activation, count: usize, reach: f64, cells: usize) -> Result<Steps> {
        if count == 0 || count > cells {
            return Err(Error::OutOfDomain { op: "steps", value: count as f64, domain: "1 to the number of cells" });
        }
        let at = |k: usize| reach * (2.0 * k as f64 / cells as f64 - 1.0);
        let y: Vec<f64> = (0..=cells).map(|k| f.eval(at(k))).collect();
        if let Some(k) = y.iter().position(|y| !y.is_finite()) {
            return Err(Error::OutOfDomain { op: "steps", value: at(k), domain: "where the activation is finite" });
        }
        let gain = |i: usize, j: usize| (y[j] - y[i]) * (y[j] - y[i]) / (at(j) - at(i));
        // best[j]: the largest sum up to the point j with so many levels; before[l][j]: where the last one begins
        let mut best: Vec<f64> = (0..=cells).map(|j| if j == 0 { 0.0 } else { f64::NEG_INFINITY }).collect();
        let mut before = vec![vec![0; cells + 1]; count];
        for last in &mut before {
            let mut next = vec![f64::NEG_INFINITY; cells + 1];
            for j in 1..=cells {
                for (i, best) in best[..j].iter().enumerate() {
                    let sum = best + gain(i, j);
                    if sum > next[j] {
                        (next[j], last[j]) = (sum, i);
                    }
                }
            }
            best = next;
        }
        let mut ends = vec![cells];
        for last in before.iter().rev() {
            ends.push(last[ends[ends.len() - 1]]);
        }
        ends.reverse();
        let levels = ends.windows(2).map(|e| (y[e[1]] - y[e[0]]) / (at(e[1]) - at(e[0]))).collect();
        Ok(Steps { borders: ends[1..count].iter().map(|&k| at(k)).collect(), levels })
    }
    /// Returns the step function that begins at 0 and jumps by `by[k]` at `at[k]`.
    pub fn jumping(by: &[f64], at: &[f64]) -> Steps {
        let mut level = 0.0;
        let levels = core::iter::once(0.0).chain(by.iter().map(|a| {
            level += a;
            level
        }));
        Steps { levels: levels.collect(), borders: at.to_vec() }
    }
    /// Returns the position of the level at `x`.
    pub fn code(&self, x: f64) -> usize {
        self.borders.partition_point(|&t| t < x)
    }
    /// Returns $\int_{-T}^T (f'(x) - \mathrm{level}(x))^2 dx$ by the midpoint rule, with 4000 cells between two borders.
    pub fn error(&self, f: Activation, reach: f64) -> f64 {
        let inside = self.borders.iter().copied().filter(|b| b.abs() < reach);
        let ends: Vec<f64> = core::iter::once(-reach).chain(inside).chain([reach]).collect();
        let part = |from: f64, to: f64| {
            let (n, level) = (4000, self.levels[self.code((from + to) / 2.0)]);
            let h = (to - from) / f64::from(n);
            let term = |k: i32| {
                let x = from + h * (f64::from(k) + 0.5);
                let d = f.slope(x, f.eval(x)) - level;
                d * d
            };
            (0..n).map(term).sum::<f64>() * h
        };
        ends.windows(2).map(|e| part(e[0], e[1])).sum()
    }
    /// The steps as arrays that a rule can fix: borders, then levels.
    pub(super) fn arrays<T: Element>(&self) -> Vec<Array2<T>> {
        let row = |v: &[f64]| Array2::from_shape_fn((1, v.len()), |(_, k)| T::of(v[k]));
        vec![row(&self.borders), row(&self.levels)]
    }
}
/// The codes of what enters an activation, by the steps that are fixed there; `None` where none are.
pub(super) fn encode<T: Element>(s: &Site<'_, T>, x: &Array<T>) -> Option<Codes> {
    let (Some(borders), Some(levels)) = (s.fixed.first()?.as_slice(), s.fixed.get(1)) else { return None };
    let bits = usize::BITS - levels.len().saturating_sub(1).leading_zeros();
    Some(Codes::pack(bits, x, |x| borders.partition_point(|t| t < x)))
}
/// The change before an activation, by the steps that are fixed there.
pub(super) fn decode<T: Element>(s: &Site<'_, T>, codes: &Codes, dy: &Array<T>) -> Result<Array<T>> {
    let levels = s.fixed.get(1).and_then(|l| l.as_slice()).unwrap_or_default();
    codes.times(dy, |c| levels.get(c).copied().unwrap_or_else(T::zero))
}
