//! Learning rules: laws, exact checks, and what they reach on the digits beside their controls.

mod digits;
mod direct;
mod discrete;
mod feedback;
mod harness;
mod laws;
mod sweep;
mod target;
mod user;
