//! How a batch and its classes enter a network under a rule.
//!
//! What enters is chosen by the rule, [`Input`]: a batch, a batch and its classes, or a pair of a right and a wrong
//! batch. Whoever trains writes none of these cases: `F::learning(..)` and `F::asking(..)` make what is wanted.

use crate::data::Batch;
use pullback::{
    Result,
    learn::Source,
    lens::Object,
    net::Array,
    rule::{ForwardForward, Objects, Rule},
};

/// What may enter a network.
pub(crate) trait Feed: Object {
    /// Returns what is learned from.
    fn learning(batch: Batch, labels: &mut Labels) -> Result<Self>;
    /// Returns what is asked about: nobody knows the classes.
    fn asking(x: Array<f32>, labels: &Labels) -> Result<Self>;
    /// Whether the network reads the batch and nothing else, as it would under backprop.
    const PLAIN: bool = true;
}

/// How labels are written into a batch, for rules that read them there.
#[derive(Clone)]
pub(crate) struct Labels {
    pub(crate) classes: usize,
    /// The number that stands for "this class".
    pub(crate) height: f64,
    /// Draws wrong classes.
    pub(crate) wrong: Source,
}
impl Labels {
    fn pen(&self) -> ForwardForward {
        ForwardForward::new(self.classes).writing(self.height)
    }
}

impl Feed for Array<f32> {
    fn learning((x, _): Batch, _: &mut Labels) -> Result<Self> {
        Ok(x)
    }
    fn asking(x: Array<f32>, _: &Labels) -> Result<Self> {
        Ok(x)
    }
}
/// The classes ride beside the batch.
impl Feed for (Array<f32>, Vec<usize>) {
    fn learning(batch: Batch, _: &mut Labels) -> Result<Self> {
        Ok(batch)
    }
    fn asking(x: Array<f32>, _: &Labels) -> Result<Self> {
        Ok((x, vec![]))
    }
}
/// The batch with its classes in front, and with wrong ones.
impl Feed for (Array<f32>, Array<f32>) {
    fn learning((x, y): Batch, labels: &mut Labels) -> Result<Self> {
        let pen = labels.pen();
        pen.pair(&x, &y, &mut || labels.wrong.uniform())
    }
    fn asking(x: Array<f32>, labels: &Labels) -> Result<Self> {
        labels.pen().blank(&x)
    }
    const PLAIN: bool = false;
}

/// A rule for which it is known how a batch enters.
pub(crate) trait Fed: Rule<On: Objects<Input<f32>: Feed>> {}
impl<R: Rule<On: Objects<Input<f32>: Feed>>> Fed for R {}
