//! A gradient past a sample through its softened form.

use crate::{
    diagram::Few,
    error::Result,
    net::{Array, Element, Layer},
    rule::{Reverse, Site},
};
use ndarray::{Array2, Zip};
use smallvec::smallvec;

/// A [`Sample`](crate::net::Sample) is the largest of $\theta + g$ with Gumbel noise $g$; on the way back it is taken for
/// the softmax of the same sum at the temperature $\tau$:
///
/// $$ y = \mathrm{softmax}((\theta + g)/\tau), \qquad \bar\theta = \tfrac1\tau\, y \odot (\bar d - y \cdot \bar d) $$
///
/// All other layers are exact. While predicting there is no noise.
///
/// # Objects
/// $(A, A')$; no state: the noise is drawn again from the same seed, place and step.
///
/// # Check
/// It is the exact derivative of the softened network at the same noise. As an estimate of the gradient of the mean it
/// is biased; a small $\tau$ trades bias for variance.
///
/// # Standing
/// On the digits as [`ReinMax`](crate::rule::ReinMax), within the spread over seeds.
///
/// # Source
/// Jang, Gu and Poole 2017; Maddison, Mnih and Teh 2017.
///
/// # Example
/// ```
/// use pullback::{lens::Lens, net::*, rule::*};
/// use ndarray::arr2;
/// let under = sample(2, 7).under(GumbelStraightThrough::at(0.5));
/// let (theta, dy) = (arr2(&[[0.3f64, 0.1]]).into_shared(), arr2(&[[1.0, 0.0]]).into_shared());
/// let (_, dx, _) = Lens(under).pull(&Params::new(vec![vec![]]), theta, dy)?;
/// assert!(dx[[0, 0]] > 0.0 && dx[[0, 0]] <= 0.5 && (dx[[0, 0]] + dx[[0, 1]]).abs() < 1e-15); // y(1 - y)/τ
/// # Ok::<(), pullback::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GumbelStraightThrough {
    temperature: f64,
}
impl GumbelStraightThrough {
    /// Returns the rule at the temperature $\tau$, a positive number; from 1 down to 0.1 is usual.
    pub const fn at(temperature: f64) -> Self {
        GumbelStraightThrough { temperature }
    }
}
impl Reverse for GumbelStraightThrough {
    fn other<T: Element>(
        &self,
        s: &Site<'_, T>,
        x: &[&Array<T>],
        y: &Array<T>,
        dy: &Array<T>,
        dp: &mut [Array2<T>],
    ) -> Result<Few<Array<T>>> {
        let Layer::Sample(layer) = s.layer else { return s.vjp(x, y, dy, dp) };
        let (noise, by) = (layer.noise::<T>(s.at, x[0].nrows(), x[0].ncols()), T::of(1.0 / self.temperature));
        let score = Zip::from(x[0]).and(&noise).map_collect(|&x, &g| (x + g) * by).into_shared();
        let soft = layer.probabilities(&score)?;
        Ok(smallvec![layer.pull_softmax(&soft, dy)?.mapv(|d| d * by).into_shared()])
    }
}
