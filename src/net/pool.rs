//! Pooling: one number for what is under a window, in each channel.

use super::{
    Array, Element, Net, Shape, Window,
    array::same_shape,
    layer,
    layer::{At, Kernel, Seen},
};
use crate::{diagram::Few, error::Result};
use alloc::{format, string::String, vec, vec::Vec};
use ndarray::Array2;
use smallvec::smallvec;

/// The mean of what is under a [`Window`]. Made by [`mean_pool`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct MeanPool(pub Window);
/// The largest number under a [`Window`]. Made by [`max_pool`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct MaxPool(pub Window);

/// Returns the mean of the pixels under the window, for each channel by itself. Pixels of the padding are not counted.
///
/// # Errors
/// From every use, as [`conv2d`](super::conv2d).
///
/// # Example
/// ```
/// use pullback::{net::*, rule::*};
/// let net = mean_pool(Window::new([1, 2, 2], [2, 2]));
/// let x = ndarray::arr2(&[[1.0, 2.0, 3.0, 6.0]]).into_shared();
/// assert_eq!(net.under(Backprop).predict(&Params::new(vec![vec![]]), x)?[[0, 0]], 3.0);
/// # Ok::<(), pullback::Error>(())
/// ```
pub fn mean_pool(window: Window) -> Net {
    layer(MeanPool(window))
}
/// Returns the largest pixel under the window, for each channel by itself. Pixels of the padding are not counted.
///
/// # Kinks
/// At a tie the first in the order of rows takes the whole change.
///
/// # Errors
/// From every use, as [`conv2d`](super::conv2d).
///
/// # Example
/// ```
/// use pullback::{lens::Lens, net::*, rule::*};
/// let net = max_pool(Window::new([1, 2, 2], [2, 2]));
/// let x = ndarray::arr2(&[[1.0, 6.0, 3.0, 6.0]]).into_shared();
/// let dy = ndarray::arr2(&[[1.0]]).into_shared();
/// let (y, dx, _) = Lens(net.under(Backprop)).pull(&Params::new(vec![vec![]]), x, dy)?;
/// assert_eq!((y[[0, 0]], dx), (6.0, ndarray::arr2(&[[0.0, 1.0, 0.0, 0.0]]).into_shared()));
/// # Ok::<(), pullback::Error>(())
/// ```
pub fn max_pool(window: Window) -> Net {
    layer(MaxPool(window))
}

/// The output's number of features: channels × positions.
fn outputs(w: &Window, op: &'static str) -> Result<usize> {
    w.positions(op).map(|[rows, columns]| w.image[0] * rows * columns)
}
fn shape(w: &Window, op: &'static str, x: &[Option<Shape>]) -> Result<Option<Shape>> {
    w.check(op, x)?;
    let [rows, columns] = w.positions(op)?;
    Ok(Some(vec![w.image[0], rows, columns]))
}
/// Calls `f(output, pixel)` for each pixel under the window of each output, in the order of rows.
fn visit(w: &Window, op: &'static str, mut f: impl FnMut(usize, usize)) -> Result<()> {
    let at = w.positions(op)?;
    let (places, entries) = (at[0] * at[1], w.kernel[0] * w.kernel[1]);
    w.visit(at, |place, entry, pixel| f(entry / entries * places + place, pixel));
    Ok(())
}
fn label(what: &str, w: &Window) -> String {
    format!("{what} pool {}×{}", w.kernel[0], w.kernel[1])
}

