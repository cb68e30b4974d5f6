#![doc = include_str!("../README.md")]
#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

// lowest first: a room may use the rooms above it
mod error;
mod random;
pub mod diagram;
mod real;
pub mod op;
mod forward;
mod tape;
pub mod program;
mod calculus;
pub mod lens;
pub mod category;
#[cfg(feature = "learn")]
pub mod net;
#[cfg(feature = "learn")]
pub mod rule;
pub mod learn;
pub mod check;
pub mod view;

pub use calculus::*;
pub use check::{
    check_dot_product, check_gradient, check_hessian, check_jacobian, check_operation, check_pullback, check_transpose,
    find_nan,
};
pub use error::{Error, Result};
pub use forward::*;
pub use op::{affine, dot, log_sum_exp, norm, product, sum};
pub use program::{Program, Sym};
pub use real::*;
pub use tape::*;

/// For the macros of this crate.
#[doc(hidden)]
pub mod __private {
    pub use alloc::{vec, vec::Vec};
}

/// The chapters of the book, so that `cargo test` compiles them.
#[cfg(doctest)]
mod book {
    #[doc = include_str!("../docs/book/01-derivatives-ride-along.md")]
    mod derivatives_ride_along {}
    #[doc = include_str!("../docs/book/02-going-back.md")]
    mod going_back {}
    #[doc = include_str!("../docs/book/03-derivatives-of-derivatives.md")]
    mod derivatives_of_derivatives {}
    #[doc = include_str!("../docs/book/04-trust-no-derivative.md")]
    mod trust_no_derivative {}
    #[doc = include_str!("../docs/book/05-a-derivative-is-a-lens.md")]
    mod a_derivative_is_a_lens {}
    #[doc = include_str!("../docs/book/06-copy-is-add-backwards.md")]
    mod copy_is_add_backwards {}
    #[doc = include_str!("../docs/book/07-parameters-are-a-port.md")]
    mod parameters_are_a_port {}
    #[doc = include_str!("../docs/book/08-direction-is-a-cap.md")]
    mod direction_is_a_cap {}
    #[doc = include_str!("../docs/book/09-an-optimiser-is-a-lens.md")]
    mod an_optimiser_is_a_lens {}
    #[doc = include_str!("../docs/book/10-the-same-learner-over-bits.md")]
    mod the_same_learner_over_bits {}
    #[doc = include_str!("../docs/book/11-a-program-is-data.md")]
    mod a_program_is_data {}
    #[doc = include_str!("../docs/book/12-differentiating-twice.md")]
    mod differentiating_twice {}
    #[doc = include_str!("../docs/book/13-when-replay-refuses.md")]
    mod when_replay_refuses {}
    #[doc = include_str!("../docs/book/14-a-rule-is-a-functor.md")]
    mod a_rule_is_a_functor {}
    #[doc = include_str!("../docs/book/15-feedback-alignment-in-four-lines.md")]
    mod feedback_alignment_in_four_lines {}
    #[doc = include_str!("../docs/book/16-write-your-own-rule.md")]
    mod write_your_own_rule {}
    #[doc = include_str!("../docs/book/17-spending-less-memory.md")]
    mod spending_less_memory {}
    #[doc = include_str!("../docs/book/18-explaining-a-decision.md")]
    mod explaining_a_decision {}
    #[doc = include_str!("../docs/book/19-learning-without-a-backward-pass.md")]
    mod learning_without_a_backward_pass {}
    #[doc = include_str!("../docs/book/20-rules-that-settle.md")]
    mod rules_that_settle {}
    #[doc = include_str!("../docs/book/21-a-gradient-from-one-number.md")]
    mod a_gradient_from_one_number {}
    #[doc = include_str!("../docs/book/22-learning-with-bits.md")]
    mod learning_with_bits {}
}
