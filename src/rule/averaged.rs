//! Several passes of a rule that draws, averaged.

use super::{Back, Objects, Pass, Rule, Under, inner::inner};
use crate::{
    error::Result,
    lens::{Closing, Object},
    net::{Array, Element, Params, zip_slots},
};

/// The mean of `passes` passes of the rule `R`, each with random numbers of its own: less variance for more work.
///
/// The first pass draws what `R` alone would draw. A pass asks the rest of the row itself, so the mean is over whole
/// passes, forward and back, also for rules that are not linear in what comes back.
///
/// # Objects
/// Those of `R`, which must say what it means to [`scale`](Objects::scale) what rides backward. State: that of `R`.
///
/// # Check
/// Of a rule that draws nothing it is the rule. With one pass it is the rule, bit for bit. The variance of a change falls as
/// one over the passes. A label that itself learns hears every pass.
///
/// # Example
/// ```
/// use pullback::{lens::Lens, net::*, rule::*};
/// use ndarray::arr2;
/// let p = Params::new(vec![vec![arr2(&[[2.0]])]]);
/// let one_pass = |draws: u64| {
///     let p = p.clone().with_draws(draws);
///     let under = linear(1, 1).under(Averaged::new(SignSymmetry::Redrawn(1), 1000));
///     Lens(under).pull(&p, arr2(&[[3.0]]).into_shared(), arr2(&[[1.0]]).into_shared())
/// };
/// // |B| is uniform up to √3
/// assert!((one_pass(0)?.1[[0, 0]] - 0.5 * 3f64.sqrt()).abs() < 0.05);
/// # Ok::<(), pullback::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Averaged<R> {
    rule: R,
    passes: u32,
}
impl<R> Averaged<R> {
    /// Returns the mean of `passes` passes (at least 1) of `rule`.
    pub const fn new(rule: R, passes: u32) -> Self {
        Averaged { rule, passes: if passes == 0 { 1 } else { passes } }
    }
}
impl<R: Rule + Clone> Rule for Averaged<R> {
    inner! { rule: types name learns fwd rev tap arrays predict }
    fn has_schedule(&self) -> bool {
        true
    }
    fn schedule<T: Element>(
        &self,
        pass: Pass<'_, Self, T>,
        rest: &mut dyn Closing<Array<T>>,
        dp: &mut Params<T>,
    ) -> Result<Option<Back<Self, T>>> {
        let Pass { under, p, at, x, y, kept, run } = pass;
        let inner: Under<R, T> = under.with(self.rule.clone());
        let share = T::of(1.0 / f64::from(self.passes));
        let (mut finished, mut back) = (Some((y, kept)), None);
        for k in 0..self.passes {
            let at = at.map(|draw| if k == 0 { draw } else { crate::random::mix(&[draw, u64::from(k)]) });
            let (y, kept) = match finished.take() {
                Some(first) => first,
                None => inner.forward(p, at, x.clone())?,
            };
            let mut once = p.zero();
            let sent =
                self.rule.schedule(Pass { under: &inner, p, at, x: x.clone(), y, kept, run }, rest, &mut once)?;
            zip_slots([dp, &mut once], |[to, d]| to.zip_mut_with(d, |to, &d| *to += d * share))?;
            let sent = sent.map(|sent| R::On::scale(sent, share)).transpose()?;
            back = match (back, sent) {
                (Some(a), Some(b)) => Some(R::On::merge(a, b)?),
                (a, b) => a.or(b),
            };
        }
        Ok(back)
    }
}
