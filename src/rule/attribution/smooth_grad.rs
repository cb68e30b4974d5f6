//! The mean of explanations of noisy inputs.

use super::{Explain, Probe, into_mean};
use crate::{
    error::{Error, Result},
    net::{Array, Element},
    random::Source,
    real::Real,
    rule::{Rule, inner::inner},
};

/// The mean of what another rule says at $x + n$ and $x - n$, over normal noise $n$ of standard deviation $\sigma$.
///
/// # Check
/// $\sigma = 0$ is the inner rule; for a quadratic network the pairs leave the gradient alone.
///
/// # Cost
/// Two passes a pair.
///
/// # Example
/// ```
/// use pullback::{net::*, rule::*};
/// let net = Net::build(1, |d, x| d.push(Layer::Mul(Mul), &[x[0], x[0]]).to_vec());
/// let x: Array = ndarray::arr2(&[[3.0]]).into_shared();
/// let map = net.under(SmoothGrad::pairs(Backprop, 25, 0.2, 1)).explain(&net.init(&mut || 0.0), &x, 0)?;
/// assert!((map[[0, 0]] - 6.0).abs() < 1e-14);
/// # Ok::<(), pullback::Error>(())
/// ```
///
/// # Source
/// Smilkov, Thorat, Kim, Viégas and Wattenberg 2017; the pairs are ours.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SmoothGrad<R> {
    rule: R,
    pairs: usize,
    sigma: f64,
    seed: u64,
}
impl<R> SmoothGrad<R> {
    /// Returns the attribution that asks `rule` at so many pairs of inputs. Twenty-five pairs and a tenth to a fifth of
    /// the range of the input are usual.
    pub const fn pairs(rule: R, pairs: usize, sigma: f64, seed: u64) -> Self {
        SmoothGrad { rule, pairs, sigma, seed }
    }
}
impl<R: Rule> Rule for SmoothGrad<R> {
    inner! { rule: types name fwd rev tap arrays }
    fn learns(&self) -> bool {
        false
    }
}
impl<R: Explain> Explain for SmoothGrad<R> {
    fn explain<T: Element>(&self, x: &Array<T>, probe: &Probe<'_, T>) -> Result<Array<T>> {
        if self.pairs == 0 {
            return Err(Error::OutOfDomain { op: "smooth grad", value: 0.0, domain: "a number of pairs" });
        }
        let mut source = Source::seeded(self.seed);
        let mut normal = || Real::norm_ppf((source.uniform() + 1.0) / 2.0 + f64::EPSILON / 4.0);
        let mut mean = Array::<T>::zeros(x.raw_dim());
        for pair in 0..self.pairs {
            let noise = Array::from_shape_simple_fn(x.raw_dim(), || T::of(self.sigma * normal()));
            for (k, noisy) in [x + &noise, x - &noise].into_iter().enumerate() {
                let r = self.rule.explain(&noisy.into_shared(), probe)?;
                into_mean(&mut mean, &r, 2 * pair + k);
            }
        }
        Ok(mean)
    }
}
