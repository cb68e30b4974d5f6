//! The loss: cross-entropy, or the square for rules that are made for it.

use ndarray::Array2;
use pullback::{
    Result,
    learn::{batch_quadratic, class_cross_entropy},
    lens::Para,
    net::Array,
};

/// A loss whose labels are classes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Loss {
    CrossEntropy,
    /// Half of the squared distance from 1 at the class and 0 elsewhere.
    Squared,
}
fn ones(classes: &[usize], like: &Array<f32>) -> Array<f32> {
    Array2::from_shape_fn(like.raw_dim(), |(i, k)| f32::from(u8::from(classes.get(i) == Some(&k)))).into_shared()
}
impl Para for Loss {
    type P = Vec<usize>;
    type A = Array<f32>;
    type B = f32;
    type M = Array<f32>;
    fn fwd(&self, classes: &[usize], y: Array<f32>) -> Result<(f32, Array<f32>)> {
        match self {
            Loss::CrossEntropy => class_cross_entropy().fwd(classes, y),
            Loss::Squared => batch_quadratic().fwd(&ones(classes, &y), y),
        }
    }
    fn rows(&self, classes: &[usize], y: Array<f32>) -> Result<Vec<f32>> {
        match self {
            Loss::CrossEntropy => class_cross_entropy().rows(classes, y),
            Loss::Squared => batch_quadratic().rows(&ones(classes, &y), y),
        }
    }
    fn bwd(&self, _: &[usize], d: Array<f32>, by: f32, _: &mut Vec<()>) -> Result<Array<f32>> {
        Ok(d.mapv(|d| d * by).into_shared()) // both keep the derivative
    }
}
