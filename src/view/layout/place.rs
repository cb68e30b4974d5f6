//! Heights of nodes, columns, and the ways of wires.

use super::{Block, Layout, Net, Node, Piece, Route};
use alloc::{vec, vec::Vec};

/// Free space between two blocks, and between a bend and anything.
const SPACE: [f64; 2] = [16.0, 12.0];
const MARGIN: f64 = 12.0;
/// How far a wire goes on from its box before it branches or bends.
const STUB: f64 = 9.0;
const ROUNDS: usize = 40;
/// Boxes up to this height are aligned by their middles, larger ones by their ports.
const SMALL: f64 = 30.0;

/// Returns the height of the middle of each node: near what it is joined to, in the given order, without overlap.
pub(super) fn heights(net: &Net, order: &[Vec<usize>]) -> Vec<f64> {
    let mut y = vec![0.0; net.nodes.len()];
    for layer in order {
        let ideal = vec![(0.0, 1.0); layer.len()];
        settle(net, layer, &ideal, &mut y);
    }
    for round in 0..ROUNDS {
        let sides: &[usize] = match round % 3 {
            0 if round + 3 < ROUNDS => &[0],
            1 if round + 3 < ROUNDS => &[1],
            _ => &[0, 1],
        };
        for step in 0..net.layers {
            let layer = &order[if round % 2 == 0 { step } else { net.layers - 1 - step }];
            let ideal: Vec<(f64, f64)> = layer.iter().map(|&node| pull(net, node, sides, &y)).collect();
            settle(net, layer, &ideal, &mut y);
        }
    }
    let room = Room::new(net, order);
    for _ in 0..3 {
        net.trunks.iter().for_each(|trunk| room.straighten(trunk, &mut y));
        order.iter().flatten().for_each(|&node| room.nudge(node, &mut y));
    }
    y
}

/// The neighbours of each node in its layer, above and below.
struct Room<'a> {
    net: &'a Net,
    neighbours: Vec<[Option<usize>; 2]>,
}
impl<'a> Room<'a> {
    fn new(net: &'a Net, order: &[Vec<usize>]) -> Self {
        let mut neighbours = vec![[None; 2]; net.nodes.len()];
        for pair in order.iter().flat_map(|layer| layer.windows(2)) {
            neighbours[pair[0]][1] = Some(pair[1]);
            neighbours[pair[1]][0] = Some(pair[0]);
        }
        Room { net, neighbours }
    }
    /// Returns the heights between which a node can move.
    fn of(&self, node: usize, y: &[f64]) -> [f64; 2] {
        let far = |o: usize| distance(&self.net.nodes[o], &self.net.nodes[node]);
        let [above, below] = self.neighbours[node];
        let low = above.map_or(f64::NEG_INFINITY, |a| y[a] + far(a));
        [low, below.map_or(f64::INFINITY, |b| y[b] - far(b)).max(low)]
    }
    /// Moves a block to where its wires want it, as far as there is room.
    fn nudge(&self, node: usize, y: &mut [f64]) {
        if self.net.nodes[node].block.is_some() {
            let [low, high] = self.of(node, y);
            y[node] = pull(self.net, node, &[0, 1], y).0.max(low).min(high);
        }
    }
    /// Gives the bends of a trunk as few different heights as there is room for.
    fn straighten(&self, trunk: &[usize], y: &mut [f64]) {
        let mut start = 0;
        while start < trunk.len() {
            let (mut room, mut end) = ([f64::NEG_INFINITY, f64::INFINITY], start);
            while end < trunk.len() {
                let [low, high] = self.of(trunk[end], y);
                let both = [room[0].max(low), room[1].min(high)];
                if both[0] > both[1] && end > start {
                    break;
                }
                (room, end) = (both, end + 1);
            }
            let run = &trunk[start..end];
            let mean = run.iter().map(|&k| y[k]).sum::<f64>() / run.len() as f64;
            let ends = [self.other_end(run[0], 0, y), self.other_end(run[run.len() - 1], 1, y)];
            let fits = |h: &f64| room[0] <= *h && *h <= room[1];
            let height = ends.into_iter().find(fits).unwrap_or(mean.max(room[0]).min(room[1]));
            run.iter().for_each(|&k| y[k] = height);
            start = end;
        }
    }
    /// Returns the height that a bend is joined to on one side.
    fn other_end(&self, bend: usize, side: usize, y: &[f64]) -> f64 {
        let edge = self.net.nodes[bend].edges[side].last().map(|&e| &self.net.edges[e]);
        edge.map_or(y[bend], |e| y[e.nodes[side]] + e.heights[side])
    }
}
/// Returns where the edges of a node on these sides want it, and how much.
fn pull(net: &Net, node: usize, sides: &[usize], y: &[f64]) -> (f64, f64) {
    let (mut sum, mut weight) = (0.0, 0.0);
    for &side in sides {
        for &e in &net.nodes[node].edges[side] {
            let e = &net.edges[e];
            let bends = e.nodes.iter().filter(|&&n| net.nodes[n].block.is_none()).count();
            let w = [1.0, 2.0, 8.0][bends];
            let height = |end: usize| if net.nodes[e.nodes[end]].size[1] > SMALL { e.heights[end] } else { 0.0 };
            sum += w * (y[e.nodes[side]] + height(side) - height(1 - side));
            weight += w;
        }
    }
    if weight == 0.0 { (y[node], 0.01) } else { (sum / weight, weight) }
}
/// Moves a layer to the least squares from its ideal heights, by pooling neighbours that would overlap.
fn settle(net: &Net, layer: &[usize], ideal: &[(f64, f64)], y: &mut [f64]) {
    let mut offsets: Vec<f64> = vec![];
    let mut pools: Vec<(f64, f64, usize)> = vec![]; // mean, weight, count
    for (k, &node) in layer.iter().enumerate() {
        offsets.push(if k == 0 { 0.0 } else { offsets[k - 1] + distance(&net.nodes[layer[k - 1]], &net.nodes[node]) });
        let mut pool = (ideal[k].0 - offsets[k], ideal[k].1, 1);
        while let Some(&(mean, weight, count)) = pools.last().filter(|p| p.0 >= pool.0) {
            let both = weight + pool.1;
            pool = ((mean * weight + pool.0 * pool.1) / both, both, count + pool.2);
            pools.pop();
        }
        pools.push(pool);
    }
    let heights = pools.iter().flat_map(|&(mean, _, count)| core::iter::repeat_n(mean, count));
    for ((&node, offset), height) in layer.iter().zip(offsets).zip(heights) {
        y[node] = height + offset;
    }
}
/// Returns the least distance of the middles of two neighbours.
fn distance(a: &Node, b: &Node) -> f64 {
    let space = SPACE[usize::from(a.block.is_none() || b.block.is_none())];
    (a.size[1] + b.size[1]) / 2.0 + space
}

