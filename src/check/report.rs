//! What a check found, as a value that prints well.

use super::kink::Kink;
use crate::error::{Error, Result};
use alloc::vec::Vec;
use core::fmt;

/// One number under test and what it should be.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Entry {
    /// Row (output) and column (input).
    pub at: [usize; 2],
    /// What the derivative under test says.
    pub found: f64,
    /// What the independent estimate says.
    pub expected: f64,
    /// The error of `expected`, as estimated by its method; 0 where the method is exact to rounding.
    pub error: f64,
    /// The largest difference that passes.
    pub tolerance: f64,
    /// The order of convergence that the differences showed: 2 where the function is smooth. `None` where there was
    /// nothing to see, because the differences were exact to rounding or the method takes no differences.
    pub order: Option<f64>,
}

impl Entry {
    /// Returns $|found - expected|$; 0 for equal infinities, ∞ where one is NaN or one infinite.
    pub fn difference(&self) -> f64 {
        let d = (self.found - self.expected).abs();
        if self.found == self.expected {
            0.0
        } else if d.is_nan() {
            f64::INFINITY
        } else {
            d
        }
    }
    /// Says whether the difference is within the tolerance.
    pub fn passes(&self) -> bool {
        self.difference() <= self.tolerance
    }
    /// How many times the tolerance the difference is.
    fn excess(&self) -> f64 {
        let d = self.difference();
        if d == 0.0 { 0.0 } else { d / self.tolerance }
    }
}

/// One method held against another, over all entries.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Comparison {
    /// The method under test.
    pub found_by: &'static str,
    /// The method it is held against.
    pub expected_by: &'static str,
    /// How many entries were compared.
    pub compared: usize,
    /// How many of them differ by more than their tolerance.
    pub failed: usize,
    /// How many could not be judged: the independent estimate is too rough there to say anything.
    pub undecided: usize,
    /// The entry whose difference is largest in units of its tolerance.
    pub worst: Option<Entry>,
}

impl Comparison {
    pub(super) fn new(found_by: &'static str, expected_by: &'static str) -> Self {
        Comparison { found_by, expected_by, compared: 0, failed: 0, undecided: 0, worst: None }
    }
    pub(super) fn add(&mut self, entry: Entry) {
        self.compared += 1;
        self.failed += usize::from(!entry.passes());
        if self.worst.is_none_or(|worst| entry.excess() > worst.excess()) {
            self.worst = Some(entry);
        }
    }
    /// Says whether every entry that was compared agrees.
    pub fn passes(&self) -> bool {
        self.failed == 0
    }
}

/// What a check found. It says nothing by itself: print it, or ask [`ok`](Report::ok).
///
/// # Example
/// ```
/// use pullback::*;
/// function!(Rosenbrock = |x| [(x[0] - 1.0).powi(2) + (x[1] - x[0] * x[0]).powi(2) * 100.0]);
/// let report = check_gradient(&Rosenbrock, &[1.2, 0.7])?;
/// report.ok()?;
/// assert_eq!((report.shape, report.comparisons.len(), report.kinks.len()), ([1, 2], 4, 0));
/// # Ok::<(), Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[must_use = "a report says what it found only when asked: `.ok()?`, or print it"]
#[non_exhaustive]
pub struct Report {
    /// The name of the check.
    pub check: &'static str,
    /// The number of rows and of columns that were looked at.
    pub shape: [usize; 2],
    /// One comparison for each pair of methods, the most independent first.
    pub comparisons: Vec<Comparison>,
    /// Points where differences show that there is no derivative. They are no failure as long as what was found is a
    /// slope between the two sides.
    pub kinks: Vec<Kink>,
    /// Methods that could not be used: the method, and the reason (for the complex step, the operation without a
    /// complex extension).
    pub skipped: Vec<(&'static str, &'static str)>,
    /// The seed of the random directions, where there are any.
    pub seed: Option<u64>,
}

impl Report {
    pub(super) fn new(check: &'static str, shape: [usize; 2]) -> Self {
        Report { check, shape, comparisons: Vec::new(), kinks: Vec::new(), skipped: Vec::new(), seed: None }
    }
    pub(super) fn skip(&mut self, method: &'static str, why: &'static str) {
        if !self.skipped.contains(&(method, why)) {
            self.skipped.push((method, why));
        }
    }
    /// Says whether everything that was compared agrees.
    pub fn passes(&self) -> bool {
        self.comparisons.iter().all(Comparison::passes)
    }
    /// Returns the worst entry and the comparison it belongs to: of the first comparison that failed, if any did. The
    /// comparisons stand in the order in which they can be trusted.
    pub fn worst(&self) -> Option<(&Comparison, Entry)> {
        let entries = || self.comparisons.iter().filter_map(|c| Some((c, c.worst?)));
        let failed = entries().find(|(c, _)| !c.passes());
        failed.or_else(|| entries().reduce(|a, b| if b.1.excess() > a.1.excess() { b } else { a }))
    }
    /// Returns `Ok` where the derivative passed.
    ///
    /// # Errors
    /// [`Error::CheckFailed`] with the worst entry.
    pub fn ok(&self) -> Result<()> {
        match self.worst() {
            Some((_, e)) if !self.passes() => Err(Error::CheckFailed {
                op: self.check,
                entry: e.at,
                expected: e.expected,
                found: e.found,
                tolerance: e.tolerance,
            }),
            _ => Ok(()),
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verdict = if self.passes() { "passed" } else { "FAILED" };
        write!(f, "{}: {verdict}, {} × {} entries", self.check, self.shape[0], self.shape[1])?;
        if let Some(seed) = self.seed {
            write!(f, ", directions from seed {seed}")?;
        }
        for c in &self.comparisons {
            write!(f, "\n  {c}")?;
        }
        for kink in &self.kinks {
            write!(f, "\n  {kink}")?;
        }
        for (method, why) in &self.skipped {
            write!(f, "\n  {method} not possible: {why}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} against {}: ", self.found_by, self.expected_by)?;
        match self.failed {
            0 => write!(f, "ok ({} compared)", self.compared)?,
            n => write!(f, "{n} of {} WRONG", self.compared)?,
        }
        if self.undecided > 0 {
            write!(f, ", {} undecided", self.undecided)?;
        }
        match self.worst {
            Some(worst) => write!(f, "\n      worst {worst}"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [row, column] = self.at;
        write!(f, "at [{row}, {column}]: found {}, expected {}", Short(self.found), Short(self.expected))?;
        if self.error > 0.0 {
            write!(f, " ± {:.0e}", self.error)?;
        }
        write!(f, "; they differ by {:.1e}, tolerance {:.1e}", self.difference(), self.tolerance)?;
        match self.order {
            Some(order) => write!(f, "; order seen {order:.2}"),
            None => Ok(()),
        }
    }
}

/// A number in full, in the shorter of its two notations.
struct Short(f64);
impl fmt::Display for Short {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 == 0.0 || (1e-3..1e6).contains(&self.0.abs()) {
            write!(f, "{}", self.0)
        } else {
            write!(f, "{:e}", self.0)
        }
    }
}
