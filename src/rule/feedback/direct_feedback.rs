//! The error, or the target, goes straight to every layer.

use crate::{
    diagram::Few,
    error::Result,
    lens::Closing,
    net::{Array, Element, Layer, Params, same_shape},
    rule::{Back, Backprop, Broadcast, Pass, Rule, Site},
};
use alloc::{vec, vec::Vec};
use ndarray::{Array2, linalg::general_mat_mul};
use smallvec::smallvec;

/// The change $e$ of the output goes straight to every activation, through a fixed random matrix:
/// $\bar x = (e B) \odot f'(x)$. No layer waits for another.
///
/// A linear layer sends no change back. Where one has cut the way, the next layer before it that needs a change makes
/// one of its own output, $\bar y = e B$: an activation, a product of two wires, or a layer with parameters that none
/// follows, such as the last of the branch of a residual connection. Between two such layers, and behind the last linear
/// one, changes are exact: of attention $B$ reaches what the weights mix, and queries, keys and values hear of it
/// through the exact derivatives of the product and the softmax.
///
/// # Objects
/// $(A, E \times A')$: the change $e$ of the output rides back on every wire. State: $B : \mathrm{outputs} \times
/// \mathrm{width}$ for each activation, product and layer with parameters.
///
/// # Check
/// With one hidden layer and $B_0 = W_1$ it is [`Backprop`](crate::rule::Backprop), whose change of the first layer is then
/// the same; that of the input is not made at all, it is zero. It is *not* a functor: a part of a network under the
/// rule knows the output of the part, not that of the whole.
///
/// # Standing
/// On the digits as good as backprop with tanh; narrow layers stop it. Above a linear classifier. Less work than
/// backprop by the products $\bar y W$, more by the products $e B$; do not expect it to be faster at scale.
///
/// Layers that share weights hardly align, and it falls behind there. The networks of `examples/layers.rs` after ten
/// passes, three seeds: convolution 95.7 ± 0.4 % where backprop has 97.1 and frozen hidden layers 90.5; attention, at a
/// fifth of the rate, 90.3 ± 3.9 %, hardly above frozen (87.4 ± 1.4; backprop 97.4). At backprop's rate attention does not
/// hold (41 %): the layers behind it align, its own stay near 90°.
///
/// # Source
/// Nøkland 2016; Launay, Poli, Boniface and Krzakala 2020.
///
/// # Example
/// ```
/// use pullback::{category::{Identity, Tanh}, lens::Lens, net::*, rule::*};
/// use ndarray::arr2;
/// let net = linear(1, 1) >> pointwise(Tanh) >> linear(1, 1);
/// let p = Params::new(vec![vec![arr2(&[[1.0]])], vec![], vec![arr2(&[[7.0]])]]);
/// let under = net.under(DirectFeedback::seeded(1));
/// let b = under.site(1, None, &p)?.fixed[0][[0, 0]];
/// let (x, dy) = (arr2(&[[0.5]]).into_shared(), arr2(&[[1.0]]).into_shared());
/// let (_, _, dp) = Lens(under).pull(&p, x, dy)?;
/// let t = 0.5f64.tanh();
/// assert!((dp.slots[0][0][[0, 0]] - b * (1.0 - t * t) * 0.5).abs() < 1e-15); // the 7 plays no part
/// assert_eq!(dp.slots[2][0][[0, 0]], t);
/// # Ok::<(), pullback::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DirectFeedback {
    seed: u64,
}
impl DirectFeedback {
    /// Returns the rule whose matrices are drawn from `seed`.
    pub const fn seeded(seed: u64) -> Self {
        DirectFeedback { seed }
    }
}

fn broadcast<T: Element>(s: &Site<'_, T>, e: &Array<T>, rows: usize, width: usize) -> Result<Array<T>> {
    same_shape("direct feedback", &[rows, s.fixed[0].nrows()], e.shape())?;
    same_shape("direct feedback", &[s.fixed[0].nrows(), width], s.fixed[0].shape())?;
    let mut d = Array2::zeros((rows, width));
    general_mat_mul(T::one(), e, &s.fixed[0], T::zero(), &mut d);
    Ok(d.into_shared())
}

/// What a layer kept: its inputs and its output.
type Kept<T> = (Few<Array<T>>, Array<T>);

