//! Losses of whole batches.

use crate::{
    error::Result,
    lens::{Lens, Object, Para},
    net::{Array, Element, class_error, same_shape},
};
use alloc::vec::Vec;
use core::marker::PhantomData;
use ndarray::{ArrayView1, Zip};

/// The mean cross-entropy of a batch of scores with class numbers. Made by [`class_cross_entropy`].
#[derive(Clone, Copy, Debug)]
pub struct ClassCrossEntropy<T>(PhantomData<T>);

/// Returns the loss $-\frac1n \sum_i \ln \mathrm{softmax}(z_i)_{c_i}$ of a batch of scores $z$ with class numbers $c$.
/// Backward, $\bar z_i = (\mathrm{softmax}(z_i) - e_{c_i})/n$.
///
/// # Errors
/// [`Error::ShapeMismatch`](crate::Error::ShapeMismatch) where there are more or fewer labels than rows; [`Error::OutOfDomain`](crate::Error::OutOfDomain) for a class that has
/// no column.
///
/// # Example
/// ```
/// use pullback::{learn::*, lens::*};
/// let z = ndarray::arr2(&[[0.0, 0.0], [0.0, 0.0]]).into_shared();
/// let (loss, dz, _) = class_cross_entropy().pull(&vec![1, 0], z.clone(), 1.0)?;
/// assert_eq!((loss, dz), (2f64.ln(), ndarray::arr2(&[[0.25, -0.25], [-0.25, 0.25]]).into_shared()));
/// assert_eq!(class_cross_entropy().rows(&[1, 0], z)?, [2f64.ln(), 2f64.ln()]); // row by row
/// # Ok::<(), pullback::Error>(())
/// ```
pub fn class_cross_entropy<T: Element + Object<Co = T>>() -> Lens<ClassCrossEntropy<T>> {
    Lens(ClassCrossEntropy(PhantomData))
}
impl<T: Element + Object<Co = T>> Para for ClassCrossEntropy<T> {
    type P = Vec<usize>;
    type A = Array<T>;
    type B = T;
    type M = Array<T>;
    fn fwd(&self, classes: &[usize], z: Array<T>) -> Result<(T, Array<T>)> {
        class_error(classes, z, |_| ())
    }
    fn rows(&self, classes: &[usize], z: Array<T>) -> Result<Vec<T>> {
        let mut losses = Vec::with_capacity(classes.len());
        class_error(classes, z, |loss| losses.push(loss))?;
        Ok(losses)
    }
    fn bwd(&self, _: &[usize], mut d: Array<T>, by: T, _: &mut Vec<()>) -> Result<Array<T>> {
        d.mapv_inplace(|d| d * by);
        Ok(d)
    }
}

fn mean<T: Element>(losses: &[T]) -> T {
    losses.iter().fold(T::of(0.0), |sum, &l| sum + l) * T::of(1.0 / losses.len().max(1) as f64)
}

/// The mean squared error of a batch. Made by [`batch_quadratic`].
#[derive(Clone, Copy, Debug)]
pub struct BatchQuadratic<T>(PhantomData<T>);

/// Returns the loss $\frac1{2n} \lVert y - t \rVert^2$ of a batch of `n` rows.
///
/// # Errors
/// [`Error::ShapeMismatch`](crate::Error::ShapeMismatch) where labels and output differ in shape.
///
/// # Example
/// ```
/// use pullback::{learn::*, lens::*};
/// let (t, y) = (ndarray::arr2(&[[1.0], [2.0]]).into_shared(), ndarray::arr2(&[[1.0], [4.0]]).into_shared());
/// let (loss, dy, _) = batch_quadratic().pull(&t, y, 1.0)?;
/// assert_eq!((loss, dy[[1, 0]]), (1.0, 1.0));
/// # Ok::<(), pullback::Error>(())
/// ```
pub fn batch_quadratic<T: Element + Object<Co = T>>() -> Lens<BatchQuadratic<T>> {
    Lens(BatchQuadratic(PhantomData))
}
impl<T: Element + Object<Co = T>> Para for BatchQuadratic<T> {
    type P = Array<T>;
    type A = Array<T>;
    type B = T;
    type M = Array<T>;
    fn fwd(&self, t: &Array<T>, y: Array<T>) -> Result<(T, Array<T>)> {
        same_shape("batch_quadratic", t.shape(), y.shape())?;
        let share = T::of(1.0 / y.nrows().max(1) as f64);
        let d = Zip::from(&y).and(t).map_collect(|&y, &t| (y - t) * share).into_shared();
        Ok((mean(&self.rows(t, y)?), d))
    }
    fn rows(&self, t: &Array<T>, y: Array<T>) -> Result<Vec<T>> {
        same_shape("batch_quadratic", t.shape(), y.shape())?;
        let half = |row: ArrayView1<'_, T>, t: ArrayView1<'_, T>| {
            Zip::from(row).and(t).fold(T::of(0.0), |sum, &y, &t| sum + (y - t) * (y - t)) * T::of(0.5)
        };
        Ok(y.rows().into_iter().zip(t.rows()).map(|(y, t)| half(y, t)).collect())
    }
    fn bwd(&self, _: &Array<T>, mut d: Array<T>, by: T, dt: &mut Array<T>) -> Result<Array<T>> {
        d.mapv_inplace(|d| d * by);
        dt.zip_mut_with(&d, |t, &d| *t -= d);
        Ok(d)
    }
}
