//! Normalisation within a sample.

use super::{
    Array, Element, Net, Shape,
    array::same_shape,
    layer,
    layer::{At, Kernel, Seen, Start, Weight, fits},
    window::shaped,
};
use crate::{
    diagram::Few,
    error::{Error, Result},
};
use alloc::{format, string::String, vec, vec::Vec};
use ndarray::Array2;
use smallvec::smallvec;

/// Numbers divided by their root mean square, with or without their mean taken away first.
#[derive(Clone, Copy)]
pub(super) struct Normal {
    pub(super) centred: bool,
    pub(super) epsilon: f64,
}
impl Normal {
    /// Replaces `x` by $n = (x - \mu)\,r$ and returns $r = (\overline{(x - \mu)^2} + \varepsilon)^{-1/2}$.
    pub(super) fn apply<T: Element>(self, x: &mut [T]) -> T {
        if self.centred {
            let mean = mean(x.iter().copied());
            x.iter_mut().for_each(|x| *x -= mean);
        }
        let r = (mean(x.iter().map(|&x| x * x)) + T::of(self.epsilon)).sqrt().recip();
        x.iter_mut().for_each(|x| *x *= r);
        r
    }
    /// Replaces `d` by $r\,(d - \bar d - n\,\overline{n d})$: the derivative along `d`, which is its own transpose.
    pub(super) fn derivative<T: Element>(self, n: &[T], r: T, d: &mut [T]) {
        let along = mean(n.iter().zip(&*d).map(|(&n, &d)| n * d));
        let level = if self.centred { mean(d.iter().copied()) } else { T::zero() };
        d.iter_mut().zip(n).for_each(|(d, &n)| *d = (*d - level - n * along) * r);
    }
}
fn mean<T: Element>(x: impl ExactSizeIterator<Item = T>) -> T {
    let share = T::of(1.0 / x.len().max(1) as f64);
    x.fold(T::zero(), |sum, x| sum + x) * share
}

/// The last `features` numbers of each group with mean 0 and variance 1, scaled and shifted. Made by [`layer_norm`].
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct LayerNorm {
    /// The length of a group.
    pub features: usize,
    /// What is added to the variance.
    pub epsilon: f64,
}
/// The last `features` numbers of each group with mean square 1, scaled. Made by [`rms_norm`].
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct RmsNorm {
    /// The length of a group.
    pub features: usize,
    /// What is added to the mean square.
    pub epsilon: f64,
}

/// Returns $y = n \odot g + b$ with $n = (x - \mu)/\sqrt{\sigma^2 + \varepsilon}$ over each group of `features` numbers
/// ($\sigma^2$ is the mean of squares). $\varepsilon = 10^{-5}$.
///
/// # Shapes
/// `[.., features]` to the same; `scale` $g$ (starts at 1) and `shift` $b$ (at 0): 1 × features.
///
/// # Errors
/// From every use: a sample that is no whole number of groups.
///
/// # Example
/// ```
/// use pullback::{learn::uniform, net::*, rule::*};
/// let net = layer_norm(2);
/// let p = net.init(&mut uniform(1));
/// let y = net.under(Backprop).predict(&p, ndarray::arr2(&[[1.0, 3.0, 5.0, 5.0]]).into_shared())?;
/// assert!((y[[0, 1]] - 1.0 / 1.00001f64.sqrt()).abs() < 1e-15); // mean 2, variance 1
/// assert_eq!((y[[0, 2]], y[[0, 3]]), (0.0, 0.0));
/// # Ok::<(), pullback::Error>(())
/// ```
///
/// # Source
/// Ba, Kiros and Hinton 2016.
pub fn layer_norm(features: usize) -> Net {
    layer(LayerNorm { features, epsilon: 1e-5 })
}
/// Returns $y = g \odot x/\sqrt{\overline{x^2} + \varepsilon}$ over each group of `features` numbers.
/// $\varepsilon = 10^{-5}$.
///
/// # Shapes
/// `[.., features]` to the same; `scale` $g$ (starts at 1): 1 × features.
///
/// # Errors
/// From every use: a sample that is no whole number of groups.
///
/// # Example
/// ```
/// use pullback::{learn::uniform, net::*, rule::*};
/// let net = layer(RmsNorm { features: 2, epsilon: 0.0 });
/// let y = net.under(Backprop).predict(&net.init(&mut uniform(1)), ndarray::arr2(&[[1.0, 7.0]]).into_shared())?;
/// assert!((y[[0, 1]] - 1.4f64).abs() < 1e-15); // the root mean square of 1 and 7 is 5
/// # Ok::<(), pullback::Error>(())
/// ```
///
/// # Source
/// Zhang and Sennrich 2019.
pub fn rms_norm(features: usize) -> Net {
    layer(RmsNorm { features, epsilon: 1e-5 })
}

/// Returns the length of the groups if `x` is made of whole ones.
pub(super) fn groups(op: &'static str, features: usize, numbers: usize) -> Result<()> {
    match features > 0 && numbers % features == 0 {
        true => Ok(()),
        false => Err(Error::ShapeMismatch { op, expected: vec![features], found: vec![numbers] }),
    }
}
/// Returns the numbers of a batch, in order.
pub(super) fn numbers<T: Element>(x: &Array<T>) -> Vec<T> {
    x.iter().copied().collect()
}

