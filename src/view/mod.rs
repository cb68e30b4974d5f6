//! Drawings of diagrams: programs, circuits, networks, tapes.
//!
//! [`text`] lists a diagram line by line, [`dot`] writes it for Graphviz, [`svg`] draws it without any other program.
//! All three take a [`Diagram`] over any generators: they ask a box for its [`label`](Generator::label), its wires and
//! what is [`inside`](Generator::inside), and nothing else. [`tape`] turns a recording into such a diagram.
//!
//! This room may import diagrams and tapes; no other room may import it.
//!
//! ```
//! use pullback::{category::{Circuit, Polynomial, Z2}, view};
//! let adder = Circuit::<Z2>::generator(Polynomial::Add).fork(&Circuit::generator(Polynomial::Mul));
//! assert_eq!(view::text(&adder)?, "\
//! inputs x0 x1
//! w2 = add x0 x1
//! w3 = mul x0 x1
//! y0 = w2
//! y1 = w3
//! ");
//! # Ok::<(), pullback::Error>(())
//! ```

mod dot;
mod layout;
mod names;
mod needed;
mod summary;
mod svg;
mod tape;
mod text;

pub use dot::dot;
pub use needed::needed;
pub use svg::{Style, svg, svg_with};
pub use tape::{Entry, tape};
pub use text::text;

#[cfg(doc)]
use crate::diagram::{Diagram, Generator};
