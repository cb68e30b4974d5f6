//! Strategies for property tests: points, directions, and random expressions (feature `proptest`).
//!
//! A random [`Expression`] is a [`Function`](crate::Function), so it goes through every mode and every check. It is a
//! short list of operations and operands, so proptest shrinks it by dropping operations and by putting simple ones in
//! their place, and what is left prints as code.
//!
//! ```
//! use proptest::test_runner::{Config, TestRunner};
//! use pullback::{check::strategy::*, *};
//! let mut runner = TestRunner::new(Config { cases: 20, failure_persistence: None, ..Config::default() });
//! runner.run(&cases(3, 8, -2.0..2.0), |(f, x)| {
//!     assert!(check_gradient(&f, &x).unwrap().passes());
//!     Ok(())
//! }).unwrap();
//! ```

use alloc::vec::Vec;
use core::ops::Range;
use proptest::{collection::vec, prelude::*, sample::select};

pub use super::expression::{Expression, Op, Step};

/// Returns points of `n` numbers in `range`.
///
/// # Example
/// ```
/// use proptest::{strategy::{Strategy, ValueTree}, test_runner::TestRunner};
/// let x = pullback::check::strategy::points(3, 1.0..2.0).new_tree(&mut TestRunner::deterministic()).unwrap().current();
/// assert!(x.len() == 3 && x.iter().all(|x| (1.0..2.0).contains(x)));
/// ```
pub fn points(n: usize, range: Range<f64>) -> impl Strategy<Value = Vec<f64>> + Clone {
    vec(range, n)
}

/// Returns directions of length 1 in $\mathbb R^n$; for `n = 0` the empty one.
///
/// # Example
/// ```
/// use proptest::{strategy::{Strategy, ValueTree}, test_runner::TestRunner};
/// let d = pullback::check::strategy::directions(3).new_tree(&mut TestRunner::deterministic()).unwrap().current();
/// assert!((pullback::norm(&d) - 1.0).abs() < 1e-15);
/// ```
pub fn directions(n: usize) -> impl Strategy<Value = Vec<f64>> + Clone {
    vec(-1.0..1.0, n).prop_map(|mut d: Vec<f64>| {
        if let (true, Some(first)) = (d.iter().all(|d| d.abs() < 1e-3), d.first_mut()) {
            *first = 1.0;
        }
        let length = crate::norm(&d);
        d.iter_mut().for_each(|d| *d /= length);
        d
    })
}

/// Returns expressions of `inputs` inputs and at most `max_len` operations that are smooth at every point.
///
/// # Example
/// ```
/// use proptest::{strategy::{Strategy, ValueTree}, test_runner::TestRunner};
/// use pullback::{check::strategy::expressions, *};
/// let f = expressions(2, 6).new_tree(&mut TestRunner::deterministic()).unwrap().current();
/// assert!(f.len() <= 6 && f.ops().all(|op| op.is_total()));
/// assert!(Function::<f64>::call(&f, &[0.0, -1e3])?[0].is_finite());
/// # Ok::<(), Error>(())
/// ```
pub fn expressions(inputs: usize, max_len: usize) -> impl Strategy<Value = Expression> + Clone {
    let total: Vec<Op> = Op::ALL.iter().copied().filter(|op| op.is_total()).collect();
    vec(step(total), 0..=max_len).prop_map(move |steps| Expression::new(inputs, steps))
}

/// Returns expressions of all operations, each with a point in `range` at which it is defined and smooth.
///
/// # Example
/// ```
/// use proptest::{strategy::{Strategy, ValueTree}, test_runner::TestRunner};
/// use pullback::{check::strategy::cases, *};
/// let (f, x) = cases(2, 6, 0.5..2.0).new_tree(&mut TestRunner::deterministic()).unwrap().current();
/// assert!(Function::<f64>::call(&f, &x)?[0].is_finite());
/// # Ok::<(), Error>(())
/// ```
pub fn cases(
    inputs: usize,
    max_len: usize,
    range: Range<f64>,
) -> impl Strategy<Value = (Expression, Vec<f64>)> + Clone {
    (vec(step(Op::ALL.to_vec()), 0..=max_len), points(inputs, range)).prop_map(move |(steps, x)| {
        let f = Expression::fitted(inputs, steps, &x).expect("bug: a point has one number for each input");
        (f, x)
    })
}

/// One step. The first operand is one of the two newest values, so that long chains arise; the second is any.
fn step(ops: Vec<Op>) -> impl Strategy<Value = Step> + Clone {
    (select(ops), 0..2usize, 0..16usize).prop_map(|(op, a, b)| Step { op, a, b })
}
