//! The order of the nodes in each layer.

use super::{Net, Side};
use alloc::{vec, vec::Vec};

/// How often the layers are swept at most.
const SWEEPS: usize = 24;

/// Returns how often wires cross.
pub(super) fn crossings(net: &Net, order: &[Vec<usize>]) -> usize {
    let ranks = Ranks::new(net, order);
    (1..net.layers).map(|layer| ranks.crossings_before(&order[layer])).sum()
}

/// Returns the best order found, never worse than `order`, and how often wires cross in it.
pub(super) fn fewest_crossings(net: &Net, mut order: Vec<Vec<usize>>) -> (Vec<Vec<usize>>, usize) {
    let mut best = (order.clone(), crossings(net, &order));
    let mut since = 0;
    for sweep in 0..SWEEPS {
        if best.1 == 0 || since > 5 {
            break;
        }
        let rightward = sweep % 2 == 0;
        let mut ranks = Ranks::new(net, &order);
        for step in 0..net.layers {
            let layer = if rightward { step } else { net.layers - 1 - step };
            by_barycentre(net, &mut ranks, &mut order[layer], usize::from(!rightward));
        }
        for layer in &mut order {
            exchange(net, &mut ranks, layer);
        }
        let found = crossings(net, &order);
        since += 1;
        if found < best.1 {
            best = (order.clone(), found);
            since = 0;
        }
    }
    best
}

/// The place of each node in its layer.
struct Ranks<'a> {
    net: &'a Net,
    rank: Vec<f64>,
}
impl<'a> Ranks<'a> {
    fn new(net: &'a Net, order: &[Vec<usize>]) -> Self {
        let mut ranks = Ranks { net, rank: vec![0.0; net.nodes.len()] };
        order.iter().for_each(|layer| ranks.set(layer));
        ranks
    }
    fn set(&mut self, layer: &[usize]) {
        layer.iter().enumerate().for_each(|(k, &node)| self.rank[node] = k as f64);
    }
    /// Returns the place of one end of an edge, ports included.
    fn end(&self, edge: usize, end: usize) -> f64 {
        let e = &self.net.edges[edge];
        let node = e.nodes[end];
        let height = self.net.nodes[node].size[1];
        self.rank[node] + if height > 0.0 { e.heights[end] / height } else { 0.0 }
    }
    /// Returns where the other ends of the edges of a node are; `side` 0 is left.
    fn others(&self, node: usize, side: usize) -> Vec<f64> {
        self.net.nodes[node].edges[side].iter().map(|&e| self.end(e, side)).collect()
    }
    /// Counts the inversions among the edges that enter a layer.
    fn crossings_before(&self, layer: &[usize]) -> usize {
        let entering = layer.iter().flat_map(|&node| &self.net.nodes[node].edges[0]);
        let mut ends: Vec<[f64; 2]> = entering.map(|&e| [self.end(e, 0), self.end(e, 1)]).collect();
        ends.sort_by(|p, q| p[0].total_cmp(&q[0]).then(p[1].total_cmp(&q[1])));
        let (mut seen, mut count) = (Vec::with_capacity(ends.len()), 0);
        for [_, to] in ends {
            let at = seen.partition_point(|&s| s <= to);
            count += seen.len() - at;
            seen.insert(at, to);
        }
        count
    }
    /// Counts the crossings of the edges of two neighbours, the first above the second.
    fn between(&self, above: usize, below: usize) -> usize {
        let pairs = |side: usize| {
            let (a, b) = (self.others(above, side), self.others(below, side));
            a.iter().map(|a| b.iter().filter(|b| *b < a).count()).sum::<usize>()
        };
        pairs(0) + pairs(1)
    }
}

/// Sorts a layer by the mean place of what it is joined to on one side.
fn by_barycentre(net: &Net, ranks: &mut Ranks<'_>, layer: &mut Vec<usize>, side: usize) {
    let mean = |&node: &usize| {
        let others = ranks.others(node, side);
        match others.len() {
            0 => ranks.rank[node],
            n => others.iter().sum::<f64>() / n as f64,
        }
    };
    let mut keyed: Vec<(f64, usize)> = layer.iter().map(|node| (mean(node), *node)).collect();
    keyed.sort_by(|p, q| p.0.total_cmp(&q.0));
    *layer = keyed.into_iter().map(|(_, node)| node).collect();
    // inputs and outputs keep their order among themselves
    let is_pinned = |node: usize| net.nodes[node].side != Side::Middle;
    let mut pinned: Vec<usize> = layer.iter().copied().filter(|&node| is_pinned(node)).collect();
    pinned.sort_unstable();
    let places = layer.iter_mut().filter(|node| is_pinned(**node));
    places.zip(pinned).for_each(|(place, node)| *place = node);
    ranks.set(layer);
}
/// Exchanges neighbours as long as that takes crossings away.
fn exchange(net: &Net, ranks: &mut Ranks<'_>, layer: &mut [usize]) {
    let is_pinned = |node: usize| net.nodes[node].side != Side::Middle;
    for _ in 0..4 {
        let mut changed = false;
        for k in 1..layer.len() {
            let (a, b) = (layer[k - 1], layer[k]);
            if !(is_pinned(a) && is_pinned(b)) && ranks.between(b, a) < ranks.between(a, b) {
                layer.swap(k - 1, k);
                changed = true;
            }
        }
        ranks.set(layer);
        if !changed {
            break;
        }
    }
}
