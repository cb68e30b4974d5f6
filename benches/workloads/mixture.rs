//! The log likelihood of a Gaussian mixture, as in ADBench: many parameters, many data, mostly products and sums.
//!
//! Parameters: a weight a component; its mean; the logarithms of the diagonal of its inverse square root, then the rest
//! of that triangle, row after row.

use super::{Random, Workload};
use crate::Number;

pub(crate) struct Mixture {
    pub(crate) dim: usize,
    pub(crate) components: usize,
    pub(crate) points: usize,
    pub(crate) data: Vec<f64>,
}

/// The parameters, by component.
pub(crate) struct Parts<'a, T> {
    pub(crate) weight: &'a [T],
    pub(crate) mean: &'a [T],
    pub(crate) root: &'a [T],
}

impl Mixture {
    pub(crate) fn new(dim: usize, components: usize, points: usize) -> Self {
        let mut random = Random(12_345_678_912_345);
        Mixture { dim, components, points, data: (0..points * dim).map(|_| random.normal()).collect() }
    }
    /// Returns the length of one triangle.
    pub(crate) fn triangle(&self) -> usize {
        self.dim * (self.dim + 1) / 2
    }
    pub(crate) fn parts<'a, T>(&self, x: &'a [T]) -> Parts<'a, T> {
        let (weight, rest) = x.split_at(self.components);
        let (mean, root) = rest.split_at(self.components * self.dim);
        Parts { weight, mean, root }
    }
    pub(crate) fn datum(&self, point: usize) -> &[f64] {
        &self.data[point * self.dim..(point + 1) * self.dim]
    }
    /// Returns the exponentials of the diagonals, and the sum of the logarithms for each component.
    pub(crate) fn diagonals<T: Number>(&self, root: &[T]) -> (Vec<T>, Vec<T>) {
        let logs = root.chunks(self.triangle()).map(|root| &root[..self.dim]);
        (
            logs.clone().flatten().map(|q| q.exp()).collect(),
            logs.map(|q| q.iter().fold(T::lit(0.0), |sum, &q| sum + q)).collect(),
        )
    }
    /// Returns the prior: half the squares of the triangles, less the logarithms.
    pub(crate) fn prior<T: Number>(&self, root: &[T], diagonal: &[T], logs: &[T]) -> T {
        let mut sum = T::lit(0.0);
        for j in 0..self.components {
            let below = &root[j * self.triangle() + self.dim..(j + 1) * self.triangle()];
            for &q in diagonal[j * self.dim..(j + 1) * self.dim].iter().chain(below) {
                sum = sum + q * q;
            }
            sum = sum - logs[j];
        }
        sum * 0.5
    }
}

/// Returns $\ln\sum_k e^{x_k}$, shifted by the largest.
fn log_sum_exp<T: Number>(x: &[T]) -> T {
    let top = x.iter().fold(f64::NEG_INFINITY, |top, x| top.max(x.primal()));
    let sum = x.iter().fold(T::lit(0.0), |sum, &x| sum + (x - top).exp());
    sum.ln() + top
}

