//! Where boxes and wires stand: geometry alone, without generators.
//!
//! Sugiyama's method. Each block gets a layer, the longest path from the left; a wire that passes a layer gets a place in
//! it (a *bend*); blocks and bends of a layer are ordered by the barycentre of what they are joined to, and the order
//! with the fewest crossings is kept; then they move up and down until wires are nearly straight. A wire that is read
//! several times is one trunk with branches, so that copying can be seen.

mod order;
mod place;

use alloc::{vec, vec::Vec};
use core::ops::Range;

/// Where a block may stand.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Side {
    /// On the left, in the order of the blocks.
    Left,
    /// Between.
    Middle,
    /// On the right, in the order of the blocks.
    Right,
}

/// Something that reads wires on its left and makes wires on its right.
#[derive(Clone, Debug)]
pub(super) struct Block {
    pub(super) size: [f64; 2],
    pub(super) reads: Vec<usize>,
    /// Wires are numbered in the order of the blocks that make them.
    pub(super) makes: Range<usize>,
    pub(super) side: Side,
}
impl Block {
    /// Returns how far below the middle of the block one of `count` ports is.
    fn port(&self, k: usize, count: usize) -> f64 {
        self.size[1] * ((k as f64 + 0.5) / count as f64 - 0.5)
    }
}

/// A picture without text.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Layout {
    pub(super) size: [f64; 2],
    /// The upper left corner of each block.
    pub(super) corners: Vec<[f64; 2]>,
    pub(super) routes: Vec<Route>,
    /// How often wires cross in the order of the blocks, and in the order that was chosen.
    #[cfg_attr(not(test), allow(dead_code))] // the claim that tests check
    pub(super) crossings: [usize; 2],
}
/// The way of one wire.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Route {
    pub(super) pieces: Vec<Piece>,
    /// Where it branches.
    pub(super) forks: Vec<[f64; 2]>,
    /// Where it ends unread.
    pub(super) end: Option<[f64; 2]>,
}
/// Straight on from `from` to `bend[0]`, a curve to the other height at `bend[1]`, straight on to `to`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Piece {
    pub(super) from: [f64; 2],
    pub(super) bend: [f64; 2],
    pub(super) to: [f64; 2],
}

/// Returns where everything stands.
pub(super) fn layout(blocks: &[Block]) -> Layout {
    let net = Net::new(blocks);
    let first = net.first_order();
    let before = order::crossings(&net, &first);
    let (order, after) = order::fewest_crossings(&net, first);
    let heights = place::heights(&net, &order);
    Layout { crossings: [before, after], ..place::routes(&net, blocks, &heights) }
}

/// A block, or a bend of a wire, in its layer.
#[derive(Clone, Debug)]
struct Node {
    layer: usize,
    size: [f64; 2],
    /// The block, where it is one.
    block: Option<usize>,
    side: Side,
    /// Edges that come in and that go out.
    edges: [Vec<usize>; 2],
}
/// A wire from one layer to the next. The heights of its ends are relative to the middles of the nodes.
#[derive(Clone, Copy, Debug)]
struct Edge {
    wire: usize,
    /// The nodes it leaves and enters.
    nodes: [usize; 2],
    heights: [f64; 2],
}
/// What the layout works on: nodes of which the first are the blocks, and edges between neighbouring layers.
#[derive(Debug, Default)]
struct Net {
    nodes: Vec<Node>,
    edges: Vec<Edge>,
    layers: usize,
    /// For each wire the block and the height where it starts.
    starts: Vec<(usize, f64)>,
    /// The bends of each wire.
    trunks: Vec<Vec<usize>>,
}

