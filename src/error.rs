//! The one error type of the crate.
//!
//! An error names the operation, what it expected and what came. There is no error for "the derivative is unknown, so
//! here is a zero": an operation without a partial derivative is [`Error::NoPartial`].

use alloc::{boxed::Box, string::String, vec::Vec};
use core::fmt;

/// What can go wrong when a derivative is asked for.
///
/// # Example
/// ```
/// use pullback::*;
/// let e = hvp(|x| x[0] * x[1], &[1.0, 2.0], &[1.0]).unwrap_err();
/// assert_eq!(e.to_string(), "hvp: expected length 2, found 1");
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Error {
    /// A slice has the wrong length, or an array the wrong shape.
    ShapeMismatch {
        /// The operation that looked.
        op: &'static str,
        /// The shape it needs; one number for a length.
        expected: Vec<usize>,
        /// The shape that came.
        found: Vec<usize>,
    },
    /// The operation has no derivative of the order that was asked for.
    NoPartial {
        /// The operation.
        op: &'static str,
    },
    /// A variable has no entry of its own on the tape, so its cotangent is not known.
    /// [`Var::anchor`](crate::Var::anchor) gives it one.
    NoEntry {
        /// The operation that asked for the cotangent.
        op: &'static str,
        /// Which of its arguments.
        argument: usize,
    },
    /// The tape holds as many entries as it may.
    TapeFull {
        /// The largest number of entries, see [`Tape::with_limit`](crate::Tape::with_limit).
        limit: u32,
    },
    /// A number lies outside the domain of an operation.
    OutOfDomain {
        /// The operation.
        op: &'static str,
        /// The number, rounded to `f64`.
        value: f64,
        /// The domain in words.
        domain: &'static str,
    },
    /// Two parts of a diagram do not fit.
    Miswired {
        /// The box, or the way of joining.
        op: &'static str,
        /// How many boxes stand before the place.
        site: usize,
        /// The number of wires it needs.
        expected: usize,
        /// The number of wires that came.
        found: usize,
    },
    /// A diagram has more wires than can be numbered.
    TooManyWires {
        /// The largest number.
        limit: u32,
    },
    /// A recorded program was run at a point where a comparison that it was recorded under has another answer. What it
    /// would return is the value of another branch: record again there.
    BranchChanged {
        /// Which comparison, counted in the order of running.
        guard: usize,
        /// How it is written, for instance `a < b`.
        relation: &'static str,
        /// The answer while recording.
        recorded: bool,
        /// The two numbers at the new point, rounded to `f64`.
        at: [f64; 2],
    },
    /// A layer of a network found something wrong.
    InLayer {
        /// The layer.
        layer: &'static str,
        /// Its position in the network.
        site: usize,
        /// What it found.
        cause: Box<Error>,
    },
    /// A number for each row of a batch was asked of a map that has one for the whole batch only.
    NoRows {
        /// The operation that needs them.
        op: &'static str,
    },
    /// A learning rule has no reverse map for a layer.
    NoReverse {
        /// The rule.
        rule: &'static str,
        /// The layer.
        layer: &'static str,
    },
    /// A rule was asked for what it does not do.
    Unfit {
        /// The rule.
        rule: &'static str,
        /// Why it does not.
        why: &'static str,
    },
    /// A program could not be made into machine code, or into text.
    NotCompiled {
        /// What stood in the way.
        reason: String,
    },
    /// What was to be loaded is not what it should be.
    Unreadable {
        /// What was read.
        what: &'static str,
        /// What is wrong with it.
        why: String,
    },
    /// Something that settles was not still after the rounds that it had.
    NotConverged {
        /// The operation.
        op: &'static str,
        /// The number of rounds.
        rounds: usize,
        /// The largest pull that was left, rounded to `f64`.
        residual: f64,
        /// The largest pull that would have passed.
        tolerance: f64,
    },
    /// A check found a derivative that disagrees with its independent estimate.
    CheckFailed {
        /// The check.
        op: &'static str,
        /// Row and column of the worst entry.
        entry: [usize; 2],
        /// What the independent estimate says.
        expected: f64,
        /// What the derivative under test says.
        found: f64,
        /// The largest difference that would have passed.
        tolerance: f64,
    },
    /// The two sides of a law differ, see [`check::laws`](crate::check::laws).
    LawBroken {
        /// The law.
        law: &'static str,
        /// The seed of the random points.
        seed: u64,
        /// The simplest point that was found.
        point: String,
        /// The left side there.
        left: String,
        /// The right side there.
        right: String,
    },
}

/// A `Result` whose error is [`enum@Error`] unless said otherwise.
pub type Result<T, E = Error> = core::result::Result<T, E>;

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::ShapeMismatch { op, expected, found } => match (&expected[..], &found[..]) {
                ([e], [n]) => write!(f, "{op}: expected length {e}, found {n}"),
                (e, n) => write!(f, "{op}: expected shape {e:?}, found {n:?}"),
            },
            Error::NoPartial { op } => write!(f, "{op}: no partial derivative of this order"),
            Error::NoEntry { op, argument } => {
                write!(f, "{op}: expected an input or an anchored variable as argument {argument}, found a lazy one")
            }
            Error::TapeFull { limit } => write!(f, "tape: expected at most {limit} entries, found more"),
            Error::OutOfDomain { op, value, domain } => write!(f, "{op}: expected {domain}, found {value}"),
            Error::Miswired { op, site, expected, found } => {
                write!(f, "{op}: expected {expected} wires at box {site}, found {found}")
            }
            Error::TooManyWires { limit } => write!(f, "diagram: expected at most {limit} wires, found more"),
            Error::BranchChanged { guard, relation, recorded, at: [a, b] } => write!(
                f,
                "program: expected `{relation}` to be {recorded} at guard {guard}, as recorded, found a = {a} and b = {b}"
            ),
            Error::InLayer { layer, site, cause } => {
                // the cause names the layer already where it is about its own shape
                let cause = alloc::string::ToString::to_string(cause);
                let what = cause.strip_prefix(layer).and_then(|c| c.strip_prefix(": ")).unwrap_or(&cause);
                write!(f, "{layer} at layer {site}: {what}")
            }
            Error::NoRows { op } => write!(f, "{op}: expected a number for each row, found one for the whole batch"),
            Error::NoReverse { rule, layer } => write!(f, "{rule}: no reverse map for the layer {layer}"),
            Error::Unfit { rule, why } => write!(f, "{rule}: {why}"),
            Error::NotCompiled { reason } => write!(f, "compile: {reason}"),
            Error::Unreadable { what, why } => write!(f, "{what}: {why}"),
            Error::NotConverged { op, rounds, residual, tolerance } => {
                write!(f, "{op}: expected a residual up to {tolerance:e} after {rounds} rounds, found {residual:e}")
            }
            Error::CheckFailed { op, entry: [row, column], expected, found, tolerance } => write!(
                f,
                "{op}: expected {expected:e} at row {row}, column {column} (within {tolerance:.1e}), found {found:e}"
            ),
            Error::LawBroken { law, seed, point, left, right } => {
                write!(f, "{law}: expected equal sides at {point} (seed {seed}), found {left} and {right}")
            }
        }
    }
}

impl core::error::Error for Error {}

/// Compares two lengths.
///
/// # Errors
/// [`Error::ShapeMismatch`] where they differ.
pub(crate) fn same_len(op: &'static str, expected: usize, found: usize) -> Result<()> {
    if expected == found {
        return Ok(());
    }
    Err(Error::ShapeMismatch { op, expected: alloc::vec![expected], found: alloc::vec![found] })
}
