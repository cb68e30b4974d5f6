//! Learning rules: laws, exact checks, and what they reach on the digits beside their controls.
#![allow(clippy::unwrap_used)] // a test that gets an error has failed

mod digits;
mod equilibrium;
mod forward_only;
mod harness;
mod laws;
mod local;
mod perturbation;
mod settling;
