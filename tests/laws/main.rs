//! One test binary for laws; a file per law, its claim in the first line.
mod boxes;
mod learning;
mod lens;
