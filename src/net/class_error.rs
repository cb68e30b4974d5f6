//! The error of a batch of scores: what a loss and the heads of local rules share.

use super::{Array, Element};
use crate::error::{Error, Result, same_len};

/// Returns the mean cross-entropy of scores with class numbers, and its gradient in the scores. `each` is told that of each
/// row.
pub(crate) fn class_error<T: Element>(
    classes: &[usize],
    z: Array<T>,
    mut each: impl FnMut(T),
) -> Result<(T, Array<T>)> {
    same_len("class_cross_entropy", z.nrows(), classes.len())?;
    let share = T::of(1.0 / z.nrows().max(1) as f64);
    let (mut loss, mut d) = (T::of(0.0), z.into_owned());
    for (mut row, &class) in d.rows_mut().into_iter().zip(classes) {
        let Some(&score) = row.get(class) else {
            return Err(Error::OutOfDomain {
                op: "class_cross_entropy",
                value: class as f64,
                domain: "the number of a column",
            });
        };
        let top = row.iter().fold(T::neg_infinity(), |m, &z| m.max(z)).stop_gradient();
        row.mapv_inplace(|z| (z - top).exp());
        let total = row.iter().copied().fold(T::of(0.0), |a, b| a + b);
        let row_loss = total.ln() + top - score;
        each(row_loss);
        loss += row_loss * share;
        row.mapv_inplace(|e| e / total * share);
        row[class] -= share;
    }
    Ok((loss, d.into_shared()))
}
