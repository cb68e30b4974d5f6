//! A layer at a random point, and what must hold there.

use ndarray::{Array2, Axis, Slice};
use pullback::{
    Dual,
    learn::uniform,
    net::{Array, At, Element, Layer},
};

pub(crate) const AT: At = At { site: 3, draw: Some(5) };

/// A batch of uniform numbers in $[-1, 1)$.
pub(crate) fn batch(rows: usize, columns: usize, seed: u64) -> Array {
    let mut draw = uniform(seed);
    Array2::from_shape_simple_fn((rows, columns), &mut draw).into_shared()
}
pub(crate) fn rows(x: &Array, n: usize) -> Array {
    x.slice_axis(Axis(0), Slice::from(..n)).to_owned().into_shared()
}
/// Random parameters of a layer.
pub(crate) fn parameters(layer: &Layer, seed: u64) -> Vec<Array2<f64>> {
    let mut draw = uniform(seed);
    layer.weights().iter().map(|w| Array2::from_shape_simple_fn(w.size, &mut draw)).collect()
}
pub(crate) fn refs<X>(x: &[X]) -> Vec<&X> {
    x.iter().collect()
}
pub(crate) fn dot<'a>(a: impl IntoIterator<Item = &'a f64>, b: impl IntoIterator<Item = &'a f64>) -> f64 {
    a.into_iter().zip(b).map(|(a, b)| a * b).sum()
}
fn inner(a: &[Array2<f64>], b: &[Array2<f64>]) -> f64 {
    a.iter().zip(b).map(|(a, b)| dot(a, b)).sum()
}

/// A layer at a point, with a direction there and a change of its output.
pub(crate) struct Point {
    pub(crate) layer: Layer,
    pub(crate) p: Vec<Array2<f64>>,
    pub(crate) x: Vec<Array>,
    dp: Vec<Array2<f64>>,
    dx: Vec<Array>,
}
impl Point {
    pub(crate) fn new(layer: Layer, x: &[Array], rows_kept: usize) -> Self {
        let (p, dp) = (parameters(&layer, 11), parameters(&layer, 12));
        let x: Vec<Array> = x.iter().map(|x| rows(x, rows_kept)).collect();
        let dx = x.iter().enumerate().map(|(k, x)| batch(x.nrows(), x.ncols(), 20 + k as u64)).collect();
        Point { layer, p, x, dp, dx }
    }
    pub(crate) fn apply(&self) -> Array {
        self.layer.apply(AT, &self.p, &refs(&self.x)).unwrap()
    }
    pub(crate) fn vjp(&self, dy: &Array) -> (Vec<Array>, Vec<Array2<f64>>) {
        let mut dp: Vec<_> = self.p.iter().map(|p| Array2::zeros(p.raw_dim())).collect();
        let dx = self.layer.vjp(AT, &self.p, &refs(&self.x), &self.apply(), dy, &mut dp).unwrap();
        (dx.to_vec(), dp)
    }
    pub(crate) fn jvp(&self) -> Array {
        self.layer.jvp(AT, &self.p, &refs(&self.x), &self.apply(), &refs(&self.dx), &self.dp).unwrap()
    }

