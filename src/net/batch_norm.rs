//! Normalisation over a batch.

use super::{
    Array, Element, Net, Shape,
    array::same_shape,
    layer,
    layer::{At, Kernel, Seen, Start, Weight, fits},
    norm::{Normal, groups},
};
use crate::{
    diagram::Few,
    error::{Result, same_len},
    real::Primitive,
};
use alloc::{format, string::String, vec, vec::Vec};
use ndarray::{Array2, Axis, Slice};
use smallvec::smallvec;

/// Each channel with mean 0 and variance 1 over the batch, scaled and shifted. Made by [`batch_norm`].
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct BatchNorm {
    /// The number of channels; a sample has as many numbers of each.
    pub channels: usize,
    /// What is added to the variance.
    pub epsilon: f64,
    /// Mean and variance of each channel, where they are constants and not those of the batch.
    pub statistics: Option<Vec<[f64; 2]>>,
}

/// Returns $y = n\,g_c + b_c$ with $n = (x - \mu_c)/\sqrt{\sigma_c^2 + \varepsilon}$, where $\mu_c$ and $\sigma_c^2$ are
/// the mean and the variance of channel $c$ over the batch and all positions. $\varepsilon = 10^{-5}$.
///
/// # Prediction
/// The statistics are those of *the batch that comes*, while predicting too: a prediction depends on its companions, and
/// a batch of one sample without positions gives $b$. A network is a value and keeps no running averages; use
/// [`Net::with_statistics`] to hold those of a batch of your choice as constants.
///
/// # Shapes
/// `[channels, ..]` to the same; `scale` $g$ (starts at 1) and `shift` $b$ (at 0): 1 × channels.
///
/// # Errors
/// From every use: a sample that is not as many numbers of each channel, statistics of another number of channels.
///
/// # Example
/// ```
/// use pullback::{learn::uniform, net::*, rule::*};
/// let (net, x) = (batch_norm(1), ndarray::arr2(&[[1.0], [3.0]]).into_shared());
/// let p = net.init(&mut uniform(1));
/// let y = net.under(Backprop).predict(&p, x.clone())?;
/// assert!((y[[1, 0]] - 1.0 / 1.00001f64.sqrt()).abs() < 1e-15); // mean 2, variance 1
/// let held = net.with_statistics(&p, &x)?;
/// let alone = held.under(Backprop).predict(&p, ndarray::arr2(&[[3.0]]).into_shared())?;
/// assert_eq!(alone[[0, 0]], y[[1, 0]]);
/// # Ok::<(), pullback::Error>(())
/// ```
///
/// # Source
/// Ioffe and Szegedy 2015.
pub fn batch_norm(channels: usize) -> Net {
    layer(BatchNorm { channels, epsilon: 1e-5, statistics: None })
}

