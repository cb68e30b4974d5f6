//! How a network settles: rounds in which every node moves, until it is still.

use crate::{
    error::{Error, Result, same_len},
    net::{Array, Element, same_shape},
    real::Primitive,
};
use alloc::vec::Vec;

/// The one schedule of the rules that settle: in each round all nodes say where they are drawn, then all move by `rate`
/// times that.
///
/// # Example
/// ```
/// use pullback::{net::Array, rule::Settling};
/// // a node that is drawn to 3: half of the way in each round
/// let mut nodes = [Array::from_elem((1, 1), 0.0)];
/// let draw = |_: usize, s: &[Array]| Ok(vec![s[0].mapv(|s| 3.0 - s).into_shared()]);
/// let residual = Settling::rounds(4, 0.5).run("example", &mut nodes, draw)?;
/// assert_eq!((nodes[0][[0, 0]], residual), (2.8125, 0.375)); // the pull that it saw last
/// let e = Settling::until(1e-3, 4, 0.5).run("example", &mut nodes, draw).unwrap_err();
/// assert_eq!(e.to_string(), "example: expected a residual up to 1e-3 after 4 rounds, found 2.34375e-2");
/// # Ok::<(), pullback::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settling {
    rounds: usize,
    rate: f64,
    tolerance: Option<f64>,
}
impl Settling {
    /// Returns a settling of so many rounds, wherever it ends.
    pub const fn rounds(rounds: usize, rate: f64) -> Self {
        Settling { rounds, rate, tolerance: None }
    }
    /// Returns a settling that ends when no number is drawn further than `tolerance`, in at most so many rounds.
    pub const fn until(tolerance: f64, rounds: usize, rate: f64) -> Self {
        Settling { rounds, rate, tolerance: Some(tolerance) }
    }
    /// Moves the nodes and returns the residual: the largest pull on a number in the last round. `pull` gets the number
    /// of the round and the nodes.
    ///
    /// # Errors
    /// [`Error::NotConverged`] where a tolerance was asked for and not reached; what `pull` returns; a pull in another
    /// shape than the node.
    pub fn run<T: Element>(
        &self,
        op: &'static str,
        nodes: &mut [Array<T>],
        mut pull: impl FnMut(usize, &[Array<T>]) -> Result<Vec<Array<T>>>,
    ) -> Result<f64> {
        let rate = T::of(self.rate);
        self.settle(
            op,
            nodes,
            |round, nodes| {
                let pulls = pull(round, nodes)?;
                let residual = largest(&pulls);
                Ok((pulls, residual))
            },
            |s, d| s + d * rate,
        )
    }
    /// The same where `target` says where the nodes are drawn to: they move by `rate` times the way. With rate 1 they
    /// are there, to the bit.
    ///
    /// # Errors
    /// As [`run`](Self::run).
    pub fn towards<T: Element>(
        &self,
        op: &'static str,
        nodes: &mut [Array<T>],
        mut target: impl FnMut(usize, &[Array<T>]) -> Result<Vec<Array<T>>>,
    ) -> Result<f64> {
        let rate = T::of(self.rate);
        let arrive = self.rate == 1.0;
        self.settle(
            op,
            nodes,
            |round, nodes| {
                let targets = target(round, nodes)?;
                let residual = largest(&ways(op, nodes, &targets)?);
                Ok((targets, residual))
            },
            |s, t| if arrive { t } else { s + way(s, t) * rate },
        )
    }
    /// Asks for moves and their residual, and makes them.
    fn settle<T: Element>(
        &self,
        op: &'static str,
        nodes: &mut [Array<T>],
        mut ask: impl FnMut(usize, &[Array<T>]) -> Result<(Vec<Array<T>>, f64)>,
        advance: impl Fn(T, T) -> T,
    ) -> Result<f64> {
        let mut residual = 0.0;
        for round in 0..self.rounds {
            let moves;
            (moves, residual) = ask(round, nodes)?;
            same_len(op, nodes.len(), moves.len())?;
            if self.tolerance.is_some_and(|most| residual <= most) {
                return Ok(residual);
            }
            for (node, to) in nodes.iter_mut().zip(&moves) {
                same_shape(op, node.shape(), to.shape())?;
                node.zip_mut_with(to, |s, &d| *s = advance(*s, d));
            }
        }
        match self.tolerance {
            Some(tolerance) => Err(Error::NotConverged { op, rounds: self.rounds, residual, tolerance }),
            None => Ok(residual),
        }
    }
}
/// The largest size of a number; one that is none is the largest of all.
pub(super) fn largest<T: Element>(all: &[Array<T>]) -> f64 {
    let further = |most: f64, x: &T| match x.primal().widen().abs() {
        x if x.is_nan() || x > most => x,
        _ => most,
    };
    all.iter().flatten().fold(0.0, further)
}
/// How far it is from `s` to `t`; nothing where they are the same, infinite ones too.
fn way<T: Element>(s: T, t: T) -> T {
    if s == t { T::zero() } else { t - s }
}
pub(super) fn ways<T: Element>(op: &'static str, from: &[Array<T>], to: &[Array<T>]) -> Result<Vec<Array<T>>> {
    same_len(op, from.len(), to.len())?;
    let each = |(s, t): (&Array<T>, &Array<T>)| {
        same_shape(op, s.shape(), t.shape())?;
        Ok(ndarray::Zip::from(s).and(t).map_collect(|&s, &t| way(s, t)).into_shared())
    };
    from.iter().zip(to).map(each).collect()
}
