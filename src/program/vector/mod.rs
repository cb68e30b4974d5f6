//! Elementary functions over lanes: straight-line code that a loop over `[f64; L]` turns into vector instructions.
//!
//! Each formula is written once, over the trait [`Lane`]: at [`Scalar`] it is a function of a double, at an emitter's value it
//! is the code for one. None has a table or a branch. The results are within 2 units in the last place of the true ones
//! (`docs/design/perf.md` has the measured errors), with and without a fused multiply-add, but the two differ from each
//! other and from the standard library in the last bits. Subnormal numbers, overflow, signed zeros, infinities and NaN
//! come out as in the standard library. Sine and cosine hold up to [`CIRCULAR_LIMIT`]: call them through [`each_within`].
//!
//! A [`Kernel`] is compiled for the baseline of the target and for AVX2 with FMA; [`dispatch`] chooses when it runs.

mod circular;
mod coefficients;
mod dispatch;
mod exponential;
mod lane;
mod logarithm;
#[cfg(all(test, feature = "std"))]
mod tests;

pub(crate) use circular::*;
pub(crate) use dispatch::*;
pub(crate) use exponential::*;
pub(crate) use lane::{Lane, Scalar};
pub(crate) use logarithm::*;
