//! Linear layers whose weights are mostly zero.

use super::exact::{Frugal, frugal};
use crate::{
    error::{Error, Result, same_len},
    net::{Array, Element, Layer, same_shape},
    rule::{Memory, Residual, Site},
};
use alloc::vec::Vec;
use ndarray::{Array2, Axis};

/// The weights of a dense layer that are zero stay zero: on the way back only the *support*, where $W \ne 0$, is visited.
///
/// $$ \bar x_j = \sum_{i:\,W_{ij} \ne 0} \bar y_i W_{ij}, \qquad \bar W_{ij} = [W_{ij} \ne 0] \sum_r \bar y_{ri} x_{rj} $$
///
/// The layer keeps only the columns of its input that some weight reads. Any other layer is exact.
///
/// # Check
/// The forward bits are backprop's: the forward product is the dense one. Backward it is backprop masked by the support.
///
/// # Errors
/// [`Error::NoReverse`] of a linear layer that is not dense.
///
/// # Cost
/// Backward $O(n\,\mathrm{nnz})$; this pays off only where a few weights in a hundred are left.
///
/// # Example
/// ```
/// use pullback::{net::*, rule::*};
/// use ndarray::arr2;
/// let (net, p) = (linear(3, 1), Params::new(vec![vec![arr2(&[[0.0, 2.0, 0.0]])]]));
/// let (x, dy) = (arr2(&[[5.0, 6.0, 7.0]]).into_shared(), arr2(&[[1.0]]).into_shared());
/// let (_, dx, dp) = pullback::lens::Lens(net.under(SparseProp)).pull(&p, x, dy)?;
/// assert_eq!((dx, &dp.slots[0][0]), (arr2(&[[0.0, 2.0, 0.0]]).into_shared(), &arr2(&[[0.0, 6.0, 0.0]])));
/// # Ok::<(), pullback::Error>(())
/// ```
///
/// # Source
/// Nikdan, Pegolotti, Iofinova, Kurtic and Alistarh 2023.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SparseProp;
/// The columns of a batch that a sparse layer reads.
#[derive(Clone, Debug, PartialEq)]
pub struct Columns<T>(Array<T>);
impl<T: Element> Residual for Columns<T> {
    fn count(&self, memory: &mut Memory) {
        self.0.count(memory);
    }
}
/// Which columns of the weights are not zero.
fn read<T: Element>(w: &Array2<T>) -> Vec<usize> {
    let some = |j: &usize| w.column(*j).iter().any(|w| *w != T::zero());
    (0..w.ncols()).filter(some).collect()
}
impl Frugal for SparseProp {
    type Own<T: Element> = Columns<T>;
    fn keep<T: Element>(&self, s: &Site<'_, T>, x: &Array<T>) -> Result<Option<Columns<T>>> {
        match s.layer {
            Layer::Linear(_) => {
                let columns = read(&s.p[0]);
                let all = columns.len() == x.ncols();
                Ok(Some(Columns(if all { x.clone() } else { x.select(Axis(1), &columns).into_shared() })))
            }
            layer if layer.is_linear() => Err(Error::NoReverse { rule: "SparseProp", layer: layer.kernel_name() }),
            _ => Ok(None),
        }
    }
    fn spend<T: Element>(
        &self,
        s: &Site<'_, T>,
        Columns(x): Columns<T>,
        dy: &Array<T>,
        dp: &mut [Array2<T>],
    ) -> Result<Array<T>> {
        let w = &s.p[0];
        same_shape("linear", &[x.nrows(), w.nrows()], dy.shape())?;
        let columns = read(w);
        same_len("linear", columns.len(), x.ncols())?;
        let (mut dx, [dw, biases @ ..]) = (Array::zeros((x.nrows(), w.ncols())), dp) else {
            return same_len("params", 1, 0).map(|()| dy.clone());
        };
        same_shape("linear", w.shape(), dw.shape())?;
        for (k, &j) in columns.iter().enumerate() {
            for i in (0..w.nrows()).filter(|&i| w[[i, j]] != T::zero()) {
                let d = dy.column(i);
                dw[[i, j]] += d.iter().zip(x.column(k)).fold(T::zero(), |sum, (&d, &x)| sum + d * x);
                dx.column_mut(j).zip_mut_with(&d, |dx, &d| *dx += d * w[[i, j]]);
            }
        }
        if let Some(b) = biases.first_mut().filter(|_| s.layer.weights().len() > 1) {
            let mut b = b.row_mut(0);
            dy.rows().into_iter().for_each(|row| b.zip_mut_with(&row, |b, &d| *b += d));
        }
        Ok(dx)
    }
}
frugal!(SparseProp keeps Columns<T>);
