//! The product of two wires as matrices.

use super::{
    Array, Element, Shape,
    array::same_shape,
    layer::{At, Kernel, Seen},
};
use crate::{
    diagram::Few,
    error::{Error, Result},
};
use alloc::{format, string::String, vec};
use ndarray::{Array2, ArrayView2, ArrayViewMut2, linalg::general_mat_mul};
use smallvec::smallvec;

/// The matrix product of two wires, for each sample and head by itself: $y = c\,a\,b$ or $y = c\,a\,b^\top$.
///
/// # Shapes
/// $a$ is `[heads, rows, inner]`; $b$ is `[heads, inner, columns]`, or `[heads, columns, inner]` where it is
/// transposed; $y$ is `[heads, rows, columns]`.
///
/// # Example
/// ```
/// use pullback::net::*;
/// let (heads, transposed) = (1, true);
/// let product = layer(MatMul { heads, rows: 1, inner: 2, columns: 1, transposed, scale: 0.5 });
/// assert_eq!(product.shapes()?, [Some(vec![1, 1, 1])]);
/// let (a, b) = (ndarray::arr2(&[[1.0, 2.0]]).into_shared(), ndarray::arr2(&[[3.0, 4.0]]).into_shared());
/// let product = Layer::from(MatMul { heads, rows: 1, inner: 2, columns: 1, transposed, scale: 0.5 });
/// assert_eq!(product.apply(At { site: 0, draw: None }, &[], &[&a, &b])?[[0, 0]], 5.5);
/// # Ok::<(), pullback::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct MatMul {
    /// How many products there are for a sample.
    pub heads: usize,
    /// The rows of $a$.
    pub rows: usize,
    /// The columns of $a$.
    pub inner: usize,
    /// The columns of the product.
    pub columns: usize,
    /// Whether the second wire holds $b^\top$.
    pub transposed: bool,
    /// The number $c$.
    pub scale: f64,
}

const NAME: &str = "matmul";
/// One side of a product: a batch of matrices of this size, read as they are or transposed.
type Side<'a, T> = (&'a Array<T>, [usize; 2], bool);

impl MatMul {
    fn first(&self) -> [usize; 2] {
        [self.rows, self.inner]
    }
    fn second(&self) -> [usize; 2] {
        if self.transposed { [self.columns, self.inner] } else { [self.inner, self.columns] }
    }
    fn product(&self) -> [usize; 2] {
        [self.rows, self.columns]
    }
    fn features(&self, size: [usize; 2]) -> usize {
        size.iter().fold(self.heads, |n, &k| n.saturating_mul(k))
    }
    /// Adds $c\,A\,B$ of each sample and head to `out`.
    fn add<T: Element>(&self, a: Side<'_, T>, b: Side<'_, T>, (out, size): (&mut Array2<T>, [usize; 2])) -> Result<()> {
        let samples = out.nrows();
        for (x, size, _) in [a, b] {
            same_shape(NAME, &[samples, self.features(size)], x.shape())?;
        }
        let (fa, fb) = (a.0.as_standard_layout(), b.0.as_standard_layout());
        let (fa, fb) = (fa.as_slice().ok_or_else(broken)?, fb.as_slice().ok_or_else(broken)?);
        let (one, out) = (size[0] * size[1], out.as_slice_mut().ok_or_else(broken)?);
        for product in 0..samples * self.heads {
            let (a, b) = (nth(fa, product, a.1, a.2)?, nth(fb, product, b.1, b.2)?);
            let part = out.get_mut(product * one..(product + 1) * one).ok_or_else(broken)?;
            let mut y = ArrayViewMut2::from_shape(size, part).map_err(|_| broken())?;
            general_mat_mul(T::of(self.scale), &a, &b, T::one(), &mut y);
        }
        Ok(())
    }
    fn zeros<T: Element>(&self, like: &Array<T>, size: [usize; 2]) -> Array2<T> {
        Array2::zeros((like.nrows(), self.features(size)))
    }
}
/// For layouts that the checks before have excluded.
fn broken() -> Error {
    Error::ShapeMismatch { op: NAME, expected: vec![0], found: vec![0] }
}
/// Returns one of the matrices of this size that lie in a row.
fn nth<T>(all: &[T], k: usize, size: [usize; 2], transposed: bool) -> Result<ArrayView2<'_, T>> {
    let one = size[0] * size[1];
    let part = all.get(k * one..(k + 1) * one).ok_or_else(broken)?;
    let m = ArrayView2::from_shape(size, part).map_err(|_| broken())?;
    Ok(if transposed { m.reversed_axes() } else { m })
}

impl Kernel for MatMul {
    fn name(&self) -> &'static str {
        NAME
    }
    fn label(&self) -> String {
        let t = if self.transposed { "ᵀ" } else { "" };
        format!("matmul{t} {}×{}×{}", self.rows, self.inner, self.columns)
    }
    fn inputs(&self) -> usize {
        2
    }
    fn products(&self) -> usize {
        self.features(self.first()).saturating_mul(self.columns)
    }
    fn shape(&self, x: &[Option<Shape>]) -> Result<Option<Shape>> {
        for (shape, size) in x.iter().zip([self.first(), self.second()]) {
            match shape {
                Some(s) if s.len() == 3 => same_shape(NAME, &[self.heads, size[0], size[1]], s)?,
                Some(s) => crate::error::same_len(NAME, self.features(size), super::numbers(s))?,
                None => {}
            }
        }
        Ok(Some(vec![self.heads, self.rows, self.columns]))
    }
    fn apply<T: Element>(&self, _: At, _: &[Array2<T>], x: &[&Array<T>]) -> Result<Array<T>> {
        let mut y = self.zeros(x[0], self.product());
        self.add((x[0], self.first(), false), (x[1], self.second(), self.transposed), (&mut y, self.product()))?;
        Ok(y.into_shared())
    }
    fn jvp<T: Element>(&self, s: &Seen<'_, T>, dx: &[&Array<T>], _: &[Array2<T>]) -> Result<Array<T>> {
        let mut dy = self.zeros(s.x[0], self.product());
        for (a, b) in [(dx[0], s.x[1]), (s.x[0], dx[1])] {
            self.add((a, self.first(), false), (b, self.second(), self.transposed), (&mut dy, self.product()))?;
        }
        Ok(dy.into_shared())
    }
    fn vjp<T: Element>(&self, s: &Seen<'_, T>, dy: &Array<T>, _: &mut [Array2<T>]) -> Result<Few<Array<T>>> {
        let (a, b, size) = (s.x[0], s.x[1], self.product());
        let mut da = self.zeros(a, self.first());
        self.add((dy, size, false), (b, self.second(), !self.transposed), (&mut da, self.first()))?;
        let mut db = self.zeros(b, self.second());
        match self.transposed {
            true => self.add((dy, size, true), (a, self.first(), false), (&mut db, self.second()))?,
            false => self.add((a, self.first(), true), (dy, size, false), (&mut db, self.second()))?,
        }
        Ok(smallvec![da.into_shared(), db.into_shared()])
    }
}
