//! Layers of networks: exact derivatives, direct references, errors, and parameters by name.
#![allow(clippy::unwrap_used)] // helpers of tests

mod errors;
mod exact;
#[cfg(feature = "safetensors")]
mod files;
mod harness;
mod parameters;
mod references;
#[cfg(feature = "serde")]
mod stored;
mod wires;
