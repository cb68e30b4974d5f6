//! The greeting: $x^2$ and its derivative, to test the plumbing.

use super::{Failure, Job, Mode, Outcome, finite, mode};
use pullback::{Real, derivative};
use serde_json::Value;

/// Returns the job for `function`.
pub(crate) fn prepare(function: &str, input: Value, mode: Mode) -> Outcome<Job> {
    let x: f64 = serde_json::from_value(input)?;
    finite("input", &[x])?;
    let f: fn(f64, Mode) -> pullback::Result<f64> = match function {
        "square" => |x, _| Ok(square(x)),
        "double" => |x, mode| match mode {
            Mode::Best | Mode::Forward => Ok(derivative(square, x)),
            Mode::Reverse => Ok(pullback::grad(|x| square(x[0]), &[x])?[0]),
            Mode::Manual => Ok(2.0 * x),
            Mode::Recorded => Err(mode::not_recorded()),
        },
        _ => return Err(Failure::function("hello", function)),
    };
    let run = move |y: &mut Vec<f64>| {
        y.clear();
        y.push(f(x, mode)?);
        Ok(())
    };
    Ok(Job::new(run, mode::shape::number))
}

fn square<T: Real>(x: T) -> T {
    x * x
}
