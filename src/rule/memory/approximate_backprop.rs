//! Smooth activations that go back like a rectifier.

use super::{
    Codes, Steps,
    exact::{Frugal, frugal},
    steps::{decode, encode},
};
use crate::{
    error::Result,
    net::{Activation, Array, Element},
    rule::Site,
};
use alloc::vec::Vec;
use ndarray::Array2;

/// Forward GELU or SiLU; backward, in two bits, the slope of a sum of three rectifiers that is near to it:
/// $f \approx \sum_k a_k \max(0, x - c_k)$. Known as ReGELU2 and ReSiLU2.
///
/// Everything else is exact.
///
/// # Check
/// The forward bits are backprop's. $\sum a_k = 1$ and $\sum a_k c_k = 0$: far out the sum of rectifiers is the
/// rectifier, as the activation is.
///
/// # Example
/// ```
/// use pullback::{net::*, rule::*};
/// let (x, dy): (Array, Array) = (ndarray::arr2(&[[-4.0, -1.0, 1.0, 4.0]]).into_shared(), Array::from_elem((1, 4), 1.0));
/// let net = pointwise(Activation::Gelu);
/// let (_, dx, _) = pullback::lens::Lens(net.under(ApproximateBackprop)).pull(&net.init(&mut || 0.0), x, dy)?;
/// assert!(dx.iter().zip([0.0, -0.0492, 1.0487, 1.0]).all(|(d, level)| (d - level).abs() < 1e-4));
/// # Ok::<(), pullback::Error>(())
/// ```
///
/// # Source
/// Yang, Zhang, Wang et al. 2024; the constants are those of the authors' code.
#[doc(alias = "ReGELU2")]
#[doc(alias = "ReSiLU2")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ApproximateBackprop;
impl ApproximateBackprop {
    /// The jumps $a$ and places $c$ for GELU.
    pub const GELU: [[f64; 3]; 2] = [
        [-0.049_222_611_456_178_46, 1.097_963_206_541_729_7, -0.048_740_595_085_551_286],
        [-3.185_881_003_685_524_5, -0.001_178_821_281_161_997, 3.190_832_613_414_926],
    ];
    /// The jumps $a$ and places $c$ for SiLU.
    pub const SILU: [[f64; 3]; 2] = [
        [-0.040_603_571_905_285_99, 1.080_925_428_529_668, -0.040_321_856_624_382_146],
        [-6.305_046_100_164_644_5, -0.000_868_494_204_621_478_7, 6.325_815_242_089_708],
    ];
}
impl Frugal for ApproximateBackprop {
    type Own<T: Element> = Codes;
    fn arrays<T: Element>(&self, s: &Site<'_, T>) -> Vec<Array2<T>> {
        let [a, c] = match s.layer.activation() {
            Some(Activation::Gelu) => Self::GELU,
            Some(Activation::Silu) => Self::SILU,
            _ => return Vec::new(),
        };
        Steps::jumping(&a, &c).arrays()
    }
    fn keep<T: Element>(&self, s: &Site<'_, T>, x: &Array<T>) -> Result<Option<Codes>> {
        Ok(encode(s, x))
    }
    fn spend<T: Element>(&self, s: &Site<'_, T>, codes: Codes, dy: &Array<T>, _: &mut [Array2<T>]) -> Result<Array<T>> {
        decode(s, &codes, dy)
    }
}
frugal!(ApproximateBackprop keeps Codes);
