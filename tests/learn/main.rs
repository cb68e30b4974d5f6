//! Learning against numbers worked out by hand, against differences, and against published results.
mod iris;
mod learner;
mod losses;
mod optimisers;
mod published;
