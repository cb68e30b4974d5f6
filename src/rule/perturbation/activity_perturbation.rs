//! A gradient from one number a sample: the change of its loss along one direction of the activity.

use super::noise::{can_be_shaken, rows_product};
use crate::{
    diagram::{Few, Generator},
    error::Result,
    lens::Object,
    net::{Array, Element, same_shape},
    rule::{Back, Directions, Fwd, Objects, Rule, Site},
};
use alloc::vec::Vec;
use ndarray::Array2;
use smallvec::smallvec;

/// $(A \times TA, \mathbb R^n)$: a batch and a change of it forward; backward one number for each sample, the same on
/// every wire.
#[derive(Clone, Copy, Debug)]
pub enum RowTangents {}
impl Objects for RowTangents {
    type Input<T: Element> = Array<T>;
    type Fwd<T: Element> = (Array<T>, Array<T>);
    type Back<T: Element> = Array<T>;
    fn lift<T: Element>(x: Array<T>) -> Self::Fwd<T> {
        let zero = x.zero();
        (x, zero)
    }
    fn lower<T: Element>(y: &Self::Fwd<T>) -> Array<T> {
        y.0.clone()
    }
    fn seed<T: Element>((_, along): &Self::Fwd<T>, dy: Array<T>) -> Result<Array<T>> {
        rows_product(along, &dy)
    }
    fn unlift<T: Element>(zero: Array<T>, _: Option<Array<T>>) -> Array<T> {
        zero
    }
    fn merge<T: Element>(a: Array<T>, _: Array<T>) -> Result<Array<T>> {
        Ok(a)
    }
}

/// One direction $u$ of what the linear layers put out rides forward as a tangent; one number for each sample,
/// $d_i = \langle \bar y_i, \dot y_i \rangle$, rides back, and a linear layer makes $\bar W = (d \odot u)^\top x$ of it.
///
/// # Objects
/// $(A \times TA, \mathbb R^n)$; a linear layer keeps its input, the direction is drawn again. A layer with parameters
/// that is not linear is [`Error::NoReverse`](crate::Error::NoReverse), its parameters would have no output to be perturbed
/// through, and so is one that mixes samples. Residual connections are known.
///
/// # Check
/// The mean over all sign vectors is the gradient.
///
/// # Standing
/// On the digits with one hidden layer 93.9 %, *below a linear classifier* (96 %) and above frozen hidden layers (92.7 %);
/// with two, after 30 passes, 92.3 %, no more than frozen ones (92.9 %). Its variance grows
/// with the number of units, not of weights. Costs one forward pass with tangents and one product for each linear layer.
///
/// # Source
/// Ren, Kornblith, Liao and Hinton 2023.
///
/// # Example
/// ```
/// use pullback::{lens::Lens, net::*, rule::*};
/// use ndarray::arr2;
/// let (x, dy) = (arr2(&[[3.0, 5.0]]).into_shared(), arr2(&[[2.0]]).into_shared());
/// let p = Params::new(vec![vec![arr2(&[[1.0, 1.0]])]]);
/// let (_, _, dp) = Lens(linear(2, 1).under(ActivityPerturbation::seeded(1))).pull(&p, x, dy)?;
/// assert_eq!(dp.slots[0][0], arr2(&[[6.0, 10.0]])); // one output: a sign is enough
/// # Ok::<(), pullback::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct ActivityPerturbation(Directions);
impl ActivityPerturbation {
    /// Returns the rule with random signs.
    pub const fn seeded(seed: u64) -> Self {
        ActivityPerturbation(Directions::signs(seed))
    }
    /// Returns the rule with these directions; a given one has for each linear layer one array in the shape of its
    /// output.
    pub const fn along(directions: Directions) -> Self {
        ActivityPerturbation(directions)
    }
}
impl Rule for ActivityPerturbation {
    type On = RowTangents;
    type Res<T: Element> = (Few<Array<T>>, [usize; 2]);
    fn fwd<T: Element>(&self, s: &Site<'_, T>, x: &[&Fwd<Self, T>]) -> Result<(Fwd<Self, T>, Self::Res<T>)> {
        can_be_shaken("ActivityPerturbation", s.layer)?;
        let kept = x.iter().filter(|_| s.layer.is_linear()).map(|(x, _)| x.clone()).collect();
        let (x, dx): (Vec<&Array<T>>, Vec<&Array<T>>) = x.iter().map(|(x, dx)| (x, dx)).unzip();
        let y = s.apply(&x)?;
        let still: Vec<Array2<T>> = s.layer.weights().iter().map(|w| Array2::zeros(w.size)).collect();
        let mut dy = s.jvp(&x, &y, &dx, &still)?;
        if s.layer.is_linear() {
            dy.zip_mut_with(&self.0.array(s, 0, [y.nrows(), y.ncols()])?, |d, &u| *d += u);
        }
        let size = [y.nrows(), y.ncols()];
        Ok(((y, dy), (kept, size)))
    }
    fn rev<T: Element>(
        &self,
        s: &Site<'_, T>,
        (x, size): Self::Res<T>,
        d: Array<T>,
        dp: &mut [Array2<T>],
    ) -> Result<Few<Option<Back<Self, T>>>> {
        if let [x] = &x[..] {
            same_shape("activity perturbation", &[size[0], 1], d.shape())?;
            let u = self.0.array(s, 0, size)?;
            s.outer(x, &(&u * &d).into_shared(), dp)?;
        }
        Ok(smallvec![Some(d); s.layer.arity().0])
    }
}
