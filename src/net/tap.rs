//! A wire with a name.

use super::{
    Array, Element, Net, Shape, layer,
    layer::{At, Kernel, Seen},
};
use crate::{diagram::Few, error::Result};
use alloc::{format, string::String};
use ndarray::Array2;
use smallvec::smallvec;

/// The same numbers both ways, under a name by which they can be read. Made by [`tap`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Tap {
    /// The name.
    pub name: String,
}

/// Returns the network that does nothing to a wire but name it. What goes over it, forward and back, is read by
/// [`Taps`](crate::rule::Taps).
pub fn tap(name: impl Into<String>) -> Net {
    layer(Tap { name: name.into() })
}
impl Kernel for Tap {
    fn name(&self) -> &'static str {
        "tap"
    }
    fn label(&self) -> String {
        format!("tap {}", self.name)
    }
    fn shape(&self, x: &[Option<Shape>]) -> Result<Option<Shape>> {
        Ok(x[0].clone())
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
