//! One syntax for programs, circuits and networks: boxes joined by wires.
//!
//! A [`Diagram`] over generators `G` is a list of boxes in the order in which they run, each with the wires it reads and
//! the wires it makes. Using a wire twice *copies* it, not using it *discards* it: this is the free cartesian category
//! on `G`, stored as SSA. It knows nothing of numbers or derivatives.
//!
//! What a diagram *means* is up to a functor. [`Functor`] interprets it forward: evaluation, counting, drawing,
//! simplification. [`LensFunctor`] interprets it in lenses, forward and back: differentiation, learning. These are the
//! only two walks, [`Diagram::walk`] and [`Diagram::sweep_forward`] with [`Diagram::sweep_backward`].
//! Generators that are [`Differentiable`] make diagrams that are closed under [`Diagram::reverse`] and
//! [`Diagram::pushforward`].
//!
//! ```
//! use pullback::{category::{Circuit, Modular, Polynomial}, Result};
//! type Z7 = Modular<7>;
//! let square = Circuit::<Z7>::copy(1) >> Circuit::generator(Polynomial::Mul);
//! let slope = square.reverse()?; // (x, d) to 2xd
//! assert_eq!(square.eval(&[Z7::new(5)])?, [Z7::new(4)]);
//! assert_eq!(slope.eval(&[Z7::new(5), Z7::new(1)])?, [Z7::new(3)]);
//! # Ok::<(), pullback::Error>(())
//! ```

mod compose;
mod derivative;
mod share;
mod walk;

pub use derivative::Differentiable;
pub use share::Shared;
pub use walk::{Args, Functor, LensFunctor, Swept};

use crate::error::Error;
use alloc::{string::String, vec::Vec};
use core::ops::Range;
use smallvec::SmallVec;

/// A few values, without a heap allocation up to two.
pub type Few<T> = SmallVec<[T; 2]>;

/// A wire of one diagram, counted from its inputs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Wire(u32);
impl Wire {
    /// Returns the position of the wire: the inputs first, then the outputs of each box.
    #[inline(always)]
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// A kind of box.
pub trait Generator: Clone + PartialEq {
    /// Returns the name that errors use.
    fn name(&self) -> &'static str;
    /// Returns the numbers of input and output wires.
    fn arity(&self) -> (usize, usize);
    /// Returns the text of the box in a drawing.
    fn label(&self) -> String {
        self.name().into()
    }
    /// Returns the diagram inside the box, where the box is a loop or a call.
    fn inside(&self) -> Option<&Diagram<Self>> {
        None
    }
}

#[derive(Clone, Debug, PartialEq)]
struct Node<G> {
    generator: G,
    /// Where the arguments end in `Diagram::args`.
    args: u32,
    /// The first output wire.
    first: Wire,
}

/// A box in its place: what it is, what it reads, what it makes.
#[derive(Clone, Debug)]
pub struct Placed<'a, G> {
    /// Its position in the order of running.
    pub site: usize,
    /// What it is.
    pub generator: &'a G,
    /// The wires that it reads.
    pub args: &'a [Wire],
    /// The wires that it makes, by index.
    pub outputs: Range<usize>,
}
impl<G> Placed<'_, G> {
    /// Returns the wires that the box makes.
    pub fn made(&self) -> impl Iterator<Item = Wire> + use<G> {
        self.outputs.clone().map(|w| Wire(w as u32))
    }
}

/// A diagram over the generators `G`. See the [module](self).
///
/// # Faults
/// Composition never fails on the spot, so that `>>` reads well. The first wrong join is kept; [`validate`](Self::validate)
/// and every walk return it.
///
/// # Cost
/// A box takes the size of its generator, 8 bytes, and 4 bytes an argument.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "Stored<G>"))]
#[cfg_attr(feature = "serde", serde(bound(deserialize = "G: Generator + serde::Deserialize<'de>")))]
pub struct Diagram<G> {
    inputs: u32,
    wires: u32,
    nodes: Vec<Node<G>>,
    args: Vec<Wire>,
    outputs: Vec<Wire>,
    fault: Option<Error>,
}

