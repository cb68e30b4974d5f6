//! Hebb's rule twice: with the output clamped, and against it with the output free.

use super::chain::{Chain, force, plus};
use crate::{
    error::Result,
    lens::Closing,
    net::{Array, Element, Params},
    rule::{Pass, Reverse, Settling, Under},
};
use alloc::vec::Vec;

/// A network with weak feedback settles at
///
/// $$ h_l = f_l(W_l h_{l-1} + b_l + \kappa\, W_{l+1}^\top h_{l+1}), \qquad h_0 = x, $$
///
/// once freely and once with its output clamped, and learns the difference; the feedback gain $\kappa$ weakens an error
/// on its way down, so that layer $l$ of $L$ is scaled up again:
///
/// $$ \bar W_l = \frac{\kappa^{l-L}}{n} \bigl( h_l^{+\top} h_{l-1}^+ - h_l^{0\top} h_{l-1}^0 \bigr). $$
///
/// The clamp is $h_L^0 + n c$, where $c$ is the change that the loss asks for at the free output: the label itself for
/// squared error.
///
/// # Objects
/// As [`EquilibriumPropagation`](crate::rule::EquilibriumPropagation): a chain, else
/// [`Error::NoReverse`](crate::Error::NoReverse).
///
/// # Errors
/// [`Error::NotConverged`](crate::Error::NotConverged) where the [`Settling`] asks for a tolerance and misses it.
///
/// # Check
/// With a linear last layer it tends to backprop as $\kappa \to 0$, in order 1. With an activation there the error enters
/// before it (its slope is left out).
///
/// # Standing
/// On the digits 92.0 %, *below a linear classifier* (96 %) and no better than frozen hidden layers (92.7 %). Costs two
/// settlings; predicting settles too.
///
/// # Source
/// Movellan 1991; O'Reilly 1996; Xie and Seung 2003.
///
/// # Example
/// ```
/// use pullback::{learn::*, net::*, rule::*};
/// use ndarray::arr2;
/// // one layer is the delta rule: (5 - 2)·1
/// let rule = ContrastiveHebbian::new(Settling::until(1e-12, 100, 1.0), 0.1);
/// let learn = learner(linear(1, 1).under(rule), batch_quadratic(), descend(), Plus);
/// let p = Params::new(vec![vec![arr2(&[[2.0]])]]);
/// let (_, dp, _) = learn.put(arr2(&[[1.0]]).into_shared(), &p, &arr2(&[[5.0]]).into_shared())?;
/// assert_eq!(dp.flat(), [3.0]);
/// # Ok::<(), pullback::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ContrastiveHebbian {
    settling: Settling,
    gain: f64,
}
impl ContrastiveHebbian {
    /// Returns the rule with the feedback gain $\kappa$.
    pub const fn new(settling: Settling, gain: f64) -> Self {
        ContrastiveHebbian { settling, gain }
    }
    fn settle<T: Element>(
        &self,
        chain: &Chain<'_, Self, T>,
        x: &Array<T>,
        nodes: &mut [Array<T>],
        clamped: bool,
    ) -> Result<()> {
        let gain = T::of(self.gain);
        let target = |round: usize, h: &[Array<T>]| {
            let mut targets: Vec<Array<T>> = Vec::with_capacity(h.len());
            for l in 0..h.len() {
                if clamped && l + 1 == h.len() {
                    targets.push(h[l].clone());
                    continue;
                }
                let below = if l == 0 { x } else { &h[l - 1] };
                let above = chain.down(l + 1, h)?.map(|d| d.mapv(|d| d * gain).into_shared());
                let drive = plus(chain.up(l, below)?, above.as_ref())?;
                targets.push(chain.active(l, &drive));
            }
            chain.under().saw_targets(round, h, &targets)?;
            Ok(targets)
        };
        self.settling.towards("ContrastiveHebbian", nodes, target)?;
        Ok(())
    }
    fn free<T: Element>(&self, chain: &Chain<'_, Self, T>, x: &Array<T>) -> Result<Vec<Array<T>>> {
        let mut nodes: Vec<Array<T>> = Vec::with_capacity(chain.len());
        for l in 0..chain.len() {
            let drive = chain.up(l, nodes.last().unwrap_or(x))?;
            nodes.push(chain.active(l, &drive));
        }
        self.settle(chain, x, &mut nodes, false)?;
        Ok(nodes)
    }
}
impl Reverse for ContrastiveHebbian {
    fn has_schedule(&self) -> bool {
        true
    }
    fn schedule<T: Element>(
        &self,
        pass: Pass<'_, Self, T>,
        rest: &mut dyn Closing<Array<T>>,
        dp: &mut Params<T>,
    ) -> Result<Option<Array<T>>> {
        let chain = Chain::of(pass.under, pass.p)?;
        pass.under.begin();
        let free = self.free(&chain, &pass.x)?;
        let mut clamped = free.clone();
        if let Some(top) = clamped.last_mut() {
            *top = plus(top.clone(), Some(&force(rest, top)?))?;
        }
        self.settle(&chain, &pass.x, &mut clamped, true)?;
        let (last, rows) = (chain.len() as i32 - 1, pass.x.nrows().max(1) as f64);
        let by = |l: usize| T::of(num_traits::Float::powi(self.gain, l as i32 - last) / rows);
        chain.hebb(&pass.x, &clamped, by, dp)?;
        chain.hebb(&pass.x, &free, |l| T::zero() - by(l), dp)?;
        Ok(None)
    }
    fn predict<T: Element>(&self, under: &Under<Self, T>, p: &Params<T>, x: Array<T>) -> Result<Array<T>> {
        let chain = Chain::of(under, p)?;
        under.begin();
        Ok(self.free(&chain, &x)?.pop().unwrap_or(x))
    }
}
