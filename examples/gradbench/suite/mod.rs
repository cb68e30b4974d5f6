//! GradBench's evals and its protocol.
//!
//! One file an eval: what it computes, how its input is read and checked, the objective written once and generic over
//! the number, and the derivative by hand. [`mode`] chooses how the objective is differentiated; [`protocol`] speaks with
//! the other side; [`random`] makes inputs for tests and benches.

pub(crate) mod ba;
pub(crate) mod det;
pub(crate) mod gmm;
pub(crate) mod hello;
pub(crate) mod ht;
pub(crate) mod kmeans;
pub(crate) mod llsq;
pub(crate) mod lse;
pub(crate) mod lstm;
pub(crate) mod mode;
pub(crate) mod nested;
pub(crate) mod ode;
pub(crate) mod particle;
pub(crate) mod protocol;
pub(crate) mod random;
pub(crate) mod saddle;

pub(crate) use mode::{Job, Mode};

use serde_json::Value;
use std::fmt;

/// Why an evaluation cannot be answered, in words for the other side.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Failure(pub String);

/// What can fail with a message for the other side.
pub(crate) type Outcome<T> = Result<T, Failure>;

impl Failure {
    fn new(message: &str) -> Self {
        Failure(message.to_string())
    }
    fn function(module: &str, function: &str) -> Self {
        Failure(format!("module {module} has no function {function:?}"))
    }
}
impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
impl From<serde_json::Error> for Failure {
    fn from(e: serde_json::Error) -> Self {
        Failure(format!("input: {e}"))
    }
}
impl From<pullback::Error> for Failure {
    fn from(e: pullback::Error) -> Self {
        Failure(e.to_string())
    }
}

/// Reads the input of a function and returns it ready to run.
pub(crate) type Prepare = fn(function: &str, input: Value, mode: Mode) -> Outcome<Job>;

/// The modules that are offered.
pub(crate) const MODULES: [(&str, Prepare); 12] = [
    ("hello", hello::prepare),
    ("llsq", llsq::prepare),
    ("lse", lse::prepare),
    ("det", det::prepare),
    ("ode", ode::prepare),
    ("gmm", gmm::prepare),
    ("lstm", lstm::prepare),
    ("ba", ba::prepare),
    ("ht", ht::prepare),
    ("kmeans", kmeans::prepare),
    ("saddle", saddle::prepare),
    ("particle", particle::prepare),
];

/// Returns how the inputs of `module` are read, if it is offered.
pub(crate) fn module(name: &str) -> Option<Prepare> {
    MODULES.iter().find(|(n, _)| *n == name).map(|&(_, prepare)| prepare)
}

/// # Errors
/// Where one of `x` is not finite.
fn finite(name: &str, x: &[f64]) -> Outcome<()> {
    match x.iter().position(|x| !x.is_finite()) {
        Some(k) => Err(Failure(format!("{name}: number {k} is {}", x[k]))),
        None => Ok(()),
    }
}
fn length(name: &str, expected: usize, found: usize) -> Outcome<()> {
    match expected == found {
        true => Ok(()),
        false => Err(Failure(format!("{name}: expected length {expected}, found {found}"))),
    }
}
/// Returns the rows one after another.
///
/// # Errors
/// Where there are not `rows` of them, or one has not `columns` numbers.
fn flat(name: &str, x: &[Vec<f64>], rows: usize, columns: usize) -> Outcome<Vec<f64>> {
    length(name, rows, x.len())?;
    x.iter().try_for_each(|row| length(name, columns, row.len()))?;
    Ok(x.concat())
}
