//! Reproducible numbers to start from: small streams for initial values and for rules that draw.

/// Returns a stream of uniform numbers in $[-1, 1)$: small, reproducible, good enough to start from; not for
/// statistics.
///
/// # Source
/// splitmix64, Steele, Lea and Flood 2014.
pub(crate) fn uniform(seed: u64) -> impl FnMut() -> f64 + Clone {
    let mut state = seed;
    move || {
        state = state.wrapping_add(GOLDEN);
        (finish(state) >> 11) as f64 / (1u64 << 52) as f64 - 1.0
    }
}
/// Returns a number that depends on all of `parts`.
pub(crate) fn mix(parts: &[u64]) -> u64 {
    parts.iter().fold(GOLDEN, |h, &p| finish(h ^ finish(p.wrapping_add(GOLDEN))))
}
const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;
fn finish(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