    /// `<J v, w> = <v, Jᵀ w>`, to rounding.
    pub(crate) fn dot_product(&self, name: &str) {
        let y = self.apply();
        let dy = batch(y.nrows(), y.ncols(), 31);
        let (bx, bp) = self.vjp(&dy);
        let forward = dot(&self.jvp(), &dy);
        let backward = self.dx.iter().zip(&bx).map(|(d, b)| dot(d, b)).sum::<f64>() + inner(&self.dp, &bp);
        let size = 1.0 + forward.abs();
        assert!((forward - backward).abs() <= 1e-12 * size, "{name}: {forward} against {backward}");
    }
    /// Every entry of the backward map against differences of fourth order.
    pub(crate) fn differences(&self, name: &str, inputs: bool) {
        let y = self.apply();
        let dy = batch(y.nrows(), y.ncols(), 31);
        let (bx, bp) = self.vjp(&dy);
        let loss = |p: &[Array2<f64>], x: &[Array]| dot(&self.layer.apply(AT, p, &refs(x)).unwrap(), &dy);
        let slope = |f: &dyn Fn(f64) -> f64| {
            let central = |h: f64| (f(h) - f(-h)) / (2.0 * h);
            (4.0 * central(5e-4) - central(1e-3)) / 3.0
        };
        let compare = |what: &str, k: usize, expected: f64, found: f64| {
            let tolerance = 1e-8 * (1.0 + found.abs());
            assert!((expected - found).abs() < tolerance, "{name}, {what}, {k}: {expected} against {found}");
        };
        for (i, bx) in bx.iter().enumerate().filter(|_| inputs) {
            for (k, &found) in bx.iter().enumerate() {
                let moved = |h: f64| {
                    let mut x = self.x.clone();
                    *x[i].iter_mut().nth(k).unwrap() += h;
                    loss(&self.p, &x)
                };
                compare("input", k, slope(&moved), found);
            }
        }
        for (i, bp) in bp.iter().enumerate() {
            for (k, &found) in bp.iter().enumerate() {
                let moved = |h: f64| {
                    let mut p = self.p.clone();
                    *p[i].iter_mut().nth(k).unwrap() += h;
                    loss(&p, &self.x)
                };
                compare("parameter", k, slope(&moved), found);
            }
        }
    }
    /// The forward map of the layer against a run at dual numbers, and the values of both.
    pub(crate) fn dual(&self, name: &str) {
        let paired = |a: &Array2<f64>, d: &Array2<f64>| {
            let all = a.iter().zip(d).map(|(&a, &d)| Dual::new(a, d)).collect();
            Array2::from_shape_vec(a.raw_dim(), all).unwrap()
        };
        let p: Vec<Array2<Dual>> = self.p.iter().zip(&self.dp).map(|(p, d)| paired(p, d)).collect();
        let pairs = self.x.iter().zip(&self.dx);
        let x: Vec<Array<Dual>> = pairs.map(|(x, d)| paired(&x.to_owned(), &d.to_owned()).into_shared()).collect();
        let run = self.layer.apply(AT, &p, &refs(&x)).unwrap();
        let (y, dy) = (self.apply(), self.jvp());
        assert_eq!(run.dim(), y.dim(), "{name}");
        for ((run, &y), &dy) in run.iter().zip(&y).zip(&dy) {
            // not to the bit: products of f64 matrices are fused, those of duals are not
            assert!(
                run.value() == y || (run.value() - y).abs() <= 1e-14 * (1.0 + y.abs()),
                "{name}: {run:?} against {y}"
            );
            assert!((run.tangent() - dy).abs() <= 1e-13 * (1.0 + dy.abs()), "{name}: {} against {dy}", run.tangent());
        }
    }
    /// The same at `f32`, to its precision.
    pub(crate) fn single(&self, name: &str) {
        fn cast(a: &Array2<f64>) -> Array2<f32> {
            a.mapv(|a| a as f32)
        }
        fn back<T: Element>(
            l: &Layer,
            p: &[Array2<T>],
            x: &[Array<T>],
            dy: &Array<T>,
        ) -> (Array<T>, Vec<Array<T>>, Vec<Array2<T>>) {
            let y = l.apply(AT, p, &refs(x)).unwrap();
            let mut dp: Vec<_> = p.iter().map(|p| Array2::zeros(p.raw_dim())).collect();
            let dx = l.vjp(AT, p, &refs(x), &y, dy, &mut dp).unwrap();
            (y, dx.to_vec(), dp)
        }
        let y = self.apply();
        let dy = batch(y.nrows(), y.ncols(), 31);
        let p: Vec<_> = self.p.iter().map(cast).collect();
        let x: Vec<_> = self.x.iter().map(|x| cast(&x.to_owned()).into_shared()).collect();
        let double = back(&self.layer, &self.p, &self.x, &dy);
        let single = back(&self.layer, &p, &x, &cast(&dy.to_owned()).into_shared());
        let all = |y: &Array, dx: &[Array], dp: &[Array2<f64>]| -> Vec<f64> {
            y.iter().chain(dx.iter().flatten()).chain(dp.iter().flatten()).copied().collect()
        };
        let wide = |y: &Array<f32>, dx: &[Array<f32>], dp: &[Array2<f32>]| -> Vec<f64> {
            y.iter().chain(dx.iter().flatten()).chain(dp.iter().flatten()).map(|&a| f64::from(a)).collect()
        };
        let (double, single) = (all(&double.0, &double.1, &double.2), wide(&single.0, &single.1, &single.2));
        for (d, s) in double.iter().zip(&single) {
            assert!(d == s || (d - s).abs() < 2e-4 * (1.0 + d.abs()), "{name}: f32 {s} against {d}");
        }
        assert_eq!(double.len(), single.len());
    }
}
