//! Laws: one file each, its claim in the first line.
mod adjoint;
#[cfg(feature = "proptest")]
mod expressions;
mod integers;
mod linearity;
mod rules;
mod symmetry;
