//! The dense linear layer.

use super::{
    Array, Element, Shape,
    array::same_shape,
    buffers::Running,
    layer::{At, Kernel, Seen, Start, Weight},
};
use crate::{
    diagram::Few,
    error::{Result, same_len},
};
use alloc::{format, string::String, vec, vec::Vec};
use ndarray::{Array2, ArrayViewMut2, Axis, Slice, Zip, linalg::general_mat_mul};

/// $y = x W^\top + b$ with $W : \mathrm{outs} \times \mathrm{ins}$, $b : 1 \times \mathrm{outs}$. Made by
/// [`linear`](super::linear) and [`dense`](super::dense).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
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
        let sizes = [[self.outs, self.ins], [1, self.outs]]; // as `weights`, without a list of them
        let needed = 1 + usize::from(self.bias);
        sizes.iter().zip(p).take(needed).try_for_each(|(size, p)| same_shape("linear", size, p.shape()))?;
        same_len("linear", needed, p.len().min(needed))
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
            crate::error::same_len("linear", self.ins, super::numbers(shape))?;
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
    fn apply<T: Element>(&self, at: At, p: &[Array2<T>], x: &[&Array<T>]) -> Result<Array<T>> {
        self.apply_in(at, p, x, Running::default())
    }
    fn apply_in<T: Element>(&self, _: At, p: &[Array2<T>], x: &[&Array<T>], run: Running<'_, T>) -> Result<Array<T>> {
        self.read(p, x[0])?;
        Ok(run.make([x[0].nrows(), self.outs], |y| {
            if self.bias {
                y.rows_mut().into_iter().for_each(|mut row| row.assign(&p[1].row(0)));
            }
            let before = if self.bias { T::one() } else { T::zero() };
            general_mat_mul(T::one(), x[0], &p[0].t(), before, y);
        }))
    }
    fn jvp<T: Element>(&self, s: &Seen<'_, T>, dx: &[&Array<T>], dp: &[Array2<T>]) -> Result<Array<T>> {
        self.read(s.p, s.x[0])?;
        same_shape("linear", s.x[0].shape(), dx[0].shape())?;
        let mut dy = self.apply(s.at, dp, s.x)?.into_owned();
        general_mat_mul(T::one(), dx[0], &s.p[0].t(), T::one(), &mut dy);
        Ok(dy.into_shared())
    }
    fn vjp<T: Element>(&self, s: &Seen<'_, T>, dy: &Array<T>, dp: &mut [Array2<T>]) -> Result<Few<Array<T>>> {
        self.vjp_in(s, dy, dp, Running::default())
    }
    fn vjp_in<T: Element>(
        &self,
        s: &Seen<'_, T>,
        dy: &Array<T>,
        dp: &mut [Array2<T>],
        run: Running<'_, T>,
    ) -> Result<Few<Array<T>>> {
        self.read(s.p, s.x[0])?;
        self.outer(s.x[0], dy, dp)?;
        Ok(smallvec::smallvec![self.pull_in(&s.p[0], dy, run)?])
    }
    fn linear(&self) -> bool {
        true
    }
    fn products(&self) -> usize {
        self.ins.saturating_mul(self.outs)
    }
    fn reads(&self) -> Option<usize> {
        Some(self.ins)
    }
    fn pull<T: Element>(&self, w: &Array2<T>, dy: &Array<T>) -> Result<Array<T>> {
        self.pull_in(w, dy, Running::default())
    }
    fn pull_in<T: Element>(&self, w: &Array2<T>, dy: &Array<T>, run: Running<'_, T>) -> Result<Array<T>> {
        same_shape("linear", &[self.outs, self.ins], w.shape())?;
        same_shape("linear", &[dy.nrows(), self.outs], dy.shape())?;
        Ok(run.make([dy.nrows(), self.ins], |dx| general_mat_mul(T::one(), dy, w, T::zero(), dx)))
    }
    fn outer<T: Element>(&self, x: &Array<T>, dy: &Array<T>, dp: &mut [Array2<T>]) -> Result<()> {
        same_shape("linear", &[x.nrows(), self.outs], dy.shape())?;
        same_shape("linear", &[x.nrows(), self.ins], x.shape())?;
        let mut dp = dp.iter_mut();
        if let Some(dw) = dp.next() {
            same_shape("linear", &[self.outs, self.ins], dw.shape())?;
            general_mat_mul(T::one(), &dy.t(), x, T::one(), dw);
        }
        if let (true, Some(db)) = (self.bias, dp.next()) {
            same_shape("linear", &[1, self.outs], db.shape())?;
            let mut db = db.row_mut(0);
            dy.rows().into_iter().for_each(|row| db.zip_mut_with(&row, |b, &d| *b += d));
        }
        Ok(())
    }
    fn per_row<T: Element>(&self, s: &Seen<'_, T>, dy: &Array<T>, mut out: ArrayViewMut2<'_, T>) -> Result<()> {
        let (x, weights) = (s.x[0], self.ins * self.outs);
        same_shape("linear", &[x.nrows(), self.ins], x.shape())?;
        same_shape("linear", &[x.nrows(), self.outs], dy.shape())?;
        same_shape("linear", &[x.nrows(), weights + if self.bias { self.outs } else { 0 }], out.shape())?;
        for (o, d) in dy.columns().into_iter().enumerate() {
            let rows = out.slice_axis_mut(Axis(1), Slice::from(o * self.ins..(o + 1) * self.ins));
            Zip::from(rows).and(x).and_broadcast(d.insert_axis(Axis(1))).for_each(|out, &x, &d| *out = x * d);
        }
        if self.bias {
            out.slice_axis_mut(Axis(1), Slice::from(weights..)).assign(dy);
        }
        Ok(())
    }
}