const NAME: &str = "batch_norm";
impl BatchNorm {
    fn normal(&self) -> Normal {
        Normal { centred: true, epsilon: self.epsilon }
    }
    fn positions(&self, numbers: usize) -> Result<usize> {
        groups(NAME, self.channels, numbers)?;
        Ok(numbers / self.channels)
    }
    /// The numbers of each channel, sample by sample.
    fn split<T: Element>(&self, x: &Array<T>) -> Result<Vec<Vec<T>>> {
        let positions = self.positions(x.ncols())?;
        let part = |c: usize| x.slice_axis(Axis(1), Slice::from(c * positions..(c + 1) * positions));
        Ok((0..self.channels).map(|c| part(c).iter().copied().collect()).collect())
    }
    fn join<T: Element>(&self, like: &Array<T>, channels: &[Vec<T>]) -> Result<Array<T>> {
        let positions = self.positions(like.ncols())?;
        let at = |(s, k): (usize, usize)| channels[k / positions][s * positions + k % positions];
        Ok(Array2::from_shape_fn(like.dim(), at).into_shared())
    }
    /// The normalised numbers of each channel, and what they were multiplied by.
    fn normalised<T: Element>(&self, x: &Array<T>) -> Result<(Vec<Vec<T>>, Vec<T>)> {
        let mut n = self.split(x)?;
        let r = match &self.statistics {
            None => n.iter_mut().map(|channel| self.normal().apply(channel)).collect(),
            Some(known) => {
                same_len(NAME, self.channels, known.len())?;
                let held = |(channel, known): (&mut Vec<T>, &[f64; 2])| {
                    let [mean, variance] = known.map(T::of);
                    let r = (variance + T::of(self.epsilon)).sqrt().recip();
                    channel.iter_mut().for_each(|x| *x = (*x - mean) * r);
                    r
                };
                n.iter_mut().zip(known).map(held).collect()
            }
        };
        Ok((n, r))
    }
    fn derive<T: Element>(&self, n: &[Vec<T>], r: &[T], d: &mut [Vec<T>]) {
        for ((n, d), &r) in n.iter().zip(d).zip(r) {
            match &self.statistics {
                None => self.normal().derivative(n, r, d),
                Some(_) => d.iter_mut().for_each(|d| *d *= r),
            }
        }
    }
    /// Mean and variance of each channel of a batch.
    pub(super) fn measured<T: Element>(&self, x: &Array<T>) -> Result<Vec<[f64; 2]>> {
        let of = |channel: Vec<T>| {
            let share = 1.0 / channel.len().max(1) as f64;
            let mean = channel.iter().map(|x| x.primal().widen()).sum::<f64>() * share;
            [mean, channel.iter().map(|x| (x.primal().widen() - mean).powi(2)).sum::<f64>() * share]
        };
        Ok(self.split(x)?.into_iter().map(of).collect())
    }
}
impl Kernel for BatchNorm {
    fn name(&self) -> &'static str {
        NAME
    }
    fn label(&self) -> String {
        let held = if self.statistics.is_some() { ", held" } else { "" };
        format!("batch norm {}{held}", self.channels)
    }
    fn shape(&self, x: &[Option<Shape>]) -> Result<Option<Shape>> {
        x[0].iter().try_for_each(|shape| groups(NAME, self.channels, super::numbers(shape)))?;
        Ok(x[0].clone())
    }
    fn weights(&self) -> Vec<Weight> {
        let weight = |name, start| Weight { name, size: [1, self.channels], start: Start::At(start) };
        vec![weight("scale", 1.0), weight("shift", 0.0)]
    }
    fn apply<T: Element>(&self, _: At, p: &[Array2<T>], x: &[&Array<T>]) -> Result<Array<T>> {
        fits(NAME, &self.weights(), p)?;
        let (mut n, _) = self.normalised(x[0])?;
        for (channel, (&g, &b)) in n.iter_mut().zip(p[0].iter().zip(&p[1])) {
            channel.iter_mut().for_each(|n| *n = *n * g + b);
        }
        self.join(x[0], &n)
    }
    fn jvp<T: Element>(&self, s: &Seen<'_, T>, dx: &[&Array<T>], dp: &[Array2<T>]) -> Result<Array<T>> {
        [s.p, dp].into_iter().try_for_each(|p| fits(NAME, &self.weights(), p))?;
        same_shape(NAME, s.x[0].shape(), dx[0].shape())?;
        let ((n, r), mut d) = (self.normalised(s.x[0])?, self.split(dx[0])?);
        self.derive(&n, &r, &mut d);
        for (c, (d, n)) in d.iter_mut().zip(n).enumerate() {
            let [g, dg, db] = [s.p[0][[0, c]], dp[0][[0, c]], dp[1][[0, c]]];
            d.iter_mut().zip(n).for_each(|(d, n)| *d = *d * g + n * dg + db);
        }
        self.join(dx[0], &d)
    }
    fn vjp<T: Element>(&self, s: &Seen<'_, T>, dy: &Array<T>, dp: &mut [Array2<T>]) -> Result<Few<Array<T>>> {
        fits(NAME, &self.weights(), s.p)?;
        same_shape(NAME, s.x[0].shape(), dy.shape())?;
        let ((n, r), mut d) = (self.normalised(s.x[0])?, self.split(dy)?);
        for (dp, shift) in dp.iter_mut().zip([false, true]) {
            same_shape(NAME, &[1, self.channels], dp.shape())?;
            for ((n, d), dp) in n.iter().zip(&d).zip(dp.iter_mut()) {
                n.iter().zip(d).for_each(|(&n, &d)| *dp += if shift { d } else { n * d });
            }
        }
        for (d, &g) in d.iter_mut().zip(&s.p[0]) {
            d.iter_mut().for_each(|d| *d *= g);
        }
        self.derive(&n, &r, &mut d);
        Ok(smallvec![self.join(dy, &d)?])
    }
    fn mixes_rows(&self) -> bool {
        self.statistics.is_none()
    }
}