impl Net {
    fn new(blocks: &[Block]) -> Self {
        let readers = readers(blocks);
        let at = layers(blocks, &readers);
        let mut net = Net { layers: at.iter().max().map_or(0, |m| m + 1), ..Net::default() };
        for (k, b) in blocks.iter().enumerate() {
            net.nodes.push(Node { layer: at[k], size: b.size, block: Some(k), side: b.side, edges: [vec![], vec![]] });
            net.starts.extend((0..b.makes.len()).map(|p| (k, b.port(p, b.makes.len()))));
        }
        for (wire, readers) in readers.iter().enumerate() {
            net.join(wire, readers, blocks);
        }
        net
    }
    /// Adds the trunk of a wire and its branches.
    fn join(&mut self, wire: usize, readers: &[(usize, usize)], blocks: &[Block]) {
        let (maker, height) = self.starts[wire];
        let start = self.nodes[maker].layer;
        let end = readers.iter().map(|&(r, _)| self.nodes[r].layer).max().unwrap_or(start);
        let mut trunk = vec![(maker, height)];
        for layer in start + 1..end {
            let bend = self.nodes.len();
            let edges = [vec![], vec![]];
            self.nodes.push(Node { layer, size: [0.0, 0.0], block: None, side: Side::Middle, edges });
            self.edge(wire, trunk[trunk.len() - 1], (bend, 0.0));
            trunk.push((bend, 0.0));
        }
        for &(reader, port) in readers {
            let height = blocks[reader].port(port, blocks[reader].reads.len());
            self.edge(wire, trunk[self.nodes[reader].layer - 1 - start], (reader, height));
        }
        self.trunks.push(trunk.into_iter().skip(1).map(|(bend, _)| bend).collect());
    }
    fn edge(&mut self, wire: usize, from: (usize, f64), to: (usize, f64)) {
        let edge = self.edges.len();
        self.edges.push(Edge { wire, nodes: [from.0, to.0], heights: [from.1, to.1] });
        self.nodes[from.0].edges[1].push(edge);
        self.nodes[to.0].edges[0].push(edge);
    }
    /// Returns the nodes of each layer: blocks in their order, a bend after the block that its wire comes from.
    fn first_order(&self) -> Vec<Vec<usize>> {
        let mut order = vec![vec![]; self.layers];
        self.nodes.iter().enumerate().for_each(|(k, n)| order[n.layer].push(k));
        let origin = |k: usize| match self.nodes[k].block {
            Some(block) => block,
            None => self.starts[self.edges[self.nodes[k].edges[0][0]].wire].0,
        };
        order.iter_mut().for_each(|layer| layer.sort_by_key(|&k| (origin(k), k)));
        order
    }
}

/// Returns for each wire the blocks that read it, and by which port.
fn readers(blocks: &[Block]) -> Vec<Vec<(usize, usize)>> {
    let mut readers = vec![vec![]; blocks.iter().map(|b| b.makes.len()).sum()];
    for (k, b) in blocks.iter().enumerate() {
        b.reads.iter().enumerate().for_each(|(port, &wire)| readers[wire].push((k, port)));
    }
    readers
}
/// Returns the layer of each block: the longest path from the left, and later where that makes wires shorter.
fn layers(blocks: &[Block], readers: &[Vec<(usize, usize)>]) -> Vec<usize> {
    let mut maker = vec![0; readers.len()];
    let mut at: Vec<usize> = vec![0; blocks.len()];
    for (k, b) in blocks.iter().enumerate() {
        b.makes.clone().for_each(|w| maker[w] = k);
        at[k] = b.reads.iter().map(|&w| at[maker[w]] + 1).max().unwrap_or(0);
    }
    let right = |b: &Block| b.side == Side::Right;
    let last = blocks.iter().zip(&at).map(|(b, &at)| at + usize::from(!right(b))).max().unwrap_or(0).max(1);
    blocks.iter().zip(&mut at).filter(|(b, _)| right(b)).for_each(|(_, at)| *at = last);
    for (k, b) in blocks.iter().enumerate().rev().filter(|(_, b)| b.side == Side::Middle) {
        let used = b.makes.clone().filter(|&w| !readers[w].is_empty()).count();
        let first_reader = b.makes.clone().flat_map(|w| &readers[w]).map(|&(r, _)| at[r]).min();
        let Some(latest) = first_reader.map(|r| r - 1).filter(|&l| l > at[k]) else { continue };
        let mut read = b.reads.clone();
        read.sort_unstable();
        read.dedup();
        let longer = |&w: &usize| {
            let others = readers[w].iter().filter(|&&(r, _)| r != k).map(|&(r, _)| at[r]).max().unwrap_or(0);
            others.max(latest) - others.max(at[k])
        };
        if read.iter().map(longer).sum::<usize>() < used * (latest - at[k]) {
            at[k] = latest;
        }
    }
    at
}

#[cfg(test)]
mod tests;
