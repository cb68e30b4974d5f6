//! Layers of networks: exact derivatives, direct references, errors, and parameters by name.

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