impl MeanPool {
    /// One part in how many each output takes of its pixels.
    fn shares<T: Element>(&self) -> Result<Vec<T>> {
        let mut counts = vec![0u32; outputs(&self.0, self.name())?];
        visit(&self.0, self.name(), |o, _| counts[o] += 1)?;
        Ok(counts.into_iter().map(|n| T::of(1.0 / f64::from(n.max(1)))).collect())
    }
}
impl Kernel for MeanPool {
    fn name(&self) -> &'static str {
        "mean_pool"
    }
    fn label(&self) -> String {
        label("mean", &self.0)
    }
    fn shape(&self, x: &[Option<Shape>]) -> Result<Option<Shape>> {
        shape(&self.0, self.name(), x)
    }
    fn apply<T: Element>(&self, _: At, _: &[Array2<T>], x: &[&Array<T>]) -> Result<Array<T>> {
        same_shape(self.name(), &[x[0].nrows(), self.0.pixels()], x[0].shape())?;
        let shares = self.shares::<T>()?;
        let mut y = Array2::zeros((x[0].nrows(), shares.len()));
        for (mut y, x) in y.rows_mut().into_iter().zip(x[0].rows()) {
            visit(&self.0, self.name(), |o, pixel| y[o] += x[pixel] * shares[o])?;
        }
        Ok(y.into_shared())
    }
    fn jvp<T: Element>(&self, s: &Seen<'_, T>, dx: &[&Array<T>], _: &[Array2<T>]) -> Result<Array<T>> {
        self.apply(s.at, s.p, dx)
    }
    fn vjp<T: Element>(&self, s: &Seen<'_, T>, dy: &Array<T>, _: &mut [Array2<T>]) -> Result<Few<Array<T>>> {
        let shares = self.shares::<T>()?;
        same_shape(self.name(), &[s.x[0].nrows(), shares.len()], dy.shape())?;
        let mut dx = Array2::zeros((dy.nrows(), self.0.pixels()));
        for (mut dx, dy) in dx.rows_mut().into_iter().zip(dy.rows()) {
            visit(&self.0, self.name(), |o, pixel| dx[pixel] += dy[o] * shares[o])?;
        }
        Ok(smallvec![dx.into_shared()])
    }
}

impl MaxPool {
    /// Which pixel of its row each output takes.
    fn chosen<T: Element>(&self, x: &Array<T>) -> Result<Array2<usize>> {
        same_shape(self.name(), &[x.nrows(), self.0.pixels()], x.shape())?;
        const NONE: usize = usize::MAX;
        let mut chosen = Array2::from_elem((x.nrows(), outputs(&self.0, self.name())?), NONE);
        for (mut best, x) in chosen.rows_mut().into_iter().zip(x.rows()) {
            visit(&self.0, self.name(), |o, pixel| {
                if best[o] == NONE || x[pixel] > x[best[o]] {
                    best[o] = pixel;
                }
            })?;
        }
        Ok(chosen)
    }
    /// The chosen numbers; zero for a window that stands in the padding alone.
    fn pick<T: Element>(&self, chosen: &Array2<usize>, x: &Array<T>) -> Result<Array<T>> {
        same_shape(self.name(), &[chosen.nrows(), self.0.pixels()], x.shape())?;
        let pick = |(row, o)| x.get([row, chosen[[row, o]]]).copied().unwrap_or_else(T::zero);
        Ok(Array2::from_shape_fn(chosen.dim(), pick).into_shared())
    }
}
impl Kernel for MaxPool {
    fn name(&self) -> &'static str {
        "max_pool"
    }
    fn label(&self) -> String {
        label("max", &self.0)
    }
    fn shape(&self, x: &[Option<Shape>]) -> Result<Option<Shape>> {
        shape(&self.0, self.name(), x)
    }
    fn apply<T: Element>(&self, _: At, _: &[Array2<T>], x: &[&Array<T>]) -> Result<Array<T>> {
        self.pick(&self.chosen(x[0])?, x[0])
    }
    fn jvp<T: Element>(&self, s: &Seen<'_, T>, dx: &[&Array<T>], _: &[Array2<T>]) -> Result<Array<T>> {
        self.pick(&self.chosen(s.x[0])?, dx[0])
    }
    fn vjp<T: Element>(&self, s: &Seen<'_, T>, dy: &Array<T>, _: &mut [Array2<T>]) -> Result<Few<Array<T>>> {
        let chosen = self.chosen(s.x[0])?;
        same_shape(self.name(), chosen.shape(), dy.shape())?;
        let mut dx = Array2::zeros(s.x[0].raw_dim());
        for ((row, o), &pixel) in chosen.indexed_iter() {
            if let Some(dx) = dx.get_mut([row, pixel]) {
                *dx += dy[[row, o]];
            }
        }
        Ok(smallvec![dx.into_shared()])
    }
}
