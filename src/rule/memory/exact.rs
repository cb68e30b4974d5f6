//! No more than exact backpropagation reads.

use super::Codes;
use crate::{
    diagram::Few,
    error::Result,
    net::{Activation, Array, Element, Layer, same_shape},
    rule::{Memory, Residual, Site},
};
use ndarray::Array2;
use smallvec::smallvec;

/// What a layer needs for its exact reverse map, and no more.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Exact<T> {
    /// The layer moves or adds numbers.
    Nothing,
    /// A bit a number: which are open.
    Gate(Codes),
    /// The inputs.
    Inputs(Few<Array<T>>),
    /// The inputs and the output.
    All(Few<Array<T>>, Array<T>),
}
impl<T: Element> Exact<T> {
    /// Returns what the layer needs.
    pub fn of(s: &Site<'_, T>, x: &[&Array<T>], y: &Array<T>) -> Self {
        let inputs = || x.iter().map(|&x| x.clone()).collect();
        match s.layer {
            Layer::Add(_) | Layer::Reshape(_) | Layer::Detach(_) => Exact::Nothing,
            Layer::Mul(_) => Exact::Inputs(inputs()),
            Layer::Pointwise(f) if f.0 == Activation::Relu => {
                Exact::Gate(Codes::pack(1, x[0], |x| usize::from(*x > T::zero())))
            }
            layer if layer.is_linear() => Exact::Inputs(inputs()),
            _ => Exact::All(inputs(), y.clone()),
        }
    }
    /// Returns the exact changes of the inputs, and adds that of the parameters to `dp`.
    ///
    /// # Errors
    /// A wrong shape.
    pub fn back(self, s: &Site<'_, T>, dy: &Array<T>, dp: &mut [Array2<T>]) -> Result<Few<Option<Array<T>>>> {
        Ok(match (self, s.layer) {
            (Exact::Nothing, Layer::Detach(_)) => smallvec![None],
            (Exact::Nothing, _) => s.from.iter().map(|_| Some(dy.clone())).collect(),
            (Exact::Gate(open), _) => smallvec![Some(open.times(dy, |bit| T::of(bit as f64))?)],
            (Exact::Inputs(x), layer) if layer.is_linear() => {
                s.outer(&x[0], dy, dp)?;
                smallvec![Some(s.pull(&s.p[0], dy)?)]
            }
            (Exact::Inputs(x), _) => {
                let x: Few<&Array<T>> = x.iter().collect();
                s.vjp(&x, x[0], dy, dp)?.into_iter().map(Some).collect() // the output is not read
            }
            (Exact::All(x, y), _) => {
                let x: Few<&Array<T>> = x.iter().collect();
                s.vjp(&x, &y, dy, dp)?.into_iter().map(Some).collect()
            }
        })
    }
}
impl<T: Element> Residual for Exact<T> {
    fn count(&self, memory: &mut Memory) {
        match self {
            Exact::Nothing => {}
            Exact::Gate(open) => open.count(memory),
            Exact::Inputs(x) => x.count(memory),
            Exact::All(x, y) => (x.iter().for_each(|x| x.count(memory)), y.count(memory)).1,
        }
    }
}

/// What a rule keeps that is smaller for some layers, and exact for the others.
#[derive(Clone, Debug)]
pub enum Kept<T, K> {
    /// What the rule keeps.
    Own(K),
    /// What exact backpropagation needs.
    Exact(Exact<T>),
}
impl<T: Element, K: Residual> Residual for Kept<T, K> {
    fn count(&self, memory: &mut Memory) {
        match self {
            Kept::Own(own) => own.count(memory),
            Kept::Exact(exact) => exact.count(memory),
        }
    }
}

/// Layers of one input for which a rule keeps something of its own.
pub(super) trait Frugal {
    type Own<T: Element>: Residual;
    /// What is kept; `None` leaves the layer to exact backpropagation.
    fn keep<T: Element>(&self, s: &Site<'_, T>, x: &Array<T>) -> Result<Option<Self::Own<T>>>;
    /// The change of the input from what was kept; that of the parameters is added to `dp`.
    fn spend<T: Element>(
        &self,
        s: &Site<'_, T>,
        own: Self::Own<T>,
        dy: &Array<T>,
        dp: &mut [Array2<T>],
    ) -> Result<Array<T>>;
    fn arrays<T: Element>(&self, _s: &Site<'_, T>) -> alloc::vec::Vec<Array2<T>> {
        alloc::vec::Vec::new()
    }
}
/// Makes a rule of a [`Frugal`]; the number is called `T`.
macro_rules! frugal {
    ($name:ident keeps $own:ty) => {
        impl crate::rule::Rule for $name {
            type On = crate::rule::Arrays;
            type Res<T: crate::net::Element> = super::Kept<T, $own>;
            fn fwd<T: crate::net::Element>(
                &self,
                s: &crate::rule::Site<'_, T>,
                x: &[&crate::net::Array<T>],
            ) -> crate::error::Result<(crate::net::Array<T>, Self::Res<T>)> {
                let y = s.apply(x)?;
                let own = match x {
                    [x] => super::exact::Frugal::keep(self, s, x)?,
                    _ => None,
                };
                let exact = || super::Kept::Exact(super::Exact::of(s, x, &y));
                let kept = own.map_or_else(exact, super::Kept::Own);
                Ok((y, kept))
            }
            fn rev<T: crate::net::Element>(
                &self,
                s: &crate::rule::Site<'_, T>,
                kept: Self::Res<T>,
                dy: crate::net::Array<T>,
                dp: &mut [ndarray::Array2<T>],
            ) -> crate::error::Result<crate::diagram::Few<Option<crate::net::Array<T>>>> {
                match kept {
                    super::Kept::Own(own) => {
                        Ok(smallvec::smallvec![Some(super::exact::Frugal::spend(self, s, own, &dy, dp)?)])
                    }
                    super::Kept::Exact(exact) => exact.back(s, &dy, dp),
                }
            }
            fn fixed<T: crate::net::Element>(
                &self,
                s: &crate::rule::Site<'_, T>,
            ) -> alloc::vec::Vec<ndarray::Array2<T>> {
                super::exact::Frugal::arrays(self, s)
            }
        }
    };
}
pub(super) use frugal;

/// Adds the changes of a linear layer: that of the weights from a few rows `x` and `dy` that stand for the batch, that of
/// the biases from the whole change. `reads` is the number of features that the layer reads.
pub(super) fn from_rows<T: Element>(
    s: &Site<'_, T>,
    rows: [&Array<T>; 2],
    whole: &Array<T>,
    dp: &mut [Array2<T>],
) -> Result<()> {
    let [x, dy] = rows;
    let own = s.layer.weights().len().min(dp.len());
    s.outer(x, dy, &mut dp[..own.min(1)])?;
    match (s.layer, &mut dp[..own]) {
        (Layer::Linear(_), [_, b]) => {
            same_shape("linear", b.shape(), &[1, whole.ncols()])?;
            let mut b = b.row_mut(0);
            whole.rows().into_iter().for_each(|row| b.zip_mut_with(&row, |b, &d| *b += d));
        }
        // of any other kind of layer only the weights read x
        (_, all @ [_, _, ..]) => s.outer(&Array::zeros((whole.nrows(), x.ncols())), whole, all)?,
        _ => {}
    }
    Ok(())
}
