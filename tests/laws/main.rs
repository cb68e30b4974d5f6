//! Laws: one file each, its claim in the first line.
#[cfg(feature = "proptest")]
mod expressions;
