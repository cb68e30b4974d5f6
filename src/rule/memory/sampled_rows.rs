//! A batch remembered as a few of its rows.

use super::exact::{Frugal, from_rows, frugal};
use crate::{
    error::{Error, Result},
    net::{Array, Element},
    real::Primitive,
    rule::{Memory, Residual, Site},
};
use alloc::{sync::Arc, vec, vec::Vec};
use ndarray::{Array2, Axis};

/// How likely a row is to be sampled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weighing {
    /// Each as likely as any other.
    Uniform,
    /// In proportion to its length $\lVert x_i \rVert$. The change that will come back is not known yet.
    Length,
}
/// A linear layer keeps a few rows of its input, drawn with replacement, in the place of all:
///
/// $$ \bar W = \sum_{j=1}^{k} \frac{\bar y_{i_j}^\top x_{i_j}}{k\,p_{i_j}}, \qquad k = \lceil \rho n \rceil. $$
///
/// The change of the input and of the biases is exact, and so is any other layer.
///
/// # Check
/// The forward bits are backprop's. The mean of $\bar W$ over all draws, weighed by their probability, is exact.
///
/// # Source
/// Drineas, Kannan and Mahoney 2006; Adelman, Levy, Hakimi and Silberstein 2021.
#[doc(alias = "CRS")]
#[doc(alias = "column-row sampling")]
#[derive(Clone, Debug, PartialEq)]
pub struct SampledRows {
    weighing: Weighing,
    picks: Picks,
}
#[derive(Clone, Debug, PartialEq)]
enum Picks {
    Drawn { fraction: f64, seed: u64 },
    Given(Arc<[usize]>),
}
pub(super) fn fraction(op: &'static str, rho: f64) -> Result<()> {
    match rho > 0.0 && rho <= 1.0 {
        true => Ok(()),
        false => Err(Error::OutOfDomain { op, value: rho, domain: "above 0 and at most 1" }),
    }
}
/// $\lceil \rho n \rceil$
pub(super) fn part(rho: f64, n: usize) -> usize {
    (num_traits::Float::ceil(rho * n as f64) as usize).clamp(1, n.max(1))
}
impl SampledRows {
    /// Returns the rule that keeps the fraction $\rho$ of the rows, drawn from `seed`, anew each step.
    ///
    /// # Errors
    /// [`Error::OutOfDomain`] where $\rho$ is not above 0 and at most 1.
    pub fn fraction(rho: f64, weighing: Weighing, seed: u64) -> Result<Self> {
        fraction("sampled rows", rho)?;
        Ok(SampledRows { weighing, picks: Picks::Drawn { fraction: rho, seed } })
    }
    /// Returns the rule that keeps these rows at every linear layer.
    pub fn picks(picks: &[usize], weighing: Weighing) -> Self {
        SampledRows { weighing, picks: Picks::Given(picks.into()) }
    }
    /// The probability of each row.
    fn probabilities<T: Element>(&self, x: &Array<T>) -> Vec<f64> {
        let length = |row: ndarray::ArrayView1<'_, T>| {
            let square: f64 = row.iter().map(|x| x.primal().widen()).map(|x| x * x).sum();
            num_traits::Float::sqrt(square)
        };
        let mut p = match self.weighing {
            Weighing::Uniform => vec![1.0; x.nrows()],
            Weighing::Length => x.rows().into_iter().map(length).collect(),
        };
        let total: f64 = p.iter().sum();
        match total > 0.0 {
            true => p.iter_mut().for_each(|p| *p /= total),
            false => p.fill(1.0 / x.nrows().max(1) as f64),
        }
        p
    }
}
/// A few rows of a batch, each divided by how often it was expected.
#[derive(Clone, Debug, PartialEq)]
pub struct Sampled<T> {
    x: Array<T>,
    picks: Vec<usize>,
}
impl<T: Element> Residual for Sampled<T> {
    fn count(&self, memory: &mut Memory) {
        self.x.count(memory);
        memory.add(&self.picks);
    }
}
impl Frugal for SampledRows {
    type Own<T: Element> = Sampled<T>;
    fn keep<T: Element>(&self, s: &Site<'_, T>, x: &Array<T>) -> Result<Option<Sampled<T>>> {
        if !s.layer.is_linear() || x.is_empty() {
            return Ok(None);
        }
        let p = self.probabilities(x);
        let picks = match &self.picks {
            Picks::Given(picks) => picks.to_vec(),
            Picks::Drawn { fraction, seed } => {
                let mut draw = s.stream(*seed);
                let pick = || {
                    let (at, mut sum) = ((draw() + 1.0) / 2.0, 0.0);
                    let passed = |p: &f64| {
                        sum += p;
                        at < sum
                    };
                    p.iter().position(passed).unwrap_or(p.len() - 1)
                };
                core::iter::repeat_with(pick).take(part(*fraction, p.len())).collect()
            }
        };
        if let Some(&beyond) = picks.iter().find(|&&k| k >= p.len()) {
            return Err(Error::ShapeMismatch { op: "sampled rows", expected: vec![p.len()], found: vec![beyond] });
        }
        let mut rows = x.select(Axis(0), &picks);
        for (mut row, &k) in rows.rows_mut().into_iter().zip(&picks) {
            let share = T::of(1.0 / (picks.len() as f64 * p[k]));
            row.mapv_inplace(|x| share.times(x));
        }
        Ok(Some(Sampled { x: rows.into_shared(), picks }))
    }
    fn spend<T: Element>(
        &self,
        s: &Site<'_, T>,
        kept: Sampled<T>,
        dy: &Array<T>,
        dp: &mut [Array2<T>],
    ) -> Result<Array<T>> {
        if let Some(&beyond) = kept.picks.iter().find(|&&k| k >= dy.nrows()) {
            return Err(Error::ShapeMismatch { op: "sampled rows", expected: vec![dy.nrows()], found: vec![beyond] });
        }
        let rows = dy.select(Axis(0), &kept.picks).into_shared();
        from_rows(s, [&kept.x, &rows], dy, dp)?;
        s.pull(&s.p[0], dy)
    }
}
frugal!(SampledRows keeps Sampled<T>);
