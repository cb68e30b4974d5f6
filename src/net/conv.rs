//! Convolution over images.

use super::{
    Array, Element, Net, Shape, Window,
    array::same_shape,
    layer,
    layer::{At, Kernel, Seen, Start, Weight, fits},
    window::shaped,
};
use crate::{diagram::Few, error::Result};
use alloc::{format, string::String, vec, vec::Vec};
use ndarray::{Array2, linalg::general_mat_mul};
use smallvec::smallvec;

/// A linear map of what is under a [`Window`], the same at every position. Made by [`conv2d`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Conv2d {
    /// Where it looks.
    pub window: Window,
    /// The number of output channels.
    pub outs: usize,
    /// Whether there is a number for each output channel that is added.
    pub bias: bool,
}

/// Returns the convolution (in the sense of networks: a cross-correlation)
///
/// $$ y_{o, i, j} = b_o + \sum_{c, u, v} W_{o, (c, u, v)} \, x_{c, \; i s_y + u - p_y, \; j s_x + v - p_x} $$
///
/// where numbers outside the image are zero.
///
/// # Shapes
/// `[channels, height, width]` to `[outs, rows, columns]`; `weight`: outs × (channels · kernel height · kernel width),
/// `bias`: 1 × outs.
///
/// # Errors
/// From every use: a stride or window of zero, a window larger than the padded image, an input of another shape.
///
/// # Cost
/// One matrix product; the patches of the batch are written out for it, again on the way back.
///
/// # Example
/// ```
/// use pullback::{net::*, rule::*};
/// let net = conv2d(Window::new([1, 3, 3], [2, 2]), 1);
/// let p = Params::new(vec![vec![ndarray::arr2(&[[1.0, 0.0, 0.0, -1.0]]), ndarray::arr2(&[[0.5]])]]);
/// let x = ndarray::arr2(&[[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 10.0]]).into_shared();
/// let y = net.under(Backprop).predict(&p, x)?;
/// assert_eq!(y, ndarray::arr2(&[[-3.5, -3.5, -3.5, -4.5]]).into_shared()); // 1 − 5, 2 − 6, 4 − 8, 5 − 10
/// # Ok::<(), pullback::Error>(())
/// ```
pub fn conv2d(window: Window, outs: usize) -> Net {
    layer(Conv2d { window, outs, bias: true })
}

