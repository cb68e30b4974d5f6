//! Learning rules: laws, exact checks, and what they reach on the digits beside their controls.
#![allow(clippy::unwrap_used)] // a test that gets an error has failed

mod attribution;
mod boolean;
mod digits;
mod direct;
mod discrete;
mod equilibrium;
mod estimates;
mod feedback;
mod forward_only;
mod harness;
mod heads;
mod independence;
mod laws;
mod likelihood;
mod local;
mod memory;
mod misuse;
mod nets;
mod perturbation;
mod predictive;
mod relevance;
mod settling;
mod spiking;
mod sweep;
mod table;
mod target;
mod user;
