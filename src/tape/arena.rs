//! Where entries live: blocks of nodes that outlast an evaluation, and an arena for what dies with it.
//!
//! A node block never moves and is never copied; the next evaluation fills the same blocks again. What is ragged
//! (arguments of n-ary entries, residuals of custom ones) goes to a `bumpalo::Bump`, which is reset when the evaluation
//! ends. Measurements behind this layout: `docs/design/tape.md`.

use super::{
    node::{LEAF, Node, RAGGED},
    sweep,
};
use crate::{
    error::{Error, Result},
    real::{Primitive, Real},
};
use alloc::{boxed::Box, vec::Vec};
use bumpalo::Bump;
use core::cell::{Cell, OnceCell};
use num_traits::Float;
use smallvec::SmallVec;

/// A chain of node blocks, each twice as long as the one before.
pub(crate) struct Store<T> {
    nodes: Box<[Cell<Node<T>>]>,
    next: OnceCell<Box<Store<T>>>,
}
const FIRST_BLOCK: usize = 64;
const LARGEST_BLOCK: usize = 1 << 16;

impl<T: Float> Store<T> {
    fn with_nodes(n: usize) -> Box<Self> {
        Box::new(Store { nodes: (0..n).map(|_| Cell::new(Node::of_kind(LEAF))).collect(), next: OnceCell::new() })
    }
    fn next(&self) -> &Store<T> {
        self.next.get_or_init(|| Self::with_nodes((2 * self.nodes.len()).min(LARGEST_BLOCK)))
    }
}

/// What a tape keeps between evaluations.
pub(crate) struct Arena<T> {
    bump: Bump,
    store: OnceCell<Box<Store<T>>>,
    adjoints: Cell<Vec<T>>,
    /// Adjoints of a sweep that leaves zeros.
    zeros: Cell<Vec<T>>,
    pub(crate) limit: u32,
}

impl<T> Arena<T> {
    pub(crate) fn with_limit(limit: u32) -> Self {
        Arena {
            bump: Bump::new(),
            store: OnceCell::new(),
            adjoints: Cell::new(Vec::new()),
            zeros: Cell::new(Vec::new()),
            limit,
        }
    }
    /// Frees what died with the evaluation and keeps the memory, in one piece from the second call on.
    pub(crate) fn reset(&mut self) {
        if self.bump.iter_allocated_chunks().count() > 1 {
            let bytes = self.bump.allocated_bytes();
            self.bump = Bump::new();
            self.bump = Bump::with_capacity(bytes);
        } else {
            self.bump.reset();
        }
    }
}

/// A block that is full, and the one before it.
struct Block<'t, T> {
    nodes: &'t [Cell<Node<T>>],
    before: Option<&'t Block<'t, T>>,
}

/// The pullback of a custom entry: cotangents of its outputs in, cotangents of its arguments (to be added to) out.
pub(crate) type Pull<'t, T> = dyn Fn(&[T], &mut [T]) -> Result<()> + 't;

/// The arguments of an entry that does not fit a node. They form a list, last first: the direction of a sweep.
pub(crate) struct Ragged<'t, T> {
    pub(crate) kind: RaggedKind<'t, T>,
    pub(crate) before: Option<&'t Ragged<'t, T>>,
}
#[derive(Clone, Copy)]
pub(crate) enum RaggedKind<'t, T> {
    /// Any number of pairs.
    Wide { index: &'t [u32], partial: &'t [T] },
    /// Pairs whose indices follow each other: `first`, `first + 1`, ..
    Run { first: u32, partial: &'t [T] },
    /// Several outputs with a stored pullback; each argument is a sum of two pairs.
    Custom { outputs: usize, args: &'t [([u32; 2], [T; 2])], pull: &'t Pull<'t, T> },
}

/// The entries of one evaluation. `'t` is the brand: it is invariant, so variables of two recordings do not mix.
pub(crate) struct Recording<'t, T> {
    arena: &'t Arena<T>,
    nodes: Cell<&'t [Cell<Node<T>>]>,
    filled: Cell<u32>,
    base: Cell<u32>,
    full: Cell<Option<&'t Block<'t, T>>>,
    ragged: Cell<Option<&'t Ragged<'t, T>>>,
    store: Cell<Option<&'t Store<T>>>,
    over_limit: Cell<bool>,
    /// A segment is open and uses the chain of blocks: whoever records meanwhile takes blocks from the bump.
    lent: Cell<bool>,
}

impl<T> core::fmt::Debug for Recording<'_, T> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Recording").field("entries", &self.len()).finish_non_exhaustive()
    }
}