/// What both layers share: a group is normalised, scaled, and shifted where there is a shift.
#[derive(Clone, Copy)]
struct Grouped {
    op: &'static str,
    features: usize,
    normal: Normal,
}
impl Grouped {
    fn weights(&self) -> Vec<Weight> {
        let weight = |name, start| Weight { name, size: [1, self.features], start: Start::At(start) };
        let mut all = vec![weight("scale", 1.0)];
        if self.normal.centred {
            all.push(weight("shift", 0.0));
        }
        all
    }
    fn shape(&self, x: &[Option<Shape>]) -> Result<Option<Shape>> {
        let shape = x[0].clone();
        shape.iter().try_for_each(|s| groups(self.op, self.features, s.last().copied().unwrap_or(0)))?;
        Ok(shape)
    }
    /// The normalised numbers, and what each group was multiplied by.
    fn normalised<T: Element>(&self, x: &Array<T>) -> Result<(Vec<T>, Vec<T>)> {
        groups(self.op, self.features, x.ncols())?;
        let mut n = numbers(x);
        let r = n.chunks_exact_mut(self.features).map(|group| self.normal.apply(group)).collect();
        Ok((n, r))
    }
    fn derive<T: Element>(&self, n: &[T], r: &[T], d: &mut [T]) {
        let groups = n.chunks_exact(self.features).zip(d.chunks_exact_mut(self.features));
        groups.zip(r).for_each(|((n, d), &r)| self.normal.derivative(n, r, d));
    }
    fn join<T: Element>(&self, like: &Array<T>, all: Vec<T>) -> Result<Array<T>> {
        Ok(shaped(self.op, [like.nrows(), like.ncols()], all)?.into_shared())
    }
    /// Scales every group, and shifts it where there is a shift.
    fn affine<T: Element>(&self, n: &mut [T], p: &[Array2<T>]) {
        n.iter_mut().zip(p[0].iter().cycle()).for_each(|(n, &g)| *n *= g);
        if self.normal.centred {
            n.iter_mut().zip(p[1].iter().cycle()).for_each(|(n, &b)| *n += b);
        }
    }
    fn apply<T: Element>(&self, p: &[Array2<T>], x: &Array<T>) -> Result<Array<T>> {
        fits(self.op, &self.weights(), p)?;
        let (mut n, _) = self.normalised(x)?;
        self.affine(&mut n, p);
        self.join(x, n)
    }
    fn jvp<T: Element>(&self, s: &Seen<'_, T>, dx: &Array<T>, dp: &[Array2<T>]) -> Result<Array<T>> {
        [s.p, dp].into_iter().try_for_each(|p| fits(self.op, &self.weights(), p))?;
        same_shape(self.op, s.x[0].shape(), dx.shape())?;
        let ((mut n, r), mut d) = (self.normalised(s.x[0])?, numbers(dx));
        self.derive(&n, &r, &mut d);
        d.iter_mut().zip(s.p[0].iter().cycle()).for_each(|(d, &g)| *d *= g);
        self.affine(&mut n, dp);
        d.iter_mut().zip(n).for_each(|(d, n)| *d += n);
        self.join(dx, d)
    }
    fn vjp<T: Element>(&self, s: &Seen<'_, T>, dy: &Array<T>, dp: &mut [Array2<T>]) -> Result<Few<Array<T>>> {
        fits(self.op, &self.weights(), s.p)?;
        same_shape(self.op, s.x[0].shape(), dy.shape())?;
        let ((n, r), mut d) = (self.normalised(s.x[0])?, numbers(dy));
        for (dp, shift) in dp.iter_mut().zip([false, true]).take(self.weights().len()) {
            same_shape(self.op, &[1, self.features], dp.shape())?;
            for (n, d) in n.chunks_exact(self.features).zip(d.chunks_exact(self.features)) {
                let changes = n.iter().zip(d).map(|(&n, &d)| if shift { d } else { n * d });
                dp.iter_mut().zip(changes).for_each(|(dp, d)| *dp += d);
            }
        }
        d.iter_mut().zip(s.p[0].iter().cycle()).for_each(|(d, &g)| *d *= g);
        self.derive(&n, &r, &mut d);
        Ok(smallvec![self.join(dy, d)?])
    }
}

macro_rules! grouped {
    ($layer:ident, $name:literal, $what:literal, $centred:literal) => {
        impl $layer {
            fn grouped(&self) -> Grouped {
                let normal = Normal { centred: $centred, epsilon: self.epsilon };
                Grouped { op: $name, features: self.features, normal }
            }
        }
        impl Kernel for $layer {
            fn name(&self) -> &'static str {
                $name
            }
            fn label(&self) -> String {
                format!("{} {}", $what, self.features)
            }
            fn shape(&self, x: &[Option<Shape>]) -> Result<Option<Shape>> {
                self.grouped().shape(x)
            }
            fn weights(&self) -> Vec<Weight> {
                self.grouped().weights()
            }
            fn apply<T: Element>(&self, _: At, p: &[Array2<T>], x: &[&Array<T>]) -> Result<Array<T>> {
                self.grouped().apply(p, x[0])
            }
            fn jvp<T: Element>(&self, s: &Seen<'_, T>, dx: &[&Array<T>], dp: &[Array2<T>]) -> Result<Array<T>> {
                self.grouped().jvp(s, dx[0], dp)
            }
            fn vjp<T: Element>(&self, s: &Seen<'_, T>, dy: &Array<T>, dp: &mut [Array2<T>]) -> Result<Few<Array<T>>> {
                self.grouped().vjp(s, dy, dp)
            }
        }
    };
}
grouped!(LayerNorm, "layer_norm", "layer norm", true);
grouped!(RmsNorm, "rms_norm", "rms norm", false);
