//! A gradient past a sample from the value alone.

use crate::{
    diagram::{Few, Generator},
    error::Result,
    lens::Closing,
    net::{Array, Element, Layer, Params, Sample, same_shape},
    rule::{Back, Backprop, Baseline, Broadcast, Pass, Rule, Site, reward},
};
use ndarray::{Array2, Zip};
use smallvec::{SmallVec, smallvec};

/// The score function. What goes past a [`Sample`] $D$ of $\pi = \mathrm{softmax}(\theta)$ is not a derivative: it is the
/// value $v_i$ that learning raises at the row's output, minus its loss under descent, times how the draw differs from
/// what was to be expected:
///
/// $$ \bar\theta_i = \frac1n (v_i - b_i) (D_i - \pi_i) $$
///
/// All other layers are exact, and so is a path on which nothing is drawn: a change and a score meet where wires join. A
/// [`Baseline`] $b$ is taken from the value: that of the [`Others`](Baseline::Others) unless another is chosen.
/// [`Still`](Baseline::Still) is the value at the most likely outcomes, for one more pass.
///
/// # Objects
/// $(A, E \times A')$, [`Broadcast`]: $E$ is the compared value of each row, the same on every wire. No layer may mix
/// samples, and the loss must have a value for each row.
///
/// # Check
/// The mean over all outcomes is the gradient of the mean, for *every* function of the sample, and every baseline;
/// [`ReinMax`](crate::rule::ReinMax) is right up to quadratic ones, [`StraightThrough`](crate::rule::StraightThrough) for
/// linear ones.
///
/// # Standing
/// On the digits, with a layer of sixteen draws of one in four, 87.4 % (84.3 % with [`Still`](Baseline::Still)): far *below a
/// linear classifier* (96.0 %) and the estimates that follow a slope (96.6 %), above frozen layers before the draw
/// (49.7 %). Sixteen passes [`Averaged`](crate::rule::Averaged) reach 95.7 %. What it buys is that no slope is needed and no
/// bias is left. Costs what backprop costs, and two more values of the loss.
///
/// # Source
/// Williams 1992; the baseline of the most likely outcome Rennie, Marcheret, Mroueh, Ross and Goel 2017; beside exact paths
/// Schulman, Heess, Weber and Abbeel 2015.
///
/// # Example
/// ```
/// use pullback::{learn::*, net::*, rule::*};
/// use ndarray::arr2;
/// // one of two classes is drawn, each with probability ½, and its loss is ½‖D - t‖²: 0 where it is the target, else 1
/// let learn = learner(sample(2, 1).under(Reinforce::with(Baseline::Still)), batch_quadratic(), descend(), Plus);
/// let (theta, t) = (arr2(&[[0.0, 0.0]]).into_shared(), arr2(&[[1.0, 0.0]]).into_shared());
/// let sent = |draws| learn.put(theta.clone(), &Params::new(vec![vec![]]).with_draws(draws), &t).map(|(dx, _, _)| dx[[0, 0]]);
/// // the most likely outcome, the first of equals, has the value 0: the target teaches nothing, the other is pushed away
/// for draws in 0..9 {
///     assert!([0.0, 0.5].contains(&sent(draws)?));
/// }
/// # Ok::<(), pullback::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reinforce {
    baseline: Baseline,
}
impl Default for Reinforce {
    /// Returns the rule that compares with the other rows.
    fn default() -> Self {
        Reinforce { baseline: Baseline::Others }
    }
}
impl Reinforce {
    /// Returns the rule with this baseline.
    pub const fn with(baseline: Baseline) -> Self {
        Reinforce { baseline }
    }
    /// Returns $\bar\theta$ for the sample `d` of `theta` and one number for each row: its value less its baseline, times
    /// its share in the mean.
    ///
    /// # Errors
    /// [`Error::ShapeMismatch`](crate::Error::ShapeMismatch) where shapes differ or features do not make whole groups.
    ///
    /// # Example
    /// ```
    /// use pullback::{net::*, rule::*};
    /// use ndarray::arr2;
    /// let (even, first) = (arr2(&[[0.0, 0.0]]).into_shared(), arr2(&[[1.0, 0.0]]).into_shared());
    /// let layer = Sample { classes: 2, seed: 0 };
    /// let score = Reinforce::score(layer, &even, &first, &arr2(&[[3.0]]).into_shared())?;
    /// assert_eq!(score, arr2(&[[1.5, -1.5]]).into_shared());
    /// # Ok::<(), pullback::Error>(())
    /// ```
    pub fn score<T: Element>(layer: Sample, theta: &Array<T>, d: &Array<T>, values: &Array<T>) -> Result<Array<T>> {
        same_shape("reinforce", theta.shape(), d.shape())?;
        same_shape("reinforce", &[theta.nrows(), 1], values.shape())?;
        let surprise = Zip::from(d).and(&layer.probabilities(theta)?).map_collect(|&d, &pi| d - pi);
        Ok((&surprise * values).into_shared())
    }
}
impl Rule for Reinforce {
    type On = Broadcast;
    type Res<T: Element> = (Few<Array<T>>, Array<T>);
    fn fwd<T: Element>(&self, s: &Site<'_, T>, x: &[&Array<T>]) -> Result<(Array<T>, Self::Res<T>)> {
        match s.layer.mixes_rows() {
            true => Err(crate::Error::NoReverse { rule: "Reinforce", layer: s.layer.kernel_name() }),
            false => Rule::fwd(&Backprop, s, x),
        }
    }
    fn rev<T: Element>(
        &self,
        s: &Site<'_, T>,
        (x, d): Self::Res<T>,
        (values, change): Back<Self, T>,
        dp: &mut [Array2<T>],
    ) -> Result<Few<Option<Back<Self, T>>>> {
        let with = |change: Option<Array<T>>| Some((values.clone(), change));
        if let (Layer::Sample(layer), [theta]) = (s.layer, &x[..]) {
            let score = Reinforce::score(*layer, theta, &d, &values)?;
            return Ok(smallvec![with(Some(score))]);
        }
        let Some(change) = change else { return Ok(SmallVec::from_elem(with(None), s.layer.arity().0)) };
        let back = Rule::rev(&Backprop, s, (x, d), change, dp)?;
        Ok(back.into_iter().map(|change| change.and_then(|change| with(Some(change)))).collect())
    }
    fn has_schedule(&self) -> bool {
        true
    }
    fn schedule<T: Element>(
        &self,
        pass: Pass<'_, Self, T>,
        rest: &mut dyn Closing<Array<T>>,
        dp: &mut Params<T>,
    ) -> Result<Option<Back<Self, T>>> {
        let values = rest.values(pass.y.clone())?;
        let likely = |pass: &Pass<'_, Self, T>| Ok(pass.under.forward(pass.p, None, pass.x.clone())?.0);
        let better = self.baseline.compare(values, || rest.values(likely(&pass)?))?;
        let change = rest.change(pass.y.clone())?;
        pass.back((reward(&better, 1.0), Some(change)), dp)
    }
}
