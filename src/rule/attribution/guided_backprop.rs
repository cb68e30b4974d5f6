//! Slopes that are positive all the way.

use super::{Explain, deconvnet::positive};
use crate::{
    error::Result,
    net::{Array, Element},
    rule::{Reverse, Site},
};

/// Backprop after the gate of the [`Deconvnet`](super::Deconvnet): a rectifier passes what is positive on the way back
/// and was open on the way forward, $\bar x = \mathbb 1_{x > 0} \max(0, \bar y)$.
///
/// # Check
/// It is the derivative of the rectifier applied to what the deconvnet passes, number by number.
///
/// # Errors
/// Of any activation but the rectifier and the identity, [`Error::NoReverse`](crate::Error::NoReverse).
///
/// # Honest
/// Sharp pictures; like the deconvnet's they hardly depend on what the network has learned.
///
/// # Source
/// Springenberg, Dosovitskiy, Brox and Riedmiller 2015.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GuidedBackprop;
impl Reverse for GuidedBackprop {
    fn pointwise<T: Element>(&self, s: &Site<'_, T>, x: &Array<T>, y: &Array<T>, dy: &Array<T>) -> Result<Array<T>> {
        let gated = positive("GuidedBackprop", s, dy)?;
        Ok(s.vjp(&[x], y, &gated, &mut [])?.remove(0))
    }
}
impl Explain for GuidedBackprop {}