impl<'t, T> Recording<'t, T> {
    pub(crate) fn new(arena: &'t Arena<T>) -> Self {
        Recording {
            arena,
            nodes: Cell::new(&[]),
            filled: Cell::new(0),
            base: Cell::new(1),
            full: Cell::new(None),
            ragged: Cell::new(None),
            store: Cell::new(None),
            over_limit: Cell::new(false),
            lent: Cell::new(false),
        }
    }
    /// Runs `f` with a fresh recording in the room that `self` has not used. What it writes is forgotten when `self`
    /// goes on; what `self` writes while `f` runs goes elsewhere.
    pub(crate) fn segment<R>(&self, f: impl for<'s> FnOnce(&'s Recording<'s, T>) -> R) -> R {
        let (all, lent, inner) = (self.nodes.get(), self.lent.get(), Recording::new(self.arena));
        let (used, free) = all.split_at(self.filled.get() as usize);
        inner.nodes.set(free);
        inner.store.set(self.store.get());
        inner.lent.set(lent);
        self.nodes.set(used);
        self.lent.set(true);
        let outcome = f(&inner);
        self.lent.set(lent);
        if core::ptr::eq(self.nodes.get(), used) {
            self.nodes.set(all);
        }
        outcome
    }
    pub(crate) fn bump(&self) -> &'t Bump {
        &self.arena.bump
    }
    /// One more than the largest index.
    #[inline(always)]
    pub(crate) fn len(&self) -> usize {
        (self.base.get() + self.filled.get()) as usize
    }
    /// # Errors
    /// [`Error::TapeFull`] where an entry had to be left out.
    pub(crate) fn check(&self) -> Result<()> {
        if self.over_limit.get() { Err(Error::TapeFull { limit: self.arena.limit }) } else { Ok(()) }
    }
    pub(crate) fn is_untouched(&self) -> bool {
        self.len() == 1
    }
    /// Reserves the indices `1..=n` for inputs. Only for a recording that is untouched.
    pub(crate) fn reserve_inputs(&self, n: usize) {
        match u32::try_from(n) {
            Ok(n) if n <= self.arena.limit => {
                let (nodes, room) = (self.nodes.get(), (self.arena.limit - n) as usize);
                self.nodes.set(&nodes[..nodes.len().min(room)]);
                self.base.set(1 + n);
            }
            _ => self.over_limit.set(true),
        }
    }
}

impl<'t, T: Float> Recording<'t, T> {
    /// Returns the slot of the next entry in a new block. It must not take the node: passed by value it would be built
    /// on the stack and copied on the hot path.
    #[cold]
    #[inline(never)]
    fn grow(&self) -> Option<&'t Cell<Node<T>>> {
        let base = self.base.get() + self.filled.get();
        let room = (self.arena.limit + 1 - base) as usize;
        if room == 0 || self.over_limit.get() {
            self.over_limit.set(true);
            return None;
        }
        let used = &self.nodes.get()[..self.filled.get() as usize];
        if !used.is_empty() {
            self.full.set(Some(self.bump().alloc(Block { nodes: used, before: self.full.get() })));
        }
        let block = if self.lent.get() { self.block_of_the_bump(used.len()) } else { self.block_of_the_chain() };
        let nodes = &block[..block.len().min(room)];
        self.nodes.set(nodes);
        self.base.set(base);
        self.filled.set(0);
        nodes.first()
    }
    fn block_of_the_chain(&self) -> &'t [Cell<Node<T>>] {
        let store = match self.store.get() {
            None => self.arena.store.get_or_init(|| Store::with_nodes(FIRST_BLOCK)),
            Some(store) => store.next(),
        };
        self.store.set(Some(store));
        &store.nodes
    }
    fn block_of_the_bump(&self, before: usize) -> &'t [Cell<Node<T>>] {
        let n = (2 * before).clamp(FIRST_BLOCK, LARGEST_BLOCK);
        self.bump().alloc_slice_fill_with(n, |_| Cell::new(Node::of_kind(LEAF)))
    }
    /// Returns the index of a new entry; past the limit, index 0 and a fault that every sweep reports.
    #[inline(always)]
    pub(crate) fn push(&self, node: Node<T>) -> u32 {
        let slot = match self.nodes.get().get(self.filled.get() as usize) {
            Some(slot) => slot,
            None => match self.grow() {
                Some(slot) => slot,
                None => return 0,
            },
        };
        slot.set(node);
        let filled = self.filled.get();
        self.filled.set(filled + 1);
        self.base.get() + filled
    }
    /// Returns the index of a new entry with any number of pairs.
    pub(crate) fn push_wide(&self, index: &'t [u32], partial: &'t [T]) -> u32 {
        self.push_ragged(RaggedKind::Wide { index, partial })
    }
    /// Returns the index of the first of the `outputs` entries.
    pub(crate) fn push_ragged(&self, kind: RaggedKind<'t, T>) -> u32 {
        self.ragged.set(Some(self.bump().alloc(Ragged { kind, before: self.ragged.get() })));
        let first = self.push(Node::of_kind(RAGGED));
        if let RaggedKind::Custom { outputs, .. } = kind {
            for _ in 1..outputs {
                self.push(Node::of_kind(LEAF));
            }
        }
        first
    }
}

