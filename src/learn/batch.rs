//! Data in shuffled handfuls.

use crate::random::Source;
use alloc::vec::Vec;

/// Indices of examples in shuffled batches, without end: each pass visits every example once, in a new order. Made by
/// [`batches`].
///
/// All of it is data: a clone continues where the original stood, bit for bit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batches {
    order: Vec<usize>,
    next: usize,
    size: usize,
    passes: u64,
    source: Source,
}

/// Returns batches of `size` (at least 1) of the indices below `n`. The last batch of a pass is shorter where `size`
/// does not divide `n`.
///
/// # Example
/// ```
/// use pullback::learn::batches;
/// let mut b = batches(5, 2, 7);
/// let mut pass: Vec<usize> = b.by_ref().take(3).flatten().collect(); // 2 + 2 + 1
/// assert_eq!(b.passes(), 1);
/// pass.sort();
/// assert_eq!(pass, [0, 1, 2, 3, 4]);
/// ```
///
/// # Cost
/// A batch allocates its indices.
pub fn batches(n: usize, size: usize, seed: u64) -> Batches {
    let (order, size) = ((0..n).collect(), size.max(1));
    Batches { order, next: n, size, passes: 0, source: Source::seeded(seed) }
}
impl Batches {
    /// Returns how many passes are complete.
    pub fn passes(&self) -> u64 {
        self.passes
    }
}
impl Iterator for Batches {
    type Item = Vec<usize>;
    /// Returns the next batch; `None` only where there are no examples.
    fn next(&mut self) -> Option<Vec<usize>> {
        let n = self.order.len();
        if n == 0 {
            return None;
        }
        if self.next >= n {
            self.source.shuffle(&mut self.order);
            self.next = 0;
        }
        let end = n.min(self.next + self.size);
        let batch = self.order[self.next..end].to_vec();
        self.next = end;
        self.passes += u64::from(end == n);
        Some(batch)
    }
}
