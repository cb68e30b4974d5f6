//! The log posterior of a Gaussian mixture with a Wishart prior.
//!
//! $$ -n\big(\tfrac d2 \ln 2\pi + \mathrm{lse}(\alpha)\big) + \sum_i \mathrm{lse}_k\big(\alpha_k + \textstyle\sum_j q_{kj} -
//! \tfrac12 \|Q_k (x_i - \mu_k)\|^2\big) + \text{prior} $$
//!
//! $Q_k$ is lower triangular with diagonal $e^{q_k}$; the rest, $l_k$, is packed column after column.

use super::{Failure, Job, Mode, Outcome, finite, length, mode};
use pullback::{Operation, Real, Result, apply, log_sum_exp, sum};
use serde::Deserialize;
use serde_json::{Value, json};
use smallvec::SmallVec;
use std::f64::consts::{LN_2, PI};

#[derive(Deserialize)]
struct Input {
    d: usize,
    k: usize,
    n: usize,
    x: Vec<Vec<f64>>,
    m: f64,
    gamma: f64,
    alpha: Vec<f64>,
    mu: Vec<Vec<f64>>,
    q: Vec<Vec<f64>>,
    l: Vec<Vec<f64>>,
}

/// Data and parameters. The parameters are in one list: all $\alpha$, then $\mu$, $q$, $l$, component after component.
#[derive(Clone, Debug)]
pub(crate) struct Mixture {
    /// The dimension.
    pub(crate) d: usize,
    /// The number of components.
    pub(crate) k: usize,
    /// The data, point after point.
    pub(crate) data: Vec<f64>,
    /// The prior's degrees of freedom beyond the dimension.
    pub(crate) m: f64,
    /// The prior's scale.
    pub(crate) gamma: f64,
    /// The parameters.
    pub(crate) parameters: Vec<f64>,
}

/// Returns the job for `function`.
pub(crate) fn prepare(function: &str, input: Value, mode: Mode) -> Outcome<Job> {
    let i: Input = serde_json::from_value(input)?;
    let (d, k, below) = (i.d, i.k, i.d * i.d.saturating_sub(1) / 2);
    if d == 0 || k == 0 {
        return Err(Failure::new("d, k: expected at least 1"));
    }
    let data = super::flat("x", &i.x, i.n, d)?;
    length("alpha", k, i.alpha.len())?;
    let (mu, q) = (super::flat("mu", &i.mu, k, d)?, super::flat("q", &i.q, k, d)?);
    let l = super::flat("l", &i.l, k, below)?;
    let problem = Mixture { d, k, data, m: i.m, gamma: i.gamma, parameters: [i.alpha, mu, q, l].concat() };
    finite("parameters", &problem.parameters)?;
    finite("x, m, gamma", &[&problem.data[..], &[i.m, i.gamma]].concat())?;
    match function {
        "objective" => Ok(mode::value_of(problem)),
        "jacobian" => Ok(mode::gradient_of(problem, mode, move |g| {
            let (alpha, rest) = g.split_at(k);
            let (mu, rest) = rest.split_at(k * d);
            let (q, l) = rest.split_at(k * d);
            let rows = |x: &[f64], columns: usize| -> Vec<Vec<f64>> {
                (0..k).map(|row| x[row * columns..(row + 1) * columns].to_vec()).collect()
            };
            json!({ "alpha": alpha, "mu": rows(mu, d), "q": rows(q, d), "l": rows(l, below) })
        })),
        _ => Err(Failure::function("gmm", function)),
    }
}

/// About so many arguments of components make a part: it stays in the second-level cache.
const BLOCK: usize = 16_384;

/// The parameters by their names.
struct Parts<'a, T> {
    alpha: &'a [T],
    mu: &'a [T],
    q: &'a [T],
    l: &'a [T],
}

/// The log density of one component at a point, as one operation of $(b, \mu, e^q, l)$: $b - \frac12\|Q(x-\mu)\|^2$.
struct Component<'a>(&'a [f64]);

type Scratch<T> = SmallVec<[T; 32]>;

