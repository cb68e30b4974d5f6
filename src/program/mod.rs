//! Recorded programs: a computation as data, closed under differentiation.
//!
//! The tape forgets a computation as soon as it has been swept. A [`Program`] keeps it: it is recorded once, through the
//! number [`Sym`], and can then be run at any number, differentiated into another program, simplified, counted, drawn.
//! It is a [`Diagram`] whose boxes are the operations of [`crate::op`], and nothing more.
//!
//! # When replay refuses
//! A recording follows the branch that its point took. Each comparison *whose answer the code saw* becomes a guard, and
//! running the program where a guard has another answer is [`Error::BranchChanged`](crate::Error::BranchChanged), never
//! the value of a wrong branch. `max`, `abs`, `clamp`, `floor`, `relu`, [`Real::select`](crate::Real::select) are ordinary
//! operations: they are right on every branch and need no guard. A number that leaves the recording as plain `f64`
//! (`to_f64`, `primal`) is guarded to be the same again.
//!
//! ```
//! use pullback::*;
//! fn rosenbrock<T: Real>(x: &[T]) -> T {
//!     (x[0] - 1.0).powi(2) + (x[1] - x[0] * x[0]).powi(2) * 100.0
//! }
//! let p = Program::record(|x| rosenbrock(x), &[1.2, 0.7])?;
//! let dp = p.gradient()?; // a program again
//! assert_eq!(p.eval(&[1.0, 2.0])?, [100.0]);
//! assert_eq!(dp.eval(&[1.0, 2.0])?, [-400.0, 200.0]);
//! assert_eq!(p.hessian()?.eval(&[1.0, 2.0])?, [402.0, -400.0, -400.0, 200.0]);
//! # Ok::<(), Error>(())
//! ```

mod call;
mod cast;
mod derive;
mod emit;
#[cfg(feature = "jit")]
mod jit;
mod lanes;
mod op;
mod plan;
mod record;
mod scan;
mod schedule;
mod simplify;
mod sparsity;
#[cfg(feature = "serde")]
mod store;
mod sym;
// its bench and its tests call more than the lanes do
#[allow(dead_code, unused_imports)]
mod vector;

pub use call::Call;
#[cfg(feature = "jit")]
pub use jit::Compiled;
pub use lanes::Lanes;
pub use op::Op;
pub use scan::{Loop, Scan};
pub use simplify::Level;
pub use sparsity::Sparsity;
pub use sym::Sym;

use crate::diagram::Diagram;

/// A recorded computation over the primitive `F`. See the [module](self).
///
/// It is `Send` and `Sync`, can be cloned, compared, printed, and with the feature `serde` stored and loaded.
///
/// # Cost
/// Running a program box by box is *slower* than recording on a tape again. Record it to differentiate it, to look at
/// it, or to run it over many points at once.
pub type Program<F = f64> = Diagram<Op<F>>;
