//! Layers of networks: exact derivatives, direct references, errors, and parameters by name.

mod errors;
mod exact;
mod harness;
mod parameters;
mod references;
mod wires;
