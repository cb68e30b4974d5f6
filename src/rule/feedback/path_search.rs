//! Networks whose way back has fewer or weighed edges.

use crate::{
    diagram::Few,
    error::Result,
    net::{Element, Layer},
    rule::{Back, Objects, Rule, Site, inner::inner},
};
use alloc::vec::Vec;
use ndarray::Array2;

/// The rule `R` with edges of the diagram weighed on the way back only: what a layer sends to one of its inputs is
/// multiplied by a factor, or dropped where the factor is 0. Forward nothing changes.
///
/// A change is a sum over the paths from the output to a wire, so this searches among paths: keep one and see what it
/// says. [`kept`](Self::kept) drops edges into sums at random and makes up for it, so that the mean over all draws is the
/// change of `R`: stochastic depth for the gradient alone.
///
/// # Objects
/// Those of `R`, which must say what it means to [`scale`](Objects::scale) what rides backward. State: that of `R`. A rule
/// with a schedule of its own is [`Error::Unfit`](crate::Error::Unfit): this one makes one pass back.
///
/// # Check
/// With backprop inside: the changes through the two edges of a residual connection, one kept at a time, sum to the whole
/// change. Dropping an edge is [`detach`](crate::net::detach) on it. The mean over all ways to keep edges is the change.
///
/// # Example
/// ```
/// use pullback::{lens::Lens, net::*, rule::*};
/// use ndarray::arr2;
/// let net = residual(linear(1, 1)); // x + 5x: layer 0 is linear, layer 1 adds
/// let p = Params::new(vec![vec![arr2(&[[5.0]])], vec![]]);
/// let (x, dy) = (arr2(&[[1.0]]).into_shared(), arr2(&[[1.0]]).into_shared());
/// let branch_only = net.under(PathSearch::new(Backprop).edge(1, 0, 0.0));
/// let (y, dx, _) = Lens(branch_only).pull(&p, x, dy)?;
/// assert_eq!((y[[0, 0]], dx[[0, 0]]), (6.0, 5.0));
/// # Ok::<(), pullback::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct PathSearch<R> {
    rule: R,
    edges: Vec<(usize, usize, f64)>,
    random: Option<(f64, u64)>,
}
impl<R> PathSearch<R> {
    /// Returns `rule` with all edges as they are.
    pub const fn new(rule: R) -> Self {
        PathSearch { rule, edges: Vec::new(), random: None }
    }
    /// Returns the rule in which what the layer `site` sends to its input number `input` is multiplied by `factor`.
    pub fn edge(mut self, site: usize, input: usize, factor: f64) -> Self {
        self.edges.push((site, input, factor));
        self
    }
    /// Returns the rule in which an edge from a sum to one of its inputs is kept with the probability `share` in each step
    /// and then weighs `1/share`. A share of 0 drops them all.
    pub fn kept(mut self, share: f64, seed: u64) -> Self {
        self.random = Some((share, seed));
        self
    }
    fn factor(&self, site: usize, input: usize) -> f64 {
        self.edges.iter().filter(|e| (e.0, e.1) == (site, input)).map(|e| e.2).product()
    }
}
impl<R: Rule + Clone> Rule for PathSearch<R> {
    inner! { rule: types name learns once fwd tap arrays predict }
    fn rev<T: Element>(
        &self,
        s: &Site<'_, T>,
        kept: Self::Res<T>,
        by: Back<Self, T>,
        dp: &mut [Array2<T>],
    ) -> Result<Few<Option<Back<Self, T>>>> {
        let sent = self.rule.rev(s, kept, by, dp)?;
        let mut draw = self.random.map(|(share, seed)| (share, s.stream(seed)));
        let weighed = sent.into_iter().enumerate().map(|(input, change)| {
            let mut factor = self.factor(s.at.site, input);
            if let (Some((share, draw)), Layer::Add(_)) = (&mut draw, s.layer) {
                factor *= if (draw() + 1.0) / 2.0 < *share { 1.0 / *share } else { 0.0 };
            }
            match change {
                _ if factor == 0.0 => Ok(None),
                Some(change) if factor != 1.0 => R::On::scale(change, T::of(factor)).map(Some),
                as_it_is => Ok(as_it_is),
            }
        });
        weighed.collect()
    }
}