impl Component<'_> {
    /// Writes $r = Q(x - \mu)$ and returns the value.
    #[inline(always)]
    fn rotate<T: Real>(&self, args: &[T], r: &mut [T]) -> T {
        let d = self.0.len();
        let (b, mu, diagonal, mut below) = (args[0], &args[1..=d], &args[d + 1..=2 * d], &args[2 * d + 1..]);
        let centred = |i: usize| -mu[i] + self.0[i];
        for (i, r) in r.iter_mut().enumerate() {
            *r = diagonal[i] * centred(i);
        }
        let mut squares = r[0] * r[0];
        for i in 0..d - 1 {
            let c = centred(i);
            let (column, rest) = below.split_at(d - 1 - i);
            below = rest;
            r[i + 1..].iter_mut().zip(column).for_each(|(r, &l)| *r += l * c);
            squares += r[i + 1] * r[i + 1];
        }
        b - squares * 0.5
    }
    /// Writes the partials from $r$.
    #[inline(always)]
    fn spread<T: Real>(&self, args: &[T], r: &[T], p: &mut [T]) {
        let d = self.0.len();
        let (mu, diagonal, mut below) = (&args[1..=d], &args[d + 1..=2 * d], &args[2 * d + 1..]);
        let (p_b, p) = p.split_at_mut(1);
        let (p_mu, p) = p.split_at_mut(d);
        let (p_diagonal, mut p_below) = p.split_at_mut(d);
        p_b[0] = T::lit(1.0);
        for i in 0..d {
            let minus_c = mu[i] - self.0[i];
            let (column, rest) = below.split_at(d - 1 - i);
            let (p_column, p_rest) = p_below.split_at_mut(d - 1 - i);
            (below, p_below) = (rest, p_rest);
            let mut sum = r[i] * diagonal[i];
            for ((&r, &l), p) in r[i + 1..].iter().zip(column).zip(p_column) {
                sum += r * l;
                *p = r * minus_c;
            }
            (p_mu[i], p_diagonal[i]) = (sum, r[i] * minus_c);
        }
    }
    fn scratch<T: Real>(&self) -> Scratch<T> {
        smallvec::smallvec![T::lit(0.0); self.0.len()]
    }
}

impl Operation for Component<'_> {
    fn name(&self) -> &'static str {
        "component"
    }
    #[inline]
    fn value<T: Real>(&self, args: &[T]) -> Result<T> {
        Ok(self.rotate(args, &mut self.scratch()))
    }
    #[inline]
    fn partials<T: Real>(&self, args: &[T], _y: T, p: &mut [T]) -> Result<()> {
        self.value_and_partials(args, p).map(|_| ())
    }
    #[inline]
    fn value_and_partials<T: Real>(&self, args: &[T], p: &mut [T]) -> Result<T> {
        let mut r = self.scratch();
        let y = self.rotate(args, &mut r);
        self.spread(args, &r, p);
        Ok(y)
    }
}

impl Mixture {
    fn points(&self) -> usize {
        self.data.len() / self.d
    }
    fn below(&self) -> usize {
        self.d * (self.d - 1) / 2
    }
    /// Returns the number of arguments of a component.
    fn width(&self) -> usize {
        1 + 2 * self.d + self.below()
    }
    fn block(&self) -> usize {
        (BLOCK / (self.k * self.width())).max(1)
    }
    fn named<'a, T>(&self, x: &'a [T]) -> Parts<'a, T> {
        let (alpha, rest) = x.split_at(self.k);
        let (mu, rest) = rest.split_at(self.k * self.d);
        let (q, l) = rest.split_at(self.k * self.d);
        Parts { alpha, mu, q, l }
    }
    /// Returns the arguments of each component, one after another.
    fn components<T: Real>(&self, x: &[T]) -> Vec<T> {
        let (d, below, Parts { alpha, mu, q, l }) = (self.d, self.below(), self.named(x));
        let mut all = Vec::with_capacity(self.k * self.width());
        for k in 0..self.k {
            let q = &q[k * d..(k + 1) * d];
            all.push(sum(&[&[alpha[k]], q].concat()));
            all.extend_from_slice(&mu[k * d..(k + 1) * d]);
            all.extend(q.iter().map(|q| q.exp()));
            all.extend_from_slice(&l[k * below..(k + 1) * below]);
        }
        all
    }
    /// Returns what does not depend on the data.
    fn rest<T: Real>(&self, x: &[T]) -> T {
        let Parts { alpha, q, l, .. } = self.named(x);
        let mut squares = T::lit(0.0);
        for q in q {
            let e = q.exp();
            squares += e * e;
        }
        for &l in l {
            squares += l * l;
        }
        let prior = sum(q) * self.m - squares * (0.5 * self.gamma * self.gamma);
        prior - log_sum_exp(alpha) * self.points() as f64 + self.constant()
    }
    fn constant(&self) -> f64 {
        let (d, degrees) = (self.d as f64, self.d as f64 + self.m + 1.0);
        let half = 0.5 * degrees;
        let gammas: f64 = (0..self.d).map(|j| Real::ln_gamma(half - 0.5 * j as f64)).sum();
        let multivariate = 0.25 * d * (d - 1.0) * PI.ln() + gammas;
        let each = degrees * d * (self.gamma.ln() - 0.5 * LN_2) - multivariate;
        self.k as f64 * each - self.points() as f64 * d * 0.5 * (2.0 * PI).ln()
    }
}

