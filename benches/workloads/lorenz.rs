//! The Lorenz system by Runge–Kutta 4: a long chain of cheap operations, six inputs.

use super::Workload;
use crate::Number;

/// How many steps.
pub(crate) struct Lorenz(pub(crate) usize);

const STEP: f64 = 0.0005;

/// Returns the velocity at state `s` with parameters `p`.
#[inline(always)]
fn velocity<T: Number>(s: [T; 3], p: [T; 3]) -> [T; 3] {
    [p[0] * (s[1] - s[0]), s[0] * (p[1] - s[2]) - s[1], s[0] * s[1] - p[2] * s[2]]
}

#[inline(always)]
fn ahead<T: Number>(s: [T; 3], k: [T; 3], c: f64) -> [T; 3] {
    [s[0] + k[0] * c, s[1] + k[1] * c, s[2] + k[2] * c]
}

/// Returns the state one step later.
#[inline(always)]
pub(crate) fn rk4<T: Number>(s: [T; 3], p: [T; 3]) -> [T; 3] {
    let k1 = velocity(s, p);
    let k2 = velocity(ahead(s, k1, 0.5 * STEP), p);
    let k3 = velocity(ahead(s, k2, 0.5 * STEP), p);
    let k4 = velocity(ahead(s, k3, STEP), p);
    let end = |i: usize| s[i] + (k1[i] + k2[i] * 2.0 + k3[i] * 2.0 + k4[i]) * (STEP / 6.0);
    [end(0), end(1), end(2)]
}

/// Adds the pullback of [`velocity`] at `(s, p)`, applied to `b`.
#[inline(always)]
fn pull_velocity(s: [f64; 3], p: [f64; 3], b: [f64; 3], bs: &mut [f64; 3], bp: &mut [f64; 3]) {
    bp[0] += b[0] * (s[1] - s[0]);
    bp[1] += b[1] * s[0];
    bp[2] -= b[2] * s[2];
    bs[0] += b[1] * (p[1] - s[2]) + b[2] * s[1] - b[0] * p[0];
    bs[1] += b[0] * p[0] - b[1] + b[2] * s[0];
    bs[2] -= b[1] * s[0] + b[2] * p[2];
}

impl Workload for Lorenz {
    fn name(&self) -> String {
        format!("lorenz {}", self.0)
    }
    fn point(&self) -> Vec<f64> {
        vec![1.0, 1.2, 0.9, 10.0, 28.0, 8.0 / 3.0]
    }
    #[inline(never)]
    fn call<T: Number>(&self, x: &[T]) -> T {
        let (mut s, p) = ([x[0], x[1], x[2]], [x[3], x[4], x[5]]);
        for _ in 0..self.0 {
            s = rk4(s, p);
        }
        s[0] * s[0] + s[1] * s[1] + s[2] * s[2]
    }
    #[inline(never)]
    fn gradient(&self, x: &[f64], g: &mut [f64]) -> f64 {
        let (mut s, p) = ([x[0], x[1], x[2]], [x[3], x[4], x[5]]);
        let mut path = Vec::with_capacity(self.0);
        for _ in 0..self.0 {
            path.push(s);
            s = rk4(s, p);
        }
        let y = s[0] * s[0] + s[1] * s[1] + s[2] * s[2];
        let (mut b, mut bp) = (s.map(|s| 2.0 * s), [0.0; 3]);
        let times = |k: [f64; 3], c: f64| k.map(|k| k * c);
        for &s in path.iter().rev() {
            let k1 = velocity(s, p);
            let s2 = ahead(s, k1, 0.5 * STEP);
            let k2 = velocity(s2, p);
            let s3 = ahead(s, k2, 0.5 * STEP);
            let k3 = velocity(s3, p);
            let s4 = ahead(s, k3, STEP);
            let (mut bs, c) = (b, STEP / 6.0);
            let mut stage = |s: [f64; 3], bk: [f64; 3]| {
                let mut part = [0.0; 3];
                pull_velocity(s, p, bk, &mut part, &mut bp);
                (0..3).for_each(|i| bs[i] += part[i]);
                part
            };
            let part = stage(s4, times(b, c));
            let part = stage(s3, ahead(times(b, 2.0 * c), part, STEP));
            let part = stage(s2, ahead(times(b, 2.0 * c), part, 0.5 * STEP));
            stage(s, ahead(times(b, c), part, 0.5 * STEP));
            b = bs;
        }
        g[..3].copy_from_slice(&b);
        g[3..].copy_from_slice(&bp);
        y
    }
}
