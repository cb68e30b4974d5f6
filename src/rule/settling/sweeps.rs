//! The value of a network as a settling: every layer at once, at what the wires carried before.

use crate::{
    error::{Result, same_len},
    net::{Array, Element, Params},
    rule::{Arrays, Rule, Settling, Under},
};
use alloc::{vec, vec::Vec};
use ndarray::Array2;

impl<R: Rule<On = Arrays>, T: Element> Under<R, T> {
    /// Returns what the network answers by parallel sweeps (Jacobi): all wires start at zero, and in a sweep every layer
    /// reads what the wires carried after the sweep before. No layer waits for another.
    ///
    /// With rate 1 a wire is right once the wires before it are, so as many sweeps as the network is
    /// [deep](crate::diagram::Diagram::depth) give [`predict`](Self::predict) of a rule that predicts by one pass, to the
    /// bit. With `Settling::until(0.0, depth + 1, 1.0)` the last sweep only sees that nothing moves any more.
    ///
    /// # Errors
    /// [`Error::NotConverged`](crate::Error::NotConverged) where a tolerance is asked for and not reached; those of the
    /// layers.
    ///
    /// # Cost
    /// Each sweep is all layers: depth times the work of a pass, in the time of the slowest layer for each sweep if all
    /// run at once. Here they run in turn.
    ///
    /// # Example
    /// ```
    /// use pullback::{category::{Identity, Tanh}, learn::uniform, net::*, rule::*};
    /// let net = dense(2, 3, Tanh) >> residual(dense(3, 3, Tanh)) >> dense(3, 1, Identity);
    /// let (under, p) = (net.under(Backprop), net.init(&mut uniform(1)));
    /// let x = ndarray::arr2(&[[1.0, -2.0]]).into_shared();
    /// let y = under.predict_in_sweeps(&p, x.clone(), Settling::rounds(net.depth(), 1.0))?;
    /// assert_eq!((net.depth(), y), (6, under.predict(&p, x)?));
    /// # Ok::<(), pullback::Error>(())
    /// ```
    pub fn predict_in_sweeps(&self, p: &Params<T>, x: Array<T>, settling: Settling) -> Result<Array<T>> {
        self.check(p)?;
        let net = self.net();
        let (shapes, _) = net.shaped(vec![Some(vec![x.ncols()])])?;
        let features = |shape: &Option<Vec<usize>>| shape.as_ref().map_or(0, |s| s.iter().product());
        let mut wires: Vec<Array<T>> =
            shapes.iter().map(|shape| Array2::zeros((x.nrows(), features(shape))).into_shared()).collect();
        settling.towards("sweeps", &mut wires, |_, wires| {
            let at = |wire: &crate::diagram::Wire| wire.index().checked_sub(1).map_or(&x, |layer| &wires[layer]);
            let layer = |b: crate::diagram::Placed<'_, crate::net::Layer>| {
                let args: Vec<&Array<T>> = b.args.iter().map(at).collect();
                Ok(self.rule().fwd(&self.site(b.site, None, p)?, &args)?.0)
            };
            net.boxes().map(layer).collect()
        })?;
        let last = net.outputs().first().map_or(0, |w| w.index());
        match last.checked_sub(1) {
            None => Ok(x),
            Some(layer) => same_len("sweeps", layer + 1, wires.len().min(layer + 1)).map(|()| wires.swap_remove(layer)),
        }
    }
}
