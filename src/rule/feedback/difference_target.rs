//! Targets go back, through learned inverses.

use crate::{
    diagram::Few,
    error::{Error, Result},
    lens::Additive,
    net::{Activation, Array, Element, Layer, same_shape},
    rule::{Arrays, Back, Backprop, Objects, Rule, Site},
};
use alloc::{vec, vec::Vec};
use ndarray::{Array2, Zip, linalg::general_mat_mul};
use smallvec::smallvec;

/// Layers learn to reach targets, and targets go back through learned inverses of the layers.
///
/// A linear layer $y = x W^\top + b$ and the activation $f$ behind it have an approximate inverse
/// $g(h) = \varphi(h Q^\top + q)$ with $g(f(y)) \approx x$. If $d$ is the change that $h = f(y)$ should make and $s$ the
/// length of a step towards the target $h + s d$, then
///
/// $$ \bar W = (d \odot f'(y))^\top x, \qquad \bar x = \frac{g(h + s d) - g(h)}{s}, \qquad s = \hat\eta\, n $$
///
/// is *difference* target propagation: what the inverse gets wrong at $h$ is subtracted. Plain target propagation,
/// $\bar x = (g(h + s d) - x)/s$, does not subtract it; [`plain`](Self::plain) is here as the negative control.
///
/// The inverse learns in the same pass: with $\tilde x = x + \sigma \xi$ and $u = f(\tilde x W^\top + b)$ it lowers
/// $\frac1{2n} \lVert g(u) - \tilde x \rVert^2$.
///
/// # Objects
/// $(A, A' \times A')$, see [`Targets`]: on a wire rides the change that it should make, and on a wire between a layer
/// and its activation also the target behind the activation. Papers send the target; changes are a monoid and can be
/// added where a wire was copied. State: $Q : \mathrm{in} \times \mathrm{out}$ and $q$ learn with the user's optimiser.
///
/// # Layers
/// Linear layers, activations, sums, what moves numbers (reshapes, axes in another order, the largest of a window),
/// `detach`; others are [`Error::NoReverse`], so attention is. A wire with several uses, and
/// one that leads into a sum, has the inverse act before the activation.
///
/// # Check
/// Linear layers with orthogonal $W$ and $Q = W^\top$: it is [`Backprop`]. Invertible $W$ and $Q = W^{-1}$:
/// $\bar x = d W^{-\top}$, a Gauss–Newton step, and plain targets are the same.
///
/// # Standing
/// On the digits (two hidden layers of 64) 95.9 %: a point and a half below backprop, at a linear classifier (96.1), above
/// frozen hidden layers (93.4). Plain targets stay at chance. Needs Adam or another optimiser that does not feel how small
/// the inverse's changes are. A step took 5.7 times one of backprop with momentum.
///
/// # Source
/// Lee, Zhang, Fischer and Bengio 2015, sections 2.2 and 2.3 (they start at the last hidden layer; the first target here
/// is that of the output).
///
/// # Example
/// ```
/// use pullback::{category::Identity, lens::Lens, net::*, rule::*};
/// use ndarray::arr2;
/// // y = 2x, and the inverse believes x = 0.25 y: off, but the difference is still proportional
/// let p = Params::new(vec![vec![arr2(&[[2.0]]), arr2(&[[0.25]]), arr2(&[[7.0]])]]);
/// let rule = DifferenceTarget::seeded(1).inverse(Identity);
/// let (x, dy) = (arr2(&[[3.0]]).into_shared(), arr2(&[[1.0]]).into_shared());
/// let (_, dx, dp) = Lens(linear(1, 1).under(rule)).pull(&p, x, dy)?;
/// assert!((dx[[0, 0]] - 0.25f64).abs() < 1e-14 && dp.slots[0][0] == arr2(&[[3.0]]));
/// # Ok::<(), pullback::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DifferenceTarget {
    seed: u64,
    step: f64,
    noise: f64,
    inverse: Activation,
    plain: bool,
}
impl DifferenceTarget {
    /// Returns the rule with $\hat\eta = 0.1$, $\sigma = 0.1$ and $\varphi = \tanh$; the noise is drawn from `seed`.
    pub const fn seeded(seed: u64) -> Self {
        DifferenceTarget { seed, step: 0.1, noise: 0.1, inverse: Activation::TANH, plain: false }
    }
    /// Returns the rule with another step $\hat\eta$ and another noise $\sigma$.
    pub const fn sized(self, step: f64, noise: f64) -> Self {
        DifferenceTarget { step, noise, ..self }
    }
    /// Returns the rule with another activation $\varphi$ of the inverses: that of the hidden layers.
    pub fn inverse(self, f: impl Into<Activation>) -> Self {
        DifferenceTarget { inverse: f.into(), ..self }
    }
    /// Returns plain target propagation. With learned inverses it does not learn: a control.
    pub const fn plain(self) -> Self {
        DifferenceTarget { plain: true, ..self }
    }
    /// Returns $g(h)$ and what is under its activation.
    fn back<T: Element>(&self, q: &[Array2<T>], h: &Array<T>) -> (Array<T>, Array<T>) {
        let mut z = Array2::zeros((h.nrows(), q[0].nrows()));
        z.rows_mut().into_iter().for_each(|mut row| row.assign(&q[1].row(0)));
        general_mat_mul(T::one(), h, &q[0].t(), T::one(), &mut z);
        let g = z.mapv(|z| self.inverse.eval(z)).into_shared();
        (g, z.into_shared())
    }
    /// Adds the change of the inverse of one layer: it learns to undo the layer around what came in.
    fn learn_back<T: Element>(
        &self,
        s: &Site<'_, T>,
        f: Activation,
        x: &Array<T>,
        q: &[Array2<T>],
        dq: &mut [Array2<T>],
    ) -> Result<()> {
        let (mut draw, noise) = (s.stream(self.seed), T::of(self.noise * num_traits::Float::sqrt(3.0)));
        let near = x.mapv(|x| x + noise * T::of(draw())).into_shared(); // uniform, of deviation σ
        let u = s.apply(&[&near])?.mapv(|y| f.eval(y)).into_shared();
        let (g, z) = self.back(q, &u);
        let share = T::of(1.0 / x.nrows().max(1) as f64);
        let missed = Zip::from(&near).and(&g).map_collect(|&x, &g| (x - g) * share).into_shared();
        let dz = self.inverse.times_slope(&z, &g, &missed)?;
        let [to, bias] = dq else { return Ok(()) };
        general_mat_mul(T::one(), &dz.t(), &u, T::one(), to);
        dz.rows().into_iter().for_each(|row| bias.row_mut(0).zip_mut_with(&row, |b, &d| *b += d));
        Ok(())
    }
}

