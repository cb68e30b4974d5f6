//! One test binary; its modules mirror `src/`.
mod call_sites;
mod check;
mod composite;
mod confusion;
mod edges;
mod jet;
mod mgh;
mod operation;
mod ops;
mod scenario;
mod tape;
mod truth;
