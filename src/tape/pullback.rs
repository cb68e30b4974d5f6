//! A recording that has become a value.

use super::{
    arena::RaggedKind,
    frame::Frame,
    node::{Node, RAGGED},
    sweep,
    var::Var,
};
use crate::{
    error::{Result, same_len},
    real::{Primitive, Real},
};
use alloc::{vec, vec::Vec};
use core::{marker::PhantomData, ops::Range};

/// The derivative of a function at a point, as a linear map that can be applied in both directions, as often as you
/// like: [`pull`](Self::pull) multiplies by $J^\top$, [`push`](Self::push) by $J$.
///
/// It owns its entries and mentions no brand, so it can be stored and sent to other threads. Custom entries have been
/// turned into plain ones, one pull an output.
///
/// # Cost
/// One sweep over the entries for each application, in either direction; the function is not run again.
#[derive(Clone, Debug)]
pub struct Pullback<T = f64, F = f64> {
    nodes: Vec<Node<T>>,
    wide: Vec<Wide>,
    index: Vec<u32>,
    partial: Vec<T>,
    inputs: usize,
    outputs: Vec<([u32; 2], [T; 2])>,
    _primitive: PhantomData<F>,
}

/// The arguments of the entry with this index, as a range of all arguments.
#[derive(Clone, Debug)]
struct Wide {
    own: usize,
    args: Range<usize>,
}

impl<F: Primitive, T: Real<F>> Pullback<T, F> {
    /// Copies the recording of `t`, whose first `inputs` indices are the inputs.
    pub(crate) fn new(t: Frame<'_, T>, inputs: usize, outputs: &[Var<'_, T, F>]) -> Result<Self> {
        t.0.check()?;
        let mut nodes: Vec<Node<T>> = Vec::with_capacity(t.len() - inputs);
        t.0.blocks().for_each(|block| nodes.extend(block.iter().rev().map(|node| node.get())));
        nodes.reverse();
        let mut whole = Pullback {
            nodes,
            wide: vec![],
            index: vec![],
            partial: vec![],
            inputs,
            outputs: outputs.iter().map(|y| (y.index, y.scale)).collect(),
            _primitive: PhantomData,
        };
        let mut ragged = t.0.ragged();
        for k in (0..whole.nodes.len()).rev() {
            if whole.nodes[k].index[..2] == [0, RAGGED] {
                let entry = ragged.expect("bug: a ragged entry has no arguments");
                ragged = entry.before;
                whole.copy_ragged(inputs + 1 + k, entry.kind)?;
            }
        }
        whole.wide.reverse();
        Ok(whole)
    }
    fn copy_ragged(&mut self, own: usize, kind: RaggedKind<'_, T>) -> Result<()> {
        match kind {
            RaggedKind::Wide { index, partial } => {
                self.add_wide(own, index.iter().copied().zip(partial.iter().copied()));
            }
            RaggedKind::Run { first, partial } => self.add_wide(own, (first..).zip(partial.iter().copied())),
            RaggedKind::Custom { outputs, args, pull } => {
                for output in (0..outputs).rev() {
                    let mut by = vec![T::zero(); outputs];
                    by[output] = T::one();
                    let mut bx = vec![T::zero(); args.len()];
                    pull(&by, &mut bx)?;
                    let pairs = args.iter().zip(&bx).flat_map(|(&(index, scale), &b)| {
                        (0..2).map(move |k| (index[k], scale[k].times(b))).filter(|&(index, _)| index != 0)
                    });
                    self.nodes[own + output - self.inputs - 1] = Node::of_kind(RAGGED);
                    self.add_wide(own + output, pairs);
                }
            }
        }
        Ok(())
    }
    fn add_wide(&mut self, own: usize, args: impl Iterator<Item = (u32, T)>) {
        let start = self.index.len();
        for (index, partial) in args {
            self.index.push(index);
            self.partial.push(partial);
        }
        self.wide.push(Wide { own, args: start..self.index.len() });
    }
    fn args(&self, entry: &Wide) -> (&[u32], &[T]) {
        (&self.index[entry.args.clone()], &self.partial[entry.args.clone()])
    }

    fn indices(&self) -> usize {
        self.inputs + 1 + self.nodes.len()
    }

    /// Returns $\bar x = J^\top \bar y$.
    ///
    /// # Errors
    /// [`Error::ShapeMismatch`](crate::Error::ShapeMismatch) where `by` has not one number for each output.
    pub fn pull(&self, by: &[T]) -> Result<Vec<T>> {
        same_len("pull", self.outputs.len(), by.len())?;
        let by: Vec<[T; 1]> = by.iter().map(|&b| [b]).collect();
        Ok(self.pull_lanes(&by)?.into_iter().map(|[b]| b).collect())
    }
    /// Returns $\dot y = J \dot x$.
    ///
    /// # Errors
    /// [`Error::ShapeMismatch`](crate::Error::ShapeMismatch) where `dx` has not one number for each input.
    #[doc(alias = "jvp")]
    pub fn push(&self, dx: &[T]) -> Result<Vec<T>> {
        same_len("push", self.inputs, dx.len())?;
        let dx: Vec<[T; 1]> = dx.iter().map(|&d| [d]).collect();
        Ok(self.push_lanes(&dx)?.into_iter().map(|[d]| d).collect())
    }
    /// Pulls `L` cotangents in one sweep: `by[output][lane]` to `bx[input][lane]`.
    ///
    /// # Errors
    /// As [`pull`](Self::pull).
    pub fn pull_lanes<const L: usize>(&self, by: &[[T; L]]) -> Result<Vec<[T; L]>> {
        const { assert!(L > 0, "at least one lane") };
        same_len("pull_lanes", self.outputs.len(), by.len())?;
        let mut adjoints = vec![T::zero(); self.indices() * L];
        for (&(index, scale), &by) in self.outputs.iter().zip(by) {
            sweep::seed(index, scale, by, &mut adjoints);
        }
        let mut wide = self.wide.iter().rev();
        sweep::reverse::<F, T, _, L, true>(
            core::iter::once(&self.nodes[..]),
            self.indices(),
            &mut adjoints,
            |own, adjoints| {
                let entry = wide.next().expect("bug: a wide entry has no arguments");
                debug_assert_eq!(entry.own, own);
                let (index, partial) = self.args(entry);
                sweep::wide::<F, T, L>(index, partial, own, adjoints);
                Ok(())
            },
        )?;
        Ok(lanes(&adjoints[L..(1 + self.inputs) * L]))
    }
    /// Pushes `L` tangents in one sweep: `dx[input][lane]` to `dy[output][lane]`.
    ///
    /// # Errors
    /// As [`push`](Self::push).
    pub fn push_lanes<const L: usize>(&self, dx: &[[T; L]]) -> Result<Vec<[T; L]>> {
        const { assert!(L > 0, "at least one lane") };
        same_len("push_lanes", self.inputs, dx.len())?;
        let mut tangents = vec![T::zero(); self.indices() * L];
        for (to, dx) in tangents[L..].chunks_exact_mut(L).zip(dx) {
            to.copy_from_slice(dx);
        }
        let mut wide = self.wide.iter();
        sweep::forward::<F, T, L>(&self.nodes, self.inputs + 1, &mut tangents, |own| {
            let entry = wide.next().expect("bug: a wide entry has no arguments");
            debug_assert_eq!(entry.own, own);
            self.args(entry)
        });
        let output = |(index, scale): &([u32; 2], [T; 2])| {
            core::array::from_fn(|lane| {
                let part = |k: usize| match index[k] {
                    0 => T::zero(),
                    i => scale[k].times(tangents[i as usize * L + lane]),
                };
                part(0) + part(1)
            })
        };
        Ok(self.outputs.iter().map(output).collect())
    }
}