/// A target behind an activation: which one, the value there, the change it should make.
type Beyond<T> = (Activation, Array<T>, Array<T>);

/// $(A, A' \times A')$: a batch forward; backward the change that it should make, and on the wire before an activation
/// also what should change behind it. Where a wire is used more than once, the changes add up and what lies behind each
/// use is forgotten.
#[derive(Clone, Copy, Debug)]
pub enum Targets {}
impl Objects for Targets {
    type Input<T: Element> = Array<T>;
    type Fwd<T: Element> = Array<T>;
    type Back<T: Element> = (Array<T>, Option<Beyond<T>>);
    fn lift<T: Element>(x: Array<T>) -> Array<T> {
        x
    }
    fn lower<T: Element>(y: &Array<T>) -> Array<T> {
        y.clone()
    }
    fn seed<T: Element>(y: &Array<T>, dy: Array<T>) -> Result<Self::Back<T>> {
        Ok((Arrays::seed(y, dy)?, None))
    }
    fn unlift<T: Element>(zero: Array<T>, bx: Option<Self::Back<T>>) -> Array<T> {
        bx.map_or(zero, |(d, _)| d)
    }
    fn merge<T: Element>((mut a, _): Self::Back<T>, (b, _): Self::Back<T>) -> Result<Self::Back<T>> {
        a.add(&b)?;
        Ok((a, None))
    }
    fn scale<T: Element>((d, beyond): Self::Back<T>, by: T) -> Result<Self::Back<T>> {
        let beyond = beyond.map(|(f, h, d)| Ok((f, h, Arrays::scale(d, by)?))).transpose()?;
        Ok((Arrays::scale(d, by)?, beyond))
    }
}

