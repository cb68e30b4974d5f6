//! Linear least squares: a polynomial fitted to a sign.
//!
//! $$ y(x) = \tfrac12 \sum_i \Big(s_i - \sum_j x_j t_i^j\Big)^2, \qquad t_i = -1 + \frac{2i}{n-1}, \quad s_i = \mathrm{sign}(t_i) $$

use super::{Failure, Mode, Outcome, finite, mode};
use pullback::{Operation, Real, Result, apply};
use serde::Deserialize;
use serde_json::Value;

/// Coefficients of the polynomial and the number of points.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct LeastSquares {
    /// The coefficients, lowest power first.
    pub(crate) x: Vec<f64>,
    /// The number of points.
    pub(crate) n: usize,
}

/// Returns the job for `function`.
pub(crate) fn prepare(function: &str, input: Value, mode: Mode) -> Outcome<mode::Job> {
    let problem: LeastSquares = serde_json::from_value(input)?;
    finite("x", &problem.x)?;
    if problem.n < 2 {
        return Err(Failure::new("n: expected at least 2 points"));
    }
    match function {
        "primal" => Ok(mode::value_of(problem)),
        "gradient" => Ok(mode::gradient_of(problem, mode, mode::shape::list)),
        _ => Err(Failure::function("llsq", function)),
    }
}

/// So many points make a part: their entries stay in the second-level cache.
const BLOCK: usize = 64;
/// So many powers are computed side by side.
const SIDE: usize = 4;

/// $\sum_j x_j t^j$: linear in $x$, so its partials are the powers of a plain number.
struct Polynomial(f64);

impl Polynomial {
    /// Returns the first powers of $t$, and the factor from each to the one `SIDE` places later.
    #[inline(always)]
    fn powers(&self) -> ([f64; SIDE], f64) {
        let square = self.0 * self.0;
        ([1.0, self.0, square, square * self.0], square * square)
    }
    #[inline(always)]
    fn at<T: Real>(&self, x: &[T]) -> T {
        let (mut power, step) = self.powers();
        let mut sums = [T::lit(0.0); SIDE];
        let mut chunks = x.chunks_exact(SIDE);
        for some in &mut chunks {
            for k in 0..SIDE {
                sums[k] += some[k] * power[k];
                power[k] *= step;
            }
        }
        let rest = chunks.remainder().iter().zip(power).map(|(&x, p)| x * p);
        rest.fold((sums[0] + sums[1]) + (sums[2] + sums[3]), |sum, part| sum + part)
    }
    /// Hands each place of `to` with its power to `give`.
    #[inline(always)]
    fn spread<T>(&self, to: &mut [T], give: impl Fn(&mut T, f64)) {
        let (mut power, step) = self.powers();
        let mut chunks = to.chunks_exact_mut(SIDE);
        for some in &mut chunks {
            for k in 0..SIDE {
                give(&mut some[k], power[k]);
                power[k] *= step;
            }
        }
        chunks.into_remainder().iter_mut().zip(power).for_each(|(to, p)| give(to, p));
    }
}

impl Operation for Polynomial {
    fn name(&self) -> &'static str {
        "polynomial"
    }
    #[inline]
    fn value<T: Real>(&self, x: &[T]) -> Result<T> {
        Ok(self.at(x))
    }
    #[inline]
    fn partials<T: Real>(&self, _x: &[T], _y: T, p: &mut [T]) -> Result<()> {
        self.spread(p, |p, power| *p = T::lit(power));
        Ok(())
    }
}

impl LeastSquares {
    #[inline(always)]
    fn abscissa(&self, i: usize) -> f64 {
        i as f64 * 2.0 / (self.n as f64 - 1.0) - 1.0
    }
    #[inline(always)]
    fn sign(t: f64) -> f64 {
        f64::from(t > 0.0) - f64::from(t < 0.0)
    }
}

impl mode::Objective for LeastSquares {
    fn point(&self) -> &[f64] {
        &self.x
    }
    fn parts(&self) -> usize {
        self.n.div_ceil(BLOCK)
    }
    #[inline(never)]
    fn part<T: Real>(&self, part: usize, x: &[T]) -> Result<T> {
        let mut sum = T::lit(0.0);
        for i in part * BLOCK..((part + 1) * BLOCK).min(self.n) {
            let t = self.abscissa(i);
            let residual = apply(&Polynomial(t), x)? - Self::sign(t);
            sum += residual * residual;
        }
        Ok(sum * 0.5)
    }
    #[inline(never)]
    fn by_hand(&self, x: &[f64], g: &mut [f64]) -> Result<f64> {
        let mut sum = 0.0;
        for i in 0..self.n {
            let t = self.abscissa(i);
            let polynomial = Polynomial(t);
            let residual = polynomial.at(x) - Self::sign(t);
            sum += residual * residual;
            polynomial.spread(g, |g, power| *g += residual * power);
        }
        Ok(sum * 0.5)
    }
}
