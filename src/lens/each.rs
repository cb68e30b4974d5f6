//! One map, many examples.

use super::{
    object::{Co, View},
    para::{Lens, Para},
};
use crate::error::{Result, same_len};
use alloc::vec::Vec;

/// `f` on each element of a batch. Made by [`each`].
#[derive(Clone, Copy, Debug)]
pub struct Each<F>(pub F);

/// Returns `f` on each element of a batch, with the same parameters: they fan out to all examples, so backward the
/// changes from all examples are added.
///
/// # Example
/// ```
/// use pullback::lens::*;
/// let batch = each(linear::<f64, 1, 1>());
/// let (y, dx, dw) = batch.pull(&Matrix::new([[3.0]]), vec![[1.0], [10.0]], vec![[1.0], [1.0]])?;
/// assert_eq!((y, dx, dw), (vec![[3.0], [30.0]], vec![[3.0], [3.0]], Matrix::new([[11.0]])));
/// # Ok::<(), pullback::Error>(())
/// ```
pub fn each<F: Para>(f: Lens<F>) -> Lens<Each<F>> {
    Lens(Each(f.0))
}

impl<F: Para> Para for Each<F> {
    type P = F::P;
    type A = Vec<F::A>;
    type B = Vec<F::B>;
    type M = Vec<F::M>;
    fn fwd(&self, p: View<'_, F::P>, a: Vec<F::A>) -> Result<(Vec<F::B>, Vec<F::M>)> {
        let (mut outputs, mut residuals) = (Vec::with_capacity(a.len()), Vec::with_capacity(a.len()));
        for a in a {
            let (b, m) = self.0.fwd(p, a)?;
            outputs.push(b);
            residuals.push(m);
        }
        Ok((outputs, residuals))
    }
    fn bwd(&self, p: View<'_, F::P>, m: Vec<F::M>, db: Co<Vec<F::B>>, dp: &mut Co<F::P>) -> Result<Co<Vec<F::A>>> {
        same_len("each", m.len(), db.len())?;
        m.into_iter().zip(db).map(|(m, db)| self.0.bwd(p, m, db, dp)).collect()
    }
    fn predict(&self, p: View<'_, F::P>, a: Vec<F::A>) -> Result<Vec<F::B>> {
        a.into_iter().map(|a| self.0.predict(p, a)).collect()
    }
}
