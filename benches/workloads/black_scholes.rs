//! A European call by Monte Carlo: five inputs, one path an item, one `exp` and one kink a path.

use super::{Random, Workload};
use crate::Number;

pub(crate) struct BlackScholes {
    pub(crate) normals: Vec<f64>,
}

impl BlackScholes {
    pub(crate) fn new(paths: usize) -> Self {
        let mut random = Random(5_551_234);
        BlackScholes { normals: (0..paths).map(|_| random.normal()).collect() }
    }
}

impl Workload for BlackScholes {
    fn name(&self) -> String {
        format!("black-scholes {}", self.normals.len())
    }
    /// Spot, strike, rate, volatility, maturity.
    fn point(&self) -> Vec<f64> {
        vec![100.0, 105.0, 0.03, 0.25, 1.5]
    }
    #[inline(never)]
    fn call<T: Number>(&self, x: &[T]) -> T {
        let [spot, strike, rate, vol, time] = [x[0], x[1], x[2], x[3], x[4]];
        let drift = (rate - vol * vol * 0.5) * time;
        let width = vol * time.sqrt();
        let mut sum = T::lit(0.0);
        for &z in &self.normals {
            let end = spot * (drift + width * z).exp();
            sum = sum + (end - strike).max(T::lit(0.0));
        }
        sum * (-(rate * time)).exp() * (1.0 / self.normals.len() as f64)
    }
    #[inline(never)]
    fn gradient(&self, x: &[f64], g: &mut [f64]) -> f64 {
        let [spot, strike, rate, vol, time] = [x[0], x[1], x[2], x[3], x[4]];
        let slope = rate - vol * vol * 0.5;
        let (drift, root) = (slope * time, time.sqrt());
        let width = vol * root;
        let (mut sum, mut ends, mut tilted, mut paid) = (0.0, 0.0, 0.0, 0.0);
        for &z in &self.normals {
            let end = spot * (drift + width * z).exp();
            if end > strike {
                sum += end - strike;
                ends += end;
                tilted += end * z;
                paid += 1.0;
            }
        }
        let w = (-(rate * time)).exp() / self.normals.len() as f64;
        let y = sum * w;
        g[0] = ends / spot * w;
        g[1] = -paid * w;
        g[2] = ends * w * time - time * y;
        g[3] = ends * w * (-vol * time) + tilted * w * root;
        g[4] = ends * w * slope + tilted * w * vol * 0.5 / root - rate * y;
        y
    }
}
