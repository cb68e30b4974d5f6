//! One test binary; its modules mirror `src/`.
mod call_sites;
mod confusion;
mod jet;
mod tape;
mod truth;
