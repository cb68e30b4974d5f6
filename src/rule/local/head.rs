//! What local losses share: the loss of a head, and its changes.

use crate::{
    error::{Error, Result},
    net::{Array, Element, class_error, same_shape},
};
use alloc::vec::Vec;
use ndarray::{Array2, Axis, linalg::general_mat_mul};

/// A head that names the class, $\mathrm{CE}(\mathrm{softmax}(h M^\top), y)$ times `weight`: returns the change of `h`,
/// and adds that of `m` to `dm`.
pub(super) fn prediction<T: Element>(
    h: &Array<T>,
    classes: &[usize],
    weight: f64,
    (m, dm): (&Array2<T>, &mut Array2<T>),
) -> Result<Array<T>> {
    same_shape("head", &[m.nrows(), h.ncols()], m.shape())?;
    let (_, mut e) = class_error(classes, h.dot(&m.t()).into_shared(), |_| ())?;
    if weight != 1.0 {
        e.mapv_inplace(|e| e * T::of(weight));
    }
    general_mat_mul(T::zero() - T::one(), &e.t(), h, T::one(), dm);
    Ok(e.dot(m).mapv(|d| T::zero() - d).into_shared())
}

/// A head that brings rows of one class together and keeps others apart,
/// $\mathrm{mean}_{ij} (S(h V^\top) - S(y))_{ij}^2$ times `weight`, where $S$ is the cosine of rows from which their mean
/// was taken: returns the change of `h`, and adds that of `v` to `dv`.
pub(super) fn similarity<T: Element>(
    h: &Array<T>,
    labels: (&[usize], usize),
    weight: f64,
    (v, dv): (&Array2<T>, &mut Array2<T>),
) -> Result<Array<T>> {
    same_shape("head", &[v.nrows(), h.ncols()], v.shape())?;
    let rows = h.nrows();
    let wanted = wanted::<T>(labels, rows)?;
    let mut z = h.dot(&v.t());
    centre(&mut z);
    let (unit, lengths) = normalised(z);
    let mut d = unit.dot(&unit.t());
    let share = T::of(-4.0 * weight / (rows * rows).max(1) as f64); // 2 for the square, 2 for the symmetry
    d.zip_mut_with(&wanted, |s, &t| *s = (*s - t) * share);
    let mut dz = through_length(&unit, &lengths, d.dot(&unit));
    centre(&mut dz);
    general_mat_mul(T::one(), &dz.t(), h, T::one(), dv);
    Ok(dz.dot(v).into_shared())
}
/// Takes its mean from each row.
fn centre<T: Element>(z: &mut Array2<T>) {
    let share = T::of(1.0 / z.ncols().max(1) as f64);
    for mut row in z.rows_mut() {
        let mean = row.sum() * share;
        row.mapv_inplace(|z| z - mean);
    }
}
/// The cosines of the labels: 1 in one class, $-1/(K-1)$ between two of $K$.
fn wanted<T: Element>((labels, classes): (&[usize], usize), rows: usize) -> Result<Array2<T>> {
    crate::error::same_len("similarity", rows, labels.len())?;
    if let Some(&wrong) = labels.iter().find(|&&c| c >= classes.max(2)) {
        return Err(Error::OutOfDomain { op: "similarity", value: wrong as f64, domain: "a class of two or more" });
    }
    let apart = T::of(-1.0 / (classes.max(2) - 1) as f64);
    Ok(Array2::from_shape_fn((rows, rows), |(i, j)| if labels[i] == labels[j] { T::one() } else { apart }))
}

/// Each row divided by its length; and the lengths. A row of zeros stays.
pub(super) fn normalised<T: Element>(mut rows: Array2<T>) -> (Array2<T>, Vec<T>) {
    let lengths = rows.rows_mut().into_iter().map(|mut row| {
        let square = row.dot(&row);
        if square.vanishes() {
            return square;
        }
        let length = square.sqrt();
        row.mapv_inplace(|h| h / length);
        length
    });
    let lengths = lengths.collect();
    (rows, lengths)
}
/// Turns a change of normalised rows into one of the rows: $(I - \hat h \hat h^\top)\,d/\lVert h \rVert$.
pub(super) fn through_length<T: Element>(unit: &Array2<T>, lengths: &[T], mut d: Array2<T>) -> Array2<T> {
    for ((mut d, n), &length) in d.rows_mut().into_iter().zip(unit.rows()).zip(lengths) {
        let along = n.dot(&d);
        match length.vanishes() {
            true => d.fill(T::zero()),
            false => d.zip_mut_with(&n, |d, &n| *d = (*d - n * along) / length),
        }
    }
    d
}
/// Each row with its class and a one behind it.
pub(super) fn with_classes<T: Element>(h: &Array<T>, labels: &[usize], classes: usize) -> Result<Array2<T>> {
    let width = h.ncols();
    let mut all = Array2::zeros((h.nrows(), width + classes + 1));
    all.slice_axis_mut(Axis(1), (..width).into()).assign(h);
    all.column_mut(width + classes).fill(T::one());
    if classes > 0 {
        crate::error::same_len("head", h.nrows(), labels.len())?;
        for (mut row, &class) in all.rows_mut().into_iter().zip(labels) {
            if class >= classes {
                let domain = "the number of a class";
                return Err(Error::OutOfDomain { op: "head", value: class as f64, domain });
            }
            row[width + class] = T::one();
        }
    }
    Ok(all)
}
