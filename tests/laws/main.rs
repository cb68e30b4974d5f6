//! Laws: one file each, its claim in the first line.

mod adjoint;
mod bits;
mod boxes;
mod circuits;
mod diagram;
#[cfg(feature = "proptest")]
mod expressions;
mod faults;
mod integers;
mod learning;
mod lens;
mod linearity;
mod meeting;
mod product;
mod reverse_derivative;
mod rules;
mod symmetry;
mod time;
