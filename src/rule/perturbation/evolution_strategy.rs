//! A gradient from the ranks of many values of the loss.

use super::{
    few_numbers::{FewNumbers, in_place},
    spsa::{both_sides, move_along, values_alone},
};
use crate::{
    diagram::{Few, Generator},
    error::{Result, same_len},
    lens::Closing,
    net::{Array, Element, Params},
    rule::{Directions, Pass, Rule, Silent, Site, Under},
};
use alloc::{vec, vec::Vec};
use ndarray::Array2;
use smallvec::smallvec;

/// Pairs of parameters $p \pm \sigma z_j$ are tried; each $z_j$ counts by how its two sides rank among all $2k$ trials:
///
/// $$ \bar p = \frac{1}{2 k \sigma} \sum_j \bigl( u(p + \sigma z_j) - u(p - \sigma z_j) \bigr) z_j, \qquad
///    u = \frac{\mathrm{rank}}{2k - 1} - \frac12 $$
///
/// The highest value learning raises has the highest rank; equal values share the mean of their ranks.
/// [`unshaped`](Self::unshaped) takes the values themselves in the place of the ranks, $u = v$.
///
/// # Objects
/// $(A, 1)$; the schedule runs the network $2k$ times more. Every layer and every residual connection is known.
///
/// # Check
/// A loss that grows with the loss gives the same bits. With one pair and unshaped it is [`Spsa`](crate::rule::Spsa), and
/// for a loss that is quadratic in the parameters Gauss–Hermite nodes in the place of normal numbers give the gradient.
///
/// # Standing
/// As other estimates from values far *below a linear classifier* on the digits: 82 % with eight pairs and two hidden layers,
/// where that names 96 %. Costs $2k + 1$ forward passes
/// and one copy of the parameters; trials need to share only seeds and values.
///
/// # Source
/// Wierstra, Schaul, Glasmachers, Sun, Peters and Schmidhuber 2014; Salimans, Ho, Chen, Sidor and Sutskever 2017.
///
/// # Example
/// ```
/// use pullback::{learn::*, net::*, rule::*};
/// use ndarray::arr2;
/// // one pair: ranks 1 and 0, so u = ±½, whatever the loss is; the change is z/(2σ)
/// let learn = learner(linear(1, 1).under(EvolutionStrategy::seeded(1, 0.25, 1)), batch_quadratic(), descend(), Plus);
/// let p = Params::new(vec![vec![arr2(&[[2.0]])]]);
/// let (_, dp, _) = learn.put(arr2(&[[1.0]]).into_shared(), &p, &arr2(&[[5.0]]).into_shared())?;
/// assert!(dp.slots[0][0][[0, 0]] > 0.0); // towards 5
/// # Ok::<(), pullback::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct EvolutionStrategy {
    directions: Directions,
    sigma: f64,
    pairs: u64,
    shaped: bool,
}
impl EvolutionStrategy {
    /// Returns the rule with `pairs` pairs (at least one) of normal directions at the distance `sigma`.
    pub const fn seeded(seed: u64, sigma: f64, pairs: u64) -> Self {
        Self::along(Directions::normal(seed), sigma, pairs)
    }
    /// Returns the rule with `pairs` pairs (at least one) of these directions at the distance `sigma`.
    pub const fn along(directions: Directions, sigma: f64, pairs: u64) -> Self {
        EvolutionStrategy { directions, sigma, pairs: if pairs == 0 { 1 } else { pairs }, shaped: true }
    }
    /// Returns the rule with values in the place of ranks.
    pub fn unshaped(self) -> Self {
        EvolutionStrategy { shaped: false, ..self }
    }
}
/// Returns the rank of each value, over the largest rank, less a half; equal values share the mean of their ranks, and NaN is
/// contagious.
fn centred_ranks(values: &[f64]) -> Vec<f64> {
    if values.iter().any(|v| v.is_nan()) {
        return alloc::vec![f64::NAN; values.len()]; // it has no rank
    }
    let most = values.len().saturating_sub(1).max(1) as f64;
    let rank = |v: f64| {
        let below = values.iter().filter(|w| w.total_cmp(&v).is_lt()).count();
        let equal = values.iter().filter(|w| w.total_cmp(&v).is_eq()).count();
        below as f64 + 0.5 * (equal as f64 - 1.0)
    };
    values.iter().map(|&v| rank(v) / most - 0.5).collect()
}
impl Rule for EvolutionStrategy {
    values_alone! {}
    fn schedule<T: Element>(
        &self,
        pass: Pass<'_, Self, T>,
        rest: &mut dyn Closing<Array<T>>,
        dp: &mut Params<T>,
    ) -> Result<Option<()>> {
        in_place(self, pass, rest, dp).map(|()| None)
    }
}
impl FewNumbers for EvolutionStrategy {
    /// Returns the values on both sides of each pair.
    fn numbers<T: Element>(&self, pass: Pass<'_, Self, T>, rest: &mut dyn Closing<Array<T>>) -> Result<Vec<f64>> {
        let mut values = vec![];
        for k in 0..self.pairs {
            values.extend(both_sides(&pass, &self.directions, k, self.sigma, rest)?);
        }
        Ok(values)
    }
    fn spend<T: Element>(
        &self,
        under: &Under<Self, T>,
        p: &Params<T>,
        at: Option<u64>,
        numbers: &[f64],
        dp: &mut Params<T>,
    ) -> Result<()> {
        same_len("numbers", 2 * self.pairs as usize, numbers.len())?;
        let fitness = if self.shaped { centred_ranks(numbers) } else { numbers.to_vec() };
        for (k, sides) in (0..).zip(fitness.chunks_exact(2)) {
            let by = (sides[0] - sides[1]) / (2.0 * self.pairs as f64 * self.sigma);
            move_along(under, &self.directions, k, at, by, p, dp)?;
        }
        Ok(())
    }
}
