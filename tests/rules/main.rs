//! Learning rules: laws, exact checks, and what they reach on the digits beside their controls.

mod attribution;
mod digits;
mod harness;
mod laws;
mod memory;
