//! The functions that the benches differentiate, each with its gradient written by hand.
//!
//! What a number is, the crate root says: `pullback::Real` for the crate's own benches, a smaller trait for `rivals`.
//! Either way a function is the same text at every number, and the gradient by hand is what a careful person would write
//! with the same loops.

// `a = a + b`: not every number of a rival has `+=`
#![allow(clippy::assign_op_pattern)]

mod black_scholes;
mod lorenz;
mod lstm;
mod mixture;
mod rosenbrock;

pub(crate) use black_scholes::BlackScholes;
pub(crate) use lorenz::{Lorenz, rk4};
pub(crate) use lstm::{Lstm, unit};
pub(crate) use mixture::{Mixture, Parts};
pub(crate) use rosenbrock::{Rosenbrock, window};

use crate::Number;

/// A function of several numbers, where to differentiate it, and its gradient by hand.
pub(crate) trait Workload {
    fn name(&self) -> String;
    /// Returns the point at which it is differentiated.
    fn point(&self) -> Vec<f64>;
    /// Returns the value at `x`.
    fn call<T: Number>(&self, x: &[T]) -> T;
    /// Writes the gradient to `g` and returns the value.
    fn gradient(&self, x: &[f64], g: &mut [f64]) -> f64;
}

/// A small generator of random numbers (splitmix64), so that every run sees the same data.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    /// Returns a number in (0, 1).
    pub(crate) fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (((z ^ (z >> 31)) >> 11) as f64 + 0.5) / (1u64 << 53) as f64
    }
    /// Returns a number of the standard normal distribution.
    pub(crate) fn normal(&mut self) -> f64 {
        let (u, v) = (self.uniform(), self.uniform());
        (-2.0 * u.ln()).sqrt() * (std::f64::consts::TAU * v).cos()
    }
}
