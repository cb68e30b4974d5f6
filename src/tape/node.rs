//! One entry of the tape.

use num_traits::Float;

/// One entry: up to four (index, partial) pairs. Index 0 ends the list; an entry whose first index is 0 has its kind in
/// the second.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Node<T> {
    pub(crate) index: [u32; 4],
    pub(crate) partial: [T; 4],
}
/// An input, or an output of a custom entry other than its first: nothing to do in a sweep.
pub(crate) const LEAF: u32 = 0;
/// The arguments are in the arena.
pub(crate) const RAGGED: u32 = 1;

impl<T: Float> Node<T> {
    pub(crate) fn of_kind(kind: u32) -> Self {
        Node { index: [0, kind, 0, 0], partial: [T::zero(); 4] }
    }
}
