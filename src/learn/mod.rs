//! Learning, put together from lenses.
//!
//! Four boxes in a row: a *model*, a *loss* whose parameter is the label, a *cap* that turns the loss round and sends
//! back a direction, and an *optimiser* that sits on the parameter wire. One [step](Learner::step) of learning is what
//! comes back on that wire:
//!
//! $$ \mathrm{put}(a, p, b_t) = (a', p', b_t'), \qquad p \leftarrow p + \ldots p' $$
//!
//! What flows back is a *change*: under [`descend`] it is minus the gradient, and an optimiser **adds** what it makes
//! of it. The cap chooses the direction, the optimiser owns the rate. Over bits the same code runs with [`echo`] as
//! the cap and [`Plus`] as the optimiser: there the error itself flows back.
//!
//! ```
//! use pullback::{category::*, learn::*, lens::*};
//! let line = linear::<f64, 1, 1>() >> bias();
//! let learn = learner(line, quadratic(), descend(), Sgd::new(0.1));
//! let mut s = learn.start((Matrix::new([[0.0]]), [0.0]));
//! for _ in 0..200 {
//!     for x in [-1.0, 0.0, 2.0] {
//!         learn.step(&mut s, [x], &[3.0 * x - 1.0])?;
//!     }
//! }
//! assert!((learn.predict(&s, [10.0])?[0] - 29.0).abs() < 1e-9);
//! # Ok::<(), pullback::Error>(())
//! ```
//!
//! Everything that changes while learning is a value: [`State`], [`Batches`], [`Source`]. Clone them, and learning goes
//! on from there bit for bit.
//!
//! # Source
//! Cruttwell, Gavranović, Ghani, Wilson, Zanasi, *Categorical Foundations of Gradient-Based Learning*, 2021; the
//! formulas there have slips, mended here: the two components of the quadratic loss are exchanged, the cross-entropy
//! lacks its label in one place, momentum has the wrong sign.

mod batch;
#[cfg(feature = "learn")]
mod batch_loss;
mod cap;
mod clip;
mod decayed;
#[cfg(feature = "learn")]
mod few_numbers;
mod init;
mod learner;
mod loss;
mod metric;
mod optimiser;
mod players;
mod schedule;
mod target;
#[cfg(feature = "learn")]
mod yardstick;

pub use crate::random::Source;
pub use batch::{Batches, batches};
#[cfg(feature = "learn")]
pub use batch_loss::{BatchQuadratic, ClassCrossEntropy, batch_quadratic, class_cross_entropy};
pub use cap::{Direction, ascend, descend, echo};
pub use clip::Clipped;
pub use decayed::Decayed;
pub use init::{Init, Model, uniform};
pub use learner::{Learner, State, learner};
pub use loss::*;
pub use metric::{Confusion, Residuals, argmax};
pub use optimiser::*;
pub use players::{Opposed, Versus, Within, value, versus};
pub use schedule::{Rated, Scheduled, constant, cosine, scheduled, stairs, warm_up};
pub use target::{ByGradient, InParallel, InSeries, TargetLearner, targets};
#[cfg(feature = "learn")]
pub use yardstick::{Estimate, Yardstick};
