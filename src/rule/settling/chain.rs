//! Networks whose weights carry both ways: a chain of linear layers, each with its activation. Between them a sample may
//! get another shape.

use crate::{
    error::{Error, Result},
    lens::{Additive, Closing},
    net::{Activation, Array, Element, Layer, Params},
    rule::{Rule, Under},
};
use alloc::{vec, vec::Vec};

/// One linear layer and the activation behind it.
pub(super) struct Link {
    site: usize,
    activation: Activation,
}
/// A chain under the rule `R`, at its parameters.
pub(super) struct Chain<'a, R: Rule, T: Element> {
    links: Vec<Link>,
    under: &'a Under<R, T>,
    p: &'a Params<T>,
}
impl<'a, R: Rule, T: Element> Chain<'a, R, T> {
    /// Reads the network as a chain.
    ///
    /// # Errors
    /// [`Error::NoReverse`] with the first layer that is not a link of one.
    pub(super) fn of(under: &'a Under<R, T>, p: &'a Params<T>) -> Result<Self> {
        under.check(p)?;
        let mut links: Vec<Link> = vec![];
        let mut end = under.net().inputs().next().map_or(0, |w| w.index());
        for b in under.net().boxes() {
            let last = links.last_mut().filter(|l| l.activation == Activation::Identity);
            match (b.generator.activation(), last) {
                _ if b.args.len() != 1 || b.args[0].index() != end => return Err(no_link(under, b.generator)),
                _ if matches!(b.generator, Layer::Reshape(_) | Layer::Flatten(_) | Layer::Tap(_)) => {}
                (None, _) if b.generator.is_linear() => {
                    links.push(Link { site: b.site, activation: Activation::Identity });
                }
                (Some(f), Some(link)) => link.activation = f,
                _ => return Err(no_link(under, b.generator)),
            }
            end = b.outputs.start;
        }
        Ok(Chain { links, under, p })
    }
    /// The network.
    pub(super) fn under(&self) -> &'a Under<R, T> {
        self.under
    }
    pub(super) fn len(&self) -> usize {
        self.links.len()
    }
    /// What layer `l` makes of `x`, before its activation.
    pub(super) fn up(&self, l: usize, x: &Array<T>) -> Result<Array<T>> {
        self.under.site(self.links[l].site, None, self.p)?.apply(&[x])
    }
    /// What the transpose of layer `l` makes of `y`, where there is such a layer.
    pub(super) fn down(&self, l: usize, y: &[Array<T>]) -> Result<Option<Array<T>>> {
        let Some((link, y)) = self.links.get(l).zip(y.get(l)) else { return Ok(None) };
        let s = self.under.site(link.site, None, self.p)?;
        Ok(Some(s.pull(&s.p[0], y)?))
    }
    /// The activation of layer `l` on its node.
    pub(super) fn active(&self, l: usize, s: &Array<T>) -> Array<T> {
        let f = self.links[l].activation;
        s.mapv(|s| f.eval(s)).into_shared()
    }
    /// `d` times the slope of the activation of layer `l` at its node.
    pub(super) fn times_slope(&self, l: usize, s: &Array<T>, d: &Array<T>) -> Result<Array<T>> {
        self.links[l].activation.times_slope(s, &self.active(l, s), d)
    }
    /// Adds `by` times the products of what enters and what leaves each layer to `dp`.
    pub(super) fn hebb(
        &self,
        x: &Array<T>,
        out: &[Array<T>],
        by: impl Fn(usize) -> T,
        dp: &mut Params<T>,
    ) -> Result<()> {
        for (l, link) in self.links.iter().enumerate() {
            let below = if l == 0 { x } else { &out[l - 1] };
            let by = by(l);
            let y = out[l].mapv(|y| y * by).into_shared();
            self.under.site(link.site, None, self.p)?.outer(below, &y, &mut dp.slots[link.site])?;
        }
        Ok(())
    }
}
fn no_link<R: Rule, T: Element>(under: &Under<R, T>, layer: &Layer) -> Error {
    Error::NoReverse { rule: under.rule().name(), layer: layer.kernel_name() }
}
/// The change of the output at `y`, times the number of rows: what a single sample feels.
pub(super) fn force<T: Element>(rest: &mut dyn Closing<Array<T>>, y: &Array<T>) -> Result<Array<T>> {
    let rows = T::of(y.nrows().max(1) as f64);
    Ok(rest.change(y.clone())?.mapv(|c| c * rows).into_shared())
}
/// Adds `b` to `a` if there is one.
pub(super) fn plus<T: Element>(mut a: Array<T>, b: Option<&Array<T>>) -> Result<Array<T>> {
    if let Some(b) = b {
        a.add(b)?;
    }
    Ok(a)
}
