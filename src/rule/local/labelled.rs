//! Wires on which the label rides forward.

use crate::{
    diagram::Few,
    error::Result,
    lens::Additive,
    net::{Array, Element, same_shape},
    rule::{Memory, Objects, Residual, Site},
};
use alloc::{sync::Arc, vec::Vec};
use ndarray::Array2;

/// $(A \times Y, 1 + A')$: a batch and the classes of its rows forward; backward a change that does not get further than
/// the next border, `None` behind it.
///
/// What closes a row sends back only changes, so a rule that needs labels inside gets them here: the input is a pair of a
/// batch and its classes. For predicting the classes may be empty.
#[derive(Clone, Copy, Debug)]
pub enum Labelled {}
/// What rides forward on a [`Labelled`] wire.
#[derive(Clone, Debug)]
pub struct Told<T> {
    /// The batch.
    pub batch: Array<T>,
    /// The class of each row; empty while predicting.
    pub classes: Arc<[usize]>,
    /// The number of borders on the longest way from the input.
    pub block: usize,
    /// Whether a border has made it: then what comes back from other blocks may still arrive here.
    pub border: bool,
}
impl<T: Element> Residual for Told<T> {
    fn count(&self, memory: &mut Memory) {
        self.batch.count(memory);
        self.classes.count(memory);
    }
}
impl Objects for Labelled {
    type Input<T: Element> = (Array<T>, Vec<usize>);
    type Fwd<T: Element> = Told<T>;
    type Back<T: Element> = Option<Array<T>>;
    fn lift<T: Element>((batch, classes): Self::Input<T>) -> Told<T> {
        Told { batch, classes: classes.into(), block: 0, border: false }
    }
    fn lower<T: Element>(y: &Told<T>) -> Array<T> {
        y.batch.clone()
    }
    fn seed<T: Element>(y: &Told<T>, dy: Array<T>) -> Result<Self::Back<T>> {
        same_shape("seed", y.batch.shape(), dy.shape())?;
        Ok(Some(dy))
    }
    fn unlift<T: Element>((zero, none): (Array<T>, Vec<()>), bx: Option<Self::Back<T>>) -> (Array<T>, Vec<()>) {
        (bx.flatten().unwrap_or(zero), none)
    }
    fn change<T: Element>(d: &Self::Back<T>) -> Option<Array<T>> {
        d.clone()
    }
    fn merge<T: Element>(a: Self::Back<T>, b: Self::Back<T>) -> Result<Self::Back<T>> {
        match (a, b) {
            (Some(mut a), Some(b)) => a.add(&b).map(|()| Some(a)),
            (a, b) => Ok(a.or(b)),
        }
    }
    fn scale<T: Element>(d: Self::Back<T>, by: T) -> Result<Self::Back<T>> {
        Ok(d.map(|d| d.mapv(|d| d * by).into_shared()))
    }
}

/// What a layer on labelled wires keeps: what entered it, and what left it.
pub(crate) type Passed<T> = (Few<Told<T>>, Told<T>);

/// Runs a layer on labelled wires; its output lies in another block than its inputs where it is a border.
pub(crate) fn pass<T: Element>(s: &Site<'_, T>, x: &[&Told<T>], border: bool) -> Result<(Told<T>, Passed<T>)> {
    let batches: Few<&Array<T>> = x.iter().map(|x| &x.batch).collect();
    let batch = s.apply(&batches)?;
    let classes = x.first().map_or_else(|| [].into(), |x| x.classes.clone());
    let y = Told { batch, classes, block: block(x) + usize::from(border), border };
    Ok((y.clone(), (x.iter().map(|&x| x.clone()).collect(), y)))
}
/// The block of a layer that reads these wires.
fn block<T>(x: &[&Told<T>]) -> usize {
    x.iter().map(|x| x.block).max().unwrap_or(0)
}
/// Sends back the exact changes for the change `dy` of the output, and adds that of the parameters to `dp`: to inputs in
/// the block of the layer and to borders, to nothing else.
pub(crate) fn back<T: Element>(
    s: &Site<'_, T>,
    (x, y): &Passed<T>,
    dy: Option<&Array<T>>,
    dp: &mut [Array2<T>],
) -> Result<Few<Option<Option<Array<T>>>>> {
    let nothing = || x.iter().map(|_| Some(None)).collect();
    let (Some(dy), false) = (dy, matches!(s.layer, crate::net::Layer::Detach(_))) else { return Ok(nothing()) };
    let batches: Few<&Array<T>> = x.iter().map(|x| &x.batch).collect();
    let own = s.own().min(dp.len());
    let dx = s.vjp(&batches, &y.batch, dy, &mut dp[..own])?;
    let all: Few<&Told<T>> = x.iter().collect();
    let here = block(&all);
    Ok(x.iter().zip(dx).map(|(x, d)| Some((x.block == here || x.border).then_some(d))).collect())
}