/// What was recorded, to look at.
impl<T: Copy, F> Pullback<T, F> {
    /// Returns the number of inputs.
    pub fn inputs(&self) -> usize {
        self.inputs
    }
    /// Returns the number of outputs.
    pub fn outputs(&self) -> usize {
        self.outputs.len()
    }
    /// Returns the entries in the order of recording, each as pairs of what it reads and a partial.
    ///
    /// Inputs are counted from 0, entries go on from there. An entry without pairs never changes.
    ///
    /// # Example
    /// ```
    /// use pullback::*;
    /// let (_, pb) = vjp(|x| vec![x[0].sin() * x[1]], &[0.0, 3.0])?; // sin is an entry, the product is lazy
    /// let entries: Vec<_> = pb.entries().chain(pb.results()).collect();
    /// assert_eq!(entries.last(), Some(&vec![(0, 3.0), (1, 0.0)]));
    /// # Ok::<(), Error>(())
    /// ```
    pub fn entries(&self) -> impl Iterator<Item = Vec<(usize, T)>> {
        let mut wide = self.wide.iter();
        self.nodes.iter().map(move |node| {
            let ragged = node.index[..2] == [0, RAGGED];
            match if ragged { wide.next() } else { None } {
                Some(Wide { args, .. }) => pairs(&self.index[args.clone()], &self.partial[args.clone()]),
                None if node.index[0] == 0 => vec![],
                None => pairs(&node.index, &node.partial),
            }
        })
    }
    /// Returns the outputs, each as pairs of an input or entry and a partial, counted as in [`entries`](Self::entries).
    pub fn results(&self) -> impl Iterator<Item = Vec<(usize, T)>> {
        self.outputs.iter().map(|(index, scale)| pairs(index, scale))
    }
}
/// Index 0 stands for no argument.
fn pairs<T: Copy>(index: &[u32], partial: &[T]) -> Vec<(usize, T)> {
    index.iter().zip(partial).filter(|&(&i, _)| i != 0).map(|(&i, &p)| (i as usize - 1, p)).collect()
}

fn lanes<T: Copy, const L: usize>(flat: &[T]) -> Vec<[T; L]> {
    flat.chunks_exact(L).map(|chunk| core::array::from_fn(|lane| chunk[lane])).collect()
}
