//! A sample as one list of numbers.

use super::{
    Array, Element, Net, Shape, layer,
    layer::{At, Kernel, Seen},
};
use crate::{diagram::Few, error::Result};
use alloc::vec;
use ndarray::Array2;
use smallvec::smallvec;

/// The same numbers as one list. Made by [`flatten`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Flatten;

/// Returns the network that makes a sample of any shape one list of numbers; the numbers stay.
///
/// # Example
/// ```
/// use pullback::net::*;
/// let net = max_pool(Window::new([2, 4, 4], [2, 2]).stride([2, 2])) >> flatten();
/// assert_eq!(net.shapes()?, [Some(vec![2, 2, 2]), Some(vec![8])]);
/// # Ok::<(), pullback::Error>(())
/// ```
pub fn flatten() -> Net {
    layer(Flatten)
}
impl Kernel for Flatten {
    fn name(&self) -> &'static str {
        "flatten"
    }
    fn shape(&self, x: &[Option<Shape>]) -> Result<Option<Shape>> {
        Ok(x[0].as_ref().map(|shape| vec![super::numbers(shape)]))
    }
    fn apply<T: Element>(&self, _: At, _: &[Array2<T>], x: &[&Array<T>]) -> Result<Array<T>> {
        Ok(x[0].clone())
    }
    fn jvp<T: Element>(&self, _: &Seen<'_, T>, dx: &[&Array<T>], _: &[Array2<T>]) -> Result<Array<T>> {
        Ok(dx[0].clone())
    }
    fn vjp<T: Element>(&self, _: &Seen<'_, T>, dy: &Array<T>, _: &mut [Array2<T>]) -> Result<Few<Array<T>>> {
        Ok(smallvec![dy.clone()])
    }
}
