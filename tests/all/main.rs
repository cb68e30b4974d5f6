//! One test binary; its modules mirror `src/`.
mod call_sites;
mod check;
mod confusion;
mod jet;
mod mgh;
mod tape;
mod truth;
