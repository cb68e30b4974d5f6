//! Axes in another order.

use super::{
    Array, Element, Net, Shape,
    array::same_shape,
    layer,
    layer::{At, Kernel, Seen},
    window::shaped,
};
use crate::{
    diagram::Few,
    error::{Error, Result, same_len},
};
use alloc::{format, string::String, vec, vec::Vec};
use ndarray::{Array2, IxDyn};
use smallvec::smallvec;

/// The same numbers with the axes of a sample in another order. Made by [`permute`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Permute {
    /// The shape of a sample.
    pub shape: Shape,
    /// Which axis of the input each axis of the output is.
    pub axes: Vec<usize>,
}

/// Returns the network whose output has the axis `axes[k]` of its input as axis `k`.
///
/// # Errors
/// From every use: axes that are no order of the axes of `shape`, an input of another size.
///
/// # Example
/// ```
/// use pullback::{net::*, rule::*};
/// let net = permute(&[2, 3], &[1, 0]); // the transpose
/// let x = ndarray::arr2(&[[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]]).into_shared();
/// let y = net.under(Backprop).predict(&Params::new(vec![vec![]]), x)?;
/// assert_eq!(y, ndarray::arr2(&[[1.0, 4.0, 2.0, 5.0, 3.0, 6.0]]).into_shared());
/// # Ok::<(), pullback::Error>(())
/// ```
#[doc(alias = "transpose")]
pub fn permute(shape: &[usize], axes: &[usize]) -> Net {
    layer(Permute { shape: shape.to_vec(), axes: axes.to_vec() })
}

const NAME: &str = "permute";
impl Permute {
    /// Which axis of the output each axis of the input is.
    fn inverse(&self) -> Result<Vec<usize>> {
        same_len(NAME, self.shape.len(), self.axes.len())?;
        let of = |axis| self.axes.iter().position(|&a| a == axis);
        let wrong =
            || Error::ShapeMismatch { op: NAME, expected: (0..self.shape.len()).collect(), found: self.axes.clone() };
        (0..self.shape.len()).map(|axis| of(axis).ok_or_else(wrong)).collect()
    }
    fn permuted(&self) -> Shape {
        self.axes.iter().filter_map(|&a| self.shape.get(a).copied()).collect()
    }
    fn reorder<T: Element>(x: &Array<T>, shape: &[usize], axes: &[usize]) -> Result<Array<T>> {
        same_shape(NAME, &[x.nrows(), super::numbers(shape)], x.shape())?;
        let full: Vec<usize> = [&[x.nrows()], shape].concat();
        let order: Vec<usize> = [0].into_iter().chain(axes.iter().map(|a| a + 1)).collect();
        let wrong = |_| Error::ShapeMismatch { op: NAME, expected: shape.to_vec(), found: vec![x.ncols()] };
        let view = x.as_standard_layout().into_owned().into_shape_with_order(IxDyn(&full)).map_err(wrong)?;
        let all = view.permuted_axes(IxDyn(&order)).iter().copied().collect();
        Ok(shaped(NAME, [x.nrows(), x.ncols()], all)?.into_shared())
    }
}
impl Kernel for Permute {
    fn name(&self) -> &'static str {
        NAME
    }
    fn label(&self) -> String {
        format!("permute {:?}", self.axes)
    }
    fn shape(&self, x: &[Option<Shape>]) -> Result<Option<Shape>> {
        self.inverse()?;
        match &x[0] {
            Some(shape) if shape.len() == self.shape.len() => same_shape(NAME, &self.shape, shape)?,
            Some(shape) => same_len(NAME, super::numbers(&self.shape), super::numbers(shape))?,
            None => {}
        }
        Ok(Some(self.permuted()))
    }
    fn apply<T: Element>(&self, _: At, _: &[Array2<T>], x: &[&Array<T>]) -> Result<Array<T>> {
        self.inverse()?;
        Self::reorder(x[0], &self.shape, &self.axes)
    }
    fn jvp<T: Element>(&self, s: &Seen<'_, T>, dx: &[&Array<T>], _: &[Array2<T>]) -> Result<Array<T>> {
        self.apply(s.at, s.p, dx)
    }
    fn vjp<T: Element>(&self, _: &Seen<'_, T>, dy: &Array<T>, _: &mut [Array2<T>]) -> Result<Few<Array<T>>> {
        Ok(smallvec![Self::reorder(dy, &self.permuted(), &self.inverse()?)?])
    }
}
