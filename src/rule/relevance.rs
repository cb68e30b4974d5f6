//! Attribution: how much each input has to do with an output.

use super::{Reverse, Rule, Site, Under};
use crate::{
    error::{Error, Result},
    net::{Array, Element, Params},
};
use alloc::vec;
use ndarray::{Array2, Zip};

/// Layer-wise relevance propagation, ε form: a linear layer shares the relevance of an output among its inputs in
/// proportion to what they gave, $R_x = x \odot ((R_y / \mathrm{stab}(y)) W)$; an activation passes it on.
///
/// # Check
/// In a network of rectifiers without biases, as ε → 0, it is the input times the gradient and sums to the output.
///
/// # Source
/// Bach, Binder, Montavon, Klauschen, Müller and Samek 2015.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LayerwiseRelevance {
    epsilon: f64,
}
impl LayerwiseRelevance {
    /// Returns the rule that stabilises quotients by $\pm\varepsilon$.
    pub const fn epsilon(epsilon: f64) -> Self {
        LayerwiseRelevance { epsilon }
    }
    fn share<T: Element>(&self, z: T, r: T) -> T {
        let e = T::of(self.epsilon);
        r.times((z + T::select(z.ge01(T::zero()), e, -e)).recip())
    }
}
impl Reverse for LayerwiseRelevance {
    fn linear<T: Element>(
        &self,
        s: &Site<'_, T>,
        x: &Array<T>,
        y: &Array<T>,
        r: &Array<T>,
        _: &mut [Array2<T>],
    ) -> Result<Array<T>> {
        let shares = Zip::from(y).and(r).map_collect(|&y, &r| self.share(y, r)).into_shared();
        let back = s.pull(&s.p[0], &shares)?;
        Ok(Zip::from(x).and(&back).map_collect(|&x, &b| x * b).into_shared())
    }
    fn pointwise<T: Element>(&self, _: &Site<'_, T>, _: &Array<T>, _: &Array<T>, r: &Array<T>) -> Result<Array<T>> {
        Ok(r.clone())
    }
    fn add<T: Element>(&self, _: &Site<'_, T>, [a, b]: [&Array<T>; 2], r: &Array<T>) -> Result<[Array<T>; 2]> {
        let part = |x: &Array<T>| {
            Zip::from(x).and(a).and(b).and(r).map_collect(|&x, &a, &b, &r| x * self.share(a + b, r)).into_shared()
        };
        Ok([part(a), part(b)])
    }
    fn other<T: Element>(
        &self,
        s: &Site<'_, T>,
        _: &[&Array<T>],
        _: &Array<T>,
        _: &Array<T>,
        _: &mut [Array2<T>],
    ) -> Result<crate::diagram::Few<Array<T>>> {
        Err(Error::NoReverse { rule: Rule::name(self), layer: s.layer.kernel_name() })
    }
}
impl<T: Element> Under<LayerwiseRelevance, T> {
    /// Returns the relevance of every input for the output `class` of every sample.
    ///
    /// # Errors
    /// [`Error::ShapeMismatch`] where there is no such output, and those of a pass.
    pub fn explain(&self, p: &Params<T>, x: &Array<T>, class: usize) -> Result<Array<T>> {
        let (y, kept) = self.forward(p, None, x.clone())?;
        if class >= y.ncols() {
            return Err(Error::ShapeMismatch { op: "explain", expected: vec![y.ncols()], found: vec![class] });
        }
        let mut r: Array<T> = Array::zeros(y.raw_dim());
        r.column_mut(class).assign(&y.column(class));
        let mut unused = crate::lens::Object::zero(p);
        Ok(self.back(p, None, kept, r, &mut unused)?.unwrap_or_else(|| Array::zeros(x.raw_dim())))
    }
}
