//! Slopes of which only the positive ones pass a rectifier.

use super::Explain;
use crate::{
    error::{Error, Result},
    net::{Activation, Array, Element},
    rule::{Reverse, Site},
};

/// Backprop, but a rectifier passes what is positive on the way back, $\bar x = \max(0, \bar y)$, whether it was open
/// or not.
///
/// # Check
/// Where all weights are positive and every rectifier is open, it is [`Backprop`](crate::rule::Backprop).
///
/// # Errors
/// Of any activation but the rectifier and the identity, [`Error::NoReverse`].
///
/// # Honest
/// The map hardly depends on what the network has learned (Nie, Zhang and Patel 2018).
///
/// # Source
/// Zeiler and Fergus 2014.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Deconvnet;
/// The gate of the deconvnet.
pub(super) fn positive<T: Element>(rule: &'static str, s: &Site<'_, T>, dy: &Array<T>) -> Result<Array<T>> {
    match s.layer.activation() {
        Some(Activation::Relu) => Ok(dy.mapv(|d| d.relu()).into_shared()),
        Some(Activation::Identity) => Ok(dy.clone()),
        _ => Err(Error::NoReverse { rule, layer: s.layer.kernel_name() }),
    }
}
impl Reverse for Deconvnet {
    fn pointwise<T: Element>(&self, s: &Site<'_, T>, _: &Array<T>, _: &Array<T>, dy: &Array<T>) -> Result<Array<T>> {
        positive("Deconvnet", s, dy)
    }
}
impl Explain for Deconvnet {}
