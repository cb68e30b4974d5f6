//! An ordinary differential equation by Runge–Kutta 4.
//!
//! $$ y_0' = x_0, \qquad y_i' = x_i\, y_{i-1}, \qquad y(0) = 0, \qquad t \in [0, 2] $$
//!
//! The derivative is that of the *program*: one step moves information by at most four components, so the gradient of
//! $y_{n-1}$ is exactly zero where $n > 4s$.

use super::{Failure, Job, Mode, Outcome, finite, mode};
use pullback::{Multi, Real, Result, Tape};
use serde::Deserialize;
use serde_json::Value;

/// The coefficients and the number of steps.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Equation {
    /// The coefficients.
    pub(crate) x: Vec<f64>,
    /// The number of steps.
    pub(crate) s: usize,
}

/// Returns the job for `function`.
pub(crate) fn prepare(function: &str, input: Value, mode: Mode) -> Outcome<Job> {
    let problem: Equation = serde_json::from_value(input)?;
    finite("x", &problem.x)?;
    if problem.x.is_empty() || problem.s == 0 {
        return Err(Failure::new("expected at least one coefficient and one step"));
    }
    match function {
        "primal" => {
            let run = move |y: &mut Vec<f64>| {
                y.clear();
                y.extend(problem.solve(&problem.x));
                Ok(())
            };
            Ok(Job::new(run, mode::shape::list))
        }
        "gradient" => {
            let (mut tape, mut memory) = (Tape::new(), Memory::default());
            let run = move |g: &mut Vec<f64>| problem.gradient(mode, &mut tape, &mut memory, g);
            Ok(Job::new(run, mode::shape::list))
        }
        _ => Err(Failure::function("ode", function)),
    }
}

/// Moves `y` one step of length `h` ahead: the four stages of one component after another. A velocity needs the states of
/// the component before, so that is all that is carried.
#[inline(always)]
fn step<T: Real>(x: &[T], y: &mut [T], h: f64) {
    let mut before: Option<(T, T, T, T)> = None;
    for (&x, y) in x.iter().zip(y) {
        let (k1, k2, k3, k4) = match before {
            None => (x, x, x, x),
            Some((s1, s2, s3, s4)) => (x * s1, x * s2, x * s3, x * s4),
        };
        let start = *y;
        before = Some((start, start + k1 * (h / 2.0), start + k2 * (h / 2.0), start + k3 * h));
        *y = start + (k1 + (k2 + k3) * 2.0 + k4) * (h / 6.0);
    }
}

/// What a gradient keeps from run to run.
#[derive(Default)]
struct Memory {
    path: Vec<f64>,
    point: Vec<f64>,
    by: Vec<f64>,
    back: Vec<f64>,
}

impl Equation {
    fn h(&self) -> f64 {
        2.0 / self.s as f64
    }
    /// Returns the state at the end: the program that is differentiated.
    #[inline(never)]
    pub(crate) fn solve<T: Real>(&self, x: &[T]) -> Vec<T> {
        let mut y = vec![T::lit(0.0); x.len()];
        for _ in 0..self.s {
            step(x, &mut y, self.h());
        }
        y
    }
    fn gradient(&self, mode: Mode, tape: &mut Tape, memory: &mut Memory, g: &mut Vec<f64>) -> Result<()> {
        let (n, x) = (self.x.len(), &self.x[..]);
        g.clear();
        match mode {
            Mode::Best => self.step_by_step(tape, memory, g)?,
            Mode::Reverse => g.extend_from_slice(tape.value_and_grad(|x| self.solve(x)[n - 1], x)?.1),
            Mode::Forward => {
                for start in (0..n).step_by(8) {
                    let seeded: Vec<Multi<f64, 8>> =
                        x.iter().enumerate().map(|(k, &x)| Multi::seed(x, k.wrapping_sub(start))).collect();
                    g.extend_from_slice(&self.solve(&seeded)[n - 1].tangents()[..8.min(n - start)]);
                }
            }
            Mode::Manual => self.by_hand(memory, g),
            Mode::Recorded => return Err(mode::not_recorded()),
        }
        Ok(())
    }
    /// Stores the states, then records and sweeps one step at a time, last first.
    #[inline(never)]
    fn step_by_step(&self, tape: &mut Tape, memory: &mut Memory, g: &mut Vec<f64>) -> Result<()> {
        let n = self.x.len();
        self.record_path(memory);
        let Memory { path, point, by, back } = memory;
        by.clear();
        by.resize(n, 0.0);
        by[n - 1] = 1.0;
        back.resize(2 * n, 0.0);
        g.resize(n, 0.0);
        for start in path.chunks(n).rev() {
            point.clear();
            point.extend_from_slice(&self.x);
            point.extend_from_slice(start);
            tape.record(|t| {
                let inputs = t.inputs(point);
                let (x, y) = inputs.split_at(n);
                let mut y = y.to_vec();
                step(x, &mut y, self.h());
                t.pull_into(&y, by, inputs, back)
            })?;
            g.iter_mut().zip(&back[..n]).for_each(|(g, b)| *g += b);
            by.copy_from_slice(&back[n..]);
        }
        Ok(())
    }
    /// Stores the state before each step.
    fn record_path(&self, memory: &mut Memory) {
        let n = self.x.len();
        let mut y = vec![0.0; n];
        memory.path.clear();
        for _ in 0..self.s {
            memory.path.extend_from_slice(&y);
            step(&self.x, &mut y, self.h());
        }
    }
    #[inline(never)]
    fn by_hand(&self, memory: &mut Memory, g: &mut Vec<f64>) {
        let (n, h, x) = (self.x.len(), self.h(), &self.x[..]);
        self.record_path(memory);
        g.resize(n, 0.0);
        let mut by = vec![0.0; n];
        by[n - 1] = 1.0;
        let mut at = vec![vec![0.0; n]; 4];
        let (mut part, mut bk) = (vec![0.0; n], vec![0.0; n]);
        for y in memory.path.chunks(n).rev() {
            at[0].copy_from_slice(y);
            for (stage, c) in [(1, h / 2.0), (2, h / 2.0), (3, h)] {
                for i in 0..n {
                    at[stage][i] = y[i] + c * if i == 0 { x[0] } else { x[i] * at[stage - 1][i - 1] };
                }
            }
            let mut next = by.clone();
            for (stage, weight, c) in [(3, 1.0, 0.0), (2, 2.0, h), (1, 2.0, h / 2.0), (0, 1.0, h / 2.0)] {
                // `part` is the cotangent of the state of the stage after this one
                for i in 0..n {
                    bk[i] = by[i] * (weight * h / 6.0) + c * part[i];
                }
                g[0] += bk[0];
                for i in 1..n {
                    g[i] += bk[i] * at[stage][i - 1];
                    part[i - 1] = bk[i] * x[i];
                }
                part[n - 1] = 0.0;
                next.iter_mut().zip(&part).for_each(|(b, p)| *b += p);
            }
            part.fill(0.0);
            by = next;
        }
    }
}
