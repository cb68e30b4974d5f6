//! Where parameters start.

use super::{Element, Layer, Net, Params, Start, Weight};
use alloc::{string::String, vec::Vec};
use ndarray::Array2;
use num_traits::Float;

/// How an array of weights starts. Arrays that start at a number, such as biases and scales, start there under each.
///
/// `in` is how many numbers are added into one output, `out` how many outputs read one input.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub enum Initialiser {
    /// Uniform with variance $2/(\mathrm{in} + \mathrm{out})$ (Glorot and Bengio 2010).
    #[default]
    Glorot,
    /// Uniform with variance $2/\mathrm{in}$, for rectifiers (He, Zhang, Ren and Sun 2015).
    He,
    /// Uniform with variance $1/\mathrm{in}$ (LeCun, Bottou, Orr and Müller 1998).
    LeCun,
    /// Orthonormal rows, or columns where there are more rows, times a gain (Saxe, McClelland and Ganguli 2013).
    Orthogonal {
        /// The factor.
        gain: f64,
    },
    /// 1 or −1 with equal chances: Boolean weights, *true* and *false*.
    Signs,
    /// Uniform with variance $\mathrm{base}/\mathrm{in}^2$: `LeCun` at the width `base`, and narrower the wider the layer
    /// is. For output layers, so that their outputs and changes stay of one size as the width grows; hidden layers take
    /// `LeCun` (Yang and Hu 2021; the rates of Adam for hidden layers then go with $1/\mathrm{in}$).
    WidthScaled {
        /// The width at which it is `LeCun`.
        base: usize,
    },
}

impl Initialiser {
    /// Returns an array that starts so, from uniform numbers in $[-1, 1)$ that `draw` returns.
    ///
    /// # Example
    /// ```
    /// use pullback::{learn::uniform, net::*};
    /// let w = linear(3, 2).boxes().flat_map(|b| b.generator.weights()).next().ok_or(pullback::Error::NoPartial { op: "" })?;
    /// let q = Initialiser::Orthogonal { gain: 2.0 }.array::<f64>(w, &mut uniform(1));
    /// let gram = q.dot(&q.t()); // 4 on the diagonal
    /// assert!((gram[[0, 0]] - 4.0).abs() < 1e-14 && gram[[0, 1]].abs() < 1e-14);
    /// # Ok::<(), pullback::Error>(())
    /// ```
    pub fn array<T: Element>(self, weight: Weight, draw: &mut impl FnMut() -> f64) -> Array2<T> {
        let (fan_in, fan_out) = match weight.start {
            Start::At(c) => return Array2::from_elem(weight.size, T::of(c)),
            Start::Fans { fan_in, fan_out } => (fan_in.max(1) as f64, fan_out.max(1) as f64),
        };
        let variance = match self {
            Initialiser::Glorot => 2.0 / (fan_in + fan_out),
            Initialiser::He => 2.0 / fan_in,
            Initialiser::LeCun => 1.0 / fan_in,
            Initialiser::WidthScaled { base } => base as f64 / (fan_in * fan_in),
            Initialiser::Signs => {
                return Array2::from_shape_simple_fn(weight.size, || T::of(if draw() < 0.0 { -1.0 } else { 1.0 }));
            }
            Initialiser::Orthogonal { gain } => return orthogonal(weight.size, draw).mapv(|x| T::of(gain * x)),
        };
        let most = Float::sqrt(3.0 * variance);
        Array2::from_shape_simple_fn(weight.size, || T::of(most * draw()))
    }
}

/// Returns a random matrix with orthonormal rows, or columns where there are more rows: normal numbers, made orthogonal
/// one after the other, twice, because once loses digits.
fn orthogonal([rows, columns]: [usize; 2], draw: &mut impl FnMut() -> f64) -> Array2<f64> {
    let (few, long) = (rows.min(columns), rows.max(columns));
    let mut q: Array2<f64> = Array2::from_shape_simple_fn((few, long), || normal(draw));
    for k in 0..2 * few {
        let k = k % few;
        for j in 0..k {
            let along = q.row(j).dot(&q.row(k));
            let other = q.row(j).to_owned();
            q.row_mut(k).scaled_add(-along, &other);
        }
        let length = Float::sqrt(q.row(k).dot(&q.row(k)));
        q.row_mut(k).mapv_inplace(|x| if length > 0.0 { x / length } else { x });
    }
    if rows > columns { q.reversed_axes() } else { q }
}
/// Returns a normal number (Box and Muller 1958).
fn normal(draw: &mut impl FnMut() -> f64) -> f64 {
    let (u, angle) = (1.0 - (draw() + 1.0) / 2.0, core::f64::consts::PI * draw());
    Float::sqrt(-2.0 * Float::ln(u)) * Float::cos(angle)
}

impl Net {
    /// Returns first parameters: weights uniform up to $\pm\sqrt{6/(\mathrm{in} + \mathrm{out})}$ (Glorot), biases zero,
    /// from uniform numbers in $[-1, 1)$ that `draw` returns.
    pub fn init<T: Element>(&self, draw: &mut impl FnMut() -> f64) -> Params<T> {
        self.init_with(|_| Initialiser::Glorot, draw)
    }
    /// Returns first parameters as [`init`](Self::init), each array as `choose` says for its [name](Self::names).
    ///
    /// # Example
    /// ```
    /// use pullback::{category::{Identity, Relu}, learn::uniform, net::*};
    /// let net = dense(100, 50, Relu) >> dense(50, 10, Identity);
    /// let last = |name: &str| name.starts_with("2.");
    /// let choose = |name: &str| if last(name) { Initialiser::WidthScaled { base: 10 } } else { Initialiser::He };
    /// let p: Params = net.init_with(choose, &mut uniform(1));
    /// let most = |site: usize| p.slots[site][0].iter().fold(0.0, |m: f64, w| m.max(w.abs()));
    /// assert!((most(0) / (6.0f64 / 100.0).sqrt() - 1.0).abs() < 0.01); // ±√(3 · 2/in)
    /// assert!((most(2) / (3.0 * 10.0 / 2500.0f64).sqrt() - 1.0).abs() < 0.05);
    /// ```
    pub fn init_with<T: Element>(
        &self,
        choose: impl Fn(&str) -> Initialiser,
        draw: &mut impl FnMut() -> f64,
    ) -> Params<T> {
        let mut names = self.names().into_iter();
        let mut slot = |layer: &Layer| {
            let array = |(w, name): (Weight, String)| choose(&name).array(w, draw);
            layer.weights().into_iter().zip(names.by_ref()).map(array).collect()
        };
        Params::new(self.boxes().map(|b| slot(b.generator)).collect())
    }
}
/// Returns the first parameters of one layer.
pub(crate) fn glorot<T: Element>(layer: &Layer, draw: &mut impl FnMut() -> f64) -> Vec<Array2<T>> {
    layer.weights().into_iter().map(|w| Initialiser::Glorot.array(w, draw)).collect()
}
