//! What was seen while a network settled.

use super::rounds::{largest, ways};
use crate::{
    error::Result,
    net::{Array, Element},
    rule::{Rule, Under},
};
use alloc::{sync::Arc, vec::Vec};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// One round of a settling.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Round {
    /// Which settling of the pass, from 0: the free one comes before the nudged ones.
    pub settling: usize,
    /// Which round of it, from 0.
    pub round: usize,
    /// The energy of a sample, the mean over the batch, before the nodes moved; `None` where the rule has no energy that
    /// its rounds lower.
    pub energy: Option<f64>,
    /// The largest pull on a number.
    pub residual: f64,
}

/// The rounds of the last pass or prediction in which a network settled, see [`Under::watched`]. A clone sees the same.
///
/// Watching costs the energy of each round, which asks the loss for its value; the rule does what it does unwatched.
///
/// # Example
/// ```
/// use pullback::{learn::*, net::*, rule::*};
/// use ndarray::arr2;
/// // x = 1, w₁ = w₂ = 1, 3 is wanted: the node moves from 1 to 2, where E = ½(2 - 1)² + ½(3 - 2)² = 1
/// let watch = Watch::new();
/// let rule = PredictiveCoding::inference(Settling::rounds(30, 0.25));
/// let learn = learner((linear(1, 1) >> linear(1, 1)).under(rule).watched(&watch), batch_quadratic(), descend(), Plus);
/// let p = Params::new(vec![vec![arr2(&[[1.0]])], vec![arr2(&[[1.0]])]]);
/// learn.put(arr2(&[[1.0]]).into_shared(), &p, &arr2(&[[3.0]]).into_shared())?;
/// let energies: Vec<f64> = watch.rounds().iter().filter_map(|r| r.energy).collect();
/// assert_eq!((energies.len(), energies[0]), (30, 2.0));
/// assert!(energies.windows(2).all(|e| e[1] <= e[0]) && (energies[29] - 1.0).abs() < 1e-15);
/// # Ok::<(), pullback::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Watch(Arc<Mutex<Vec<Round>>>);
impl Watch {
    /// Returns a watch that has seen nothing.
    pub fn new() -> Self {
        Self::default()
    }
    fn all(&self) -> MutexGuard<'_, Vec<Round>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
    /// Returns the rounds of the last pass, in their order.
    pub fn rounds(&self) -> Vec<Round> {
        self.all().clone()
    }
}

impl<R: Rule, T: Element> Under<R, T> {
    /// Returns the network whose settling is seen by `watch`.
    #[must_use]
    pub fn watched(mut self, watch: &Watch) -> Self {
        self.watch = Some(watch.clone());
        self
    }
    /// Forgets the rounds of the pass before.
    pub(super) fn begin(&self) {
        self.watch.iter().for_each(|watch| watch.all().clear());
    }
    /// Shows a round to whoever watches; only then its energy is computed.
    pub(super) fn saw(
        &self,
        round: usize,
        pulls: &[Array<T>],
        energy: impl FnOnce() -> Result<Option<f64>>,
    ) -> Result<()> {
        if let Some(watch) = &self.watch {
            let energy = energy()?;
            let mut all = watch.all();
            let settling = all.last().map_or(0, |last| last.settling + usize::from(round == 0));
            all.push(Round { settling, round, energy, residual: largest(pulls) });
        }
        Ok(())
    }
    /// The same where the nodes are drawn to `targets`, and no energy is known.
    pub(super) fn saw_targets(&self, round: usize, nodes: &[Array<T>], targets: &[Array<T>]) -> Result<()> {
        match self.is_watched() {
            true => self.saw(round, &ways("rounds", nodes, targets)?, || Ok(None)),
            false => Ok(()),
        }
    }
    /// Says whether anybody watches.
    pub(super) fn is_watched(&self) -> bool {
        self.watch.is_some()
    }
}
