//! The logarithm of a sum of exponentials, from maximum, exponential, sum and logarithm.
//!
//! $$ y = a + \ln \sum_i e^{x_i - a}, \qquad a = \max_i x_i $$

use super::{Failure, Mode, Outcome, finite, mode};
use pullback::{Real, Result, sum};
use serde::Deserialize;
use serde_json::Value;

/// The exponents.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct LogSumExp {
    /// The exponents.
    pub(crate) x: Vec<f64>,
}

/// Returns the job for `function`.
pub(crate) fn prepare(function: &str, input: Value, mode: Mode) -> Outcome<mode::Job> {
    let problem: LogSumExp = serde_json::from_value(input)?;
    finite("x", &problem.x)?;
    if problem.x.is_empty() {
        return Err(Failure::new("x: expected at least one number"));
    }
    match function {
        "primal" => Ok(mode::value_of(problem)),
        "gradient" => Ok(mode::gradient_of(problem, mode, mode::shape::list)),
        _ => Err(Failure::function("lse", function)),
    }
}

/// So many terms are added at once: one entry of a tape, and they stay in the first-level cache.
const BLOCK: usize = 96;

impl mode::Objective for LogSumExp {
    fn point(&self) -> &[f64] {
        &self.x
    }
    /// The shift is a plain number: its derivative cancels exactly.
    #[inline(never)]
    fn part<T: Real>(&self, _: usize, x: &[T]) -> Result<T> {
        let shift = x.iter().fold(f64::NEG_INFINITY, |m, x| m.max(x.primal()));
        let (mut total, mut terms) = (T::lit(0.0), [T::lit(0.0); BLOCK]);
        for some in x.chunks(BLOCK) {
            let terms = &mut terms[..some.len()];
            terms.iter_mut().zip(some).for_each(|(term, &x)| *term = (x - shift).exp());
            total += sum(terms);
        }
        Ok(total.ln() + shift)
    }
    #[inline(never)]
    fn by_hand(&self, x: &[f64], g: &mut [f64]) -> Result<f64> {
        let shift = x.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let mut sum = 0.0;
        for (g, &x) in g.iter_mut().zip(x) {
            *g = (x - shift).exp();
            sum += *g;
        }
        let scale = 1.0 / sum;
        g.iter_mut().for_each(|g| *g *= scale);
        Ok(sum.ln() + shift)
    }
}
