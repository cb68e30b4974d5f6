//! What went over named wires.

use super::{Rule, Under};
use crate::net::{Array, Element};
use alloc::{collections::BTreeMap, string::String, sync::Arc, vec::Vec};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What went over the wires that the network calls by name with [`tap`](crate::net::tap), in the last pass: the value
/// forward, and what came back. A clone reads the same wires.
///
/// The passes are those that are made anyway, for instance by a step of a learner; a batch shares its memory, so
/// nothing is computed or copied. What is shown forward is what left the rule's forward map; what came back is shown
/// where the rule sends batches back.
///
/// # Example
/// ```
/// use pullback::{category::{Identity, Tanh}, learn::*, net::*, rule::*};
/// let net = dense(2, 3, Tanh) >> tap("hidden") >> dense(3, 1, Identity);
/// let taps = Taps::new();
/// let learn = learner(net.under(Backprop).tapped(&taps), batch_quadratic(), descend(), Sgd::new(0.1));
/// let mut s = learn.start(learn.model().init(&mut uniform(1))?);
/// let w = s.params.slots[3][0].clone();
/// learn.step(&mut s, ndarray::arr2(&[[1.0, -1.0]]).into_shared(), &ndarray::arr2(&[[0.0]]).into_shared())?;
/// let (h, dh) = (taps.forward("hidden").unwrap_or_default(), taps.backward("hidden").unwrap_or_default());
/// let y = h.dot(&w.t())[[0, 0]]; // the bias is zero
/// assert_eq!((h.dim(), dh), ((1, 3), (&w * -y).into_shared()));
/// # Ok::<(), pullback::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Taps<T = f64>(Arc<Mutex<BTreeMap<String, Signal<T>>>>);
/// The value and the change on one wire.
#[derive(Clone, Debug)]
struct Signal<T> {
    forward: Array<T>,
    backward: Option<Array<T>>,
}

impl<T> Default for Taps<T> {
    fn default() -> Self {
        Taps(Arc::new(Mutex::new(BTreeMap::new())))
    }
}
impl<T: Element> Taps<T> {
    /// Returns taps that have seen nothing.
    pub fn new() -> Self {
        Self::default()
    }
    fn all(&self) -> MutexGuard<'_, BTreeMap<String, Signal<T>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
    /// Returns the names that a pass has gone over, in alphabetical order.
    pub fn names(&self) -> Vec<String> {
        self.all().keys().cloned().collect()
    }
    /// Returns the batch that last went over the wire.
    pub fn forward(&self, name: &str) -> Option<Array<T>> {
        self.all().get(name).map(|s| s.forward.clone())
    }
    /// Returns the change that came back in that pass, `None` where none has.
    pub fn backward(&self, name: &str) -> Option<Array<T>> {
        self.all().get(name).and_then(|s| s.backward.clone())
    }
    pub(super) fn saw(&self, name: &str, forward: Array<T>) {
        self.all().insert(name.into(), Signal { forward, backward: None });
    }
    pub(super) fn got_back(&self, name: &str, change: Option<Array<T>>) {
        if let Some(signal) = self.all().get_mut(name) {
            signal.backward = change;
        }
    }
}

impl<R: Rule, T: Element> Under<R, T> {
    /// Returns the network whose passes are seen by `taps`.
    #[must_use]
    pub fn tapped(mut self, taps: &Taps<T>) -> Self {
        self.taps = Some(taps.clone());
        self
    }
}
