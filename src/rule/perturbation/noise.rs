//! Noise on what linear layers put out, and what a layer makes of one number a sample.

use crate::{
    diagram::{Few, Generator},
    error::{Error, Result},
    net::{Array, Element, Layer, same_shape},
    rule::{Directions, Objects, Rule, Site},
};
use ndarray::{Array1, Array2, Axis, Zip};
use smallvec::smallvec;

/// $(A, \mathbb R^n)$: a batch forward; backward one number for each sample, the same on every wire.
#[derive(Clone, Copy, Debug)]
pub enum Rewards {}
impl Objects for Rewards {
    type Input<T: Element> = Array<T>;
    type Fwd<T: Element> = Array<T>;
    type Back<T: Element> = Array<T>;
    fn lift<T: Element>(x: Array<T>) -> Array<T> {
        x
    }
    fn lower<T: Element>(y: &Array<T>) -> Array<T> {
        y.clone()
    }
    /// Returns $\langle \bar y_i, y_i \rangle$ of each row: its share in the value, where that is linear in the output.
    fn seed<T: Element>(y: &Array<T>, dy: Array<T>) -> Result<Array<T>> {
        rows_product(y, &dy)
    }
    fn unlift<T: Element>(zero: Array<T>, _: Option<Array<T>>) -> Array<T> {
        zero
    }
    fn merge<T: Element>(a: Array<T>, _: Array<T>) -> Result<Array<T>> {
        Ok(a)
    }
    fn scale<T: Element>(a: Array<T>, _: T) -> Result<Array<T>> {
        Ok(a)
    }
}
/// Returns the product of two batches, number by number, summed.
pub(super) fn product<T: Element>(a: &Array<T>, b: &Array<T>) -> Result<T> {
    same_shape("change", a.shape(), b.shape())?;
    Ok(Zip::from(a).and(b).fold(T::zero(), |sum, &a, &b| sum + a * b))
}
/// Returns the numbers as what rides back, each its share of the mean over the rows.
pub(in crate::rule) fn reward<T: Element>(values: &[f64], share: f64) -> Array<T> {
    let each = share / values.len().max(1) as f64;
    values.iter().map(|v| T::of(v * each)).collect::<Array1<T>>().insert_axis(Axis(1)).into_shared()
}
/// Returns the product of each row of `a` with that of `b`, one column.
pub(super) fn rows_product<T: Element>(a: &Array<T>, b: &Array<T>) -> Result<Array<T>> {
    same_shape("seed", a.shape(), b.shape())?;
    let row = |i: usize| a.row(i).iter().zip(b.row(i)).fold(T::zero(), |sum, (&a, &b)| sum + a * b);
    Ok(Array2::from_shape_fn((b.nrows(), 1), |(i, _)| row(i)).into_shared())
}

/// Returns [`Error::NoReverse`] for a layer through whose output its parameters cannot be asked, or that makes one sample
/// hear of the noise of another.
pub(super) fn can_be_shaken(rule: &'static str, layer: &Layer) -> Result<()> {
    let parameters = !layer.weights().is_empty() && !layer.is_linear();
    match parameters || layer.mixes_rows() {
        true => Err(Error::NoReverse { rule, layer: layer.kernel_name() }),
        false => Ok(()),
    }
}

/// Returns [`Error::OutOfDomain`] for a length or deviation that is not positive.
pub(super) fn positive(op: &'static str, value: f64) -> Result<()> {
    match value > 0.0 {
        true => Ok(()),
        false => Err(Error::OutOfDomain { op, value, domain: "positive numbers" }),
    }
}

/// Which linear layers have noise.
#[derive(Clone, Copy, Debug)]
pub(super) enum Shaken {
    None,
    One(usize),
    All,
}
/// A linear layer puts out $x W^\top + b + \pm\sigma u$, and makes $\bar W = (d \odot \pm u/\sigma)^\top x$ of the numbers
/// $d$ that come back.
#[derive(Clone, Debug)]
pub(super) struct Noisy<'r> {
    pub(super) rule: &'static str,
    pub(super) noise: &'r Directions,
    /// Which direction of the step.
    pub(super) number: u64,
    /// The deviation of the noise; where it is negative the noise is turned round.
    pub(super) sigma: f64,
    pub(super) shaken: Shaken,
}
impl Noisy<'_> {
    fn shakes<T: Element>(&self, s: &Site<'_, T>) -> bool {
        s.layer.is_linear()
            && match self.shaken {
                Shaken::None => false,
                Shaken::One(site) => site == s.at.site,
                Shaken::All => true,
            }
    }
}
impl Rule for Noisy<'_> {
    type On = Rewards;
    /// The input of a layer with noise, and the noise.
    type Res<T: Element> = Option<(Array<T>, Array2<T>)>;
    fn fwd<T: Element>(&self, s: &Site<'_, T>, x: &[&Array<T>]) -> Result<(Array<T>, Self::Res<T>)> {
        can_be_shaken(self.rule, s.layer)?;
        let mut y = s.apply(x)?;
        if !self.shakes(s) {
            return Ok((y, None));
        }
        let u = self.noise.array::<T>(s, self.number, [y.nrows(), y.ncols()])?;
        y.zip_mut_with(&u, |y, &u| *y += u * T::of(self.sigma));
        Ok((y, Some((x[0].clone(), u))))
    }
    fn rev<T: Element>(
        &self,
        s: &Site<'_, T>,
        kept: Self::Res<T>,
        d: Array<T>,
        dp: &mut [Array2<T>],
    ) -> Result<Few<Option<Array<T>>>> {
        if let Some((x, u)) = kept {
            same_shape(self.rule, &[u.nrows(), 1], d.shape())?;
            let share = d.mapv(|d| d * T::of(1.0 / self.sigma));
            s.outer(&x, &(&u * &share).into_shared(), dp)?;
        }
        Ok(smallvec![Some(d); s.layer.arity().0])
    }
}
