//! How good predictions are, in the numbers that people report.

use alloc::{vec, vec::Vec};
use core::fmt;
use num_traits::Float;

/// Returns the place of the largest number, the first of several; NaN is never the largest.
///
/// # Example
/// ```
/// use pullback::learn::argmax;
/// assert_eq!((argmax(&[0.1, 0.7, 0.7]), argmax::<f64>(&[])), (1, 0));
/// ```
pub fn argmax<T: Float>(x: &[T]) -> usize {
    let better = |best: usize, k: usize| if x[k] > x[best] || (x[best].is_nan() && !x[k].is_nan()) { k } else { best };
    (1..x.len()).fold(0, better)
}

/// Counts of true class against predicted class.
///
/// # Example
/// ```
/// use pullback::learn::Confusion;
/// let mut c = Confusion::new(2);
/// for (truth, predicted) in [(0, 0), (0, 0), (0, 1), (1, 1)] {
///     c.add(truth, predicted);
/// }
/// assert_eq!((c.accuracy(), c.precision(1), c.recall(0)), (0.75, 0.5, 2.0 / 3.0));
/// assert_eq!(c.to_string(), "truth 0:  2  1\ntruth 1:  0  1");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Confusion {
    counts: Vec<Vec<u64>>,
}
impl Confusion {
    /// Returns the empty table of `classes` classes. It grows where a larger class comes.
    pub fn new(classes: usize) -> Self {
        Confusion { counts: vec![vec![0; classes]; classes] }
    }
    /// Counts one example.
    pub fn add(&mut self, truth: usize, predicted: usize) {
        let classes = self.counts.len().max(truth + 1).max(predicted + 1);
        self.counts.resize(classes, vec![]);
        self.counts.iter_mut().for_each(|row| row.resize(classes, 0));
        self.counts[truth][predicted] += 1;
    }
    /// Returns how many examples of class `truth` were taken for `predicted`.
    pub fn count(&self, truth: usize, predicted: usize) -> u64 {
        self.counts.get(truth).and_then(|row| row.get(predicted)).copied().unwrap_or(0)
    }
    /// Returns the share of examples that are right; NaN where there are none.
    pub fn accuracy(&self) -> f64 {
        let right = (0..self.counts.len()).map(|k| self.count(k, k)).sum();
        share(right, self.counts.iter().flatten().sum())
    }
    /// Returns the share of those taken for `class` that are; NaN where none were.
    pub fn precision(&self, class: usize) -> f64 {
        share(self.count(class, class), (0..self.counts.len()).map(|k| self.count(k, class)).sum())
    }
    /// Returns the share of `class` that was recognised; NaN where there are none.
    pub fn recall(&self, class: usize) -> f64 {
        share(self.count(class, class), (0..self.counts.len()).map(|k| self.count(class, k)).sum())
    }
    /// Returns the harmonic mean of precision and recall, $2tp/(2tp + fp + fn)$; NaN where `class` never occurs.
    pub fn f1(&self, class: usize) -> f64 {
        let either: u64 = (0..self.counts.len()).map(|k| self.count(k, class) + self.count(class, k)).sum();
        share(2 * self.count(class, class), either)
    }
}
fn share(part: u64, whole: u64) -> f64 {
    part as f64 / whole as f64
}
impl fmt::Display for Confusion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (k, row) in self.counts.iter().enumerate() {
            write!(f, "{}truth {k}:", if k == 0 { "" } else { "\n" })?;
            row.iter().try_for_each(|n| write!(f, "{n:3}"))?;
        }
        Ok(())
    }
}

/// Running errors of predicted numbers.
///
/// # Example
/// ```
/// use pullback::learn::Residuals;
/// let mut r = Residuals::default();
/// for (truth, predicted) in [(1.0, 1.5), (2.0, 2.0), (3.0, 2.5)] {
///     r.add(truth, predicted);
/// }
/// assert_eq!((r.mean_absolute(), r.mean_squared(), r.r2()), (1.0 / 3.0, 0.5 / 3.0, 0.75));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Residuals {
    n: f64,
    absolute: f64,
    squared: f64,
    mean: f64,
    spread: f64,
}
impl Residuals {
    /// Takes one prediction into account.
    pub fn add(&mut self, truth: f64, predicted: f64) {
        let r = predicted - truth;
        self.n += 1.0;
        self.absolute += r.abs();
        self.squared += r * r;
        // Welford: the spread of the truth without cancellation
        let before = truth - self.mean;
        self.mean += before / self.n;
        self.spread += before * (truth - self.mean);
    }
    /// Returns the mean of $|y - t|$; NaN before the first.
    pub fn mean_absolute(&self) -> f64 {
        self.absolute / self.n
    }
    /// Returns the mean of $(y - t)^2$; NaN before the first.
    pub fn mean_squared(&self) -> f64 {
        self.squared / self.n
    }
    /// Returns $1 - \sum(y - t)^2/\sum(t - \bar t)^2$: 1 where all is explained, 0 for the mean, below 0 for worse.
    pub fn r2(&self) -> f64 {
        1.0 - self.squared / self.spread
    }
}
