//! Which boxes an output needs.

use crate::{
    diagram::{Diagram, Generator},
    error::Result,
};
use alloc::{vec, vec::Vec};

/// Returns for each box whether any of these outputs depends on it.
///
/// In a program of a value and its gradient, what output 0 needs is the forward half. See [`svg_with`](super::svg_with).
///
/// # Errors
/// The fault of the diagram, or [`Error::Miswired`](crate::Error::Miswired) where an output does not exist.
///
/// # Example
/// ```
/// use pullback::{view, *};
/// let p = Program::record_many(|x| Ok(vec![x[0].sin(), x[1].cos()]), &[1.0, 2.0])?;
/// assert_eq!(view::needed(&p, [1])?, [false, true]);
/// # Ok::<(), Error>(())
/// ```
pub fn needed<G: Generator>(d: &Diagram<G>, outputs: impl IntoIterator<Item = usize>) -> Result<Vec<bool>> {
    let asked: Vec<usize> = outputs.into_iter().collect();
    let (mut boxes, d) = (vec![false; d.len()], d.project(asked));
    d.validate()?;
    let mut live = vec![false; d.wires()];
    d.outputs().iter().for_each(|w| live[w.index()] = true);
    for b in d.boxes().rev() {
        boxes[b.site] = b.outputs.clone().any(|w| live[w]);
        if boxes[b.site] {
            b.args.iter().for_each(|w| live[w.index()] = true);
        }
    }
    Ok(boxes)
}
