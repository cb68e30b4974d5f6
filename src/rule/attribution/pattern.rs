//! Patterns: the direction in which a unit's input moves with its output.

use super::{Explain, Probe, Start};
use crate::{
    error::{Error, Result},
    net::{Activation, Array, Element, Layer, Net, Params, same_shape},
    real::Primitive,
    rule::{Backprop, Reverse, Site},
};
use alloc::{sync::Arc, vec, vec::Vec};
use ndarray::{Array2, Zip};

/// For each linear layer a matrix in the shape of its weights: its row is the *signal* of a unit, the direction in which
/// the input changes when the output does. With $y = w \cdot x$ and means $E_+$ over the samples that open the unit,
///
/// $$ p = \frac{c}{w \cdot c}, \qquad c = E_+(x y) - E_+(x)\,E(y). $$
///
/// A unit behind which no rectifier stands is always open: then $c$ is the covariance. One that never opens has $p = 0$.
///
/// # Check
/// $w \cdot p = 1$. If $x = a\,y + n$ with noise that $y$ does not move with, $p = a$, while the gradient is $w$.
///
/// # Source
/// Kindermans, Schütt, Alber, Müller, Erhan, Kim and Dähne 2018.
#[derive(Clone, Debug, PartialEq)]
pub struct Patterns {
    of: Arc<[Option<Array2<f64>>]>,
}
impl Patterns {
    /// Returns the patterns of a network, from one pass over data. Labels are not needed.
    ///
    /// # Errors
    /// Those of a pass; [`Error::NoReverse`] of a linear layer that is not dense.
    ///
    /// # Example
    /// ```
    /// use pullback::{net::*, rule::*};
    /// use ndarray::arr2;
    /// // x = (s, 0) + d (1, 1): the weights (1, -1) cancel the distractor d, the signal is (1, 0)
    /// let p = Params::new(vec![vec![arr2(&[[1.0, -1.0]])]]);
    /// let data = arr2(&[[2.0, 1.0], [0.0, -1.0], [0.0, 1.0], [-2.0, -1.0]]).into_shared();
    /// let patterns = Patterns::fit(&linear(2, 1), &p, [data.clone()])?;
    /// let map = linear(2, 1).under(PatternNet::new(&patterns)).explain(&p, &data, 0)?;
    /// assert_eq!(map.row(0), ndarray::arr1(&[1.0, 0.0]));
    /// # Ok::<(), pullback::Error>(())
    /// ```
    pub fn fit<T: Element>(net: &Net, p: &Params<T>, data: impl IntoIterator<Item = Array<T>>) -> Result<Self> {
        let under = net.under::<_, T>(Backprop);
        let mut sums: Vec<Option<Sums>> = net.boxes().map(|_| None).collect();
        for x in data {
            let (_, kept) = under.forward(p, None, x)?;
            for (b, (x, y)) in net.boxes().zip(kept) {
                if matches!(b.generator, Layer::Linear(_)) {
                    let gated = net.boxes().any(|next| {
                        next.args.iter().any(|w| w.index() == b.outputs.start)
                            && next.generator.activation() == Some(Activation::Relu)
                    });
                    let sums = sums[b.site].get_or_insert_with(|| Sums::new(x[0].ncols(), y.ncols()));
                    sums.add(&x[0].map(widen), &y.map(widen), p.slots[b.site].get(1).map(|b| b.map(widen)), gated);
                } else if b.generator.is_linear() {
                    return Err(Error::NoReverse { rule: "Patterns", layer: b.generator.kernel_name() });
                }
            }
        }
        let fit = |(k, s): (usize, Option<Sums>)| s.zip(p.slots[k].first()).map(|(s, w)| s.pattern(&w.map(widen)));
        Ok(Patterns { of: sums.into_iter().enumerate().map(fit).collect() })
    }
    fn at<T: Element>(&self, s: &Site<'_, T>) -> Vec<Array2<T>> {
        self.of.get(s.at.site).into_iter().flatten().map(|p| p.mapv(T::of)).collect()
    }
}
fn widen<T: Element>(x: &T) -> f64 {
    x.primal().widen()
}
/// What one pass over data adds up for a layer.
struct Sums {
    open: Vec<f64>,
    x: Array2<f64>,
    xy: Array2<f64>,
    y: Vec<f64>,
    rows: f64,
}
impl Sums {
    fn new(ins: usize, outs: usize) -> Self {
        let zeros = || Array2::zeros((outs, ins));
        Sums { open: vec![0.0; outs], x: zeros(), xy: zeros(), y: vec![0.0; outs], rows: 0.0 }
    }
    fn add(&mut self, x: &Array2<f64>, a: &Array2<f64>, bias: Option<Array2<f64>>, gated: bool) {
        let open = a.mapv(|a| f64::from(u8::from(!gated || a > 0.0)));
        let y = bias.map_or_else(|| a.clone(), |b| a - &b);
        self.x += &open.t().dot(x);
        self.xy += &(&open * &y).t().dot(x);
        self.rows += a.nrows() as f64;
        for (k, (open, y)) in open.columns().into_iter().zip(y.columns()).enumerate() {
            self.open[k] += open.sum();
            self.y[k] += y.sum();
        }
    }
    fn pattern(self, w: &Array2<f64>) -> Array2<f64> {
        let mut p = self.xy;
        for (k, mut p) in p.rows_mut().into_iter().enumerate() {
            let open = self.open[k].max(1.0);
            Zip::from(&mut p).and(self.x.row(k)).for_each(|c, &x| *c = (*c - x * self.y[k] / self.rows) / open);
            let along = w.row(k).dot(&p);
            p.mapv_inplace(|c| if along == 0.0 { 0.0 } else { c / along });
        }
        p
    }
}
/// What a rule has fixed for a layer, in the shape of the weights.
fn fitted<'a, T: Element>(s: &Site<'a, T>) -> Result<&'a Array2<T>> {
    let found = s.fixed.first().map_or(&[][..], |p| p.shape());
    same_shape("patterns", s.p[0].shape(), found)?;
    Ok(&s.fixed[0])
}

