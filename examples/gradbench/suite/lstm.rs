//! A diagonal long short-term memory that predicts the next character of a text, bit by bit.
//!
//! A unit turns its input $x$, its hidden number $h$ and its cell $c$ into
//! $c' = c\,\sigma(w_f x + b_f) + \sigma(w_i h + b_i) \tanh(w_c h + b_c)$ and $h' = \sigma(w_o x + b_o) \tanh c'$.

use super::{Failure, Job, Mode, Outcome, finite, length, mode};
use pullback::{Real, Result};
use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
struct Input {
    main_params: Vec<Vec<f64>>,
    extra_params: Vec<Vec<f64>>,
    state: Vec<Vec<f64>>,
    sequence: Vec<Vec<f64>>,
}

/// A text, a first state and the parameters: for each layer four rows of weights and four of biases (forget, in, out,
/// change), then the scales of the input, the weights of the output, its biases.
#[derive(Clone, Debug)]
pub(crate) struct Text {
    /// The bits of a character.
    pub(crate) bits: usize,
    /// The layers.
    pub(crate) layers: usize,
    /// The parameters.
    pub(crate) parameters: Vec<f64>,
    /// The first hidden numbers and cells of each layer.
    pub(crate) state: Vec<f64>,
    /// The bits of the text.
    pub(crate) sequence: Vec<f64>,
}

/// Returns the job for `function`.
pub(crate) fn prepare(function: &str, input: Value, mode: Mode) -> Outcome<Job> {
    let i: Input = serde_json::from_value(input)?;
    let (bits, layers) = (i.extra_params.first().map_or(0, Vec::len), i.main_params.len() / 2);
    if bits == 0 || layers == 0 || i.sequence.len() < 2 {
        return Err(Failure::new("expected at least one bit, one layer and two characters"));
    }
    length("main_params", 2 * layers, i.main_params.len())?;
    let main = super::flat("main_params", &i.main_params, 2 * layers, 4 * bits)?;
    let extra = super::flat("extra_params", &i.extra_params, 3, bits)?;
    let state = super::flat("state", &i.state, 2 * layers, bits)?;
    let sequence = super::flat("sequence", &i.sequence, i.sequence.len(), bits)?;
    let problem = Text { bits, layers, parameters: [main, extra].concat(), state, sequence };
    finite("parameters", &problem.parameters)?;
    finite("state, sequence", &[&problem.state[..], &problem.sequence].concat())?;
    match function {
        "objective" => Ok(mode::value_of(problem)),
        "jacobian" => Ok(mode::gradient_of(problem, mode, mode::shape::list)),
        _ => Err(Failure::function("lstm", function)),
    }
}

/// Where the parameters of unit `u` of a layer are: weights, then biases.
const fn places(bits: usize, layer: usize, u: usize) -> [usize; 8] {
    let mut at = [0; 8];
    let mut k = 0;
    while k < 8 {
        at[k] = 8 * bits * layer + k * bits + u;
        k += 1;
    }
    at
}

/// Returns the new hidden number and cell of a unit.
#[inline(always)]
fn unit<T: Real>(q: [T; 8], x: T, hidden: T, cell: T) -> [T; 2] {
    let forget = (x * q[0] + q[4]).sigmoid();
    let ingate = (hidden * q[1] + q[5]).sigmoid();
    let outgate = (x * q[2] + q[6]).sigmoid();
    let change = (hidden * q[3] + q[7]).tanh();
    let cell = cell * forget + ingate * change;
    [outgate * cell.tanh(), cell]
}

impl Text {
    fn characters(&self) -> usize {
        self.sequence.len() / self.bits
    }
    fn at(&self, t: usize) -> &[f64] {
        &self.sequence[t * self.bits..(t + 1) * self.bits]
    }
    fn scale(&self) -> f64 {
        -1.0 / ((self.characters() - 1) * self.bits) as f64
    }
}

