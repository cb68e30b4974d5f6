//! What the wires of a drawing are called, the same in all of them.

use crate::diagram::{Diagram, Generator, Placed, Wire};
use alloc::{format, string::String, vec, vec::Vec};

/// The names of the wires of one diagram: `x` and a number for inputs, `w` and its index for any other, and the label of
/// its box for a constant.
pub(super) struct Names {
    constants: Vec<Option<String>>,
    inputs: usize,
}

impl Names {
    pub(super) fn of<G: Generator>(d: &Diagram<G>) -> Self {
        let mut constants = vec![None; d.wires()];
        for b in d.boxes().filter(is_constant) {
            let label = b.generator.label();
            constants[b.outputs.start] =
                Some(if label.contains(char::is_whitespace) { format!("({label})") } else { label });
        }
        Names { constants, inputs: d.arity().0 }
    }
    /// Returns the name of a wire, with a constant in its place.
    pub(super) fn value(&self, w: Wire) -> String {
        match &self.constants[w.index()] {
            Some(label) => label.clone(),
            None => self.wire(w.index()),
        }
    }
    /// Returns the name of a wire itself.
    pub(super) fn wire(&self, w: usize) -> String {
        format!("{}{w}", self.letter(w))
    }
    fn letter(&self, w: usize) -> char {
        if w < self.inputs { 'x' } else { 'w' }
    }
    /// Returns the names one after the other; four or more wires in a row are written `x0 .. x3`.
    pub(super) fn list(&self, wires: &[Wire]) -> String {
        let mut names: Vec<String> = vec![];
        let mut k = 0;
        while k < wires.len() {
            let run = self.run(&wires[k..]);
            if run >= 4 {
                names.push(format!("{} .. {}", self.value(wires[k]), self.value(wires[k + run - 1])));
            } else {
                names.extend(wires[k..k + run].iter().map(|&w| self.value(w)));
            }
            k += run;
        }
        names.join(" ")
    }
    /// Returns how many wires from the first on are numbered one after the other.
    fn run(&self, wires: &[Wire]) -> usize {
        let plain = |w: Wire| self.constants[w.index()].is_none();
        let follows = |pair: &[Wire]| {
            let (a, b) = (pair[0], pair[1]);
            plain(a) && plain(b) && b.index() == a.index() + 1 && self.letter(a.index()) == self.letter(b.index())
        };
        1 + wires.windows(2).take_while(|pair| follows(pair)).count()
    }
}

/// A box that reads nothing and makes one wire is written where the wire is read.
pub(super) fn is_constant<G: Generator>(b: &Placed<'_, G>) -> bool {
    b.args.is_empty() && b.outputs.len() == 1 && b.generator.inside().is_none()
}
