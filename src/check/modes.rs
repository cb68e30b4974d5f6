//! The derivative of a function, itself as a function: one wrapper for each mode.
//!
//! A wrapper takes a [`Function`] with `m` outputs and is a [`Function`] with `m·n` outputs, the Jacobian row after row.
//! It is generic over the number, so wrappers nest: `Forward(&Reverse(&f))` is forward over reverse.

use super::majorant::Majorant;
use crate::{
    error::{Result, same_len},
    forward::Dual,
    real::{Function, Real},
    tape::record,
};
use alloc::{vec, vec::Vec};

/// The Jacobian by forward mode.
pub(super) struct Forward<'a, G>(pub(super) &'a G);
/// The sums of the sizes of all terms of the Jacobian.
pub(super) struct Bounds<'a, G>(pub(super) &'a G);
/// The Jacobian by reverse mode, one recording and one sweep an output.
pub(super) struct Reverse<'a, G>(pub(super) &'a G);

impl<G: Function> Function for Forward<'_, G> {
    fn call<T: Real>(&self, x: &[T]) -> Result<Vec<T>> {
        by_columns(x, |x, k| {
            let seeded: Vec<Dual<T>> = seeds(x, k, Dual::new);
            Ok(self.0.call(&seeded)?.iter().map(Dual::tangent).collect())
        })
    }
}
impl<G: Function> Function for Bounds<'_, G> {
    fn call<T: Real>(&self, x: &[T]) -> Result<Vec<T>> {
        by_columns(x, |x, k| {
            let seeded: Vec<Majorant<T>> = seeds(x, k, Majorant::new);
            Ok(self.0.call(&seeded)?.iter().map(Majorant::bound).collect())
        })
    }
}
impl<G: Function> Function for Reverse<'_, G> {
    fn call<T: Real>(&self, x: &[T]) -> Result<Vec<T>> {
        record(|t| {
            let x = t.inputs(x);
            let mut rows = Vec::new();
            for y in self.0.call(x)? {
                rows.extend(t.grad(y, x)?);
            }
            Ok(rows)
        })
    }
}

/// Returns `x` with the unit vector `k` for tangents.
fn seeds<T: Real, N>(x: &[T], k: usize, new: impl Fn(T, T) -> N) -> Vec<N> {
    x.iter().enumerate().map(|(j, &x)| new(x, if j == k { T::one() } else { T::zero() })).collect()
}

/// Returns the rows of a matrix whose columns are given.
fn by_columns<T: Real>(x: &[T], column: impl Fn(&[T], usize) -> Result<Vec<T>>) -> Result<Vec<T>> {
    let n = x.len();
    let mut rows: Vec<T> = vec![];
    for k in 0..n {
        let column = column(x, k)?;
        if k == 0 {
            rows.resize(column.len() * n, T::zero());
        }
        same_len("check: outputs", rows.len() / n, column.len())?;
        rows.iter_mut().skip(k).step_by(n).zip(column).for_each(|(to, d)| *to = d);
    }
    Ok(rows)
}