impl Rule for DirectFeedback {
    type On = Broadcast;
    type Res<T: Element> = Kept<T>;
    fn fwd<T: Element>(&self, s: &Site<'_, T>, x: &[&Array<T>]) -> Result<(Array<T>, Kept<T>)> {
        Rule::fwd(&Backprop, s, x)
    }
    fn fixed<T: Element>(&self, s: &Site<'_, T>) -> Vec<Array2<T>> {
        let product = matches!(s.layer, Layer::MatMul(_) | Layer::Mul(_));
        match product || s.layer.activation().is_some() || s.own() > 0 {
            true => vec![s.glorot(self.seed, s.outputs, s.width)],
            false => vec![],
        }
    }
    fn rev<T: Element>(
        &self,
        s: &Site<'_, T>,
        (x, y): Kept<T>,
        (e, d): Back<Self, T>,
        dp: &mut [Array2<T>],
    ) -> Result<Few<Option<Back<Self, T>>>> {
        if matches!(s.layer, Layer::Detach(_)) {
            return Ok(smallvec![None]);
        }
        let x: Few<&Array<T>> = x.iter().collect();
        let d = match d {
            None if !s.fixed.is_empty() => Some(broadcast(s, &e, y.nrows(), y.ncols())?),
            arrived => arrived,
        };
        let changes: Few<Option<Array<T>>> = match d {
            None => smallvec![None; x.len()],
            Some(d) if s.layer.is_linear() => {
                s.outer(x[0], &d, dp)?; // what it would send back is not read
                smallvec![None]
            }
            Some(d) => s.vjp(&x, &y, &d, dp)?.into_iter().map(Some).collect(),
        };
        Ok(changes.into_iter().map(|d| Some((e.clone(), d))).collect())
    }
}

/// [`DirectFeedback`] of the target instead of the error: hidden layers need nothing that forward has not reached yet.
///
/// $$ \bar x = (t B) \odot f'(x), \qquad t = c(0) $$
///
/// # How the label arrives
/// A rule sees no label, only changes that the rest of the row asks for. But the change at the output *zero* is made of
/// the label alone: for the squared error it is the target over $n$; for the cross-entropy it is
/// $(\mathrm{onehot} - 1/K)/n$. The rule asks for that one, so it serves every loss and needs no wire of its own. The
/// last layers learn from the error, $c(y)$. A label that itself learns hears both changes.
///
/// # Objects
/// $(A, E \times A')$ where $E$ is $t$. State as [`DirectFeedback`].
///
/// # Check
/// Moving the parameters behind a layer changes no bit of the layer's own change, which is false for
/// [`DirectFeedback`].
///
/// # Standing
/// On the digits (two hidden layers of 64) 96.3 %, at a linear classifier (96.1) and a point below [`DirectFeedback`]. The sign of $t$ is that of the change, so it agrees with
/// $e$ at the start; the authors' code takes $+\mathrm{onehot}$ as a gradient and lets the random $B$ absorb the sign.
///
/// # Source
/// Frenkel, Lefebvre and Bol 2021.
///
/// # Example
/// ```
/// use pullback::{category::{Identity, Tanh}, learn::*, net::*, rule::*};
/// use ndarray::arr2;
/// let net = dense(2, 8, Tanh) >> dense(8, 2, Identity);
/// let learn = learner(net.under(DirectRandomTarget::seeded(1)), class_cross_entropy(), descend(), Sgd::new(0.5));
/// let mut s = learn.start(net.init(&mut uniform(1)));
/// let (x, y) = (arr2(&[[0., 0.], [0., 1.], [1., 0.], [1., 1.]]).into_shared(), vec![0, 1, 1, 0]);
/// for _ in 0..400 {
///     learn.step(&mut s, x.clone(), &y)?;
/// }
/// assert!(learn.loss(&s.params, x, &y)? < 0.2);
/// # Ok::<(), pullback::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DirectRandomTarget(DirectFeedback);
impl DirectRandomTarget {
    /// Returns the rule whose matrices are drawn from `seed`.
    pub const fn seeded(seed: u64) -> Self {
        DirectRandomTarget(DirectFeedback::seeded(seed))
    }
}
impl Rule for DirectRandomTarget {
    type On = Broadcast;
    type Res<T: Element> = Kept<T>;
    fn fwd<T: Element>(&self, s: &Site<'_, T>, x: &[&Array<T>]) -> Result<(Array<T>, Kept<T>)> {
        self.0.fwd(s, x)
    }
    fn fixed<T: Element>(&self, s: &Site<'_, T>) -> Vec<Array2<T>> {
        self.0.fixed(s)
    }
    fn rev<T: Element>(
        &self,
        s: &Site<'_, T>,
        kept: Kept<T>,
        by: Back<Self, T>,
        dp: &mut [Array2<T>],
    ) -> Result<Few<Option<Back<Self, T>>>> {
        self.0.rev(s, kept, by, dp)
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
        let target = rest.change(Array::zeros(pass.y.raw_dim()))?;
        let error = rest.change(pass.y.clone())?;
        pass.back((target, Some(error)), dp)
    }
}
