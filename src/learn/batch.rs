//! Data in shuffled handfuls.

use alloc::vec::Vec;

/// Random numbers as a value: clone it, compare it, store it, go on from it. The same numbers as
/// [`uniform`](super::uniform).
///
/// # Example
/// ```
/// use pullback::learn::Source;
/// let mut a = Source::seeded(1);
/// a.bits();
/// let mut b = a; // stops here ...
/// assert_eq!((a.below(10), a.uniform()), (b.below(10), b.uniform())); // ... and goes on
/// ```
///
/// # Source
/// splitmix64, Steele, Lea and Flood 2014.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Source {
    /// Where the sequence stands.
    pub state: u64,
}
impl Source {
    /// Returns the source with this seed.
    pub const fn seeded(seed: u64) -> Self {
        Source { state: seed }
    }
    /// Returns 64 random bits.
    pub fn bits(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
    /// Returns a number in $[-1, 1)$.
    pub fn uniform(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1u64 << 52) as f64 - 1.0
    }
    /// Returns a whole number below `n`; 0 for `n = 0`. Each is as likely as any other, up to $n/2^{64}$.
    pub fn below(&mut self, n: usize) -> usize {
        ((u128::from(self.bits()) * n as u128) >> 64) as usize
    }
    /// Brings `x` into a random order (Fisher, Yates).
    pub fn shuffle<X>(&mut self, x: &mut [X]) {
        for k in (1..x.len()).rev() {
            x.swap(k, self.below(k + 1));
        }
    }
}

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