/// What a copy of a recording needs: its blocks and its ragged arguments.
impl<'t, T> Recording<'t, T> {
    /// Node blocks, last first.
    pub(crate) fn blocks(&self) -> impl Iterator<Item = &'t [Cell<Node<T>>]> + use<'t, T> {
        let mut full = self.full.get();
        let head = &self.nodes.get()[..self.filled.get() as usize];
        core::iter::once(head).chain(core::iter::from_fn(move || {
            let block = full?;
            full = block.before;
            Some(block.nodes)
        }))
    }
    /// Ragged arguments, last first.
    pub(crate) fn ragged(&self) -> Option<&'t Ragged<'t, T>> {
        self.ragged.get()
    }
}

impl<'t, T> Recording<'t, T> {
    /// Runs a reverse sweep with `L` lanes from the cotangents that `seed` adds, and hands the adjoints, `L` an index,
    /// to `read`.
    ///
    /// # Errors
    /// [`Error::TapeFull`], and what a custom pullback returns.
    pub(crate) fn sweep<F: Primitive, R, const L: usize>(
        &self,
        seed: impl FnOnce(&mut [T]),
        read: impl FnOnce(&[T]) -> R,
    ) -> Result<R>
    where
        T: Real<F>,
    {
        self.check()?;
        let mut adjoints = self.arena.adjoints.take();
        adjoints.clear();
        adjoints.resize(self.len() * L, T::zero());
        seed(&mut adjoints);
        let mut next = self.ragged.get();
        let outcome = sweep::reverse::<F, T, _, L, true>(self.blocks(), self.len(), &mut adjoints, |own, adjoints| {
            let entry = next.expect("bug: a ragged entry has no arguments");
            next = entry.before;
            spend::<F, T, L>(entry.kind, own, adjoints)
        });
        let result = outcome.map(|()| read(&adjoints));
        self.arena.adjoints.set(adjoints);
        result
    }
}

impl<'t, T> Recording<'t, T> {
    /// As [`sweep`](Self::sweep) with one lane, handing the adjoints of the first `n` entries to `read` and of no other:
    /// so the sweep can leave zeros behind, and the buffer need not be cleared for the next.
    pub(crate) fn sweep_first<F: Primitive>(
        &self,
        n: usize,
        seed: impl FnOnce(&mut [T]),
        read: impl FnOnce(&[T]),
    ) -> Result<()>
    where
        T: Real<F>,
    {
        if self.ragged.get().is_some() {
            return self.sweep::<F, _, 1>(seed, |adjoints| read(&adjoints[1..=n]));
        }
        self.check()?;
        let len = self.len();
        let mut all = self.arena.zeros.take();
        if all.len() < len {
            all.resize(len, T::zero());
        }
        let adjoints = &mut all[..len];
        seed(adjoints);
        sweep::reverse::<F, T, _, 1, false>(self.blocks(), len, adjoints, |_, _| Ok(()))?;
        read(&adjoints[1..=n]);
        adjoints[..=n].fill(T::zero());
        self.arena.zeros.set(all);
        Ok(())
    }
}

/// Adds what a ragged entry sends to its arguments.
fn spend<F: Primitive, T: Real<F>, const L: usize>(
    kind: RaggedKind<'_, T>,
    own: usize,
    adjoints: &mut [T],
) -> Result<()> {
    match kind {
        RaggedKind::Wide { index, partial } => sweep::wide::<F, T, L>(index, partial, own, adjoints),
        RaggedKind::Run { first, partial } => sweep::run::<F, T, L>(first, partial, own, adjoints),
        RaggedKind::Custom { outputs, args, pull } => {
            for lane in 0..L {
                let by: SmallVec<[T; 8]> = (0..outputs).map(|k| adjoints[(own + k) * L + lane]).collect();
                if by.iter().all(|b| b.vanishes()) {
                    continue;
                }
                let mut bx: SmallVec<[T; 8]> = smallvec::smallvec![T::zero(); args.len()];
                pull(&by, &mut bx)?;
                for (&b, &(index, scale)) in bx.iter().zip(args) {
                    let one = core::array::from_fn(|l| if l == lane { b } else { T::zero() });
                    sweep::seed::<F, T, L>(index, scale, one, adjoints);
                }
            }
        }
    }
    Ok(())
}
