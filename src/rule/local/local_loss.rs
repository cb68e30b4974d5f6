//! Every block has a loss of its own.

use super::{
    Borders,
    bordered::{Bordered, arrays, bordered, changes},
    head,
};
use crate::{
    error::Result,
    lens::Additive,
    net::{Array, Element},
    rule::Site,
};
use alloc::{vec, vec::Vec};
use ndarray::Array2;

/// A small head at every border has a loss, and the layers of the block before it learn from that loss only; what comes
/// from further behind stops there. A block is as many layers as you like, exact backpropagation inside.
///
/// | head | its loss | state |
/// | --- | --- | --- |
/// | [`prediction`](Self::prediction) | $P = \mathrm{CE}(\mathrm{softmax}(h M^\top), y)$ | $M$: classes × width, from 0 |
/// | [`similarity`](Self::similarity) | $S = \mathrm{mean}_{ij}\,\bigl(c(h V^\top)_{ij} - c(y)_{ij}\bigr)^2$ | $V$: width × width |
/// | [`both`](Self::both) | $(1 - \beta)\,P + \beta\,S$ | $M$, $V$ |
///
/// where $c$ is the matrix of the cosines between the rows of a batch, each less its mean, and $y$ stands as ones and
/// zeros. For prediction
///
/// $$ e = \frac{\mathrm{softmax}(h M^\top) - y}{n}, \qquad \bar h = -e M, \qquad \bar M = -e^\top h. $$
///
/// The last block learns from the learner's loss. The loss of a head makes itself smaller: use it under
/// [`descend`](crate::learn::descend).
///
/// # Objects
/// [`Labelled`](crate::rule::Labelled): $(A \times Y, 1 + A')$. Borders stand behind every activation unless
/// [`on`](Self::on) says where; a head's arrays stand behind the parameters of its border, and the user's optimiser moves
/// them. Every layer is known. A residual connection that passes a border by carries no change across it.
///
/// # Check
/// A head's changes are the derivatives of its loss. With [`Borders::Nowhere`] the rule is backprop, bit for bit. What a
/// layer learns does not change by one bit when a layer of a later block does.
///
/// # Standing
/// Prediction is as good as backprop on the digits: 97.4 ± 0.6 % (64-64-64-10, momentum, 3 seeds; backprop 97.5 %, a
/// *linear classifier* 96.0 %, frozen hidden layers 92.9 %), on their parity 98.8 ± 0.2 % (98.7, 94.9, 93.7 %); two blocks
/// of two layers (of four) 97.3 ± 0.3 %. Similarity and both need larger rates here than the paper's 0.0005, under which
/// they stay at 91.7 and 92.9 %: with Adam at 0.003 they reach 96.9 ± 0.2 and 96.6 ± 1.0 %, on the parity 98.9 and 98.6 %.
/// A step takes 1.16 × the time of backprop's, with similarity 1.6 ×. No block waits for those behind it, and what it
/// keeps could be dropped when its head has spoken; this crate keeps it until the sweep, 1.01 × the bytes of backprop.
///
/// # Source
/// Nøkland and Eidnes 2019 (`pred`, `sim`, `predsim`, $\beta = 0.99$); Belilovsky, Eickenberg and Oyallon 2019 (blocks);
/// prediction behind every activation is Gong, Li and Abdulla 2025 ([`MonoForward`]).
///
/// # Example
/// ```
/// use pullback::{category::Relu, learn::*, net::*, rule::*};
/// use ndarray::arr2;
/// let net = dense(1, 1, Relu) >> linear(1, 2);
/// let learn = learner(net.under(LocalLoss::prediction()), class_cross_entropy(), descend(), Plus);
/// // W = 2, b = 0, M = (1, 1), then the last layer
/// let (head, last) = (arr2(&[[1.0], [1.0]]), arr2(&[[0.0], [0.0]]));
/// let p = Params::new(vec![vec![arr2(&[[2.0]]), arr2(&[[0.0]])], vec![head], vec![last]]);
/// let x = (arr2(&[[3.0]]).into_shared(), vec![0]);
/// let (_, dp, _) = learn.put(x, &p, &vec![0])?;
/// assert_eq!(dp.slots[1][0], arr2(&[[3.0], [-3.0]])); // h = 6, e = (½ - 1, ½)
/// assert_eq!(dp.slots[0][0][[0, 0]], 0.0); // both classes pull alike
/// # Ok::<(), pullback::Error>(())
/// ```
#[doc(alias = "MonoForward")]
#[doc(alias = "predsim")]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LocalLoss {
    prediction: f64,
    similarity: f64,
    borders: Borders,
}
/// Mono-Forward: every layer projects what it makes on the classes and learns from the cross-entropy of that, which is
/// [`LocalLoss::prediction`] behind every activation.
///
/// # Source
/// Gong, Li and Abdulla 2025.
pub type MonoForward = LocalLoss;

impl Default for LocalLoss {
    fn default() -> Self {
        Self::prediction()
    }
}
impl LocalLoss {
    /// Returns the rule whose heads name the class.
    pub const fn prediction() -> Self {
        LocalLoss { prediction: 1.0, similarity: 0.0, borders: Borders::Activations }
    }
    /// Returns the rule whose heads bring rows of one class together.
    pub const fn similarity() -> Self {
        LocalLoss { prediction: 0.0, similarity: 1.0, borders: Borders::Activations }
    }
    /// Returns the rule with $1 - \beta$ of the first and $\beta$ of the second, usually 0.99.
    pub const fn both(beta: f64) -> Self {
        LocalLoss { prediction: 1.0 - beta, similarity: beta, borders: Borders::Activations }
    }
    /// Returns the same rule with these borders.
    pub const fn on(self, borders: Borders) -> Self {
        LocalLoss { borders, ..self }
    }
}
impl Bordered for LocalLoss {
    fn borders(&self) -> Borders {
        self.borders
    }
    fn learned<T: Element>(&self, s: &Site<'_, T>, draw: &mut dyn FnMut() -> f64) -> Vec<Array2<T>> {
        let mut all = vec![];
        if self.prediction != 0.0 {
            all.push(Array2::zeros((s.outputs, s.width)));
        }
        if self.similarity != 0.0 {
            let most = num_traits::Float::sqrt(3.0 / s.width.max(1) as f64);
            all.push(Array2::from_shape_simple_fn((s.width, s.width), || T::of(most * draw())));
        }
        all
    }
    fn head<T: Element>(
        &self,
        s: &Site<'_, T>,
        (h, classes): (&Array<T>, &[usize]),
        _: Option<Array<T>>,
        m: &[Array2<T>],
        dm: &mut [Array2<T>],
    ) -> Result<Option<Array<T>>> {
        let (name, alike) = (self.prediction, self.similarity);
        if alike == 0.0 {
            let ([m], [dm]) = (arrays(m)?, changes(dm)?);
            return head::prediction(h, classes, name, (m, dm)).map(Some);
        }
        let labels = (classes, s.outputs);
        if name == 0.0 {
            let ([v], [dv]) = (arrays(m)?, changes(dm)?);
            return head::similarity(h, labels, alike, (v, dv)).map(Some);
        }
        let ([m, v], [dm, dv]) = (arrays(m)?, changes(dm)?);
        let mut dh = head::prediction(h, classes, name, (m, dm))?;
        dh.add(&head::similarity(h, labels, alike, (v, dv))?)?;
        Ok(Some(dh))
    }
}
bordered!(LocalLoss);