/// Returns the picture for these heights.
pub(super) fn routes(net: &Net, blocks: &[Block], y: &[f64]) -> Layout {
    let top = net.nodes.iter().zip(y).map(|(n, y)| y - n.size[1] / 2.0).fold(f64::INFINITY, f64::min);
    let bottom = net.nodes.iter().zip(y).map(|(n, y)| y + n.size[1] / 2.0).fold(f64::NEG_INFINITY, f64::max);
    let [down, bottom] = if top.is_finite() { [MARGIN - top, bottom] } else { [MARGIN, 0.0] };
    let columns = columns(net, y);
    let left = |node: usize| columns[net.nodes[node].layer][0];
    let right = |node: usize| columns[net.nodes[node].layer][1];
    let corner = |k: usize| {
        let [w, h] = blocks[k].size;
        [(left(k) + right(k) - STUB - w) / 2.0, y[k] + down - h / 2.0]
    };
    let mut routes = vec![Route::default(); net.starts.len()];
    for (wire, &(block, height)) in net.starts.iter().enumerate() {
        let at = y[block] + down + height;
        match net.nodes[block].edges[1].iter().filter(|&&e| net.edges[e].wire == wire).count() {
            0 => {
                let (from, to) = ([corner(block)[0] + blocks[block].size[0], at], [right(block), at]);
                routes[wire].pieces.push(Piece { from, bend: [to[0]; 2], to });
                routes[wire].end = Some(to);
            }
            1 => {}
            _ => routes[wire].forks.push([right(block), at]),
        }
    }
    let mut started = vec![false; net.starts.len()];
    for e in &net.edges {
        let [from, to] = e.nodes;
        let (start, end) = (y[from] + down + e.heights[0], y[to] + down + e.heights[1]);
        let first = match net.nodes[from].block {
            // the way to a fork is drawn once, with the first branch
            Some(block) if !started[e.wire] => corner(block)[0] + blocks[block].size[0],
            _ => right(from),
        };
        started[e.wire] = true;
        let last = if net.nodes[to].block.is_some() { corner(to)[0] } else { right(to) };
        let piece = Piece { from: [first, start], bend: [right(from), left(to)], to: [last, end] };
        routes[e.wire].pieces.push(piece);
    }
    for node in net.nodes.iter().filter(|n| n.block.is_none() && n.edges[1].len() > 1) {
        let entry = net.edges[node.edges[0][0]];
        routes[entry.wire].forks.push([columns[node.layer][1], y[entry.nodes[1]] + down]);
    }
    let width = columns.last().map_or(0.0, |c| c[1] - STUB) + MARGIN;
    let corners = (0..blocks.len()).map(corner).collect();
    Layout { size: [width, bottom + down + MARGIN], corners, routes, crossings: [0; 2] }
}
/// Returns where each column of blocks starts and where wires leave it.
fn columns(net: &Net, y: &[f64]) -> Vec<[f64; 2]> {
    let mut width = vec![0.0f64; net.layers];
    let mut steepest = vec![0.0f64; net.layers];
    net.nodes.iter().for_each(|n| width[n.layer] = width[n.layer].max(n.size[0]));
    for e in &net.edges {
        let rise = y[e.nodes[0]] + e.heights[0] - y[e.nodes[1]] - e.heights[1];
        let after = &mut steepest[net.nodes[e.nodes[0]].layer];
        *after = after.max(rise.abs());
    }
    let mut x = MARGIN;
    let place = |(width, steepest): (&f64, &f64)| {
        let column = [x, x + width + STUB];
        x = column[1] + (0.3 * steepest).clamp(14.0, 110.0);
        column
    };
    width.iter().zip(&steepest).map(place).collect()
}
