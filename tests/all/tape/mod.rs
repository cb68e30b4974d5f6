//! The tape as a machine: reuse, limits, panics, entries of every kind, lanes, segments, sizes.
//!
//! Derivatives here have closed forms on small integers or powers of two, so `assert_eq!` is meant; where a sum rounds,
//! the tolerance says how often.

mod entries;
mod inputs;
mod limits;
mod misuse;
mod reuse;
mod segments;
mod sizes;
mod sweeps;

use pullback::*;

/// x₀ x₁ + x₁ x₂ + … : each product but the first makes one entry.
fn chain<T: Real>(x: &[T]) -> T {
    x.windows(2).map(|w| w[0] * w[1]).sum()
}
fn chain_gradient(x: &[f64]) -> Vec<f64> {
    let at = |k: usize| x.get(k).copied().unwrap_or(0.0);
    (0..x.len()).map(|k| at(k.wrapping_sub(1)) + at(k + 1)).collect()
}
fn integers(n: usize) -> Vec<f64> {
    (1..=n).map(|k| (k % 17) as f64 - 8.0).collect()
}
/// Numbers in [-1, 1), the same in each run: a multiplicative generator on 32 bits of state.
fn random(n: usize, seed: u64) -> Vec<f64> {
    let mut state = seed.wrapping_mul(2) + 1;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 32) as u32
    };
    (0..n).map(|_| f64::from(next()) / f64::from(1u32 << 31) - 1.0).collect()
}
