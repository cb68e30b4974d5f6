//! Rules that learn from a few numbers, which can be sent elsewhere.

use crate::{
    error::Result,
    lens::Closing,
    net::{Array, Element, Params},
    rule::{Input, Pass, Rule, Under},
};
use alloc::vec::Vec;

/// A rule that needs to know of a batch only a few numbers: its directions can be drawn again by everybody who has the
/// seed and the number of the draw. Who computes the numbers and who changes the parameters may then be far from one
/// another, see [`Learner::numbers`](crate::learn::Learner::numbers).
///
/// The numbers of a batch are the means of those of its parts, if these are of equal size. The schedule of such a rule is
/// [`numbers`](Self::numbers), then [`spend`](Self::spend).
pub trait FewNumbers: Rule {
    /// Returns what must be known of a batch.
    ///
    /// # Errors
    /// Those of further passes, and of the rest.
    fn numbers<T: Element>(&self, pass: Pass<'_, Self, T>, rest: &mut dyn Closing<Array<T>>) -> Result<Vec<f64>>;
    /// Adds the change that these numbers make to `dp`.
    ///
    /// # Errors
    /// [`Error::ShapeMismatch`](crate::Error::ShapeMismatch) where there are more or fewer numbers than the rule has
    /// directions for, or the parameters are of another network.
    fn spend<T: Element>(
        &self,
        under: &Under<Self, T>,
        p: &Params<T>,
        at: Option<u64>,
        numbers: &[f64],
        dp: &mut Params<T>,
    ) -> Result<()>;
}
impl<R: FewNumbers, T: Element> Under<R, T> {
    /// Returns what the rule must know of the batch `x`, whose output goes to `rest`.
    ///
    /// # Errors
    /// As [`forward`](Self::forward) and [`FewNumbers::numbers`].
    pub fn numbers(&self, p: &Params<T>, x: Input<R, T>, rest: &mut dyn Closing<Array<T>>) -> Result<Vec<f64>> {
        let at = Some(p.draws);
        let (y, kept) = self.forward(p, at, x.clone())?;
        self.rule().numbers(Pass { under: self, p, at, x, y, kept, run: Default::default() }, rest)
    }
    /// Returns the change that these numbers make: what the whole row would have sent back.
    ///
    /// # Errors
    /// As [`check`](Self::check) and [`FewNumbers::spend`].
    pub fn follow(&self, p: &Params<T>, numbers: &[f64]) -> Result<Params<T>> {
        self.check(p)?;
        let mut dp = crate::lens::Object::zero(p);
        self.rule().spend(self, p, Some(p.draws), numbers, &mut dp)?;
        dp.draws = dp.draws.wrapping_add(1);
        Ok(dp)
    }
}
/// The schedule of a rule of a few numbers.
pub(super) fn in_place<R: FewNumbers, T: Element>(
    rule: &R,
    pass: Pass<'_, R, T>,
    rest: &mut dyn Closing<Array<T>>,
    dp: &mut Params<T>,
) -> Result<()> {
    let (under, p, at) = (pass.under, pass.p, pass.at);
    let numbers = rule.numbers(pass, rest)?;
    rule.spend(under, p, at, &numbers, dp)
}
