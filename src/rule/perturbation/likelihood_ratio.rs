//! A gradient from noise on the activity and the values that it leads to.

use super::{
    baseline::Baseline,
    noise::{Noisy, Shaken, positive, reward},
};
use crate::{
    diagram::{Few, Generator},
    error::Result,
    lens::Closing,
    net::{Array, Element, Params},
    rule::{Directions, Pass, Rule, Silent, Site},
};
use alloc::vec::Vec;
use ndarray::Array2;
use smallvec::smallvec;

/// Noise $\sigma u$ is added to what a linear layer puts out, and each row learns from the value $v_i$ that learning
/// raises at the output it leads to, minus its loss under descent:
///
/// $$ a = x W^\top + b + \sigma u, \qquad \bar W = \frac1n \sum_i \frac{v_i - b_i}{\sigma}\, u_i\, x_i^\top $$
///
/// In the mean over normal noise that is the gradient of the loss smoothed with variance $\sigma^2$ at that layer. No layer
/// needs a derivative: what stands behind may have steps, or be unknown.
///
/// One layer is shaken at a time, unless all are [`together`](Self::together). A [`Baseline`] is taken from the values; it is
/// [`Still`](Baseline::Still), which costs nothing here: the pass without noise has run anyway. With it
/// [`both_sides`](Self::both_sides) of the same noise tell little more than one.
///
/// # Objects
/// $(A, 1)$; the schedule runs passes of $(A, \mathbb R^n)$, in which one number for each sample rides back and a layer with
/// noise keeps it and its input. A layer with parameters that is not linear is [`Error::NoReverse`](crate::Error::NoReverse), and
/// so is one that mixes samples. Residual connections are known. The loss must have a value for each row.
///
/// # Check
/// For one linear layer and a loss that is quadratic in its output, Gauss–Hermite nodes in the place of the noise give the
/// gradient exactly, whatever $\sigma$ is. All layers together it is [`ThreeFactor`](crate::rule::ThreeFactor).
///
/// # Standing
/// On the digits with two hidden layers of 64 and $\sigma = 0.1$ (Adam, 30 passes, three seeds) 94.0 % with one copy, 95.8 %
/// with four and 96.1 % with eight: above frozen hidden layers (92.9 %), and with eight copies as good as a *linear
/// classifier* (96.0 %), where backprop reaches 97.5 %. Both sides of eight copies reach 96.1 %, too, for twice the work.
/// Costs a forward pass for each copy and each linear layer, or one for each copy with all layers together: a step takes
/// 3.6, 10.9 and 19.7 times one of backprop with one, four and eight copies. Keeps the input and the noise of one layer.
///
/// # Source
/// Jiang, Zhang, Feng, Zhang, Liu and Peng 2023, *One forward is enough for neural network training via likelihood ratio
/// method*; the estimator is Glynn 1990 and Williams 1992.
///
/// # Example
/// ```
/// use pullback::{learn::*, net::*, rule::*};
/// use ndarray::arr2;
/// // the loss (a - 5)²/2 at a = 2 with noise ±1/2 is 3.125 and 6.125: on both sides of it the change is 3 · u², exactly
/// let rule = LikelihoodRatio::along(Directions::signs(1), 0.5).both_sides();
/// let learn = learner(linear(1, 1).under(rule), batch_quadratic(), descend(), Plus);
/// let p = Params::new(vec![vec![arr2(&[[2.0]])]]);
/// let (_, dp, _) = learn.put(arr2(&[[1.0]]).into_shared(), &p, &arr2(&[[5.0]]).into_shared())?;
/// assert_eq!(dp.slots[0][0][[0, 0]], 3.0);
/// # Ok::<(), pullback::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct LikelihoodRatio {
    noise: Directions,
    sigma: f64,
    copies: u64,
    both: bool,
    together: bool,
    baseline: Baseline,
}
impl LikelihoodRatio {
    /// Returns the rule with normal noise of deviation `sigma`, a positive number.
    pub const fn seeded(seed: u64, sigma: f64) -> Self {
        Self::along(Directions::normal(seed), sigma)
    }
    /// Returns the rule with this noise times `sigma`; a given one has for each linear layer one array in the shape of
    /// its output.
    pub const fn along(noise: Directions, sigma: f64) -> Self {
        LikelihoodRatio { noise, sigma, copies: 1, both: false, together: false, baseline: Baseline::Still }
    }
    /// Returns the rule that averages over `copies` draws of the noise (at least one).
    pub fn copies(self, copies: u64) -> Self {
        LikelihoodRatio { copies: copies.max(1), ..self }
    }
    /// Returns the rule that looks at both sides of the noise: twice the work. One layer at a time every baseline cancels,
    /// and so do all even terms of the loss; what that gains over one side and [`Still`](Baseline::Still) is large only
    /// where the noise is.
    pub fn both_sides(self) -> Self {
        LikelihoodRatio { both: true, ..self }
    }
    /// Returns the rule that shakes all layers in the same pass: work that does not grow with depth, more variance.
    pub fn together(self) -> Self {
        LikelihoodRatio { together: true, ..self }
    }
    /// Returns the rule with this baseline.
    pub fn baseline(self, baseline: Baseline) -> Self {
        LikelihoodRatio { baseline, ..self }
    }
}
impl Rule for LikelihoodRatio {
    type On = Silent;
    type Res<T: Element> = ();
    fn fwd<T: Element>(&self, s: &Site<'_, T>, x: &[&Array<T>]) -> Result<(Array<T>, ())> {
        super::noise::can_be_shaken("LikelihoodRatio", s.layer)?;
        Ok((s.apply(x)?, ()))
    }
    fn rev<T: Element>(&self, s: &Site<'_, T>, (): (), (): (), _: &mut [Array2<T>]) -> Result<Few<Option<()>>> {
        Ok(smallvec![Some(()); s.layer.arity().0])
    }
    fn has_schedule(&self) -> bool {
        true
    }
    fn schedule<T: Element>(
        &self,
        pass: Pass<'_, Self, T>,
        rest: &mut dyn Closing<Array<T>>,
        dp: &mut Params<T>,
    ) -> Result<Option<()>> {
        positive("LikelihoodRatio", self.sigma)?;
        let linear = pass.under.net().boxes().filter(|b| b.generator.is_linear()).map(|b| Shaken::One(b.site));
        let turns: Vec<Shaken> = if self.together { alloc::vec![Shaken::All] } else { linear.collect() };
        let sides: &[f64] = if self.both { &[1.0, -1.0] } else { &[1.0] };
        let share = 1.0 / (self.copies as f64 * sides.len() as f64);
        let still = match self.baseline {
            Baseline::Still => rest.values(pass.y.clone())?,
            _ => Vec::new(),
        };
        for number in 0..self.copies {
            for &shaken in &turns {
                for side in sides {
                    let sigma = side * self.sigma;
                    let noisy = Noisy { rule: "LikelihoodRatio", noise: &self.noise, number, sigma, shaken };
                    let inner = pass.under.with(noisy);
                    let (y, kept) = inner.forward(pass.p, pass.at, pass.x.clone())?;
                    let values = self.baseline.compare(rest.values(y)?, || Ok(still.clone()))?;
                    inner.back(pass.p, pass.at, kept, reward(&values, share), dp)?;
                }
            }
        }
        Ok(None)
    }
}
