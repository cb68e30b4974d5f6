//! pullback
#![cfg_attr(not(feature = "std"), no_std)]
extern crate alloc;

mod calculus;
mod error;
mod forward;
pub mod op;
mod real;
mod tape;

pub use calculus::*;
pub use error::{Error, Result};
pub use forward::*;
pub use op::{affine, dot, log_sum_exp, norm, product, sum};
pub use real::*;
pub use tape::*;

#[doc(hidden)]
pub mod __private {
    pub use alloc::{vec, vec::Vec};
}
