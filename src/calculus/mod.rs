//! The drivers: functions in, derivatives out.
//!
//! | operator | mode | function | result | cost in evaluations |
//! | --- | --- | --- | --- | --- |
//! | [`derivative`], [`value_and_derivative`] | forward | $\mathbb R \to \mathbb R$ | number | 2–3 |
//! | [`jvp`] | forward | $\mathbb R^n \to$ any shape | value, $J\dot x$ | 2–3 |
//! | [`taylor`] | jet | $\mathbb R^n \to \mathbb R$ | `K` coefficients along a line | $O(K^2)$ |
//! | [`grad`], [`value_and_grad`], [`try_grad`] | reverse | $\mathbb R^n \to \mathbb R$ | `Vec`, `n` | 5–15, for any `n` |
//! | [`vjp`], [`linearize`] | reverse | $\mathbb R^n \to \mathbb R^m$ | value, [`Pullback`] | one recording, one sweep a use |
//! | [`jacobian`] | one recording | $\mathbb R^n \to \mathbb R^m$ | rows, `m × n` | $\min(m, n)/4$ sweeps |
//! | [`jacobian_fwd`] | forward, 8 lanes | $\mathbb R^n \to$ any shape | rows, `m × n` | $n/8$ passes |
//! | [`jacobian_rev`] | reverse, 4 lanes | $\mathbb R^n \to \mathbb R^m$ | rows, `m × n` | $m/4$ sweeps |
//! | [`hvp`] | forward over reverse | $\mathbb R^n \to \mathbb R$ | `Vec`, `n` | 10–30, for any `n` |
//! | [`hessian`] | 8 lanes over reverse | $\mathbb R^n \to \mathbb R$ | rows, `n × n` | $n/8$ lane gradients |
//! | [`hessian_diagonal`] | hyper-dual | $\mathbb R^n \to \mathbb R$ | `Vec`, `n` | $n$ passes |
//! | [`record`](crate::record) | reverse | anything | anything without variables | what you ask |
//!
//! A reverse driver is given a closure, `|x| f(x)`, even where `f` is a function: a generic function item cannot serve
//! every brand. A closure that returns a `Result` goes to the driver whose name starts with `try_`.
//!
//! If the point is made of bare literals (`let x = vec![1.2, 0.7]`) and the closure calls a method on something like
//! `1.0 - x[0]`, the compiler cannot tell `f64` from `f32` in time: write `vec![1.2_f64, 0.7]`.
//!
//! The same operators are methods of [`Tape`](crate::Tape), where they keep their buffers.
//!
//! ```
//! use pullback::*;
//! let f = |x: &[f64]| x[0] * x[1];
//! assert_eq!(grad(|x| x[0] * x[1], &[3.0, 4.0])?, [4.0, 3.0]);
//! assert_eq!(hessian(|x| x[0] * x[1], &[3.0, 4.0])?, [[0.0, 1.0], [1.0, 0.0]]);
//! # Ok::<(), Error>(())
//! ```

mod forward;
mod outputs;
mod prepared;
mod reverse;
mod second;

pub use forward::{derivative, jacobian_fwd, jvp, taylor, value_and_derivative};
pub use outputs::Outputs;
pub use reverse::{grad, jacobian, jacobian_rev, linearize, try_grad, try_value_and_grad, value_and_grad, vjp};
pub use second::{hessian, hessian_diagonal, hvp};

#[cfg(doc)]
use crate::Pullback;
