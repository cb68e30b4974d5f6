//! Learning rules: laws, exact checks, and what they reach on the digits beside their controls.

mod digits;
mod equilibrium;
mod forward_only;
mod harness;
mod laws;
mod local;
mod perturbation;
mod settling;