const NAME: &str = "conv2d";
impl Conv2d {
    fn places(&self) -> Result<usize> {
        self.window.positions(NAME).map(|[rows, columns]| rows * columns)
    }
    /// From a row for each position and a column for each channel to a row for each sample.
    fn images<T: Element>(&self, samples: usize, at_places: &Array2<T>) -> Result<Array<T>> {
        let places = self.places()?;
        let mut y = vec![T::zero(); samples * places * self.outs];
        for (row, values) in at_places.rows().into_iter().enumerate() {
            let start = (row / places) * places * self.outs + row % places;
            values.iter().enumerate().for_each(|(o, &v)| y[start + o * places] = v);
        }
        Ok(shaped(NAME, [samples, places * self.outs], y)?.into_shared())
    }
    /// The way back from [`images`](Self::images).
    fn at_places<T: Element>(&self, y: &Array<T>) -> Result<Array2<T>> {
        let places = self.places()?;
        same_shape(NAME, &[y.nrows(), places * self.outs], y.shape())?;
        let at = |(row, o): (usize, usize)| y[[row / places, o * places + row % places]];
        Ok(Array2::from_shape_fn((y.nrows() * places, self.outs), at))
    }
    fn map<T: Element>(&self, p: &[Array2<T>], x: &Array<T>) -> Result<Array2<T>> {
        fits(NAME, &self.weights(), p)?;
        let patches = self.window.patches(NAME, x)?;
        let mut y = match self.bias {
            true => Array2::from_shape_fn((patches.nrows(), self.outs), |(_, o)| p[1][[0, o]]),
            false => Array2::zeros((patches.nrows(), self.outs)),
        };
        general_mat_mul(T::one(), &patches, &p[0].t(), T::one(), &mut y);
        Ok(y)
    }
}
impl Kernel for Conv2d {
    fn name(&self) -> &'static str {
        NAME
    }
    fn label(&self) -> String {
        let ([h, w], c) = (self.window.kernel, self.window.image[0]);
        format!("conv {h}×{w}, {c}→{}", self.outs)
    }
    fn shape(&self, x: &[Option<Shape>]) -> Result<Option<Shape>> {
        self.window.check(NAME, x)?;
        let [rows, columns] = self.window.positions(NAME)?;
        Ok(Some(vec![self.outs, rows, columns]))
    }
    fn weights(&self) -> Vec<Weight> {
        let fan_in = self.window.covers();
        let fan_out = self.window.kernel.iter().fold(self.outs, |n, &k| n.saturating_mul(k));
        let start = Start::Fans { fan_in, fan_out };
        let mut all = vec![Weight { name: "weight", size: [self.outs, fan_in], start }];
        if self.bias {
            all.push(Weight { name: "bias", size: [1, self.outs], start: Start::At(0.0) });
        }
        all
    }
    fn apply<T: Element>(&self, _: At, p: &[Array2<T>], x: &[&Array<T>]) -> Result<Array<T>> {
        self.images(x[0].nrows(), &self.map(p, x[0])?)
    }
    fn jvp<T: Element>(&self, s: &Seen<'_, T>, dx: &[&Array<T>], dp: &[Array2<T>]) -> Result<Array<T>> {
        fits(NAME, &self.weights(), s.p)?;
        same_shape(NAME, s.x[0].shape(), dx[0].shape())?;
        let mut dy = self.map(dp, s.x[0])?;
        general_mat_mul(T::one(), &self.window.patches(NAME, dx[0])?, &s.p[0].t(), T::one(), &mut dy);
        self.images(s.x[0].nrows(), &dy)
    }
    fn vjp<T: Element>(&self, s: &Seen<'_, T>, dy: &Array<T>, dp: &mut [Array2<T>]) -> Result<Few<Array<T>>> {
        fits(NAME, &self.weights(), s.p)?;
        self.outer(s.x[0], dy, dp)?;
        Ok(smallvec![self.pull(&s.p[0], dy)?])
    }
    fn linear(&self) -> bool {
        true
    }
    fn products(&self) -> usize {
        let entries = self.window.covers().saturating_mul(self.outs);
        self.places().map_or(0, |places| places.saturating_mul(entries))
    }
    fn reads(&self) -> Option<usize> {
        Some(self.window.pixels())
    }
    fn pull<T: Element>(&self, w: &Array2<T>, dy: &Array<T>) -> Result<Array<T>> {
        same_shape(NAME, &[self.outs, self.window.covers()], w.shape())?;
        self.window.fold(NAME, dy.nrows(), &self.at_places(dy)?.dot(w))
    }
    fn outer<T: Element>(&self, x: &Array<T>, dy: &Array<T>, dp: &mut [Array2<T>]) -> Result<()> {
        same_shape(NAME, &[dy.nrows(), self.window.pixels()], x.shape())?;
        let dy = self.at_places(dy)?;
        let mut dp = dp.iter_mut();
        if let Some(dw) = dp.next() {
            same_shape(NAME, &[self.outs, self.window.covers()], dw.shape())?;
            general_mat_mul(T::one(), &dy.t(), &self.window.patches(NAME, x)?, T::one(), dw);
        }
        if let (true, Some(db)) = (self.bias, dp.next()) {
            same_shape(NAME, &[1, self.outs], db.shape())?;
            let mut db = db.row_mut(0);
            dy.rows().into_iter().for_each(|row| db.zip_mut_with(&row, |b, &d| *b += d));
        }
        Ok(())
    }
}
