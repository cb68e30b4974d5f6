//! Laws: one file each, its claim in the first line.

mod boxes;
#[cfg(feature = "proptest")]
mod expressions;
mod learning;
mod lens;
