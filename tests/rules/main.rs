//! Learning rules: laws, exact checks, and what they reach on the digits beside their controls.
#![allow(clippy::unwrap_used)] // a test that gets an error has failed

mod attribution;
mod digits;
mod harness;
mod laws;
mod memory;
