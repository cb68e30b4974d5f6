//! The dense linear layer.

use super::{
    Array, Element, Shape,
    array::same_shape,
    layer::{At, Kernel, Start, Weight},
};
use crate::{diagram::Few, error::Result};
use alloc::{format, string::String, vec, vec::Vec};
use ndarray::{Array2, linalg::general_mat_mul};

/// $y = x W^\top + b$ with $W : \mathrm{outs} \times \mathrm{ins}$, $b : 1 \times \mathrm{outs}$. Made by
/// [`linear`](super::linear) and [`dense`](super::dense).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Linear {
    /// The number of inputs.
    pub ins: usize,
    /// The number of outputs.
    pub outs: usize,
    /// Whether there is a $b$.
    pub bias: bool,
}

impl Linear {
    fn read<T: Element>(&self, p: &[Array2<T>], x: &Array<T>) -> Result<()> {
        same_shape("linear", &[x.nrows(), self.ins], x.shape())?;
        for (p, weight) in p.iter().zip(self.weights()) {
            same_shape("linear", &weight.size, p.shape())?;
        }
        crate::error::same_len("linear", 1 + usize::from(self.bias), p.len().min(1 + usize::from(self.bias)))
    }
    pub(super) fn pull<T: Element>(&self, w: &Array2<T>, dy: &Array<T>) -> Result<Array<T>> {
        same_shape("linear", &[self.outs, self.ins], w.shape())?;
        same_shape("linear", &[dy.nrows(), self.outs], dy.shape())?;
        Ok(dy.dot(w).into_shared())
    }
    pub(super) fn outer<T: Element>(&self, x: &Array<T>, dy: &Array<T>, dp: &mut [Array2<T>]) -> Result<()> {
        same_shape("linear", &[x.nrows(), self.outs], dy.shape())?;
        same_shape("linear", &[x.nrows(), self.ins], x.shape())?;
        let mut dp = dp.iter_mut();
        if let Some(dw) = dp.next() {
            general_mat_mul(T::one(), &dy.t(), x, T::one(), dw);
        }
        if let (true, Some(db)) = (self.bias, dp.next()) {
            let mut db = db.row_mut(0);
            dy.rows().into_iter().for_each(|row| db.zip_mut_with(&row, |b, &d| *b += d));
        }
        Ok(())
    }
}
impl Kernel for Linear {
    fn name(&self) -> &'static str {
        "linear"
    }
    fn label(&self) -> String {
        format!("linear {}→{}", self.ins, self.outs)
    }
    fn shape(&self, x: &[Option<Shape>]) -> Result<Option<Shape>> {
        if let Some(Some(shape)) = x.first() {
            crate::error::same_len("linear", self.ins, shape.iter().product())?;
        }
        Ok(Some(vec![self.outs]))
    }
    fn weights(&self) -> Vec<Weight> {
        let start = Start::Fans { fan_in: self.ins, fan_out: self.outs };
        let mut all = vec![Weight { name: "weight", size: [self.outs, self.ins], start }];
        if self.bias {
            all.push(Weight { name: "bias", size: [1, self.outs], start: Start::At(0.0) });
        }
        all
    }
    fn apply<T: Element>(&self, _: At, p: &[Array2<T>], x: &[&Array<T>]) -> Result<Array<T>> {
        self.read(p, x[0])?;
        let mut y = match self.bias {
            true => p[1].broadcast((x[0].nrows(), self.outs)).map_or_else(|| Array2::zeros((0, 0)), |b| b.to_owned()),
            false => Array2::zeros((x[0].nrows(), self.outs)),
        };
        general_mat_mul(T::one(), x[0], &p[0].t(), T::one(), &mut y);
        Ok(y.into_shared())
    }
    fn jvp<T: Element>(
        &self,
        _: At,
        p: &[Array2<T>],
        x: &[&Array<T>],
        _: &Array<T>,
        dx: &[&Array<T>],
        dp: &[Array2<T>],
    ) -> Result<Array<T>> {
        self.read(p, x[0])?;
        let mut dy = self.apply(At { site: 0, draw: None }, dp, x)?.into_owned();
        general_mat_mul(T::one(), dx[0], &p[0].t(), T::one(), &mut dy);
        Ok(dy.into_shared())
    }
    fn vjp<T: Element>(
        &self,
        _: At,
        p: &[Array2<T>],
        x: &[&Array<T>],
        _: &Array<T>,
        dy: &Array<T>,
        dp: &mut [Array2<T>],
    ) -> Result<Few<Array<T>>> {
        self.read(p, x[0])?;
        self.outer(x[0], dy, dp)?;
        Ok(smallvec::smallvec![self.pull(&p[0], dy)?])
    }
}
