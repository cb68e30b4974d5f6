//! Feedback through a second population of units.

use crate::{
    error::Result,
    net::{Array, Element, Layer, same_shape},
    rule::{Reverse, Site},
};
use alloc::{vec, vec::Vec};
use ndarray::{Array2, linalg::general_mat_mul};

/// The way back is a product: a fixed $B : \mathrm{out} \times q$ into a population of $q = k \cdot \mathrm{out}$ units,
/// and a learned $R : q \times \mathrm{in}$ out of it.
///
/// $$ \bar x = (\bar y B) R, \qquad \bar W = \bar y^\top x, \qquad \bar R = B^\top \bar W $$
///
/// No weight of the way back is ever compared with one of the way forward; still $B R$ aligns with $W$.
///
/// # Objects
/// $(A, A')$. State: $B$ is fixed, drawn so that $B B^\top \approx 1$ (or exactly, see [`orthogonal`](Self::orthogonal));
/// $R$ learns with the user's optimiser.
///
/// # Check
/// Under plain descent with a [decay](crate::learn::Decayed) $\lambda$, $R_t - B^\top W_t = (1-\eta\lambda)^t (R_0 -
/// B^\top W_0)$. With $B B^\top = 1$ and $R = B^\top W$ it is [`Backprop`](crate::rule::Backprop).
///
/// # Standing
/// On the digits as good as backprop, above a linear classifier. Costs the product $B R$, so $k \cdot \mathrm{out}$ rows
/// of a batch: with $k = 5$ and batches of 32 a step took 3.5 times one of backprop.
///
/// # Source
/// Li Ji-An and Benna 2024, *Deep learning without weight symmetry*.
///
/// # Example
/// ```
/// use pullback::{lens::Lens, net::*, rule::*};
/// use ndarray::arr2;
/// let under = linear(1, 1).under(ProductFeedback::seeded(1, 1));
/// let p = Params::new(vec![vec![arr2(&[[2.0]]), arr2(&[[10.0]])]]); // W, then R
/// let b = under.site(0, None, &p)?.fixed[0][[0, 0]];
/// let (_, dx, dp) = Lens(under).pull(&p, arr2(&[[3.0]]).into_shared(), arr2(&[[1.0]]).into_shared())?;
/// assert_eq!((dx[[0, 0]], &dp.slots[0][..]), (b * 10.0, &[arr2(&[[3.0]]), arr2(&[[b * 3.0]])][..]));
/// # Ok::<(), pullback::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProductFeedback {
    seed: u64,
    expansion: usize,
    orthogonal: bool,
}
impl ProductFeedback {
    /// Returns the rule with `expansion` $k$ (at least 1; 5 is usual) whose $B$ is drawn from `seed`, uniform with
    /// variance $1/q$.
    pub const fn seeded(seed: u64, expansion: usize) -> Self {
        ProductFeedback { seed, expansion: if expansion == 0 { 1 } else { expansion }, orthogonal: false }
    }
    /// Returns the rule whose rows of $B$ are orthogonal and of length 1, so that $B B^\top = 1$.
    pub const fn orthogonal(self) -> Self {
        ProductFeedback { orthogonal: true, ..self }
    }
}

/// Makes the rows orthogonal and of length 1 (Gram and Schmidt, twice). A matrix has no more rows than columns here.
fn orthogonalise(b: &mut Array2<f64>) {
    for k in 0..b.nrows() {
        for _ in 0..2 {
            for j in 0..k {
                let (row, earlier) = (b.row(k).to_owned(), b.row(j).to_owned());
                b.row_mut(k).scaled_add(-row.dot(&earlier), &earlier);
            }
        }
        let row = b.row(k);
        let length = num_traits::Float::sqrt(row.dot(&row));
        b.row_mut(k).mapv_inplace(|x| x / length);
    }
}

impl Reverse for ProductFeedback {
    fn fixed<T: Element>(&self, s: &Site<'_, T>) -> Vec<Array2<T>> {
        let Some(w) = s.layer.weights().into_iter().next().filter(|_| s.layer.is_linear()) else { return vec![] };
        let (rows, q) = (w.size[0], self.expansion * w.size[0]);
        let mut draw = crate::random::uniform(s.seed(self.seed));
        let most = num_traits::Float::sqrt(3.0 / q.max(1) as f64);
        let mut b = Array2::from_shape_simple_fn((rows, q), || most * draw());
        if self.orthogonal {
            orthogonalise(&mut b);
        }
        vec![b.mapv(T::of)]
    }
    fn learned<T: Element>(&self, s: &Site<'_, T>, draw: &mut dyn FnMut() -> f64) -> Vec<Array2<T>> {
        let Some(w) = s.layer.weights().into_iter().next().filter(|_| s.layer.is_linear()) else { return vec![] };
        let (q, columns) = (self.expansion * w.size[0], w.size[1]);
        let most = num_traits::Float::sqrt(6.0 / (q + columns).max(1) as f64);
        vec![Array2::from_shape_simple_fn((q, columns), || T::of(most * draw()))]
    }
    fn linear<T: Element>(
        &self,
        s: &Site<'_, T>,
        x: &Array<T>,
        _: &Array<T>,
        dy: &Array<T>,
        dp: &mut [Array2<T>],
    ) -> Result<Array<T>> {
        let (own, b) = (s.own(), &s.fixed[0]);
        let r = &s.p[own];
        same_shape("product feedback", &[b.ncols(), s.p[0].ncols()], r.shape())?;
        same_shape("product feedback", r.shape(), dp[own].shape())?;
        let (to, learned) = dp.split_at_mut(own);
        if let Layer::Linear(_) = s.layer {
            s.outer(x, dy, to)?;
            let through = dy.dot(b); // the population, sample by sample
            general_mat_mul(T::one(), &through.t(), x, T::one(), &mut learned[0]);
            return Ok(s.unread(dy).unwrap_or_else(|| through.dot(r).into_shared()));
        }
        let mut change: Vec<Array2<T>> = to.iter().map(|p| Array2::zeros(p.raw_dim())).collect();
        s.outer(x, dy, &mut change)?;
        general_mat_mul(T::one(), &b.t(), &change[0], T::one(), &mut learned[0]);
        to.iter_mut().zip(&change).for_each(|(to, c)| *to += c);
        s.unread(dy).map_or_else(|| s.pull(&b.dot(r), dy), Ok)
    }
}
