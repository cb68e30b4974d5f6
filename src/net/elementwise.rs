//! Layers that work number by number, and those that do nothing to the numbers.

use super::{
    Activation, Array, Element, Shape,
    array::{numbers, same_shape},
    buffers::Running,
    layer::{At, Kernel, Seen},
};
use crate::{
    diagram::Few,
    error::{Result, same_len},
};
use alloc::{format, string::String};
use ndarray::{Array2, Zip};
use smallvec::smallvec;

/// An [`Activation`] on every number. Made by [`pointwise`](super::pointwise).
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Pointwise(pub Activation);
impl Kernel for Pointwise {
    fn name(&self) -> &'static str {
        "pointwise"
    }
    fn label(&self) -> String {
        self.0.name()
    }
    fn shape(&self, x: &[Option<Shape>]) -> Result<Option<Shape>> {
        Ok(x[0].clone())
    }
    fn apply<T: Element>(&self, at: At, p: &[Array2<T>], x: &[&Array<T>]) -> Result<Array<T>> {
        self.apply_in(at, p, x, Running::default())
    }
    fn apply_in<T: Element>(&self, _: At, _: &[Array2<T>], x: &[&Array<T>], run: Running<'_, T>) -> Result<Array<T>> {
        Ok(self.0.map(x[0], run))
    }
    fn jvp<T: Element>(&self, s: &Seen<'_, T>, dx: &[&Array<T>], _: &[Array2<T>]) -> Result<Array<T>> {
        self.0.times_slope(s.x[0], s.y, dx[0])
    }
    fn vjp<T: Element>(&self, s: &Seen<'_, T>, dy: &Array<T>, dp: &mut [Array2<T>]) -> Result<Few<Array<T>>> {
        self.vjp_in(s, dy, dp, Running::default())
    }
    fn vjp_in<T: Element>(
        &self,
        s: &Seen<'_, T>,
        dy: &Array<T>,
        _: &mut [Array2<T>],
        run: Running<'_, T>,
    ) -> Result<Few<Array<T>>> {
        Ok(smallvec![self.0.times_slope_in(s.x[0], s.y, dy, run)?])
    }
}

/// Returns the common shape of two inputs.
fn joined(op: &'static str, x: &[Option<Shape>]) -> Result<Option<Shape>> {
    if let [Some(a), Some(b)] = x {
        same_shape(op, a, b)?;
    }
    Ok(x.iter().flatten().next().cloned())
}
fn both<T: Element>(a: &Array<T>, b: &Array<T>, f: impl Fn(T, T) -> T) -> Array<T> {
    Zip::from(a).and(b).map_collect(|&a, &b| f(a, b)).into_shared()
}

/// $a + b$. Backward the change is copied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Add;
impl Kernel for Add {
    fn name(&self) -> &'static str {
        "add"
    }
    fn label(&self) -> String {
        "+".into()
    }
    fn inputs(&self) -> usize {
        2
    }
    fn shape(&self, x: &[Option<Shape>]) -> Result<Option<Shape>> {
        joined("add", x)
    }
    fn apply<T: Element>(&self, _: At, _: &[Array2<T>], x: &[&Array<T>]) -> Result<Array<T>> {
        same_shape("add", x[0].shape(), x[1].shape())?;
        Ok(both(x[0], x[1], |a, b| a + b))
    }
    fn jvp<T: Element>(&self, s: &Seen<'_, T>, dx: &[&Array<T>], _: &[Array2<T>]) -> Result<Array<T>> {
        self.apply(s.at, s.p, dx)
    }
    fn vjp<T: Element>(&self, _: &Seen<'_, T>, dy: &Array<T>, _: &mut [Array2<T>]) -> Result<Few<Array<T>>> {
        Ok(smallvec![dy.clone(), dy.clone()])
    }
}

/// $a\,b$, number by number: a gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Mul;
impl Kernel for Mul {
    fn name(&self) -> &'static str {
        "mul"
    }
    fn label(&self) -> String {
        "×".into()
    }
    fn inputs(&self) -> usize {
        2
    }
    fn shape(&self, x: &[Option<Shape>]) -> Result<Option<Shape>> {
        joined("mul", x)
    }
    fn apply<T: Element>(&self, _: At, _: &[Array2<T>], x: &[&Array<T>]) -> Result<Array<T>> {
        same_shape("mul", x[0].shape(), x[1].shape())?;
        Ok(both(x[0], x[1], |a, b| a * b))
    }
    fn jvp<T: Element>(&self, s: &Seen<'_, T>, dx: &[&Array<T>], _: &[Array2<T>]) -> Result<Array<T>> {
        let mut dy = both(s.x[1], dx[0], T::times);
        dy.zip_mut_with(&both(s.x[0], dx[1], T::times), |a, &b| *a += b);
        Ok(dy)
    }
    fn vjp<T: Element>(&self, s: &Seen<'_, T>, dy: &Array<T>, _: &mut [Array2<T>]) -> Result<Few<Array<T>>> {
        same_shape("mul", s.x[0].shape(), dy.shape())?;
        Ok(smallvec![both(s.x[1], dy, T::times), both(s.x[0], dy, T::times)])
    }
}

/// The same numbers in another shape.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Reshape(pub Shape);
impl Kernel for Reshape {
    fn name(&self) -> &'static str {
        "reshape"
    }
    fn label(&self) -> String {
        format!("reshape {:?}", self.0)
    }
    fn shape(&self, x: &[Option<Shape>]) -> Result<Option<Shape>> {
        if let Some(shape) = &x[0] {
            same_len("reshape", numbers(&self.0), numbers(shape))?;
        }
        Ok(Some(self.0.clone()))
    }
    fn apply<T: Element>(&self, _: At, _: &[Array2<T>], x: &[&Array<T>]) -> Result<Array<T>> {
        same_len("reshape", numbers(&self.0), x[0].ncols())?;
        Ok(x[0].clone())
    }
    fn jvp<T: Element>(&self, _: &Seen<'_, T>, dx: &[&Array<T>], _: &[Array2<T>]) -> Result<Array<T>> {
        Ok(dx[0].clone())
    }
    fn vjp<T: Element>(&self, _: &Seen<'_, T>, dy: &Array<T>, _: &mut [Array2<T>]) -> Result<Few<Array<T>>> {
        Ok(smallvec![dy.clone()])
    }
}

/// The same numbers forward; backward exactly nothing, under every rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Detach;
impl Kernel for Detach {
    fn name(&self) -> &'static str {
        "detach"
    }
    fn shape(&self, x: &[Option<Shape>]) -> Result<Option<Shape>> {
        Ok(x[0].clone())
    }
    fn apply<T: Element>(&self, _: At, _: &[Array2<T>], x: &[&Array<T>]) -> Result<Array<T>> {
        Ok(x[0].clone())
    }
    fn jvp<T: Element>(&self, s: &Seen<'_, T>, _: &[&Array<T>], _: &[Array2<T>]) -> Result<Array<T>> {
        Ok(Array::zeros(s.x[0].raw_dim()))
    }
    fn vjp<T: Element>(&self, s: &Seen<'_, T>, _: &Array<T>, _: &mut [Array2<T>]) -> Result<Few<Array<T>>> {
        Ok(smallvec![Array::zeros(s.x[0].raw_dim())])
    }
}
