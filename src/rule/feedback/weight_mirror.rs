//! Feedback weights that see their mirror image in noise.

use crate::{
    error::Result,
    lens::Closing,
    net::{Array, Element, Params},
    rule::{Pass, Reverse, Site},
};
use alloc::vec::Vec;
use ndarray::{Array2, Zip};

/// [`FeedbackAlignment`](crate::rule::FeedbackAlignment) whose $B$ learns what $W$ is without reading it: after each pass every
/// linear layer is fed noise, and $B$ moves towards how its output goes with its input.
///
/// $$ \bar x = \bar y B, \qquad \bar W = \bar y^\top x, \qquad \bar B = \frac{y_\xi^\top \xi}{n} - B, \qquad
///    y_\xi = \xi W^\top, \quad \mathrm{E}[\xi^\top \xi] = n $$
///
/// so $\mathrm E[\bar B] = W - B$. The noise is random signs, whose squares are known: of all noise it needs the fewest
/// rows. A layer that uses a weight at several places, such as a convolution, is divided by how often.
///
/// # Objects
/// $(A, A')$. State: $B$, which the user's optimiser moves by $\bar B$; under [`Sgd`](crate::learn::Sgd) with rate
/// $\eta$ that is $B \leftarrow (1-\eta) B + \eta\, y_\xi^\top \xi/n$, Akrout's leak and gain in one number. A
/// [decay](crate::learn::Decayed) shrinks $B$ too.
///
/// # Check
/// One step with [`Plus`](crate::learn::Plus) and 200 000 rows of noise is $W$ to half a percent.
///
/// # Standing
/// On the digits as good as backprop. Costs two products with `rows` rows in each linear layer and step. The paper sends
/// noise through the activation as well; here the layer is the linear one, so no slope enters and no mean has to be
/// subtracted.
///
/// # Source
/// Akrout, Wilson, Humphreys, Lillicrap and Tweed 2019, section 4.
///
/// # Example
/// ```
/// use pullback::{lens::Lens, net::*, rule::*};
/// use ndarray::arr2;
/// let p = Params::new(vec![vec![arr2(&[[2.0]]), arr2(&[[10.0]])]]); // W, then B
/// let (x, dy) = (arr2(&[[3.0]]).into_shared(), arr2(&[[1.0]]).into_shared());
/// let (_, dx, dp) = Lens(linear(1, 1).under(WeightMirror::seeded(1, 4))).pull(&p, x, dy)?;
/// assert_eq!(dx[[0, 0]], 10.0);
/// assert_eq!(dp.slots[0], [arr2(&[[3.0]]), arr2(&[[-8.0]])]); // 2 - 10: with one input four rows are enough
/// # Ok::<(), pullback::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WeightMirror {
    seed: u64,
    rows: usize,
}
impl WeightMirror {
    /// Returns the rule that draws `rows` rows of noise (at least 1) in each layer and step.
    pub const fn seeded(seed: u64, rows: usize) -> Self {
        WeightMirror { seed, rows: if rows == 0 { 1 } else { rows } }
    }
    /// Adds the change of $B$ at one linear layer.
    fn look<T: Element>(&self, s: &Site<'_, T>, dp: &mut Array2<T>) -> Result<()> {
        let mut draw = s.stream(self.seed);
        let sign = |x: f64| T::of(if x < 0.0 { -1.0 } else { 1.0 });
        let noise = Array2::from_shape_simple_fn((self.rows, s.reads), || sign(draw())).into_shared();
        let still = Array::zeros(noise.raw_dim());
        // the output without the bias
        let y = Zip::from(&s.apply(&[&noise])?).and(&s.apply(&[&still])?).map_collect(|&a, &b| a - b).into_shared();
        let mut seen = [Array2::zeros(dp.raw_dim())];
        s.outer(&noise, &y, &mut seen)?;
        let mut uses = [Array2::zeros(dp.raw_dim())];
        s.outer(&still.mapv(|_| T::one()).into_shared(), &y.mapv(|_| T::one()).into_shared(), &mut uses)?;
        let ([seen], [uses]) = (seen, uses);
        Zip::from(dp)
            .and(&seen)
            .and(&uses)
            .and(&s.p[s.own()])
            .for_each(|d, &seen, &uses, &b| *d += seen / uses.max(T::one()) - b);
        Ok(())
    }
}
impl Reverse for WeightMirror {
    fn learned<T: Element>(&self, s: &Site<'_, T>, draw: &mut dyn FnMut() -> f64) -> Vec<Array2<T>> {
        s.like_weights(draw)
    }
    fn linear<T: Element>(
        &self,
        s: &Site<'_, T>,
        x: &Array<T>,
        _: &Array<T>,
        dy: &Array<T>,
        dp: &mut [Array2<T>],
    ) -> Result<Array<T>> {
        let own = s.own();
        s.outer(x, dy, &mut dp[..own])?;
        s.pull(&s.p[own], dy)
    }
    fn has_schedule(&self) -> bool {
        true
    }
    fn schedule<T: Element>(
        &self,
        pass: Pass<'_, Self, T>,
        rest: &mut dyn Closing<Array<T>>,
        dp: &mut Params<T>,
    ) -> Result<Option<Array<T>>> {
        let dy = rest.change(pass.y.clone())?;
        let (under, p, at) = (pass.under, pass.p, pass.at);
        let back = pass.back(dy, dp)?;
        for b in under.net().boxes().filter(|b| b.generator.is_linear()) {
            let s = under.site(b.site, at, p)?;
            self.look(&s, &mut dp.slots[b.site][s.own()])?;
        }
        Ok(back)
    }
}
