//! A recorded program as a lens: its backward half is a program too, made once.

use crate::{
    error::{Result, same_len},
    lens::{Co, Lens, Para, View},
    program::{Level, Program},
};
use alloc::vec::Vec;

/// A program as a lens. Made by [`recorded`].
#[derive(Clone, Debug)]
pub struct Recorded {
    forward: Program,
    reverse: Program,
    params: usize,
}

/// Returns `program` as a parametric lens: its first `params` inputs are the parameters. Backward runs
/// [`reverse`](crate::diagram::Diagram::reverse), which is made here, once.
///
/// # Errors
/// [`Error::ShapeMismatch`](crate::Error::ShapeMismatch) where there are fewer inputs, and what `reverse` returns. The
/// lens refuses a point of another branch: [`Error::BranchChanged`](crate::Error::BranchChanged).
///
/// # Example
/// ```
/// use pullback::{category::recorded, lens::*, *};
/// let line = Program::record(|x| x[0] * x[2] + x[1], &[1.0, 1.0, 1.0])?; // slope, intercept; x
/// let (y, dx, dp) = recorded(&line, 2)?.pull(&vec![2.0, 1.0], vec![5.0], vec![1.0])?;
/// assert_eq!((y, dx, dp), (vec![11.0], vec![2.0], vec![5.0, 1.0]));
/// # Ok::<(), Error>(())
/// ```
pub fn recorded(program: &Program, params: usize) -> Result<Lens<Recorded>> {
    same_len("recorded", params.max(program.arity().0), program.arity().0)?;
    let (forward, reverse) = (program.simplify(Level::Exact), program.reverse()?.simplify(Level::Exact));
    Ok(Lens(Recorded { forward, reverse, params }))
}
impl Para for Recorded {
    type P = Vec<f64>;
    type A = Vec<f64>;
    type B = Vec<f64>;
    type M = Vec<f64>;
    fn fwd(&self, p: View<'_, Vec<f64>>, a: Vec<f64>) -> Result<(Vec<f64>, Vec<f64>)> {
        same_len("recorded", self.params, p.len())?;
        let x = [p, &a].concat();
        Ok((self.forward.eval(&x)?, x))
    }
    fn bwd(&self, p: View<'_, Vec<f64>>, mut x: Vec<f64>, db: Vec<f64>, dp: &mut Co<Vec<f64>>) -> Result<Vec<f64>> {
        same_len("recorded", p.len(), dp.len())?;
        x.extend(db);
        let mut dx = self.reverse.eval(&x)?;
        let da = dx.split_off(self.params);
        dp.iter_mut().zip(dx).for_each(|(to, d)| *to += d);
        Ok(da)
    }
}
