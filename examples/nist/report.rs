//! What the fits came to: digits against the certified answers, costs, and the table.

use crate::fit::{Derivatives, Fit};
use crate::problems::Problem;
use std::fmt;
use std::hint::black_box;
use std::time::{Duration, Instant};

/// A run succeeds with this many correct digits in its worst parameter.
pub(crate) const SUCCESS: f64 = 6.0;
/// And is accurate with this many.
pub(crate) const ACCURATE: f64 = 9.0;

/// One problem from one start, with each kind of Jacobian.
#[derive(Debug)]
pub(crate) struct Run {
    /// With exact Jacobians.
    pub(crate) exact: Score,
    /// With central differences.
    pub(crate) central: Score,
    /// With forward differences.
    pub(crate) forward: Score,
}

/// A fit against the certified answer.
#[derive(Debug)]
pub(crate) struct Score {
    /// Correct digits of the worst parameter.
    pub(crate) lre: f64,
    /// Correct digits of the residual sum of squares.
    rss: f64,
    /// The fit.
    fit: Fit,
}

impl Score {
    /// Compares a fit with the certified answer.
    pub(crate) fn of(fit: Fit, problem: &Problem) -> Score {
        let worst = fit.b.iter().zip(&problem.data.certified).map(|(&b, &c)| lre(b, c)).fold(f64::INFINITY, f64::min);
        Score { lre: worst, rss: lre(fit.rss, problem.data.rss), fit }
    }

    /// Returns the LRE, rounded down so that a failure never reads as a success, and marked.
    fn digits(&self) -> String {
        let mark = if self.lre < SUCCESS { '!' } else { ' ' };
        format!("{:5.1}{mark}", (self.lre * 10.0).floor() / 10.0)
    }
}

/// Returns the log relative error −log₁₀(|b − c| / |c|), roughly the number of correct digits: at most 11, for no more
/// are certified, and at least 0.
fn lre(b: f64, c: f64) -> f64 {
    const CERTIFIED: f64 = 11.0;
    let digits = -((b - c).abs() / c.abs()).log10();
    if digits.is_nan() { 0.0 } else { digits.clamp(0.0, CERTIFIED) }
}

/// The time of one Jacobian.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cost {
    exact: Duration,
    central: Duration,
}

impl Cost {
    /// Measures both kinds at the certified parameters.
    pub(crate) fn measure(problem: &Problem) -> Cost {
        let jacobian = |derivatives: Derivatives| {
            fastest(|| {
                // an error would show in the fits; here only the time matters
                let _ = black_box(derivatives.jacobian(black_box(problem), black_box(&problem.data.certified)));
            })
        };
        Cost { exact: jacobian(Derivatives::Exact), central: jacobian(Derivatives::CentralDifference) }
    }

    /// Returns exact over central.
    pub(crate) fn ratio(self) -> f64 {
        self.exact.as_secs_f64() / self.central.as_secs_f64()
    }
}

/// Returns the time of one call: the fastest of several batches, which is the one that was disturbed least.
fn fastest(mut f: impl FnMut()) -> Duration {
    const BATCHES: u32 = 8;
    const BATCH: Duration = Duration::from_micros(500);
    let mut batch = |calls: u32| {
        let start = Instant::now();
        (0..calls).for_each(|_| f());
        start.elapsed()
    };
    let mut calls = 1;
    while batch(calls) < BATCH {
        calls *= 2;
    }
    (0..BATCHES).map(|_| batch(calls)).min().unwrap_or_default() / calls
}

/// A line of the table.
#[derive(Debug)]
pub(crate) struct Line<'a> {
    /// The problem.
    pub(crate) problem: &'a Problem,
    /// From the two starts.
    pub(crate) runs: [Run; 2],
    /// The time of its Jacobians.
    pub(crate) cost: Cost,
}

/// The table.
#[derive(Debug)]
pub(crate) struct Report<'a>(pub(crate) Vec<Line<'a>>);

impl Report<'_> {
    /// Returns all runs.
    pub(crate) fn runs(&self) -> impl Iterator<Item = &Run> {
        self.0.iter().flat_map(|line| &line.runs)
    }

    /// Returns how many runs are accurate with exact Jacobians.
    pub(crate) fn accurate(&self) -> usize {
        self.runs().filter(|run| run.exact.lre >= ACCURATE).count()
    }
}

impl fmt::Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [start1, start2] = [1, 2].map(|start| format!("-------- from start {start} --------"));
        let columns = "exact    RSS  jac central forward";
        writeln!(f, "{:25}  {start1}  {start2}  -- one Jacobian, µs --", "")?;
        writeln!(f, "problem   level     n   p  {columns}  {columns}   exact  central  ratio")?;
        for line in &self.0 {
            line.write(f)?;
        }
        self.footnotes(f)?;
        f.write_str(LEGEND)?;
        self.summary(f)
    }
}

const LEGEND: &str = "
exact    correct digits (LRE) of the worst parameter, with exact Jacobians; 11 digits are certified
RSS      correct digits of the residual sum of squares (Lanczos1: it is 1e-25, and rounding leaves three)
jac      exact Jacobians used
central  correct digits of the worst parameter where the same solver uses central differences
forward  the same for forward differences; ! is fewer than 6

";

impl Line<'_> {
    fn write(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let data = &self.problem.data;
        write!(f, "{:9} {:7} {:3} {:3}", data.name, data.difficulty, data.rows.len(), data.certified.len())?;
        for Run { exact, central, forward } in &self.runs {
            write!(f, "  {} {:5.1} {:4}", exact.digits(), exact.rss, exact.fit.jacobians)?;
            write!(f, "   {}  {}", central.digits(), forward.digits())?;
        }
        let micros = |t: Duration| t.as_secs_f64() * 1e6;
        let Cost { exact, central } = self.cost;
        writeln!(f, "  {:7.1}  {:7.1}  {:5.2}", micros(exact), micros(central), self.cost.ratio())
    }
}

impl Report<'_> {
    /// Says for each run that failed how it ended.
    fn footnotes(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for line in &self.0 {
            for (start, Run { exact, .. }) in (1..).zip(&line.runs) {
                if exact.lre < SUCCESS {
                    let (data, fit) = (&line.problem.data, &exact.fit);
                    write!(f, "! {}, start {start}: stopped with {:?} ", data.name, fit.stopped)?;
                    writeln!(f, "at a sum of squares of {:.4e}, certified {:.4e}", fit.rss, data.rss)?;
                }
            }
        }
        Ok(())
    }

    fn summary(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all = self.runs().count();
        let mut counts = |label: &str, score: fn(&Run) -> &Score| {
            let reach = |digits| self.runs().filter(|run| score(run).lre >= digits).count();
            let (success, accurate) = (reach(SUCCESS), reach(ACCURATE));
            writeln!(f, "{label:20} {success:2} of {all} runs reach LRE {SUCCESS}, {accurate:2} reach LRE {ACCURATE}")
        };
        counts("exact Jacobians:", |run| &run.exact)?;
        counts("central differences:", |run| &run.central)?;
        counts("forward differences:", |run| &run.forward)?;
        let ratios = self.0.iter().map(|line| line.cost.ratio());
        let mean = (ratios.clone().map(f64::ln).sum::<f64>() / self.0.len().max(1) as f64).exp();
        let (least, most) = ratios.fold((f64::INFINITY, 0.0_f64), |(a, b), r| (a.min(r), b.max(r)));
        write!(f, "time of an exact Jacobian over that of a central difference: ")?;
        writeln!(f, "{mean:.2} (geometric mean; from {least:.2} to {most:.2})")
    }
}
