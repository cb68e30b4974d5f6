//! Slopes along a straight way to the input.

use super::{Explain, Probe, into_mean};
use crate::{
    error::{Error, Result},
    net::{Array, Element},
    rule::{Rule, inner::inner},
};

/// The mean of what another rule says on the straight way from a baseline $x'$ to $x$, times the way:
///
/// $$ (x - x') \odot \frac1m \sum_{k=0}^{m-1} R\Bigl(x' + \tfrac{k + 1/2}{m}(x - x')\Bigr) $$
///
/// Over [`Backprop`](crate::rule::Backprop) it approximates $F(x) - F(x')$, shared among the inputs.
///
/// # Check
/// *Completeness*: the shares sum to $F(x) - F(x')$. Exact with $m = 1$ for a quadratic $F$, and for every $m$ in a
/// network of rectifiers without biases from $x' = 0$, where it is input times gradient.
///
/// # Cost
/// $m$ passes.
///
/// # Example
/// ```
/// use pullback::{net::*, rule::*};
/// let net = Net::build(1, |d, x| d.push(Layer::Mul(Mul), &[x[0], x[0]]).to_vec()); // F(3) - F(0) = 9
/// let x = ndarray::arr2(&[[3.0]]).into_shared();
/// let map = net.under(IntegratedGradients::steps(Backprop, 1)).explain(&net.init(&mut || 0.0), &x, 0)?;
/// assert_eq!(map[[0, 0]], 9.0);
/// # Ok::<(), pullback::Error>(())
/// ```
///
/// # Source
/// Sundararajan, Taly and Yan 2017.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct IntegratedGradients<R> {
    rule: R,
    steps: usize,
    baseline: f64,
}
impl<R> IntegratedGradients<R> {
    /// Returns the attribution that asks `rule` at so many points, from the baseline 0. Fifty are usual.
    pub const fn steps(rule: R, steps: usize) -> Self {
        IntegratedGradients { rule, steps, baseline: 0.0 }
    }
    /// Returns the attribution that starts where every input is `baseline`.
    pub fn from(self, baseline: f64) -> Self {
        IntegratedGradients { baseline, ..self }
    }
}
impl<R: Rule> Rule for IntegratedGradients<R> {
    inner! { rule: types name fwd rev tap arrays }
    fn learns(&self) -> bool {
        false
    }
}
impl<R: Explain> Explain for IntegratedGradients<R> {
    fn explain<T: Element>(&self, x: &Array<T>, probe: &Probe<'_, T>) -> Result<Array<T>> {
        if self.steps == 0 {
            return Err(Error::OutOfDomain { op: "integrated gradients", value: 0.0, domain: "a number of steps" });
        }
        let base = T::of(self.baseline);
        let mut mean = Array::<T>::zeros(x.raw_dim());
        for k in 0..self.steps {
            let part = T::of((k as f64 + 0.5) / self.steps as f64);
            let r = self.rule.explain(&x.mapv(|x| base + (x - base) * part).into_shared(), probe)?;
            into_mean(&mut mean, &r, k);
        }
        mean.zip_mut_with(x, |m, &x| *m *= x - base);
        Ok(mean)
    }
}
