//! Laws: one file each, its claim in the first line.

mod adjoint;
mod boxes;
#[cfg(feature = "proptest")]
mod expressions;
mod integers;
mod learning;
mod lens;
mod linearity;
mod meeting;
mod product;
mod rules;
mod symmetry;
mod time;
