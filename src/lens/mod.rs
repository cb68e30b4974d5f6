//! A derivative is a lens.
//!
//! A lens is a pair of maps: *forward* makes an output and keeps a residual, *backward* spends the residual to turn a
//! change of the output into a change of the input. Two lenses in a row are a lens: forward, then forward; backward
//! second, backward first. That composition *is* the chain rule, and it is written once, in [`Then`].
//!
//! [`Para`] adds parameters, with a backward wire of their own. `f >> g` composes, `f * g` sets side by side,
//! `f + g` adds, [`copy`], [`swap`], [`discard`] route wires, [`tied`] and [`Lens::reparam`] act on the parameter wire, [`cap`]
//! closes a wire, [`each`] maps a batch, [`unroll`] runs a cell through time. [`linear`] and [`bias`] are boxes over any ring of scalars. Nothing here
//! knows what a derivative is: over the reals the backward maps are transposed derivatives, over the two-element field
//! they are something else, and a learning rule chooses its own.
//!
//! Do not expect the laws of database lenses (what you put is what you get): a backward map carries changes, not
//! values.
//!
//! ```
//! use pullback::lens::*;
//! // x ↦ p·x, then half the square
//! let scale = para(|p: &f64, x: f64| (p * x, x), |p: &f64, x, d: f64, dp: &mut f64| { *dp += x * d; p * d });
//! let half_square = lens(|y: f64| (0.5 * y * y, y), |y, d: f64| y * d);
//! let model = scale.map(half_square);
//! assert_eq!(model.pull(&3.0, 2.0, 1.0)?, (18.0, 18.0, 12.0)); // ½(px)², p²x, px²
//! # Ok::<(), pullback::Error>(())
//! ```

mod cell;
mod closure;
mod coordinates;
mod each;
mod linear;
mod object;
mod para;
mod parameter;
mod structure;

pub use cell::{ThenCell, Truncated, Unroll, unroll};
pub use closure::{Cap, FromFns, ParaFns, cap, lens, para};
pub use coordinates::{Coordinates, Scalar};
pub use each::{Each, each};
pub use linear::{Bias, Linear, Matrix, bias, linear};
pub(crate) use object::scalar_object;
pub use object::{Additive, Co, Object, View};
pub use para::{Closing, Lens, Map, Par, Para, Pulled, Sum, Then};
pub use parameter::{Frozen, Reparam, Repeat, Tied, tied};
pub use structure::*;
