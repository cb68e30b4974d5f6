//! Rows of a sample chosen and added by fixed numbers: messages on a graph.

use super::{
    Array, Element, Net, Shape,
    array::same_shape,
    layer,
    layer::{At, Kernel, Seen},
};
use crate::{
    diagram::Few,
    error::{Error, Result, same_len},
};
use alloc::{format, string::String, vec, vec::Vec};
use ndarray::Array2;
use smallvec::smallvec;

/// What a node gives to each edge. Made by [`gather`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Gather {
    /// The number of nodes.
    pub nodes: usize,
    /// The number of features of a node.
    pub width: usize,
    /// The node of each edge.
    pub from: Vec<usize>,
}
/// What the edges give to each node, added. Made by [`scatter`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Scatter {
    /// The number of nodes.
    pub nodes: usize,
    /// The number of features of an edge.
    pub width: usize,
    /// The node of each edge.
    pub to: Vec<usize>,
}

/// Returns $y_e = x_{\mathrm{from}(e)}$: the features of the node `from[e]` on each edge `e`.
///
/// # Shapes
/// `[nodes, width]` to `[edges, width]`.
///
/// # Errors
/// From every use: [`Error::OutOfDomain`] for a node that does not exist, an input of another size.
///
/// # Example
/// ```
/// use pullback::{net::*, rule::*};
/// // one round of messages on the path 0 — 1 — 2: each node gets the sum of its neighbours
/// let net = gather(3, 1, vec![0, 1, 1, 2]) >> scatter(3, 1, vec![1, 0, 2, 1]);
/// let x = ndarray::arr2(&[[1.0, 10.0, 100.0]]).into_shared();
/// let y = net.under(Backprop).predict(&Params::new(vec![vec![], vec![]]), x)?;
/// assert_eq!(y, ndarray::arr2(&[[10.0, 101.0, 10.0]]).into_shared());
/// # Ok::<(), pullback::Error>(())
/// ```
pub fn gather(nodes: usize, width: usize, from: Vec<usize>) -> Net {
    layer(Gather { nodes, width, from })
}
/// Returns $y_n = \sum_{e : \mathrm{to}(e) = n} x_e$: the sum over the edges that go to a node. The transpose of
/// [`gather`].
///
/// # Shapes
/// `[edges, width]` to `[nodes, width]`.
///
/// # Errors
/// As [`gather`].
pub fn scatter(nodes: usize, width: usize, to: Vec<usize>) -> Net {
    layer(Scatter { nodes, width, to })
}

/// Edges and nodes, for both layers and both directions.
#[derive(Clone, Copy)]
struct Edges<'a> {
    op: &'static str,
    nodes: usize,
    width: usize,
    node: &'a [usize],
}
impl Edges<'_> {
    fn check(&self) -> Result<()> {
        match self.node.iter().find(|&&n| n >= self.nodes) {
            Some(&n) => Err(Error::OutOfDomain { op: self.op, value: n as f64, domain: "the number of a node" }),
            None => Ok(()),
        }
    }
    fn shape(&self, x: &[Option<Shape>], rows: usize, to: usize) -> Result<Option<Shape>> {
        self.check()?;
        match &x[0] {
            Some(shape) if shape.len() == 2 => same_shape(self.op, &[rows, self.width], shape)?,
            Some(shape) => same_len(self.op, rows.saturating_mul(self.width), super::numbers(shape))?,
            None => {}
        }
        Ok(Some(vec![to, self.width]))
    }
    fn on_edges<T: Element>(&self, x: &Array<T>) -> Result<Array<T>> {
        self.check()?;
        same_shape(self.op, &[x.nrows(), self.nodes.saturating_mul(self.width)], x.shape())?;
        let at = |(s, k): (usize, usize)| x[[s, self.node[k / self.width] * self.width + k % self.width]];
        Ok(Array2::from_shape_fn((x.nrows(), self.node.len() * self.width), at).into_shared())
    }
    fn on_nodes<T: Element>(&self, x: &Array<T>) -> Result<Array<T>> {
        self.check()?;
        same_shape(self.op, &[x.nrows(), self.node.len().saturating_mul(self.width)], x.shape())?;
        let mut y = Array2::zeros((x.nrows(), self.nodes * self.width));
        for ((s, k), &x) in x.indexed_iter() {
            y[[s, self.node[k / self.width] * self.width + k % self.width]] += x;
        }
        Ok(y.into_shared())
    }
}
impl Gather {
    fn edges(&self) -> Edges<'_> {
        Edges { op: "gather", nodes: self.nodes, width: self.width, node: &self.from }
    }
}
impl Scatter {
    fn edges(&self) -> Edges<'_> {
        Edges { op: "scatter", nodes: self.nodes, width: self.width, node: &self.to }
    }
}
impl Kernel for Gather {
    fn name(&self) -> &'static str {
        "gather"
    }
    fn label(&self) -> String {
        format!("gather {}→{}", self.nodes, self.from.len())
    }
    fn shape(&self, x: &[Option<Shape>]) -> Result<Option<Shape>> {
        self.edges().shape(x, self.nodes, self.from.len())
    }
    fn apply<T: Element>(&self, _: At, _: &[Array2<T>], x: &[&Array<T>]) -> Result<Array<T>> {
        self.edges().on_edges(x[0])
    }
    fn jvp<T: Element>(&self, _: &Seen<'_, T>, dx: &[&Array<T>], _: &[Array2<T>]) -> Result<Array<T>> {
        self.edges().on_edges(dx[0])
    }
    fn vjp<T: Element>(&self, _: &Seen<'_, T>, dy: &Array<T>, _: &mut [Array2<T>]) -> Result<Few<Array<T>>> {
        Ok(smallvec![self.edges().on_nodes(dy)?])
    }
}
impl Kernel for Scatter {
    fn name(&self) -> &'static str {
        "scatter"
    }
    fn label(&self) -> String {
        format!("scatter {}→{}", self.to.len(), self.nodes)
    }
    fn shape(&self, x: &[Option<Shape>]) -> Result<Option<Shape>> {
        self.edges().shape(x, self.to.len(), self.nodes)
    }
    fn apply<T: Element>(&self, _: At, _: &[Array2<T>], x: &[&Array<T>]) -> Result<Array<T>> {
        self.edges().on_nodes(x[0])
    }
    fn jvp<T: Element>(&self, _: &Seen<'_, T>, dx: &[&Array<T>], _: &[Array2<T>]) -> Result<Array<T>> {
        self.edges().on_nodes(dx[0])
    }
    fn vjp<T: Element>(&self, _: &Seen<'_, T>, dy: &Array<T>, _: &mut [Array2<T>]) -> Result<Few<Array<T>>> {
        Ok(smallvec![self.edges().on_edges(dy)?])
    }
}
