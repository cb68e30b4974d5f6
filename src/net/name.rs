//! Parameters by name.

use super::{Element, Net, Params};
use crate::error::{Result, same_len};
use alloc::{format, string::String, vec::Vec};
use ndarray::Array2;

impl Net {
    /// Returns the name of each array of parameters in order: the place of its layer, the layer, the array.
    ///
    /// # Example
    /// ```
    /// use pullback::{category::{Identity, Tanh}, net::*};
    /// let net = dense(3, 2, Tanh) >> dense(2, 1, Identity);
    /// assert_eq!(net.names(), ["0.linear.weight", "0.linear.bias", "2.linear.weight", "2.linear.bias"]);
    /// ```
    pub fn names(&self) -> Vec<String> {
        let of = |b: crate::diagram::Placed<'_, super::Layer>| {
            let (site, layer) = (b.site, b.generator.kernel_name());
            b.generator.names().into_iter().map(move |name| format!("{site}.{layer}.{name}"))
        };
        self.boxes().flat_map(of).collect()
    }
}

impl<T: Element> Params<T> {
    /// Returns each array of the network with its name; what a rule has learned is left out.
    ///
    /// # Errors
    /// [`Error::ShapeMismatch`](crate::Error::ShapeMismatch) where the parameters are of another network.
    ///
    /// # Example
    /// ```
    /// use pullback::{category::Identity, learn::uniform, net::*};
    /// let net = dense(3, 2, Identity);
    /// let p: Params = net.init(&mut uniform(1));
    /// let group = |p: &Params, end: &str| -> Result<usize, pullback::Error> {
    ///     Ok(p.named(&net)?.filter(|(name, _)| name.ends_with(end)).map(|(_, a)| a.len()).sum())
    /// };
    /// assert_eq!((group(&p, "weight")?, group(&p, "bias")?), (6, 2));
    /// # Ok::<(), pullback::Error>(())
    /// ```
    pub fn named(&self, net: &Net) -> Result<impl Iterator<Item = (String, &Array2<T>)>> {
        let counts = self.own(net)?;
        let arrays = self.slots.iter().zip(counts).flat_map(|(slot, own)| &slot[..own]);
        Ok(net.names().into_iter().zip(arrays))
    }
    /// Returns each array of the network with its name, to be written to.
    ///
    /// # Errors
    /// As [`named`](Self::named).
    pub fn named_mut(&mut self, net: &Net) -> Result<impl Iterator<Item = (String, &mut Array2<T>)>> {
        let counts = self.own(net)?;
        let arrays = self.slots.iter_mut().zip(counts).flat_map(|(slot, own)| &mut slot[..own]);
        Ok(net.names().into_iter().zip(arrays))
    }
    /// Returns how many arrays of each slot are the layer's own.
    pub(super) fn own(&self, net: &Net) -> Result<Vec<usize>> {
        same_len("params", net.len(), self.slots.len())?;
        let own = |b: crate::diagram::Placed<'_, super::Layer>| {
            let (own, found) = (b.generator.weights().len(), self.slots[b.site].len());
            same_len(b.generator.kernel_name(), own, found.min(own)).map(|()| own)
        };
        net.boxes().map(own).collect()
    }
}
