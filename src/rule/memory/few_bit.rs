//! Activations remembered in a few bits.

use super::{
    Codes, Steps,
    exact::{Frugal, frugal},
    steps::{decode, encode},
};
use crate::{
    error::{Error, Result},
    net::{Activation, Array, Element},
    rule::Site,
};
use alloc::vec::Vec;
use ndarray::Array2;

/// An activation keeps not what entered it, but between which of $2^b - 1$ borders it fell, in $b$ bits; on the way back
/// the slope is the mean slope there, $\bar x = \bar y\,\mathrm{level}[\mathrm{code}]$. The borders are the best for each
/// activation, see [`Steps::best`].
///
/// Everything else is exact and keeps no more than it needs. An activation that is flat almost everywhere, or not finite
/// on the interval, is exact too.
///
/// # Check
/// The forward bits are backprop's. A rectifier needs one bit and is exact. The error of the slope falls fourfold with a
/// bit: for GELU 0.141, 0.0371, 0.0118, 0.0031.
///
/// # Source
/// Novikov, Bershatsky, Gusak, Shonenkov, Dimitrov and Oseledets 2022.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FewBit {
    bits: u32,
    reach: f64,
    cells: usize,
}
impl FewBit {
    /// Returns the rule with so many bits for a number, 1 to 8, and borders on a grid of 480 cells of $[-6, 6]$.
    ///
    /// # Errors
    /// [`Error::OutOfDomain`] of another number of bits.
    pub fn bits(bits: u32) -> Result<Self> {
        Self::on_grid(bits, 6.0, 480)
    }
    /// Returns the rule with borders on a grid of `cells` cells of $[-T, T]$, $T$ = `reach`.
    ///
    /// # Errors
    /// [`Error::OutOfDomain`] of more than 8 bits or none, of fewer cells than levels, and of a reach that is no positive
    /// number.
    pub fn on_grid(bits: u32, reach: f64, cells: usize) -> Result<Self> {
        let fault = |value, domain| Err(Error::OutOfDomain { op: "few bit", value, domain });
        match (bits, reach) {
            (1..=8, reach) if reach > 0.0 && reach.is_finite() && cells >= 1 << bits => {
                Ok(FewBit { bits, reach, cells })
            }
            (1..=8, reach) if reach > 0.0 && reach.is_finite() => fault(cells as f64, "at least a cell for each level"),
            (1..=8, reach) => fault(reach, "positive numbers"),
            _ => fault(f64::from(bits), "1 to 8 bits"),
        }
    }
}
impl Frugal for FewBit {
    type Own<T: Element> = Codes;
    fn arrays<T: Element>(&self, s: &Site<'_, T>) -> Vec<Array2<T>> {
        let flat = |f: Activation| match f {
            Activation::Op(u) => u.is_flat(),
            Activation::Sign | Activation::Identity => true, // a constant slope needs no bits
            _ => false,
        };
        let steps = |f| Steps::best(f, 1 << self.bits, self.reach, self.cells).ok();
        s.layer.activation().filter(|f| !flat(*f)).and_then(steps).map(|s| s.arrays()).unwrap_or_default()
    }
    fn keep<T: Element>(&self, s: &Site<'_, T>, x: &Array<T>) -> Result<Option<Codes>> {
        Ok(encode(s, x))
    }
    fn spend<T: Element>(&self, s: &Site<'_, T>, codes: Codes, dy: &Array<T>, _: &mut [Array2<T>]) -> Result<Array<T>> {
        decode(s, &codes, dy)
    }
}
frugal!(FewBit keeps Codes);
