//! A saddle point: $\min_x \max_y\, (x_1^2 + x_2^2) - (y_1^2 + y_2^2)$, both by gradient descent, one inside the other.

use super::{
    Failure, Job, Mode, Outcome, finite, mode,
    nested::{Field, Way, argmin},
};
use pullback::{Real, Result};
use serde::Deserialize;
use serde_json::Value;

/// Where both descents start.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Saddle {
    /// The start.
    pub(crate) start: [f64; 2],
}

/// Returns the job for `function`.
pub(crate) fn prepare(function: &str, input: Value, mode: Mode) -> Outcome<Job> {
    let problem: Saddle = serde_json::from_value(input)?;
    finite("start", &problem.start)?;
    let [outer, inner] = match (Way::pair(function), mode) {
        (None, _) => return Err(Failure::function("saddle", function)),
        (Some(_), Mode::Recorded) => return Err(mode::not_recorded().into()),
        (Some(_), Mode::Manual) => [Way::Manual; 2],
        (Some(ways), _) => ways,
    };
    Ok(job(problem, outer, inner))
}

/// Returns the job that finds the point with these ways of differentiating.
pub(crate) fn job(problem: Saddle, outer: Way, inner: Way) -> Job {
    let run = move |out: &mut Vec<f64>| {
        let x = argmin(&Highest { inner, start: problem.start }, outer, problem.start)?;
        let y = argmin(&Negative { x }, inner, problem.start)?;
        out.clear();
        out.extend([x[0], x[1], y[0], y[1]]);
        Ok(())
    };
    Job::new(run, mode::shape::list)
}

#[inline(always)]
fn surface<T: Real>(x: [T; 2], y: [T; 2]) -> T {
    (x[0] * x[0] + x[1] * x[1]) - (y[0] * y[0] + y[1] * y[1])
}

/// Minus the surface as a function of $y$.
struct Negative<T> {
    x: [T; 2],
}

impl<T: Real> Field<T, 2> for Negative<T> {
    #[inline]
    fn at<U: Real>(&self, lift: impl Fn(T) -> U + Copy, y: [U; 2]) -> Result<U> {
        Ok(-surface(self.x.map(lift), y))
    }
    fn by_hand(&self, y: [T; 2]) -> Result<[T; 2]> {
        Ok(y.map(|y| y * 2.0))
    }
}

/// The surface at the highest $y$, as a function of $x$.
struct Highest {
    inner: Way,
    start: [f64; 2],
}

impl Field<f64, 2> for Highest {
    fn at<U: Real>(&self, lift: impl Fn(f64) -> U + Copy, x: [U; 2]) -> Result<U> {
        let y = argmin(&Negative { x }, self.inner, self.start.map(lift))?;
        Ok(surface(x, y))
    }
    /// The way down to $y$ does not depend on $x$.
    fn by_hand(&self, x: [f64; 2]) -> Result<[f64; 2]> {
        Ok(x.map(|x| x * 2.0))
    }
}
