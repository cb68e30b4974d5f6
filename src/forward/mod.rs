//! Forward modes: numbers that carry derivatives along.
//!
//! | number | carries | for |
//! | --- | --- | --- |
//! | [`Dual`] | one tangent | a directional derivative, any depth by nesting |
//! | [`Multi`] | `N` tangents | the gradient of a function of few inputs |
//! | [`HyperDual`] | two tangents and the mixed second derivative | an entry of a Hessian |
//! | [`Jet`] | `K` Taylor coefficients | high orders in one direction |
//!
//! All are `Copy`, need no tape, and nest in each other and in [`Var`](crate::Var).
//!
//! ```
//! use pullback::*;
//! let sin = Dual::new(0.0, 1.0).sin();
//! assert_eq!((sin.value(), sin.tangent()), (0.0, 1.0));
//! ```

mod dual;
mod hyper;
mod jet;
mod multi;

pub use dual::Dual;
pub use hyper::{HyperDual, hyper, hyper_parts};
pub use jet::Jet;
pub use multi::Multi;
