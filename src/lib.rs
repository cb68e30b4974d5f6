//! pullback
#![cfg_attr(not(feature = "std"), no_std)]
extern crate alloc;

mod calculus;
pub mod check;
mod error;
mod forward;
pub mod op;
mod real;
mod tape;

pub use calculus::*;
pub use check::{
    check_dot_product, check_gradient, check_hessian, check_jacobian, check_operation, check_pullback, check_transpose,
    find_nan,
};
pub use error::{Error, Result};
pub use forward::*;
pub use op::{affine, dot, log_sum_exp, norm, product, sum};
pub use real::*;
pub use tape::*;

#[doc(hidden)]
pub mod __private {
    pub use alloc::{vec, vec::Vec};
}
