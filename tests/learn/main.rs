//! Learning against numbers worked out by hand, against differences, and against published results.
#![allow(clippy::unwrap_used)] // helpers of tests
mod iris;
mod learner;
mod losses;
mod optimisers;
mod published;
