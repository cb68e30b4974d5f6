//! Checks of derivatives: for your own functions, your own operations, and the crate itself.
//!
//! A derivative that is wrong seldom crashes. It trains a little slower, or converges to a slightly wrong place. So each
//! check here holds a derivative against a method that shares nothing with it, and says how sure that method is.
//!
//! | you have | call | it compares |
//! | --- | --- | --- |
//! | a [`Function`](crate::Function), few inputs | [`check_gradient`] | forward, reverse, complex step, differences: every entry |
//! | a [`Function`](crate::Function), many inputs | [`check_dot_product`] | the same along random directions, at a cost that does not grow |
//! | second derivatives | [`check_hessian`] | four nestings of the modes, symmetry, differences of the gradient |
//! | an [`Operation`](crate::Operation) | [`check_operation`] | its partials with its value, and their derivatives with theirs |
//! | a closure over variables, a [`custom`](crate::custom) entry | [`check_pullback`] | reverse mode with differences of the values |
//! | a Jacobian from elsewhere | [`check_jacobian`] | it with differences |
//! | a matrix as two pieces of code | [`check_transpose`] | $\langle Ax, y\rangle$ with $\langle x, A^\top y\rangle$ |
//! | a lens, an optimiser, a reverse map of yours | [`laws`] | both sides of the equations that it should obey |
//! | a NaN | [`find_nan`] | nothing: it names the operation that made it |
//!
//! A check returns a [`Report`]. Print it, or write `.ok()?`, which fails with the worst entry. The methods by
//! themselves are [`differences`] and [`complex_step`]. For property tests, the feature `proptest` adds strategies for
//! points, directions and random expressions: the module `strategy`.
//!
//! # How far each method sees
//! Measured by `tests/all/check.rs`: the smallest relative error of one partial that is found, in functions of ordinary
//! conditioning. Tolerances are not constants. Each entry has its own, from the error that the differences estimate for
//! themselves and from a running error analysis of the derivative ([`Majorant`] at [`Rounded`]).
//!
//! | method | finds | blind to |
//! | --- | --- | --- |
//! | complex step | 1e-13 | operations without a complex extension: erf, gamma, Bessel |
//! | derivative of an operation's value | 1e-14 | a wrong partial in `op/` that the value itself goes through |
//! | differences | 1e-11 to 1e-12 | noise: where the function cancels, the report says *undecided*, not *passed* |
//! | symmetry of second derivatives | 1e-13 | a wrong gradient that is the gradient of something |
//! | reverse against forward | 1e-14 | a wrong partial, since both modes use it |
//!
//! # Example
//! ```
//! use pullback::*;
//! function!(Wave = |x| [(x[0] * 3.0).sin() * x[1]]);
//! let report = check_gradient(&Wave, &[0.4, 2.0])?;
//! report.ok()?;
//! println!("{report}");
//! assert_eq!(report.comparisons[0].expected_by, "complex step");
//! # Ok::<(), Error>(())
//! ```

mod complex;
mod difference;
mod dot_product;
#[cfg(feature = "proptest")]
mod expression;
mod gradient;
mod judge;
mod kink;
pub mod laws;
mod majorant;
mod modes;
mod nan;
mod operation;
mod report;
mod richardson;
mod rounded;
mod second;
#[cfg(feature = "proptest")]
pub mod strategy;

pub use complex::{Complex, complex_step};
pub use difference::{Estimate, difference_along, differences};
pub use dot_product::{SEED, TRIALS, check_dot_product, check_dot_product_seeded, check_pullback, check_transpose};
pub use gradient::{check_gradient, check_jacobian};
pub use kink::{Kink, Shape};
pub use majorant::Majorant;
pub use nan::{Origin, Trace, Traced, find_nan};
pub use operation::check_operation;
pub use report::{Comparison, Entry, Report};
pub use rounded::Rounded;
pub use second::check_hessian;
