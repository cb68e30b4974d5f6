//! Which laws a lens obeys, as a table.

use super::{Around, Testable, Verdict, accumulates, additive, copies, linear, repeatable};
use crate::{
    error::Result,
    lens::{Additive, Para},
};
use alloc::vec::Vec;
use core::fmt;

/// Verdicts on one lens. Made by [`classify`]; add what you like.
#[derive(Clone, Debug, PartialEq)]
pub struct Profile {
    /// One verdict a law.
    pub verdicts: Vec<Verdict>,
}

/// Returns which of these a lens is: additive, copying before as after, accumulating, repeatable, linear. A broken law
/// is a fact about the lens, not always a fault: a network is not linear, a clipped map is not additive. Where each
/// fails stands in its verdict.
///
/// # Errors
/// What the lens returns at the given point.
///
/// # Example
/// ```
/// use pullback::{category::*, check::laws, lens::*};
/// let at = laws::at((), vec![0.5, -1.0]);
/// let profile = laws::classify(&pointwise(Tanh), &at)?.with(laws::exact(&pointwise(Tanh), &at)?);
/// assert!(profile.holds("additive") && profile.holds("exact") && !profile.holds("linear"));
/// println!("{profile}");
/// # Ok::<(), pullback::Error>(())
/// ```
pub fn classify<F>(f: &F, at: &Around<F::P, F::A>) -> Result<Profile>
where
    F: Testable + Para<A: Additive, B: Additive>,
{
    let verdicts = [additive, copies, accumulates, repeatable, linear].map(|law| law(f, at));
    Ok(Profile { verdicts: verdicts.into_iter().collect::<Result<_>>()? })
}

impl Profile {
    /// Returns the profile with one more verdict: [`exact`](super::exact), [`functorial`](super::functorial), ...
    pub fn with(mut self, verdict: Verdict) -> Self {
        self.verdicts.push(verdict);
        self
    }
    /// Says whether the law of this name was tried and holds.
    pub fn holds(&self, law: &str) -> bool {
        self.verdicts.iter().any(|v| v.law == law && v.holds())
    }
}
impl fmt::Display for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (k, v) in self.verdicts.iter().enumerate() {
            let end = if k == 0 { "" } else { "\n" };
            match &v.broken {
                Some(c) => write!(f, "{end}{:16}no, at {}: {} against {}", v.law, c.point, c.left, c.right)?,
                None if v.compared == 0 => write!(f, "{end}{:16}not tried", v.law)?,
                None => write!(f, "{end}{:16}yes", v.law)?,
            }
        }
        Ok(())
    }
}
