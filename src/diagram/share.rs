//! Terms instead of boxes: two boxes of one kind that read the same wires are one.

use super::{Args, Diagram, Few, Functor, Generator, Wire};
use crate::error::Result;
use alloc::vec::Vec;
use core::hash::Hash;
use hashbrown::HashMap;

/// A diagram under construction in which no box stands twice (hash consing, common subexpression elimination).
///
/// Pushing a box that is already there returns the wires it made then.
#[derive(Clone, Debug)]
pub struct Shared<G> {
    diagram: Diagram<G>,
    made: HashMap<(G, Few<Wire>), Few<Wire>>,
}

impl<G: Generator + Eq + Hash> Shared<G> {
    /// Returns an empty diagram and its input wires.
    pub fn open(inputs: usize) -> (Self, Vec<Wire>) {
        let (diagram, x) = Diagram::open(inputs);
        (Shared { diagram, made: HashMap::new() }, x)
    }
    /// Adds a box, or finds it.
    pub fn push(&mut self, g: G, args: &[Wire]) -> Few<Wire> {
        let key = (g, Few::from_slice(args));
        if let Some(wires) = self.made.get(&key) {
            return wires.clone();
        }
        let wires = self.diagram.push(key.0.clone(), args);
        self.made.insert(key, wires.clone());
        wires
    }
    /// Returns what a box made, if it is there.
    pub fn find(&self, g: G, args: &[Wire]) -> Option<&[Wire]> {
        self.made.get(&(g, Few::from_slice(args))).map(|made| &made[..])
    }
    /// Returns the diagram so far.
    pub fn diagram(&self) -> &Diagram<G> {
        &self.diagram
    }
    /// Sets the outputs.
    pub fn close(self, outputs: Vec<Wire>) -> Diagram<G> {
        self.diagram.close(outputs)
    }
}
impl<G: Generator + Eq + Hash> Functor<G> for Shared<G> {
    type Wire = Wire;
    fn apply(&mut self, _site: usize, g: &G, args: Args<'_, Wire>, out: &mut Vec<Wire>) -> Result<()> {
        let args: Few<Wire> = args.iter().copied().collect();
        out.extend(self.push(g.clone(), &args));
        Ok(())
    }
}

impl<G: Generator + Eq + Hash> Diagram<G> {
    /// Returns the same map with every box once and without boxes that nothing reads.
    #[must_use]
    pub fn share(&self) -> Self {
        let (mut shared, x) = Shared::open(self.arity().0);
        match self.walk(&mut shared, x) {
            Ok(y) => shared.close(y).prune(),
            Err(_) => self.clone(), // only its own fault, which it keeps
        }
    }
    /// Says whether both are the same morphism of the free cartesian category: the same terms on the outputs, and the
    /// same effects, whatever the order of their boxes and however often one is copied.
    ///
    /// # Errors
    /// The fault of either.
    ///
    /// # Example
    /// ```
    /// use pullback::category::{Circuit, Polynomial, Z2};
    /// let and = || Circuit::<Z2>::generator(Polynomial::Mul);
    /// let once = and() >> Circuit::copy(1);
    /// let twice = Circuit::copy(2) >> (and() * and());
    /// assert!(once != twice && once.equivalent(&twice)?);
    /// # Ok::<(), pullback::Error>(())
    /// ```
    pub fn equivalent(&self, other: &Self) -> Result<bool> {
        self.validate()?;
        other.validate()?;
        if self.inputs != other.inputs {
            return Ok(false);
        }
        let (mut shared, x) = Shared::open(self.arity().0);
        let mine = self.prune().walk(&mut shared, x.iter().copied())?;
        let (boxes, effects) = (shared.diagram.len(), self.share().count(is_effect));
        let theirs = other.prune().walk(&mut shared, x)?;
        Ok(mine == theirs && shared.diagram.len() == boxes && effects == other.share().count(is_effect))
    }
}
fn is_effect<G: Generator>(g: &G) -> bool {
    g.arity().1 == 0
}