impl Rule for DifferenceTarget {
    type On = Targets;
    type Res<T: Element> = (Few<Array<T>>, Array<T>);
    fn fwd<T: Element>(&self, s: &Site<'_, T>, x: &[&Array<T>]) -> Result<(Array<T>, Self::Res<T>)> {
        Rule::fwd(&Backprop, s, x)
    }
    fn learned<T: Element>(&self, s: &Site<'_, T>, draw: &mut dyn FnMut() -> f64) -> Vec<Array2<T>> {
        if !s.layer.is_linear() {
            return vec![];
        }
        let most = num_traits::Float::sqrt(6.0 / (s.reads + s.width).max(1) as f64);
        let q = Array2::from_shape_simple_fn((s.reads, s.width), || T::of(most * draw()));
        vec![q, Array2::zeros((1, s.reads))]
    }
    fn rev<T: Element>(
        &self,
        s: &Site<'_, T>,
        (x, y): Self::Res<T>,
        (d, beyond): Back<Self, T>,
        dp: &mut [Array2<T>],
    ) -> Result<Few<Option<Back<Self, T>>>> {
        let x: Few<&Array<T>> = x.iter().collect();
        Ok(match (s.layer, &x[..]) {
            (Layer::Detach(_), _) => smallvec![None],
            (Layer::Reshape(_) | Layer::Flatten(_), _) => smallvec![Some((d, None))],
            // numbers that are moved or chosen: the change goes where they came from
            (Layer::Permute(_) | Layer::MaxPool(_), _) => {
                s.vjp(&x, &y, &d, &mut [])?.into_iter().map(|d| Some((d, None))).collect()
            }
            (Layer::Add(_), _) => smallvec![Some((d.clone(), None)), Some((d, None))],
            (Layer::Pointwise(f), [x]) => {
                smallvec![Some((f.0.times_slope(x, &y, &d)?, Some((f.0, y, d))))]
            }
            (layer, [x]) if layer.is_linear() => {
                let own = s.own();
                let (to, dq) = dp.split_at_mut(own);
                s.outer(x, &d, to)?;
                let sizes = [[x.ncols(), y.ncols()], [1, x.ncols()]];
                for (size, (q, dq)) in sizes.iter().zip(s.p[own..].iter().zip(&*dq)) {
                    same_shape("difference target", size, q.shape())?;
                    same_shape("difference target", size, dq.shape())?;
                }
                let (f, h, d) = beyond.unwrap_or((Activation::Identity, y, d));
                let q = &s.p[own..];
                self.learn_back(s, f, x, q, dq)?;
                let step = self.step * h.nrows().max(1) as f64;
                let target = Zip::from(&h).and(&d).map_collect(|&h, &d| h + d * T::of(step)).into_shared();
                let (reached, from) =
                    (self.back(q, &target).0, if self.plain { x.to_shared() } else { self.back(q, &h).0 });
                let dx = Zip::from(&reached).and(&from).map_collect(|&r, &f| (r - f) * T::of(1.0 / step));
                smallvec![Some((dx.into_shared(), None))]
            }
            _ => return Err(Error::NoReverse { rule: Rule::name(self), layer: s.layer.kernel_name() }),
        })
    }
}
