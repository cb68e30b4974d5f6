//! Where a window stands on an image: the geometry that convolution and pooling share.

use super::{Array, Element, Shape, array::same_shape};
use crate::error::{Error, Result, same_len};
use alloc::{vec, vec::Vec};
use ndarray::Array2;

/// A window that moves over an image `[channels, height, width]`.
///
/// It stands at every `stride`-th row and column of the image with `padding` rows and columns around it, as long as it
/// is inside: $\lfloor (h + 2p - k)/s \rfloor + 1$ positions in each direction.
///
/// # Example
/// ```
/// use pullback::net::*;
/// let w = Window::new([3, 28, 28], [5, 5]).stride([2, 2]).padding([2, 2]);
/// assert_eq!(w.positions("conv2d")?, [14, 14]);
/// # Ok::<(), pullback::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Window {
    /// Channels, height and width of the image.
    pub image: [usize; 3],
    /// Height and width of the window.
    pub kernel: [usize; 2],
    /// How far it moves, in rows and columns.
    pub stride: [usize; 2],
    /// How many rows and columns are added on each side.
    pub padding: [usize; 2],
}

impl Window {
    /// Returns the window that moves by one, without padding.
    pub const fn new(image: [usize; 3], kernel: [usize; 2]) -> Self {
        Window { image, kernel, stride: [1, 1], padding: [0, 0] }
    }
    /// Returns the window with another stride.
    #[must_use]
    pub const fn stride(self, stride: [usize; 2]) -> Self {
        Window { stride, ..self }
    }
    /// Returns the window with another padding.
    #[must_use]
    pub const fn padding(self, padding: [usize; 2]) -> Self {
        Window { padding, ..self }
    }
    /// Returns in how many rows and columns the window stands. `op` is the name that errors use.
    ///
    /// # Errors
    /// [`Error::OutOfDomain`] for a stride or a side of the window that is zero, [`Error::ShapeMismatch`] where the
    /// window is larger than the image.
    pub fn positions(&self, op: &'static str) -> Result<[usize; 2]> {
        if self.stride.contains(&0) || self.kernel.contains(&0) {
            return Err(Error::OutOfDomain { op, value: 0.0, domain: "a stride and a window of at least 1" });
        }
        if let Some(&most) = self.padding.iter().find(|&&p| p > u32::MAX as usize) {
            return Err(Error::OutOfDomain { op, value: most as f64, domain: "a padding that can be counted" });
        }
        let [_, height, width] = self.image;
        let sides = [height, width];
        let padded = [0, 1].map(|d| self.padding[d].saturating_mul(2).saturating_add(sides[d]));
        if padded.iter().zip(self.kernel).any(|(&p, k)| k > p) {
            return Err(Error::ShapeMismatch { op, expected: self.kernel.to_vec(), found: padded.to_vec() });
        }
        Ok([0, 1].map(|d| (padded[d] - self.kernel[d]) / self.stride[d] + 1))
    }
    /// The numbers of one image.
    pub(super) fn pixels(&self) -> usize {
        super::array::numbers(&self.image)
    }
    /// The numbers under the window.
    pub(super) fn covers(&self) -> usize {
        self.kernel.iter().fold(self.image[0], |n, &k| n.saturating_mul(k))
    }
    /// Says whether the shape of an input, as far as it is known, is the image.
    pub(super) fn check(&self, op: &'static str, x: &[Option<Shape>]) -> Result<()> {
        match &x[0] {
            Some(shape) if shape.len() == 3 => same_shape(op, &self.image, shape),
            Some(shape) => same_len(op, self.pixels(), super::numbers(shape)),
            None => Ok(()),
        }
    }
    /// Calls `f(position, entry, pixel)` for each pixel of an image that is under the window. An entry counts channels,
    /// then rows, then columns of the window.
    pub(super) fn visit(&self, [rows, columns]: [usize; 2], mut f: impl FnMut(usize, usize, usize)) {
        let ([channels, height, width], [kh, kw]) = (self.image, self.kernel);
        let ([sy, sx], [py, px]) = (self.stride, self.padding);
        for (oy, ox) in (0..rows).flat_map(|oy| (0..columns).map(move |ox| (oy, ox))) {
            for (c, ky) in (0..channels).flat_map(|c| (0..kh).map(move |ky| (c, ky))) {
                let Some(y) = (oy * sy + ky).checked_sub(py).filter(|&y| y < height) else { continue };
                for kx in 0..kw {
                    let Some(x) = (ox * sx + kx).checked_sub(px).filter(|&x| x < width) else { continue };
                    f(oy * columns + ox, (c * kh + ky) * kw + kx, (c * height + y) * width + x);
                }
            }
        }
    }
    /// Returns what is under the window: a row for each sample and position, zero where it is outside the image.
    pub(super) fn patches<T: Element>(&self, op: &'static str, x: &Array<T>) -> Result<Array2<T>> {
        same_shape(op, &[x.nrows(), self.pixels()], x.shape())?;
        let at = self.positions(op)?;
        let (places, entries) = (at[0] * at[1], self.covers());
        let mut all = vec![T::zero(); x.nrows() * places * entries];
        let x = x.as_standard_layout();
        for (image, patch) in x.rows().into_iter().zip(all.chunks_exact_mut((places * entries).max(1))) {
            self.visit(at, |place, entry, pixel| patch[place * entries + entry] = image[pixel]);
        }
        shaped(op, [x.nrows() * places, entries], all)
    }
    /// Returns the images in which every entry of `patches` is added to its pixel: the transpose of
    /// [`patches`](Self::patches).
    pub(super) fn fold<T: Element>(&self, op: &'static str, samples: usize, patches: &Array2<T>) -> Result<Array<T>> {
        let at = self.positions(op)?;
        let (places, entries) = (at[0] * at[1], self.covers());
        same_shape(op, &[samples * places, entries], patches.shape())?;
        let mut images = Array2::zeros((samples, self.pixels()));
        for (s, mut image) in images.rows_mut().into_iter().enumerate() {
            self.visit(at, |place, entry, pixel| image[pixel] += patches[[s * places + place, entry]]);
        }
        Ok(images.into_shared())
    }
}

/// Returns the numbers as an array of this size.
pub(super) fn shaped<T: Element>(op: &'static str, size: [usize; 2], all: Vec<T>) -> Result<Array2<T>> {
    let found = all.len();
    Array2::from_shape_vec(size, all).map_err(|_| Error::ShapeMismatch {
        op,
        expected: vec![size[0].saturating_mul(size[1])],
        found: vec![found],
    })
}
