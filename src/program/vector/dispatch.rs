//! One kernel, compiled for the baseline of the target and for AVX2 with FMA, and chosen when it runs.

use super::lane::Scalar;

/// A computation over lanes that shall be compiled for more than one set of instructions.
///
/// `run`, and all that it calls in its inner loops, has to be `#[inline(always)]`: what is not inlined keeps the
/// instructions of the baseline. That is why this is a trait and not a closure.
pub(crate) trait Kernel {
    /// What it returns.
    type Output;
    /// Runs; with [`Scalar<FUSED>`] for its numbers.
    fn run<const FUSED: bool>(self) -> Self::Output;
}

/// Whether every machine of this target has a multiply-add with one rounding.
const BASELINE: bool = cfg!(all(feature = "std", any(target_feature = "fma", target_arch = "aarch64")));

/// Runs a kernel with the best instructions this machine has; the baseline without the feature `std`.
#[inline]
pub(crate) fn dispatch<K: Kernel>(kernel: K) -> K::Output {
    #[cfg(all(feature = "std", target_arch = "x86_64"))]
    if let Some(instructions) = pulp::x86::V3::try_new() {
        return instructions.vectorize(Fused(kernel));
    }
    kernel.run::<BASELINE>()
}

/// Runs a kernel with the instructions of the baseline.
#[inline]
pub(crate) fn baseline<K: Kernel>(kernel: K) -> K::Output {
    kernel.run::<BASELINE>()
}

#[cfg(all(feature = "std", target_arch = "x86_64"))]
struct Fused<K>(K);
#[cfg(all(feature = "std", target_arch = "x86_64"))]
impl<K: Kernel> pulp::NullaryFnOnce for Fused<K> {
    type Output = K::Output;
    #[inline(always)]
    fn call(self) -> K::Output {
        self.0.run::<true>()
    }
}

/// Returns $f$ of each lane.
#[inline(always)]
pub(crate) fn each<const FUSED: bool, const L: usize>(
    x: &[f64; L],
    f: impl Fn(Scalar<FUSED>) -> Scalar<FUSED>,
) -> [f64; L] {
    let mut y = [0.0; L];
    for k in 0..L {
        y[k] = f(Scalar(x[k])).0;
    }
    y
}

/// Returns $f$ of each lane with $|x| \le$ `limit`, and `otherwise` of a lane beyond: what a lane gets does not depend on
/// its neighbours.
#[inline(always)]
pub(crate) fn each_within<const FUSED: bool, const L: usize>(
    limit: f64,
    x: &[f64; L],
    f: impl Fn(Scalar<FUSED>) -> Scalar<FUSED>,
    otherwise: impl Fn(f64) -> f64,
) -> [f64; L] {
    let mut y = each(x, f);
    if x.iter().fold(false, |any, x| any | (x.abs() > limit)) {
        beyond(limit, x, &mut y, otherwise);
    }
    y
}

#[cold]
#[inline(never)]
fn beyond(limit: f64, x: &[f64], y: &mut [f64], otherwise: impl Fn(f64) -> f64) {
    for (x, y) in x.iter().zip(y).filter(|(x, _)| x.abs() > limit) {
        *y = otherwise(*x);
    }
}
