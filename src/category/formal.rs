//! A circuit as a lens: its backward half is a circuit too, made once.

use super::{Circuit, Ring};
use crate::{
    error::{Error, Result, same_len},
    lens::{Co, Lens, Object, Para, View},
};
use alloc::vec::Vec;
use core::ops::AddAssign;

/// A circuit as a lens. Made by [`formal`].
#[derive(Clone, Debug)]
pub struct Formal<K, const P: usize, const A: usize, const B: usize> {
    forward: Circuit<K>,
    reverse: Circuit<K>,
}

/// Returns `circuit` as a parametric lens from `A` numbers to `B`: its first `P` inputs are the parameters. Backward runs
/// [`reverse`](crate::diagram::Diagram::reverse), which is made here, once: the *formal* derivative of the polynomials.
///
/// Over bits this learns by reverse derivative ascent. A trap: the formal derivative belongs to the circuit, not to its
/// values. A bit that is copied into both sides of an *and* comes out as it was, but both uses report it, and over bits
/// the two reports cancel: whatever stands before hears nothing and never learns.
///
/// # Errors
/// [`Error::ShapeMismatch`](crate::Error::ShapeMismatch) where the circuit has not `P + A` inputs and `B` outputs, and
/// the fault of the circuit.
///
/// # Example
/// ```
/// use pullback::{category::*, lens::*};
/// let (o, i) = (Z2(false), Z2(true));
/// let gate = Circuit::<Z2>::generator(Polynomial::Mul); // p·x
/// let (y, dx, dp) = formal::<_, 1, 1, 1>(&gate)?.pull(&[o], [i], [i])?;
/// assert_eq!((y, dx, dp), ([o], [o], [i])); // a bit of p is what is missing
/// let twice = Circuit::<Z2>::copy(1) >> gate; // p·p
/// assert_eq!(formal::<_, 1, 0, 1>(&twice)?.pull(&[i], [], [i])?.2, [o]); // 2p = 0
/// # Ok::<(), pullback::Error>(())
/// ```
///
/// # Source
/// Wilson and Zanasi 2020, *Reverse Derivative Ascent*.
pub fn formal<K: Ring, const P: usize, const A: usize, const B: usize>(
    circuit: &Circuit<K>,
) -> Result<Lens<Formal<K, P, A, B>>> {
    let (inputs, outputs) = circuit.arity();
    same_len("formal", P + A, inputs)?;
    same_len("formal", B, outputs)?;
    Ok(Lens(Formal { forward: circuit.clone(), reverse: circuit.reverse()? }))
}
fn row<K, const N: usize>(made: Vec<K>) -> Result<[K; N]> {
    let wrong = |made: Vec<K>| Error::ShapeMismatch { op: "formal", expected: [N].into(), found: [made.len()].into() };
    made.try_into().map_err(wrong)
}
impl<K: Ring + Object<Co = K> + AddAssign, const P: usize, const A: usize, const B: usize> Para for Formal<K, P, A, B> {
    type P = [K; P];
    type A = [K; A];
    type B = [K; B];
    type M = [K; A];
    fn fwd(&self, p: View<'_, [K; P]>, a: [K; A]) -> Result<([K; B], [K; A])> {
        Ok((row(self.forward.eval(&[&p[..], &a].concat())?)?, a))
    }
    fn bwd(&self, p: View<'_, [K; P]>, a: [K; A], db: [K; B], dp: &mut Co<[K; P]>) -> Result<[K; A]> {
        let mut dx = self.reverse.eval(&[&p[..], &a, &db].concat())?;
        let da = dx.split_off(P.min(dx.len()));
        dp.iter_mut().zip(dx).for_each(|(to, d)| *to += d);
        row(da)
    }
}