impl Workload for Mixture {
    fn name(&self) -> String {
        format!("mixture d{} k{} n{}", self.dim, self.components, self.points)
    }
    fn point(&self) -> Vec<f64> {
        let mut random = Random(999_331);
        (0..self.components * (1 + self.dim + self.triangle())).map(|_| 0.3 * random.normal()).collect()
    }
    #[inline(never)]
    fn call<T: Number>(&self, x: &[T]) -> T {
        let (d, k, m) = (self.dim, self.components, self.triangle());
        let Parts { weight, mean, root } = self.parts(x);
        let (diagonal, logs) = self.diagonals(root);
        let mut terms = vec![T::lit(0.0); k];
        let mut centred = vec![T::lit(0.0); d];
        let mut total = T::lit(0.0);
        for point in 0..self.points {
            for j in 0..k {
                for ((c, &x), &mean) in centred.iter_mut().zip(self.datum(point)).zip(&mean[j * d..]) {
                    *c = T::lit(x) - mean;
                }
                let mut below = &root[j * m + d..(j + 1) * m];
                let mut squares = T::lit(0.0);
                for a in 0..d {
                    let (row, rest) = below.split_at(a);
                    below = rest;
                    let mut sum = diagonal[j * d + a] * centred[a];
                    for (&l, &c) in row.iter().zip(&centred) {
                        sum = sum + l * c;
                    }
                    squares = squares + sum * sum;
                }
                terms[j] = weight[j] + logs[j] - squares * 0.5;
            }
            total = total + log_sum_exp(&terms);
        }
        total - log_sum_exp(weight) * self.points as f64 + self.prior(root, &diagonal, &logs)
    }
    #[inline(never)]
    fn gradient(&self, x: &[f64], g: &mut [f64]) -> f64 {
        let (d, k, m) = (self.dim, self.components, self.triangle());
        let Parts { weight, mean, root } = self.parts(x);
        g.fill(0.0);
        let (g_weight, rest) = g.split_at_mut(k);
        let (g_mean, g_root) = rest.split_at_mut(k * d);
        let (diagonal, logs) = self.diagonals(root);
        let (mut g_diagonal, mut g_logs) = (vec![0.0; k * d], vec![0.0; k]);
        let (mut terms, mut centred, mut rotated) = (vec![0.0; k], vec![0.0; k * d], vec![0.0; k * d]);
        let mut g_centred = vec![0.0; d];
        let mut total = 0.0;
        for point in 0..self.points {
            let x = self.datum(point);
            for j in 0..k {
                let c = &mut centred[j * d..(j + 1) * d];
                for a in 0..d {
                    c[a] = x[a] - mean[j * d + a];
                }
                let below = &root[j * m + d..(j + 1) * m];
                let (mut squares, mut o) = (0.0, 0);
                for a in 0..d {
                    let mut sum = diagonal[j * d + a] * c[a];
                    let row = &below[o..o + a];
                    for b in 0..a {
                        sum += row[b] * c[b];
                    }
                    o += a;
                    rotated[j * d + a] = sum;
                    squares += sum * sum;
                }
                terms[j] = weight[j] + logs[j] - 0.5 * squares;
            }
            let top = terms.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let mut sum = 0.0;
            for t in &mut terms {
                *t = (*t - top).exp();
                sum += *t;
            }
            total += sum.ln() + top;
            for j in 0..k {
                let w = terms[j] / sum;
                g_weight[j] += w;
                g_logs[j] += w;
                g_centred.fill(0.0);
                let c = &centred[j * d..(j + 1) * d];
                let below = &root[j * m + d..(j + 1) * m];
                let g_below = &mut g_root[j * m + d..(j + 1) * m];
                let mut o = 0;
                for a in 0..d {
                    let b_sum = -w * rotated[j * d + a];
                    g_diagonal[j * d + a] += b_sum * c[a];
                    g_centred[a] += b_sum * diagonal[j * d + a];
                    let (row, g_row) = (&below[o..o + a], &mut g_below[o..o + a]);
                    for b in 0..a {
                        g_row[b] += b_sum * c[b];
                        g_centred[b] += b_sum * row[b];
                    }
                    o += a;
                }
                for a in 0..d {
                    g_mean[j * d + a] -= g_centred[a];
                }
            }
        }
        for j in 0..k {
            for a in 0..d {
                g_diagonal[j * d + a] += diagonal[j * d + a];
            }
            for a in d..m {
                g_root[j * m + a] += root[j * m + a];
            }
            g_logs[j] -= 0.5;
        }
        let top = weight.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let sum: f64 = weight.iter().map(|w| (w - top).exp()).sum();
        for j in 0..k {
            g_weight[j] -= self.points as f64 * (weight[j] - top).exp() / sum;
            for a in 0..d {
                g_root[j * m + a] += g_logs[j] + g_diagonal[j * d + a] * diagonal[j * d + a];
            }
        }
        total - self.points as f64 * (sum.ln() + top) + self.prior(root, &diagonal, &logs)
    }
}
