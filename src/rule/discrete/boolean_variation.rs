//! Votes on Boolean weights.

use crate::{
    error::{Error, Result},
    net::{Activation, Array, Element, same_shape},
    rule::{Reverse, Site},
};
use ndarray::Zip;

/// Boolean layers learn without real weights: a neuron adds up how many of its inputs agree with its weights, and is *true*
/// where at least half of them do. With 1 for *true* and −1 for *false* agreement is the product, so a layer is
/// [`linear`](crate::net::linear) with weights ±1 before [`Sign`](Activation::Sign).
///
/// What flows back is a vote: how much better the loss were if a bit were *true*. Past the sum $s = x W^\top$ votes are
/// added as they are, $\bar W = \bar s^\top x$ and $\bar x = \bar s W$, exactly: they are the Boolean derivatives of
/// *exclusive nor*. If the votes that arrive are integers, so are these. Past the threshold there are two forms:
///
/// | form | the vote on $s$ |
/// | --- | --- |
/// | `default()` | $\bar y\,(1 - \tanh^2 \alpha s)$, with $\alpha = \pi/(2\sqrt{3m})$ for a sum of $m$ |
/// | `within(r)` | $\bar y$ where $\lvert s\rvert \le r$, else none |
///
/// All other layers are exact, so a real head may follow. Weights start with
/// [`Initialiser::Signs`](crate::net::Initialiser::Signs) and are turned by [`Flip`](crate::learn::Flip). With a head of real
/// weights the network is two lenses in a row, each part with an optimiser of its own: see the example.
///
/// # Objects
/// $(A, A')$; no state: the votes that are gathered belong to the optimiser. $m$ is [`Site::terms`]. Convolutions and
/// residual connections are linear layers and sums like others; a maximum over Booleans passes the vote to the first.
///
/// # Check
/// If the loss is linear in $s$, the vote on a weight is exactly half of what the loss gains from *false* to *true*.
///
/// # Standing
/// On the digits with pixels as bits, 64-256-256 Boolean and a real head, 40 passes in batches of 64, three seeds: 92.5 ± 1.0 %
/// with `Flip` at 0.5 (`within(8)`: 91.7), 90.9 at 1.28, where frozen bits reach 83.8 ± 1.7. From the same bits a linear
/// classifier reaches 92.1 ± 0.6 and backprop with tanh 92.2 ± 0.8: *not above a linear classifier*, and from grey pixels
/// that one reads 96 %. With one Boolean layer frozen bits reach 90.6, and learning adds less than a point. The rate belongs
/// to changes of a *mean* loss: 0.02 on votes that are summed over a batch of 64 is 1.28. A step takes 1.25 of the time of
/// backprop with tanh and Adam, and keeps as many bytes; a ratio for each layer changes nothing here.
///
/// # Source
/// Nguyen 2023, *Boolean Variation and Boolean Logic BackPropagation*; Nguyen and others 2024, *BOLD: Boolean Logic Deep
/// Learning*. The Boolean derivatives are [`Variation`](crate::category::Variation).
///
/// # Example
/// ```
/// use pullback::{category::Identity, learn::*, lens::Lens, net::*, rule::*};
/// use ndarray::Array2;
/// // what do most of five bits say? One neuron, all of whose weights must agree
/// let (bits, head) = (linear(5, 1) >> pointwise(Activation::Sign), dense(1, 2, Identity));
/// let model = Lens(bits.under(BooleanVariation::default())) >> Lens(head.under(Backprop));
/// let learn = learner(model, class_cross_entropy(), descend(), Both(Flip::new(0.5), Adam::new(0.1)));
/// let mut draw = uniform(1);
/// let p: (Params, Params) = (bits.init_with(|_| Initialiser::Signs, &mut draw), head.init(&mut draw));
/// assert_eq!(p.0.flat().iter().sum::<f64>(), 1.0); // two of them do not
/// let x = Array2::from_shape_fn((32, 5), |(n, i)| if n >> i & 1 == 1 { 1.0 } else { -1.0 }).into_shared();
/// let classes = (0..32u32).map(|n| usize::from(n.count_ones() > 2)).collect();
/// let mut s = learn.start(p);
/// for _ in 0..100 {
///     learn.step(&mut s, x.clone(), &classes)?;
/// }
/// assert_eq!(s.params.0.flat(), [1.0; 5]);
/// # Ok::<(), pullback::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct BooleanVariation {
    /// How far from the threshold votes pass; all of them pass, weighed, where this is not given.
    reach: Option<f64>,
}
impl BooleanVariation {
    /// Returns the rule that passes votes unchanged where $|s| \le$ `reach`, and none elsewhere.
    pub const fn within(reach: f64) -> Self {
        BooleanVariation { reach: Some(reach) }
    }
}
impl Reverse for BooleanVariation {
    fn inside(&self) -> bool {
        true
    }
    fn pointwise<T: Element>(&self, s: &Site<'_, T>, x: &Array<T>, y: &Array<T>, dy: &Array<T>) -> Result<Array<T>> {
        if s.layer.activation() == Some(Activation::Step) {
            return Err(Error::NoReverse { rule: "BooleanVariation", layer: "step" }); // bits are 1 and -1
        }
        if s.layer.activation() != Some(Activation::Sign) {
            return Ok(s.vjp(&[x], y, dy, &mut [])?.remove(0));
        }
        same_shape("boolean variation", x.shape(), dy.shape())?;
        let past =
            |weight: &dyn Fn(T) -> T| Zip::from(x).and(dy).map_collect(|&x, &d| weight(x).times(d)).into_shared();
        Ok(match self.reach {
            Some(reach) => past(&|s| T::of(reach).ge01(s.abs())),
            None => {
                let narrow = core::f64::consts::PI / (2.0 * num_traits::Float::sqrt(3.0 * s.terms as f64));
                let tanh = Activation::TANH;
                past(&|s| {
                    let s = s * T::of(narrow);
                    tanh.slope(s, tanh.eval(s))
                })
            }
        })
    }
}
