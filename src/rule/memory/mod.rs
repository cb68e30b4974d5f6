//! Memory: the same numbers forward, a smaller residual.
//!
//! Between the two halves of a pass every layer keeps what its reverse map will read, and this residual is most of the
//! memory that learning takes. The rules of this room change only it: forward they are [`Backprop`](super::Backprop) bit
//! for bit. [`residual_bytes`](super::Under::residual_bytes) counts what they save:
//!
//! ```
//! use pullback::{category::Identity, net::*, rule::*};
//! let net = dense(64, 64, Activation::Gelu) >> dense(64, 64, Activation::Gelu) >> dense(64, 10, Identity);
//! let (p, x) = (net.init(&mut || 0.5), Array::<f64>::zeros((32, 64)));
//! let exact = net.under(Backprop).residual_bytes(&p, x.clone())?;
//! assert_eq!(exact, 8 * 32 * (5 * 64 + 10)); // x, two numbers before and after each activation, the scores
//! // a number in place of each activation's input, in two bits; the scores are not kept
//! let few = net.under(FewBit::bits(2)?).residual_bytes(&p, x)?;
//! assert_eq!(few, 8 * 32 * 3 * 64 + 32 * 2 * 64 * 2 / 8);
//! # Ok::<(), pullback::Error>(())
//! ```
//!
//! | rule | keeps | its gradient |
//! | --- | --- | --- |
//! | [`FewBit`], [`ApproximateBackprop`] | a few bits for each number before an activation | biased |
//! | [`RandomizedLinear`], [`SampledRows`] | a few rows in place of the batch before a linear layer | right on average |
//! | [`VeLora`] | a few numbers for each row before a linear layer | biased; that of the input exact |
//! | [`SparseProp`] | the columns that a sparse layer reads | exact on the support |
//! | [`Checkpointed`] | what enters a segment, and computes the rest again | exact, bit for bit |
//! | [`Reversible`] | what leaves the last block, and computes backwards | exact up to the rounding of the inversion |

mod approximate_backprop;
mod checkpointed;
mod codes;
mod exact;
mod few_bit;
mod randomized_linear;
mod reversible;
mod sampled_rows;
mod sparse_prop;
mod steps;
mod ve_lora;

pub use approximate_backprop::ApproximateBackprop;
pub use checkpointed::Checkpointed;
pub use codes::Codes;
pub use exact::{Exact, Kept};
pub use few_bit::FewBit;
pub use randomized_linear::{RandomizedLinear, Sketched};
pub use reversible::{Reversible, reversible};
pub use sampled_rows::{Sampled, SampledRows, Weighing};
pub use sparse_prop::{Columns, SparseProp};
pub use steps::Steps;
pub use ve_lora::{Projected, VeLora};
