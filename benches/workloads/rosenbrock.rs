//! The valley: $\sum_i 100\,(x_{i+1} - x_i^2)^2 + (1 - x_i)^2$. Cheap operations, many inputs.

use super::{Random, Workload};
use crate::Number;

pub(crate) struct Rosenbrock(pub(crate) usize);

/// One term of the sum, for the variants that take the terms one by one.
#[inline(always)]
pub(crate) fn window<T: Number>([x, next]: [T; 2]) -> T {
    let (a, b) = (next - x * x, T::lit(1.0) - x);
    a * a * 100.0 + b * b
}

impl Workload for Rosenbrock {
    fn name(&self) -> String {
        format!("rosenbrock {}", self.0)
    }
    fn point(&self) -> Vec<f64> {
        let mut random = Random(88_172_645_463_325_252);
        (0..self.0).map(|_| 0.5 + random.uniform()).collect()
    }
    #[inline(never)]
    fn call<T: Number>(&self, x: &[T]) -> T {
        let mut sum = T::lit(0.0);
        for w in x.windows(2) {
            let (a, b) = (w[1] - w[0] * w[0], T::lit(1.0) - w[0]);
            sum = sum + a * a * 100.0 + b * b;
        }
        sum
    }
    #[inline(never)]
    fn gradient(&self, x: &[f64], g: &mut [f64]) -> f64 {
        g.fill(0.0);
        let mut sum = 0.0;
        for i in 0..x.len() - 1 {
            let (a, b) = (x[i + 1] - x[i] * x[i], 1.0 - x[i]);
            sum += 100.0 * a * a + b * b;
            g[i] += -400.0 * a * x[i] - 2.0 * b;
            g[i + 1] += 200.0 * a;
        }
        sum
    }
}

impl Rosenbrock {
    /// Writes the Hessian, row after row.
    #[inline(never)]
    pub(crate) fn hessian(&self, x: &[f64], rows: &mut [f64]) -> f64 {
        let n = x.len();
        rows.fill(0.0);
        let mut sum = 0.0;
        for i in 0..n - 1 {
            let (a, b) = (x[i + 1] - x[i] * x[i], 1.0 - x[i]);
            sum += 100.0 * a * a + b * b;
            rows[i * n + i] += -400.0 * a + 800.0 * x[i] * x[i] + 2.0;
            rows[i * n + i + 1] = -400.0 * x[i];
            rows[(i + 1) * n + i] = -400.0 * x[i];
            rows[(i + 1) * n + i + 1] += 200.0;
        }
        sum
    }
    /// Writes the Hessian times `v`.
    #[inline(never)]
    pub(crate) fn hessian_times(&self, x: &[f64], v: &[f64], hv: &mut [f64]) -> f64 {
        hv.fill(0.0);
        let mut sum = 0.0;
        for i in 0..x.len() - 1 {
            let (a, b) = (x[i + 1] - x[i] * x[i], 1.0 - x[i]);
            sum += 100.0 * a * a + b * b;
            hv[i] += (-400.0 * a + 800.0 * x[i] * x[i] + 2.0) * v[i] - 400.0 * x[i] * v[i + 1];
            hv[i + 1] += 200.0 * v[i + 1] - 400.0 * x[i] * v[i];
        }
        sum
    }
}
