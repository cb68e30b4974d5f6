//! Recorded programs: what runs them over lanes lives here first.

// the interpreter of recorded programs is the first user; until it is in, only tests and `benches/vector.rs` call it
#[allow(dead_code, unused_imports)]
mod vector;