/// Backprop with the [`Patterns`] in the place of the weights: what comes back is the signal in the input, not the
/// direction in which the network filters it.
///
/// # Check
/// With the weights as patterns it is the gradient.
///
/// # Source
/// As [`Patterns`].
#[derive(Clone, Debug, PartialEq)]
pub struct PatternNet(Patterns);
impl PatternNet {
    /// Returns the rule with these patterns.
    pub fn new(patterns: &Patterns) -> Self {
        PatternNet(patterns.clone())
    }
}
impl Reverse for PatternNet {
    fn learns(&self) -> bool {
        false
    }
    fn fixed<T: Element>(&self, s: &Site<'_, T>) -> Vec<Array2<T>> {
        self.0.at(s)
    }
    fn linear<T: Element>(
        &self,
        s: &Site<'_, T>,
        _: &Array<T>,
        _: &Array<T>,
        dy: &Array<T>,
        _: &mut [Array2<T>],
    ) -> Result<Array<T>> {
        s.pull(fitted(s)?, dy)
    }
}
impl Explain for PatternNet {}

/// Relevance by patterns: the weights times the [`Patterns`], number by number, stand in the place of the weights.
///
/// # Check
/// $w \cdot p = 1$, so a linear layer conserves; a closed rectifier passes nothing.
///
/// # Source
/// As [`Patterns`].
#[derive(Clone, Debug, PartialEq)]
pub struct PatternAttribution(Patterns);
impl PatternAttribution {
    /// Returns the rule with these patterns.
    pub fn new(patterns: &Patterns) -> Self {
        PatternAttribution(patterns.clone())
    }
}
impl Reverse for PatternAttribution {
    fn learns(&self) -> bool {
        false
    }
    fn fixed<T: Element>(&self, s: &Site<'_, T>) -> Vec<Array2<T>> {
        self.0.at(s)
    }
    fn linear<T: Element>(
        &self,
        s: &Site<'_, T>,
        _: &Array<T>,
        _: &Array<T>,
        dy: &Array<T>,
        _: &mut [Array2<T>],
    ) -> Result<Array<T>> {
        s.pull(&(fitted(s)? * &s.p[0]), dy)
    }
}
impl Explain for PatternAttribution {
    fn explain<T: Element>(&self, x: &Array<T>, probe: &Probe<'_, T>) -> Result<Array<T>> {
        probe.back(x, Start::Score)
    }
}
