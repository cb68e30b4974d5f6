//! A rule inside of a layer that holds a network.

use super::{Reverse, Rule, Site, under::terms};
use crate::{
    error::{Error, Result},
    net::{Array, Element, Inner, Running, Scan, Time, same_shape},
};
use ndarray::Array2;

impl<T: Element> Site<'_, T> {
    /// Returns the change of the input `x` of a scan that made `y`, each layer inside of which goes back as `rule` says; what
    /// is learned is added to `dp`.
    ///
    /// A layer inside knows what it reads and its [`terms`](Site::terms), and nothing else about its place. A rule with
    /// arrays of its own has none there, and is refused.
    pub(super) fn at_every_step<R: Reverse>(
        &self,
        rule: &R,
        scan: &Scan,
        (x, y): (&Array<T>, &Array<T>),
        dy: &Array<T>,
        dp: &mut [Array2<T>],
        time: Time<'_>,
    ) -> Result<Array<T>> {
        same_shape(self.layer.kernel_name(), y.shape(), dy.shape())?;
        let terms = terms(&scan.body);
        let read = |site: usize| scan.body.boxes().nth(site).and_then(|b| b.args.first().map(|w| w.index()));
        let terms: alloc::vec::Vec<usize> = (0..scan.body.len()).map(|k| read(k).map_or(1, |w| terms[w])).collect();
        scan.back(self.at, self.p, x, dy, dp, time, &mut |inner: Inner<'_, T>, kept, dy, dp| {
            let Inner { site, layer, at, p } = inner;
            let reads = layer.reads().unwrap_or(0);
            // not with the memory of the pass: it would hold the arrays of every step until the pass ends
            let (terms, outputs) = (terms[site], 0);
            let (from, fixed, run) = (&[][..], &[][..], Running::default());
            let depth = self.depth;
            let site = Site { layer, at, reads, width: 0, from, first: false, terms, depth, outputs, p, fixed, run };
            let own = Reverse::fixed(rule, &site).len() + Reverse::learned(rule, &site, &mut || 0.0).len();
            match own {
                0 => Rule::rev(rule, &site, kept.clone(), dy.clone(), dp),
                _ => Err(Error::NoReverse { rule: Reverse::name(rule), layer: self.layer.kernel_name() }),
            }
        })
    }
}
