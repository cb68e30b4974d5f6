//! The size of what a place of an image gives to the gradient of a layer.

use super::{Explain, Probe, Start};
use crate::{
    error::{Result, same_len},
    net::{Array, Element},
    rule::{Rule, inner::inner},
};
use ndarray::Array2;

/// The size of what each place $u$ of a named wire gives to the gradient of a convolution there:
///
/// $$ m_u = \lVert x_u \rVert \, \lVert g_u \rVert, $$
///
/// where $x_u$ are the channels at that place and $g_u$ is what the inner rule sends back to them. A convolution of 1 × 1
/// that changes nothing, put on the wire, has the gradient $\sum_u g_u x_u^\top$, and $m_u$ is the size (Frobenius) of
/// the term of place $u$. The layer need not be there: the [`tap`](crate::net::tap) stands in its place.
///
/// # Shapes
/// The wire: channels × places, the channels first as images have them; the map: a number for each place of each sample.
///
/// # Check
/// $m_u$ is the size of the gradient of the weights of such a layer when all other places send nothing back.
///
/// # Errors
/// [`Error::Unreadable`](crate::Error::Unreadable) where the network has no such wire;
/// [`Error::ShapeMismatch`](crate::Error::ShapeMismatch) where its numbers are not as many
/// for each channel.
///
/// # Example
/// ```
/// use pullback::{net::*, rule::*};
/// use ndarray::arr2;
/// let net = tap("seen") >> linear(4, 1); // two channels of two places
/// let p = Params::new(vec![vec![], vec![arr2(&[[1.0, 5.0, 0.0, 12.0]])]]);
/// let x = arr2(&[[3.0, 0.0, 4.0, 2.0]]).into_shared();
/// let map = net.under(NormGrad::new(Backprop, "seen", 2)).explain(&p, &x, 0)?;
/// assert_eq!(map, arr2(&[[5.0 * 1.0, 2.0 * 13.0]])); // |(3, 4)|·|(1, 0)| and |(0, 2)|·|(5, 12)|
/// # Ok::<(), pullback::Error>(())
/// ```
///
/// # Source
/// Rebuffi, Fong, Ji and Vedaldi 2020, section 4 (the virtual identity layer); compared with the formula of TorchRay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NormGrad<R> {
    rule: R,
    wire: &'static str,
    channels: usize,
}
impl<R> NormGrad<R> {
    /// Returns the attribution at the wire of that name with so many channels, of what `rule` sends back there:
    /// [`Backprop`](crate::rule::Backprop) is usual.
    pub const fn new(rule: R, wire: &'static str, channels: usize) -> Self {
        NormGrad { rule, wire, channels }
    }
}
impl<R: Rule> Rule for NormGrad<R> {
    inner! { rule: types name fwd rev tap arrays }
    fn learns(&self) -> bool {
        false
    }
}
impl<R: Explain> Explain for NormGrad<R> {
    fn explain<T: Element>(&self, x: &Array<T>, probe: &Probe<'_, T>) -> Result<Array<T>> {
        let [value, back] = probe.wire(self.wire, x, Start::One)?;
        let [mut map, g] = [sizes(&value, self.channels)?, sizes(&back, self.channels)?];
        map.zip_mut_with(&g, |m, &g| *m *= g);
        Ok(map)
    }
}
/// The size of the channels at each place.
fn sizes<T: Element>(x: &Array<T>, channels: usize) -> Result<Array<T>> {
    let places = x.ncols().checked_div(channels).unwrap_or(0);
    same_len("norm grad", places * channels, x.ncols())?;
    let size = |(row, place)| {
        let channel = |c: usize| x[[row, c * places + place]];
        (0..channels).fold(T::zero(), |sum, c| sum + channel(c) * channel(c)).sqrt()
    };
    Ok(Array2::from_shape_fn((x.nrows(), places), size).into_shared())
}
