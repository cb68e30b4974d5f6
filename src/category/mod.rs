//! Base categories: what numbers a lens computes with, and what a derivative means there.
//!
//! | room | numbers | the backward map of a polynomial |
//! | --- | --- | --- |
//! | [`smooth`] | `f64` | $J^\top$ of any function, through the tape |
//! | [`pointwise`], [`dense`] | `f64`, `f32` | partial derivatives from [`crate::op`] |
//! | [`Z2`] | bits: `+` is exclusive or, `·` is and | the formal transpose |
//! | [`Variation`] | bits that rise, fall or stay | which way a bit goes; votes |
//! | [`Modular`] | remainders | the formal transpose, exact: a test bed for laws |
//!
//! The tape and the lenses meet here, both ways: [`smooth`] makes a taped function a lens, [`node`] makes a lens an entry
//! of a tape.
//!
//! The lenses of [`crate::lens`] do not know which of these they run over.
//!
//! ```
//! use pullback::{category::*, lens::*};
//! let xor = merge::<Z2>();
//! let both = Z2(true);
//! assert_eq!(xor.pull(&(), (both, both), both)?, (Z2(false), (both, both), ()));
//! # Ok::<(), pullback::Error>(())
//! ```

mod activation;
mod boolean;
mod formal;
mod modular;
mod polynomial;
mod recorded;
mod node;
mod smooth;
mod variation;

pub use activation::*;
pub use boolean::{Lookup, PseudoLinear, Z2, lookup, pseudo_linear};
pub use formal::{Formal, formal};
pub use modular::Modular;
pub use node::{Row, node, node_keeping, node_para};
pub use polynomial::{Circuit, Polynomial};
pub use recorded::{Recorded, recorded};
pub use smooth::{Smooth, SmoothPara, smooth, smooth_para};
pub use variation::Variation;

use crate::lens::{Lens, Object, lens};
use core::{
    fmt::Debug,
    ops::{Add, Mul, Neg},
};

/// A commutative ring: `+`, `·`, `-`, and zero as its default value.
pub trait Ring:
    Copy + PartialEq + Debug + Default + Add<Output = Self> + Mul<Output = Self> + Neg<Output = Self>
{
}
impl<K: Copy + PartialEq + Debug + Default + Add<Output = K> + Mul<Output = K> + Neg<Output = K>> Ring for K {}

/// Returns the lens of multiplication, $(x, y) \mapsto xy$ with $d \mapsto (yd, xd)$, over any of the numbers here.
///
/// # Example
/// ```
/// use pullback::{category::*, lens::*};
/// let square = copy::<Modular<7>>() >> multiply();
/// let (y, dx, _) = square.pull(&((), ()), Modular::new(5), Modular::new(1))?;
/// assert_eq!((y, dx), (Modular::new(4), Modular::new(3))); // 25 and 2·5, modulo 7
/// # Ok::<(), pullback::Error>(())
/// ```
pub fn multiply<T: Object<Co = T> + Copy + Mul<Output = T> + Add<Output = T>>()
-> Lens<impl crate::lens::Para<P = (), A = (T, T), B = T, M = (T, T)> + Copy> {
    lens(|(x, y): (T, T)| (x * y, (x, y)), |(x, y), d: T| (y * d, x * d))
}
