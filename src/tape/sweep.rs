//! The two passes over recorded entries: reverse (cotangents) and forward (tangents), `L` lanes at once.
//!
//! Values of `L` lanes stand next to each other: lane `l` of index `i` is at `i * L + l`. A zero cotangent contributes
//! exactly zero, whatever the partial (rule B).

use super::node::Node;
use crate::{
    error::Result,
    real::{Primitive, Real},
};
use core::{array, cell::Cell};

/// A place that holds a node: a live cell of the arena, or a copy.
pub(crate) trait Entry<T> {
    fn node(&self) -> Node<T>;
}
impl<T: Copy> Entry<T> for Cell<Node<T>> {
    #[inline(always)]
    fn node(&self) -> Node<T> {
        self.get()
    }
}
impl<T: Copy> Entry<T> for Node<T> {
    #[inline(always)]
    fn node(&self) -> Node<T> {
        *self
    }
}

#[inline(always)]
fn load<T: Copy, const L: usize>(all: &[T], index: usize) -> [T; L] {
    let lanes: &[T] = &all[index * L..index * L + L];
    array::from_fn(|l| lanes[l])
}
#[inline(always)]
fn store<T: Copy, const L: usize>(all: &mut [T], index: usize, lanes: [T; L]) {
    all[index * L..index * L + L].copy_from_slice(&lanes)
}
#[inline(always)]
fn plus<F: Primitive, T: Real<F>, const L: usize>(a: [T; L], b: [T; L]) -> [T; L] {
    array::from_fn(|l| a[l] + b[l])
}
/// Returns `partial · a` in every lane. One lane is known not to vanish.
#[inline(always)]
fn scaled<F: Primitive, T: Real<F>, const L: usize>(partial: T, a: [T; L]) -> [T; L] {
    if L == 1 || partial.all_finite() { a.map(|a| partial * a) } else { a.map(|a| partial.times(a)) }
}
#[inline(always)]
fn all_vanish<F: Primitive, T: Real<F>, const L: usize>(a: &[T; L]) -> bool {
    a.iter().fold(true, |all, a| all & a.vanishes())
}

/// Adds the cotangent `b` of a variable with these pairs to the adjoints.
#[inline(always)]
pub(crate) fn seed<F: Primitive, T: Real<F>, const L: usize>(
    index: [u32; 2],
    scale: [T; 2],
    b: [T; L],
    adjoints: &mut [T],
) {
    for k in (0..2).filter(|&k| index[k] != 0) {
        let to = index[k] as usize;
        store(adjoints, to, plus(load(adjoints, to), b.map(|b| scale[k].times(b))));
    }
}

/// Sends the adjoint of each entry to its arguments, last entry first. `ragged` is called, in the same order, for the
/// entries whose arguments are elsewhere.
///
/// The adjoint of the entry before the current one stays in a register: reading it back from memory would cost a
/// store-to-load round trip an entry.
#[inline(never)]
pub(crate) fn reverse<'a, F: Primitive, T: Real<F>, E: Entry<T> + 'a, const L: usize, const KEEP: bool>(
    blocks: impl Iterator<Item = &'a [E]>,
    len: usize,
    adjoints: &mut [T],
    mut ragged: impl FnMut(usize, &mut [T]) -> Result<()>,
) -> Result<()> {
    let mut own = len;
    let mut a: [T; L] = load(adjoints, own - 1);
    for block in blocks {
        for entry in block.iter().rev() {
            own -= 1;
            let next = own - 1;
            store(adjoints, own, if KEEP { a } else { [T::zero(); L] });
            let mut carried: [T; L] = load(adjoints, next);
            let node = entry.node();
            if node.index[0] == 0 {
                if node.index[1] != 0 {
                    ragged(own, adjoints)?;
                    carried = load(adjoints, next);
                }
            } else if !all_vanish(&a) {
                // one lane does not vanish; with more, some may, and then an infinite partial needs care
                let [p, q, r, s] = node.partial;
                let tame = L == 1 || (p.both_finite(q) & r.both_finite(s));
                for k in 0..4 {
                    let to = node.index[k] as usize;
                    if to != 0 {
                        let partial = node.partial[k];
                        let part = if tame { a.map(|a| partial * a) } else { a.map(|a| partial.times(a)) };
                        if to == next {
                            carried = plus(carried, part);
                        } else {
                            store(adjoints, to, plus(load(adjoints, to), part));
                        }
                    }
                }
            }
            a = carried;
        }
    }
    store(adjoints, own - 1, a);
    Ok(())
}

/// Sends the adjoint of entry `own` to any number of arguments.
pub(crate) fn wide<F: Primitive, T: Real<F>, const L: usize>(
    index: &[u32],
    partial: &[T],
    own: usize,
    adjoints: &mut [T],
) {
    let a: [T; L] = load(adjoints, own);
    if all_vanish(&a) {
        return;
    }
    for (&to, &partial) in index.iter().zip(partial) {
        let to = to as usize;
        store(adjoints, to, plus(load(adjoints, to), scaled(partial, a)));
    }
}

/// As [`wide`], for arguments whose indices follow each other: the compiler needs no gather.
pub(crate) fn run<F: Primitive, T: Real<F>, const L: usize>(first: u32, partial: &[T], own: usize, adjoints: &mut [T]) {
    let a: [T; L] = load(adjoints, own);
    if all_vanish(&a) {
        return;
    }
    let first = first as usize * L;
    for (to, &partial) in adjoints[first..first + partial.len() * L].chunks_exact_mut(L).zip(partial) {
        let part = scaled(partial, a);
        to.iter_mut().zip(part).for_each(|(to, part)| *to += part);
    }
}

/// Carries tangents from the arguments of each entry to the entry, first entry first. `first` is the index of the first
/// entry; `ragged` returns the arguments of the entries that have them elsewhere.
pub(crate) fn forward<'a, F: Primitive, T: Real<F> + 'a, const L: usize>(
    nodes: &[Node<T>],
    first: usize,
    tangents: &mut [T],
    mut ragged: impl FnMut(usize) -> (&'a [u32], &'a [T]),
) {
    for (k, node) in nodes.iter().enumerate() {
        let own = first + k;
        let mut sum = [T::zero(); L];
        let mut add = |from: u32, partial: T| {
            if from != 0 {
                let part: [T; L] = load(tangents, from as usize);
                sum = plus(sum, part.map(|t| partial.times(t)));
            }
        };
        match node.index {
            [0, 0, ..] => continue,
            [0, ..] => {
                let (index, partial) = ragged(own);
                index.iter().zip(partial).for_each(|(&from, &partial)| add(from, partial));
            }
            index => (0..4).for_each(|k| add(index[k], node.partial[k])),
        }
        store(tangents, own, sum);
    }
}
