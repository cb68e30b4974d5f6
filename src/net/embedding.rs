//! Rows of a table, chosen by numbers.

use super::{
    Array, Element, Net, Shape,
    array::same_shape,
    layer,
    layer::{At, Kernel, Seen, Start, Weight, fits},
    window::shaped,
};
use crate::{
    diagram::Few,
    error::{Error, Result},
    real::Primitive,
};
use alloc::{format, string::String, vec, vec::Vec};
use ndarray::Array2;
use smallvec::smallvec;

/// A row of a table for each number. Made by [`embedding`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Embedding {
    /// The rows of the table.
    pub count: usize,
    /// Their length.
    pub width: usize,
}

/// Returns the network that replaces each number $i$ by row $i$ of a table of `count` rows. Backward, a row gets the sum
/// of the changes where it was used; the numbers themselves get zero.
///
/// # Shapes
/// `[tokens]` to `[tokens, width]`; `table`: count × width.
///
/// # Errors
/// [`Error::OutOfDomain`] for a number that is not a whole one below `count`.
///
/// # Example
/// ```
/// use pullback::{net::*, rule::*};
/// let p = Params::new(vec![vec![ndarray::arr2(&[[1.0, 2.0], [3.0, 4.0]])]]);
/// let under = embedding(2, 2).under(Backprop);
/// let y = under.predict(&p, ndarray::arr2(&[[1.0, 0.0]]).into_shared())?;
/// assert_eq!(y, ndarray::arr2(&[[3.0, 4.0, 1.0, 2.0]]).into_shared());
/// let e = under.predict(&p, ndarray::arr2(&[[2.0, 0.0]]).into_shared()).unwrap_err();
/// assert_eq!(e.to_string(), "embedding at layer 0: expected the number of a row, found 2");
/// # Ok::<(), pullback::Error>(())
/// ```
pub fn embedding(count: usize, width: usize) -> Net {
    layer(Embedding { count, width })
}

const NAME: &str = "embedding";
impl Embedding {
    /// The rows that are meant, in order.
    fn rows<T: Element>(&self, x: &Array<T>) -> Result<Vec<usize>> {
        let row = |x: &T| {
            let value = x.primal().widen();
            match value >= 0.0 && value < self.count as f64 && value % 1.0 == 0.0 {
                true => Ok(value as usize),
                false => Err(Error::OutOfDomain { op: NAME, value, domain: "the number of a row" }),
            }
        };
        x.iter().map(row).collect()
    }
}
impl Kernel for Embedding {
    fn name(&self) -> &'static str {
        NAME
    }
    fn label(&self) -> String {
        format!("embedding {}×{}", self.count, self.width)
    }
    fn shape(&self, x: &[Option<Shape>]) -> Result<Option<Shape>> {
        Ok(x[0].as_ref().map(|shape| [&shape[..], &[self.width]].concat()))
    }
    fn weights(&self) -> Vec<Weight> {
        let start = Start::Fans { fan_in: 1, fan_out: self.width };
        vec![Weight { name: "table", size: [self.count, self.width], start }]
    }
    fn apply<T: Element>(&self, _: At, p: &[Array2<T>], x: &[&Array<T>]) -> Result<Array<T>> {
        fits(NAME, &self.weights(), p)?;
        let all = self.rows(x[0])?.into_iter().flat_map(|row| p[0].row(row)).copied().collect();
        Ok(shaped(NAME, [x[0].nrows(), x[0].ncols().saturating_mul(self.width)], all)?.into_shared())
    }
    fn jvp<T: Element>(&self, s: &Seen<'_, T>, _: &[&Array<T>], dp: &[Array2<T>]) -> Result<Array<T>> {
        self.apply(s.at, dp, s.x)
    }
    fn vjp<T: Element>(&self, s: &Seen<'_, T>, dy: &Array<T>, dp: &mut [Array2<T>]) -> Result<Few<Array<T>>> {
        let x = s.x[0];
        same_shape(NAME, &[x.nrows(), x.ncols().saturating_mul(self.width)], dy.shape())?;
        if let Some(dp) = dp.first_mut() {
            same_shape(NAME, &[self.count, self.width], dp.shape())?;
            let mut dy = dy.iter();
            for row in self.rows(x)? {
                dp.row_mut(row).iter_mut().zip(dy.by_ref().take(self.width)).for_each(|(p, &d)| *p += d);
            }
        }
        Ok(smallvec![Array::zeros(x.raw_dim())])
    }
}
