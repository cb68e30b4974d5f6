//! Polynomials over any commutative ring, as diagrams: Boolean circuits over bits, exact test beds over remainders.

use super::Ring;
use crate::{
    diagram::{Args, Diagram, Differentiable, Few, Functor, Generator, Wire},
    error::Result,
};
use alloc::{format, string::String, vec::Vec};
use core::marker::PhantomData;
use smallvec::smallvec;

/// The boxes of a [`Circuit`] over the ring `K`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Polynomial<K> {
    /// A number of the ring.
    Const(K),
    /// $x + y$; exclusive or over bits.
    Add,
    /// $x\,y$; and over bits.
    Mul,
    /// $-x$; nothing over bits.
    Neg,
}

/// A polynomial map over the ring `K`, closed under [`reverse`](Diagram::reverse) and
/// [`pushforward`](Diagram::pushforward). These are *formal* derivatives, exact over any ring.
///
/// # Example
/// ```
/// use pullback::category::{Circuit, Polynomial, Z2};
/// // the formal derivative of x·x over bits is 2x = 0, although x·x and x have the same values
/// let square = Circuit::<Z2>::copy(1) >> Circuit::generator(Polynomial::Mul);
/// assert_eq!(square.reverse()?.eval(&[Z2(true), Z2(true)])?, [Z2(false)]);
/// # Ok::<(), pullback::Error>(())
/// ```
pub type Circuit<K> = Diagram<Polynomial<K>>;

impl<K: Ring> Generator for Polynomial<K> {
    fn name(&self) -> &'static str {
        match self {
            Polynomial::Const(_) => "const",
            Polynomial::Add => "add",
            Polynomial::Mul => "mul",
            Polynomial::Neg => "neg",
        }
    }
    fn arity(&self) -> (usize, usize) {
        match self {
            Polynomial::Const(_) => (0, 1),
            Polynomial::Neg => (1, 1),
            Polynomial::Add | Polynomial::Mul => (2, 1),
        }
    }
    fn label(&self) -> String {
        match self {
            Polynomial::Const(k) => format!("{k:?}"),
            other => other.name().into(),
        }
    }
}

impl<K: Ring> Differentiable for Polynomial<K> {
    fn zero() -> Self {
        Polynomial::Const(K::default())
    }
    fn add() -> Self {
        Polynomial::Add
    }
    fn pull(&self, d: &mut Diagram<Self>, x: &[Wire], _: &[Wire], by: &[Option<Wire>]) -> Result<Few<Option<Wire>>> {
        let Some(&Some(by)) = by.first() else { return Ok(smallvec![None; x.len()]) };
        Ok(match self {
            Polynomial::Const(_) => smallvec![],
            Polynomial::Add => smallvec![Some(by), Some(by)],
            Polynomial::Neg => smallvec![Some(d.push(Polynomial::Neg, &[by])[0])],
            Polynomial::Mul => {
                smallvec![Some(d.push(Polynomial::Mul, &[x[1], by])[0]), Some(d.push(Polynomial::Mul, &[x[0], by])[0])]
            }
        })
    }
    fn push(&self, d: &mut Diagram<Self>, x: &[Wire], _: &[Wire], along: &[Option<Wire>]) -> Result<Few<Option<Wire>>> {
        let mut times = |a: Wire, v: Option<Wire>| v.map(|v| d.push(Polynomial::Mul, &[a, v])[0]);
        let (p, q) = match (self, along) {
            (Polynomial::Neg, &[Some(v)]) => (Some(d.push(Polynomial::Neg, &[v])[0]), None),
            (Polynomial::Add, &[p, q]) => (p, q),
            (Polynomial::Mul, &[v, w]) => (times(x[1], v), times(x[0], w)),
            _ => (None, None),
        };
        Ok(smallvec![match (p, q) {
            (Some(p), Some(q)) => Some(d.push(Polynomial::Add, &[p, q])[0]),
            (p, q) => p.or(q),
        }])
    }
}

/// Evaluation, as a functor.
struct Value<K>(PhantomData<K>);
impl<K: Ring> Functor<Polynomial<K>> for Value<K> {
    type Wire = K;
    fn apply(&mut self, _: usize, g: &Polynomial<K>, x: Args<'_, K>, out: &mut Vec<K>) -> Result<()> {
        out.push(match g {
            Polynomial::Const(k) => *k,
            Polynomial::Add => x[0] + x[1],
            Polynomial::Mul => x[0] * x[1],
            Polynomial::Neg => -x[0],
        });
        Ok(())
    }
}

impl<K: Ring> Circuit<K> {
    /// Returns the outputs at `x`.
    ///
    /// # Errors
    /// The circuit's fault, or [`Error::ShapeMismatch`](crate::Error::ShapeMismatch) where `x` has another length.
    pub fn eval(&self, x: &[K]) -> Result<Vec<K>> {
        self.walk(&mut Value(PhantomData), x.iter().copied())
    }
}