impl mode::Objective for Text {
    fn point(&self) -> &[f64] {
        &self.parameters
    }
    #[inline(never)]
    fn part<T: Real>(&self, _: usize, p: &[T]) -> Result<T> {
        let b = self.bits;
        let extra = &p[8 * b * self.layers..];
        let mut state: Vec<T> = self.state.iter().map(|&s| T::lit(s)).collect();
        let (mut signal, mut total) = (vec![T::lit(0.0); b], T::lit(0.0));
        for t in 0..self.characters() - 1 {
            for ((s, &w), &x) in signal.iter_mut().zip(extra).zip(self.at(t)) {
                *s = w * x;
            }
            for (layer, state) in state.chunks_exact_mut(2 * b).enumerate() {
                let (hidden, cell) = state.split_at_mut(b);
                for u in 0..b {
                    let q = places(b, layer, u).map(|k| p[k]);
                    [hidden[u], cell[u]] = unit(q, signal[u], hidden[u], cell[u]);
                }
                signal.copy_from_slice(hidden);
            }
            let (mut exps, mut dot, mut weight) = (T::lit(2.0), T::lit(0.0), 0.0);
            for (u, &next) in self.at(t + 1).iter().enumerate() {
                let y = signal[u] * extra[b + u] + extra[2 * b + u];
                exps += y.exp();
                dot += y * next;
                weight += next;
            }
            total += dot - exps.ln() * weight;
        }
        Ok(total * self.scale())
    }
    #[inline(never)]
    fn by_hand(&self, p: &[f64], g: &mut [f64]) -> Result<f64> {
        let (b, layers, steps) = (self.bits, self.layers, self.characters() - 1);
        let (main, extra) = p.split_at(8 * b * layers);
        let mut state = self.state.clone();
        let mut kept = vec![[0.0; 8]; steps * layers * b]; // input, hidden, cell, forget, in, out, change, tanh of the new cell
        let mut outputs = vec![0.0; steps * b];
        let (mut signal, mut total) = (vec![0.0; b], 0.0);
        for t in 0..steps {
            signal.iter_mut().zip(extra).zip(self.at(t)).for_each(|((s, w), x)| *s = w * x);
            for layer in 0..layers {
                for u in 0..b {
                    let q = places(b, layer, u).map(|k| main[k]);
                    let (x, h, c) = (signal[u], state[2 * b * layer + u], state[2 * b * layer + b + u]);
                    let (f, i) = ((x * q[0] + q[4]).sigmoid(), (h * q[1] + q[5]).sigmoid());
                    let (o, a) = ((x * q[2] + q[6]).sigmoid(), (h * q[3] + q[7]).tanh());
                    let cell = c * f + i * a;
                    let tanh = cell.tanh();
                    kept[(t * layers + layer) * b + u] = [x, h, c, f, i, o, a, tanh];
                    (state[2 * b * layer + u], state[2 * b * layer + b + u]) = (o * tanh, cell);
                    signal[u] = o * tanh;
                }
            }
            let y = &mut outputs[t * b..(t + 1) * b];
            let (mut exps, mut weight) = (2.0, 0.0);
            for (u, &next) in self.at(t + 1).iter().enumerate() {
                y[u] = signal[u] * extra[b + u] + extra[2 * b + u];
                exps += y[u].exp();
                total += next * y[u];
                weight += next;
            }
            total -= weight * exps.ln();
            for (u, &next) in self.at(t + 1).iter().enumerate() {
                y[u] = (next - weight * y[u].exp() / exps) * self.scale(); // now its cotangent
            }
        }
        let (g_main, g_extra) = g.split_at_mut(8 * b * layers);
        let mut back = vec![[0.0; 2]; layers * b];
        let mut by = vec![0.0; b];
        for t in (0..steps).rev() {
            for (u, by) in by.iter_mut().enumerate() {
                let y = outputs[t * b + u];
                let [.., o, _, tanh] = kept[(t * layers + layers - 1) * b + u];
                g_extra[b + u] += y * o * tanh;
                g_extra[2 * b + u] += y;
                *by = y * extra[b + u];
            }
            for layer in (0..layers).rev() {
                for (u, by) in by.iter_mut().enumerate() {
                    let [x, h, c, f, i, o, a, tanh] = kept[(t * layers + layer) * b + u];
                    let at = places(b, layer, u);
                    let [bh, bc] = &mut back[layer * b + u];
                    let b_hidden = *by + *bh;
                    let b_cell = *bc + b_hidden * o * (1.0 - tanh * tanh);
                    let bo = b_hidden * tanh * o * (1.0 - o);
                    let bf = b_cell * c * f * (1.0 - f);
                    let bi = b_cell * a * i * (1.0 - i);
                    let ba = b_cell * i * (1.0 - a * a);
                    let parts = [bf * x, bi * h, bo * x, ba * h, bf, bi, bo, ba];
                    at.iter().zip(parts).for_each(|(&k, part)| g_main[k] += part);
                    (*bh, *bc) = (bi * main[at[1]] + ba * main[at[3]], b_cell * f);
                    *by = bf * main[at[0]] + bo * main[at[2]];
                }
            }
            g_extra.iter_mut().zip(&by).zip(self.at(t)).for_each(|((g, b), x)| *g += b * x);
        }
        Ok(total * self.scale())
    }
}
