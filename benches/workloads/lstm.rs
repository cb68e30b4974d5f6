//! A diagonal LSTM over a sequence, as in ADBench: eight parameters a unit, five transcendental functions a step.

use super::{Random, Workload};
use crate::Number;

pub(crate) struct Lstm {
    pub(crate) units: usize,
    pub(crate) steps: usize,
    pub(crate) data: Vec<f64>,
}

impl Lstm {
    pub(crate) fn new(units: usize, steps: usize) -> Self {
        let mut random = Random(777_123);
        Lstm { units, steps, data: (0..(steps + 1) * units).map(|_| random.normal()).collect() }
    }
    /// Returns the input of a unit at a step; the input of the next step is the target.
    #[inline(always)]
    pub(crate) fn datum(&self, step: usize, unit: usize) -> f64 {
        self.data[step * self.units + unit]
    }
}

#[inline(always)]
fn logistic<T: Number>(x: T) -> T {
    ((-x).exp() + 1.0).recip()
}

/// Returns the hidden number and the cell of a unit one step later.
#[inline(always)]
pub(crate) fn unit<T: Number>(hidden: T, cell: T, q: &[T], x: f64) -> [T; 2] {
    let forget = logistic(q[0] * x + q[1]);
    let take = logistic(hidden * q[2] + q[3]);
    let show = logistic(q[4] * x + q[5]);
    let change = (hidden * q[6] + q[7]).tanh();
    let cell = cell * forget + take * change;
    [show * cell.tanh(), cell]
}

impl Workload for Lstm {
    fn name(&self) -> String {
        format!("lstm h{} t{}", self.units, self.steps)
    }
    fn point(&self) -> Vec<f64> {
        let mut random = Random(4242);
        (0..8 * self.units).map(|_| 0.5 * random.normal()).collect()
    }
    #[inline(never)]
    fn call<T: Number>(&self, x: &[T]) -> T {
        let mut state = vec![[T::lit(0.0); 2]; self.units];
        let mut loss = T::lit(0.0);
        for step in 0..self.steps {
            for (u, state) in state.iter_mut().enumerate() {
                *state = unit(state[0], state[1], &x[8 * u..8 * u + 8], self.datum(step, u));
                let e = state[0] - self.datum(step + 1, u);
                loss = loss + e * e;
            }
        }
        loss
    }
    #[inline(never)]
    fn gradient(&self, x: &[f64], g: &mut [f64]) -> f64 {
        g.fill(0.0);
        let mut state = vec![[0.0; 2]; self.units];
        let mut kept = vec![[0.0f64; 7]; self.units * self.steps];
        let mut loss = 0.0;
        for step in 0..self.steps {
            for (u, state) in state.iter_mut().enumerate() {
                let (q, x) = (&x[8 * u..8 * u + 8], self.datum(step, u));
                let [h0, c0] = *state;
                let (f, i) = (logistic(x * q[0] + q[1]), logistic(h0 * q[2] + q[3]));
                let (o, a) = (logistic(x * q[4] + q[5]), (h0 * q[6] + q[7]).tanh());
                let c = c0 * f + i * a;
                let t = c.tanh();
                *state = [o * t, c];
                kept[step * self.units + u] = [f, i, o, a, c0, t, h0];
                let e = o * t - self.datum(step + 1, u);
                loss += e * e;
            }
        }
        let mut back = vec![[0.0; 2]; self.units];
        for step in (0..self.steps).rev() {
            for (u, back) in back.iter_mut().enumerate() {
                let [f, i, o, a, c0, t, h0] = kept[step * self.units + u];
                let (q, x) = (&x[8 * u..8 * u + 8], self.datum(step, u));
                let bh = back[0] + 2.0 * (o * t - self.datum(step + 1, u));
                let bo = bh * t * o * (1.0 - o);
                let bc = back[1] + bh * o * (1.0 - t * t);
                let bf = bc * c0 * f * (1.0 - f);
                let bi = bc * a * i * (1.0 - i);
                let ba = bc * i * (1.0 - a * a);
                *back = [bi * q[2] + ba * q[6], bc * f];
                let part = [bf * x, bf, bi * h0, bi, bo * x, bo, ba * h0, ba];
                g[8 * u..8 * u + 8].iter_mut().zip(part).for_each(|(g, p)| *g += p);
            }
        }
        loss
    }
}
