//! A particle steered by charges: where to put one of them so that the particle lands at 0.
//!
//! Charges stand at $(10, 10 - w)$ and $(10, 0)$; the particle starts at $(0, 8)$ and is moved by Euler steps with the
//! acceleration $-\nabla p$ of their potential, a derivative inside the function of $w$ that is minimised.

use super::{
    Failure, Job, Mode, Outcome, finite, mode,
    nested::{Field, Slope, Way, argmin},
};
use pullback::{Real, Result};
use serde::Deserialize;
use serde_json::Value;

/// Where the descent starts.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Particle {
    /// The start.
    pub(crate) w: f64,
}

/// Returns the job for `function`.
pub(crate) fn prepare(function: &str, input: Value, mode: Mode) -> Outcome<Job> {
    let problem: Particle = serde_json::from_value(input)?;
    finite("w", &[problem.w])?;
    let [outer, inner] = match (Way::pair(function), mode) {
        (None, _) => return Err(Failure::function("particle", function)),
        (Some(_), Mode::Recorded) => return Err(mode::not_recorded().into()),
        (Some(_), Mode::Manual) => [Way::Manual; 2],
        (Some(ways), _) => ways,
    };
    Ok(job(problem, outer, inner))
}

/// Returns the job that finds the place with these ways of differentiating.
pub(crate) fn job(problem: Particle, outer: Way, inner: Way) -> Job {
    let run = move |out: &mut Vec<f64>| {
        let [w] = argmin(&Landing { inner }, outer, [problem.w])?;
        out.clear();
        out.push(w);
        Ok(())
    };
    Job::new(run, mode::shape::number)
}

const STEP: f64 = 0.1;
/// A particle that has not landed after so many steps is taken where it is.
const MOST_STEPS: usize = 1_000_000;
const START: [f64; 2] = [0.0, 8.0];
const VELOCITY: [f64; 2] = [0.75, 0.0];

/// The potential of the charges as a function of the place.
struct Potential<T> {
    w: T,
}

impl<T: Real> Field<T, 2> for Potential<T> {
    #[inline]
    fn at<U: Real>(&self, lift: impl Fn(T) -> U + Copy, [x, y]: [U; 2]) -> Result<U> {
        let nearness = |height: U| {
            let (dx, dy) = (x - 10.0, y - height);
            (dx * dx + dy * dy).sqrt().recip()
        };
        Ok(nearness(lift(T::lit(0.0))) + nearness(lift(-self.w + 10.0)))
    }
    fn by_hand(&self, [x, y]: [T; 2]) -> Result<[T; 2]> {
        let pull = |height: T| {
            let (dx, dy) = (x - 10.0, y - height);
            let square = dx * dx + dy * dy;
            let scale = -(square * square.sqrt()).recip();
            [dx * scale, dy * scale]
        };
        let (a, b) = (pull(T::lit(0.0)), pull(-self.w + 10.0));
        Ok([a[0] + b[0], a[1] + b[1]])
    }
}

/// The square of the place where the particle lands, as a function of $w$.
struct Landing {
    inner: Way,
}

impl Field<f64, 1> for Landing {
    fn at<U: Real>(&self, lift: impl Fn(f64) -> U + Copy, [w]: [U; 1]) -> Result<U> {
        let (mut x, mut v) = (START.map(lift), VELOCITY.map(lift));
        let (potential, mut slope) = (Potential { w }, Slope::new(self.inner));
        for _ in 0..MOST_STEPS {
            let next = [x[0] + v[0] * STEP, x[1] + v[1] * STEP];
            if next[1] < 0.0 {
                break;
            }
            let gradient = slope.of(&potential, x)?;
            v = [v[0] - gradient[0] * STEP, v[1] - gradient[1] * STEP];
            x = next;
        }
        let landing = x[0] - x[1] / v[1] * v[0];
        Ok(landing * landing)
    }
    /// Carries the derivatives of place and velocity along the way.
    fn by_hand(&self, [w]: [f64; 1]) -> Result<[f64; 1]> {
        let (mut x, mut v, mut dx, mut dv) = (START, VELOCITY, [0.0; 2], [0.0; 2]);
        for _ in 0..MOST_STEPS {
            let (next, d_next) = (along(x, v, STEP), along(dx, dv, STEP));
            if next[1] < 0.0 {
                break;
            }
            let gradient = Potential { w }.by_hand(x)?;
            v = along(v, gradient, -STEP);
            dv = along(dv, gradient_change(w, x, dx), -STEP);
            (x, dx) = (next, d_next);
        }
        let (fall, d_fall) = (x[1] / v[1], (dx[1] - x[1] / v[1] * dv[1]) / v[1]);
        let landing = x[0] - fall * v[0];
        Ok([2.0 * landing * (dx[0] - d_fall * v[0] - fall * dv[0])])
    }
}

fn along(x: [f64; 2], v: [f64; 2], h: f64) -> [f64; 2] {
    [x[0] + v[0] * h, x[1] + v[1] * h]
}

/// Returns how the gradient of the potential changes with $w$, where the place changes by `dx`.
fn gradient_change(w: f64, [x, y]: [f64; 2], [dx, dy]: [f64; 2]) -> [f64; 2] {
    let of = |height: f64, rise: f64| {
        let ([a, b], [da, db]) = ([x - 10.0, y - height], [dx, dy - rise]);
        let square = a * a + b * b;
        let cube = square * square.sqrt();
        let along = 3.0 * (a * da + b * db) / square;
        [(a * along - da) / cube, (b * along - db) / cube]
    };
    let (first, second) = (of(0.0, 0.0), of(10.0 - w, -1.0));
    [first[0] + second[0], first[1] + second[1]]
}