impl<G: Generator> Diagram<G> {
    /// Returns the diagram that `f` makes of `inputs` wires: it [`push`](Self::push)es boxes and returns the outputs.
    ///
    /// # Example
    /// ```
    /// use pullback::category::{Circuit, Polynomial, Z2};
    /// // xor and and of two bits: a half adder
    /// let adder = Circuit::<Z2>::build(2, |d, x| {
    ///     let (sum, carry) = (d.push(Polynomial::Add, x), d.push(Polynomial::Mul, x));
    ///     vec![sum[0], carry[0]]
    /// });
    /// assert_eq!(adder.eval(&[Z2(true), Z2(true)])?, [Z2(false), Z2(true)]);
    /// # Ok::<(), pullback::Error>(())
    /// ```
    pub fn build(inputs: usize, f: impl FnOnce(&mut Self, &[Wire]) -> Vec<Wire>) -> Self {
        let (mut d, x) = Self::open(inputs);
        let outputs = f(&mut d, &x);
        d.close(outputs)
    }
    /// Returns an empty diagram and its input wires.
    pub(crate) fn open(inputs: usize) -> (Self, Vec<Wire>) {
        let d = Self::empty(inputs);
        let x = d.inputs().collect();
        (d, x)
    }
    /// Returns a diagram without boxes and outputs.
    fn empty(inputs: usize) -> Self {
        let mut d =
            Diagram { inputs: 0, wires: 0, nodes: Vec::new(), args: Vec::new(), outputs: Vec::new(), fault: None };
        drop(d.claim(inputs));
        d.inputs = d.wires;
        d
    }
    /// Sets the outputs.
    pub(crate) fn close(mut self, outputs: Vec<Wire>) -> Self {
        self.know("outputs", &outputs);
        self.outputs = outputs;
        self
    }
    /// Adds a box that reads `args` and returns the wires that it makes.
    ///
    /// A wrong number of arguments, or a wire that the diagram does not have, becomes its fault.
    pub fn push(&mut self, generator: G, args: &[Wire]) -> Few<Wire> {
        let (reads, makes) = generator.arity();
        if reads != args.len() {
            self.miswired(generator.name(), reads, args.len());
        }
        self.know(generator.name(), args);
        let first = Wire(self.wires);
        let mut made: Few<Wire> = self.claim(makes).collect();
        if u32::try_from(self.args.len() + args.len()).is_err() {
            self.overflow();
        }
        if made.len() < makes.min(made.inline_size()) {
            made.resize(makes.min(made.inline_size()), Wire(0)); // not read again: the fault is kept
        }
        if self.fault.is_none() {
            self.args.extend_from_slice(args);
            self.nodes.push(Node { generator, args: self.args.len() as u32, first });
        }
        made
    }
    /// Takes the next `count` wires; none where there are too many.
    fn claim(&mut self, count: usize) -> impl Iterator<Item = Wire> + use<G> {
        let end = u32::try_from(count).ok().and_then(|n| self.wires.checked_add(n));
        if end.is_none() {
            self.overflow();
        }
        let wires = self.wires..end.unwrap_or(self.wires);
        self.wires = wires.end;
        wires.map(Wire)
    }
    /// Keeps a fault where a wire is not one of this diagram.
    fn know(&mut self, op: &'static str, wires: &[Wire]) {
        if let Some(w) = wires.iter().find(|w| w.0 >= self.wires) {
            self.miswired(op, self.wires as usize, w.index());
        }
    }
    /// Keeps that there are too many wires, if that is the first fault.
    fn overflow(&mut self) {
        self.fault.get_or_insert(Error::TooManyWires { limit: u32::MAX });
    }
    /// Keeps the fault of a diagram that was to stand behind the boxes of this one.
    fn inherit(&mut self, fault: &Error) {
        match *fault {
            Error::Miswired { op, site, expected, found } if self.fault.is_none() => {
                self.fault = Some(Error::Miswired { op, site: site + self.nodes.len(), expected, found });
            }
            _ => drop(self.fault.get_or_insert_with(|| fault.clone())),
        }
    }
    /// Keeps a wrong join, if it is the first.
    pub(crate) fn miswired(&mut self, op: &'static str, expected: usize, found: usize) {
        let site = self.nodes.len();
        self.fault.get_or_insert(Error::Miswired { op, site, expected, found });
    }

