//! Wires on which the label rides forward.

use crate::{
    error::Result,
    lens::Additive,
    net::{Array, Element, same_shape},
    rule::Objects,
};
use alloc::{sync::Arc, vec::Vec};

/// $(A \times Y, 1 + A')$: a batch and the classes of its rows forward; backward a change that does not get further than
/// the next border, `None` behind it.
///
/// What closes a row sends back only changes, so a rule that needs labels inside gets them here: the input is a pair of a
/// batch and its classes. For predicting the classes may be empty.
#[derive(Clone, Copy, Debug)]
pub enum Labelled {}
impl Objects for Labelled {
    type Input<T: Element> = (Array<T>, Vec<usize>);
    type Fwd<T: Element> = (Array<T>, Arc<[usize]>);
    type Back<T: Element> = Option<Array<T>>;
    fn lift<T: Element>((x, classes): Self::Input<T>) -> Self::Fwd<T> {
        (x, classes.into())
    }
    fn lower<T: Element>(y: &Self::Fwd<T>) -> Array<T> {
        y.0.clone()
    }
    fn seed<T: Element>((y, _): &Self::Fwd<T>, dy: Array<T>) -> Result<Self::Back<T>> {
        same_shape("seed", y.shape(), dy.shape())?;
        Ok(Some(dy))
    }
    fn unlift<T: Element>((zero, none): (Array<T>, Vec<()>), bx: Option<Self::Back<T>>) -> (Array<T>, Vec<()>) {
        (bx.flatten().unwrap_or(zero), none)
    }
    fn merge<T: Element>(a: Self::Back<T>, b: Self::Back<T>) -> Result<Self::Back<T>> {
        match (a, b) {
            (Some(mut a), Some(b)) => a.add(&b).map(|()| Some(a)),
            (a, b) => Ok(a.or(b)),
        }
    }
}
