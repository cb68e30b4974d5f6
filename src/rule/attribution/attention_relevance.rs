//! Relevance through attention.

use super::{
    Explain, Probe, Start, moved,
    share::{epsilon_add, epsilon_linear, epsilon_sum, stable},
};
use crate::{
    diagram::Few,
    error::Result,
    net::{Array, Element, Layer, LayerNorm, Softmax},
    rule::{Reverse, Site},
};
use ndarray::{Array2, ArrayView1, ArrayViewMut1, Axis, Slice, Zip};
use smallvec::smallvec;

/// Relevance through attention: the ε form of [`LayerwiseRelevance`](super::LayerwiseRelevance), and
///
/// | layer | what its inputs get |
/// | --- | --- |
/// | $s = \mathrm{softmax}(x)$ | $x \odot (R - s \sum R)$; 0 where $x = -\infty$ |
/// | $O = c\,A\,B$ | $A \odot c\,\frac{R}{2 O} B^\top$ and $B \odot c\,A^\top \frac{R}{2 O}$: half each |
/// | $a\,b$, number by number | $R/2$ each |
/// | layer norm | the ε form of the map $x - \mu$ times its scale, the deviation held constant |
/// | root mean square norm | $R$, as an activation |
///
/// # Check
/// Sums and products conserve exactly as $\varepsilon \to 0$. A softmax and a layer norm do *not*: the softmax is replaced
/// by its tangent, and what the tangent is off at zero is dropped; the shift of a norm keeps its part, like a bias.
///
/// # Errors
/// [`Error::NoReverse`](crate::Error::NoReverse) of a layer that is none of these, and neither linear, nor number by
/// number, nor moves numbers.
///
/// # Honest
/// A product of a wire and a constant is shared like any other: a network does not say which wire is constant.
///
/// # Example
/// ```
/// use pullback::{net::*, rule::*};
/// use ndarray::arr2;
/// let net = Net::build(1, |d, x| d.push(Layer::Mul(Mul), &[x[0], x[0]]).to_vec());
/// let x = arr2(&[[3.0]]).into_shared();
/// let map = net.under(AttentionRelevance::epsilon(0.0)).explain(&net.init(&mut || 0.0), &x, 0)?;
/// assert_eq!(map, arr2(&[[9.0]])); // half of 9 on each way
/// # Ok::<(), pullback::Error>(())
/// ```
///
/// # Source
/// Achtibat, Hatefi, Dreyer, Jain, Wiegand, Lapuschkin and Samek 2024, section 3.
#[doc(alias = "AttnLRP")]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AttentionRelevance {
    epsilon: f64,
}
impl AttentionRelevance {
    /// Returns the rule that stabilises quotients by $\pm\varepsilon$.
    pub const fn epsilon(epsilon: f64) -> Self {
        AttentionRelevance { epsilon }
    }
    /// The product of two wires: half for each, in proportion to what it gave.
    fn product<T: Element>(
        &self,
        s: &Site<'_, T>,
        x: &[&Array<T>],
        y: &Array<T>,
        r: &Array<T>,
    ) -> Result<Few<Array<T>>> {
        let half = |&y: &T, &r: &T| stable(self.epsilon, y + y, r);
        let mut back = s.vjp(x, y, &Zip::from(y).and(r).map_collect(half).into_shared(), &mut [])?;
        back.iter_mut().zip(x).for_each(|(back, x)| back.zip_mut_with(x, |b, &x| *b *= x));
        Ok(back)
    }
    /// $R_x = x \odot (q - \bar q)$ with $q = R g r/(y \pm \varepsilon)$, in each group.
    fn norm<T: Element>(
        &self,
        norm: &LayerNorm,
        s: &Site<'_, T>,
        x: &Array<T>,
        y: &Array<T>,
        r: &Array<T>,
    ) -> Array<T> {
        in_groups(norm.features, [x, y, r], |[x, y, r], mut out| {
            let centre = mean(x.iter().copied());
            let spread = (mean(x.iter().map(|&x| (x - centre) * (x - centre))) + T::of(norm.epsilon)).sqrt();
            for (o, ((&y, &r), &g)) in out.iter_mut().zip(y.iter().zip(&r).zip(&s.p[0])) {
                *o = stable(self.epsilon, y, r) * g / spread;
            }
            let level = mean(out.iter().copied());
            out.zip_mut_with(&x, |o, &x| *o = x * (*o - level));
        })
    }
}
fn mean<T: Element>(x: impl ExactSizeIterator<Item = T>) -> T {
    let count = T::of(x.len().max(1) as f64);
    x.fold(T::zero(), |sum, x| sum + x) / count
}
/// $R_x = x \odot (R - s \sum R)$ in each group.
fn softmax<T: Element>(softmax: &Softmax, x: &Array<T>, y: &Array<T>, r: &Array<T>) -> Array<T> {
    in_groups(softmax.features, [x, y, r], |[x, y, r], out| {
        let sum = r.sum();
        Zip::from(out).and(&x).and(&y).and(&r).for_each(|o, &x, &s, &r| {
            *o = if x == T::neg_infinity() { T::zero() } else { x * (r - s * sum) };
        });
    })
}
/// Fills each group of numbers of a batch from the same group of three others.
fn in_groups<T: Element>(
    features: usize,
    of: [&Array<T>; 3],
    fill: impl Fn([ArrayView1<'_, T>; 3], ArrayViewMut1<'_, T>),
) -> Array<T> {
    let mut out = Array2::zeros(of[0].raw_dim());
    for (row, mut out) in out.rows_mut().into_iter().enumerate() {
        let part = |start: usize| Slice::from(start..start + features);
        for start in (0..of[0].ncols()).step_by(features.max(1)) {
            let from = of.each_ref().map(|a| a.row(row).slice_axis_move(Axis(0), part(start)));
            fill(from, out.slice_axis_mut(Axis(0), part(start)));
        }
    }
    out.into_shared()
}
impl Reverse for AttentionRelevance {
    fn learns(&self) -> bool {
        false
    }
    fn linear<T: Element>(
        &self,
        s: &Site<'_, T>,
        x: &Array<T>,
        y: &Array<T>,
        r: &Array<T>,
        _: &mut [Array2<T>],
    ) -> Result<Array<T>> {
        epsilon_linear(self.epsilon, s, x, y, r)
    }
    fn pointwise<T: Element>(&self, _: &Site<'_, T>, _: &Array<T>, _: &Array<T>, r: &Array<T>) -> Result<Array<T>> {
        Ok(r.clone())
    }
    fn add<T: Element>(&self, _: &Site<'_, T>, x: [&Array<T>; 2], r: &Array<T>) -> Result<[Array<T>; 2]> {
        Ok(epsilon_add(self.epsilon, x, r))
    }
    fn other<T: Element>(
        &self,
        s: &Site<'_, T>,
        x: &[&Array<T>],
        y: &Array<T>,
        r: &Array<T>,
        _: &mut [Array2<T>],
    ) -> Result<Few<Array<T>>> {
        Ok(match s.layer {
            Layer::Mul(_) => smallvec![r.mapv(|r| r * T::of(0.5)).into_shared(); 2],
            Layer::MatMul(_) => self.product(s, x, y, r)?,
            Layer::Softmax(layer) => smallvec![softmax(layer, x[0], y, r)],
            Layer::LayerNorm(layer) => smallvec![self.norm(layer, s, x[0], y, r)],
            Layer::RmsNorm(_) => smallvec![r.clone()],
            _ => moved("AttentionRelevance", s, (x, y, r), || epsilon_sum(self.epsilon, s, x[0], y, r))?,
        })
    }
}
impl Explain for AttentionRelevance {
    fn explain<T: Element>(&self, x: &Array<T>, probe: &Probe<'_, T>) -> Result<Array<T>> {
        probe.back(x, Start::Score)
    }
}