    /// Returns the numbers of input and output wires.
    pub fn arity(&self) -> (usize, usize) {
        (self.inputs as usize, self.outputs.len())
    }
    /// Returns the number of boxes.
    #[doc(alias = "ops")]
    pub fn len(&self) -> usize {
        self.nodes.len()
    }
    /// Says whether there is no box.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }
    /// Returns the number of wires, inputs included.
    pub fn wires(&self) -> usize {
        self.wires as usize
    }
    /// Returns the input wires.
    pub fn inputs(&self) -> impl Iterator<Item = Wire> + use<G> {
        (0..self.inputs).map(Wire)
    }
    /// Returns the output wires.
    pub fn outputs(&self) -> &[Wire] {
        &self.outputs
    }
    /// Returns the boxes in their order, each with its wires.
    pub fn boxes(&self) -> impl DoubleEndedIterator<Item = Placed<'_, G>> + ExactSizeIterator {
        (0..self.nodes.len()).map(|site| self.placed(site))
    }
    fn placed(&self, site: usize) -> Placed<'_, G> {
        let node = &self.nodes[site];
        let start = site.checked_sub(1).map_or(0, |before| self.nodes[before].args as usize);
        let first = node.first.index();
        Placed {
            site,
            generator: &node.generator,
            args: &self.args[start..node.args as usize],
            outputs: first..first + node.generator.arity().1,
        }
    }
    /// Returns the number of boxes on the longest way through the diagram.
    pub fn depth(&self) -> usize {
        let mut depth = alloc::vec![0; self.wires()];
        for b in self.boxes() {
            let before = b.args.iter().map(|w| depth[w.index()]).max().unwrap_or(0);
            b.outputs.clone().for_each(|w| depth[w] = before + 1);
        }
        depth.into_iter().max().unwrap_or(0)
    }
    /// Returns how many boxes satisfy `is`; boxes inside boxes are not counted.
    pub fn count(&self, is: impl Fn(&G) -> bool) -> usize {
        self.nodes.iter().filter(|n| is(&n.generator)).count()
    }
    /// Says whether every join fits.
    ///
    /// # Errors
    /// The first fault: [`Error::Miswired`] with its position, or [`Error::TooManyWires`].
    ///
    /// # Example
    /// ```
    /// use pullback::category::{Circuit, Polynomial, Z2};
    /// let and = Circuit::<Z2>::generator(Polynomial::Mul);
    /// let wrong = and.clone() >> and;
    /// assert_eq!(wrong.validate().unwrap_err().to_string(), "then: expected 2 wires at box 1, found 1");
    /// ```
    pub fn validate(&self) -> crate::error::Result<()> {
        self.fault.clone().map_or(Ok(()), Err)
    }
}

/// A diagram as it is stored: loading it pushes its boxes again, so that a broken file cannot make a broken diagram.
#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct Stored<G> {
    inputs: u32,
    boxes: Vec<(G, Vec<Wire>)>,
    outputs: Vec<Wire>,
}
/// A diagram with a fault is not stored: its boxes alone would load as another diagram, without the fault.
#[cfg(feature = "serde")]
impl<G: Generator + serde::Serialize> serde::Serialize for Diagram<G> {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        use serde::ser::{Error as _, SerializeStruct};
        self.validate().map_err(S::Error::custom)?;
        let boxes: Vec<(&G, &[Wire])> = self.boxes().map(|b| (b.generator, b.args)).collect();
        let mut stored = to.serialize_struct("Diagram", 3)?;
        stored.serialize_field("inputs", &self.inputs)?;
        stored.serialize_field("boxes", &boxes)?;
        stored.serialize_field("outputs", &self.outputs)?;
        stored.end()
    }
}
#[cfg(feature = "serde")]
impl<G: Generator> TryFrom<Stored<G>> for Diagram<G> {
    type Error = Error;
    fn try_from(s: Stored<G>) -> Result<Self, Error> {
        let mut d = Diagram::empty(s.inputs as usize);
        for (generator, args) in s.boxes {
            d.push(generator, &args);
        }
        let d = d.close(s.outputs);
        d.validate().map(|()| d)
    }
}