impl mode::Objective for Mixture {
    fn point(&self) -> &[f64] {
        &self.parameters
    }
    fn parts(&self) -> usize {
        1 + self.points().div_ceil(self.block())
    }
    #[inline(never)]
    fn part<T: Real>(&self, part: usize, x: &[T]) -> Result<T> {
        let Some(block) = part.checked_sub(1) else { return Ok(self.rest(x)) };
        let components = self.components(x);
        let mut terms = vec![T::lit(0.0); self.k];
        let mut total = T::lit(0.0);
        let length = self.block() * self.d;
        let end = ((block + 1) * length).min(self.data.len());
        for point in self.data[block * length..end].chunks_exact(self.d) {
            for (term, component) in terms.iter_mut().zip(components.chunks_exact(self.width())) {
                *term = apply(&Component(point), component)?;
            }
            total += log_sum_exp(&terms);
        }
        Ok(total)
    }
    #[inline(never)]
    fn by_hand(&self, x: &[f64], g: &mut [f64]) -> Result<f64> {
        let (d, width, below) = (self.d, self.width(), self.below());
        let components = self.components(x);
        let mut bar = vec![0.0; components.len()]; // cotangents of the components' arguments
        let (mut terms, mut rotated) = (vec![0.0; self.k], vec![0.0; self.k * d]);
        let mut total = 0.0;
        for point in self.data.chunks_exact(d) {
            for (k, args) in components.chunks_exact(width).enumerate() {
                terms[k] = Component(point).rotate(args, &mut rotated[k * d..(k + 1) * d]);
            }
            let top = terms.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let mut sum = 0.0;
            for t in &mut terms {
                *t = (*t - top).exp();
                sum += *t;
            }
            total += sum.ln() + top;
            for (k, args) in components.chunks_exact(width).enumerate() {
                let w = terms[k] / sum;
                let (bar, r) = (&mut bar[k * width..(k + 1) * width], &rotated[k * d..(k + 1) * d]);
                bar[0] += w;
                let mut at = 2 * d + 1;
                for i in 0..d {
                    let minus_c = (args[1 + i] - point[i]) * w;
                    let mut sum = r[i] * args[1 + d + i];
                    for r in &r[i + 1..] {
                        sum += r * args[at];
                        bar[at] += r * minus_c;
                        at += 1;
                    }
                    bar[1 + i] += w * sum;
                    bar[1 + d + i] += r[i] * minus_c;
                }
            }
        }
        let Parts { alpha, q, l, .. } = self.named(x);
        let gamma2 = self.gamma * self.gamma;
        let top = alpha.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let sum: f64 = alpha.iter().map(|a| (a - top).exp()).sum();
        let (g_alpha, rest) = g.split_at_mut(self.k);
        let (g_mu, rest) = rest.split_at_mut(self.k * d);
        let (g_q, g_l) = rest.split_at_mut(self.k * d);
        for (k, bar) in bar.chunks_exact(width).enumerate() {
            g_alpha[k] = bar[0] - self.points() as f64 * (alpha[k] - top).exp() / sum;
            for i in 0..d {
                let (at, e) = (k * d + i, q[k * d + i].exp());
                g_mu[at] = bar[1 + i];
                g_q[at] = bar[0] + bar[1 + d + i] * e - gamma2 * e * e + self.m;
            }
            for i in 0..below {
                g_l[k * below + i] = bar[2 * d + 1 + i] - gamma2 * l[k * below + i];
            }
        }
        Ok(total + self.rest(x))
    }
}
