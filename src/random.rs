//! Reproducible numbers: small, good enough to start from and for rules that draw; not for statistics.

/// Random numbers as a value: clone it, compare it, store it, go on from it. The same numbers as
/// [`uniform`](crate::learn::uniform).
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
        self.state = self.state.wrapping_add(GOLDEN);
        finish(self.state)
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

/// Returns a stream of uniform numbers in $[-1, 1)$.
pub(crate) fn uniform(seed: u64) -> impl FnMut() -> f64 + Clone {
    let mut source = Source::seeded(seed);
    move || source.uniform()
}
/// Returns a seed that depends on all of `parts`.
#[cfg(feature = "learn")]
pub(crate) fn mix(parts: &[u64]) -> u64 {
    parts.iter().fold(GOLDEN, |h, &p| finish(h ^ finish(p.wrapping_add(GOLDEN))))
}

const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;
fn finish(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
