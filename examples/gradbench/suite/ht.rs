//! Hand tracking: a skinned hand is posed and compared with points that were seen.
//!
//! 26 parameters: rotation 3, translation 3, and for each of five fingers the angles of three joints about x, the first
//! also about z. Where points lie on triangles, each brings two coordinates of its own; they share two columns of the
//! Jacobian. The model never becomes active: its matrices multiply numbers of any mode as plain `f64`.

mod by_hand;
mod model;

use super::{Failure, Job, Mode, Outcome, mode};
use model::{Columns, Hand, Place};
use pullback::{Multi, Real, Result, Tape};
use serde_json::Value;

/// So many directions go through one pass.
const LANES: usize = 14;
const PARAMETERS: usize = 26;
/// Below this angle the global rotation is the identity.
const NO_ANGLE: f64 = 1e-4;

/// Returns the job for `function`.
pub(crate) fn prepare(function: &str, input: Value, mode: Mode) -> Outcome<Job> {
    let hand = Hand::read(input)?;
    match function {
        "objective" => {
            let run = move |y: &mut Vec<f64>| {
                y.clear();
                hand.residuals(&hand.theta, |i| hand.us[i], y);
                Ok(())
            };
            Ok(Job::new(run, mode::shape::list))
        }
        "jacobian" => {
            let columns = hand.columns();
            let mut tape = Tape::new();
            let run = move |j: &mut Vec<f64>| {
                j.clear();
                j.resize(3 * hand.seen.len() * columns, 0.0);
                match mode {
                    Mode::Best | Mode::Forward => in_lanes(&hand, j),
                    Mode::Reverse => on_tape(&hand, &mut tape, j)?,
                    Mode::Manual => hand.by_hand(j),
                    Mode::Recorded => return Err(mode::not_recorded()),
                }
                Ok(())
            };
            Ok(Job::new(run, mode::shape::rows(columns)))
        }
        _ => Err(Failure::function("ht", function)),
    }
}

/// Returns $A B$ for the upper three rows of affine matrices, of which the second is plain.
#[inline(always)]
fn product<T: Real>(a: &Columns<T>, b: &Columns<f64>) -> Columns<T> {
    std::array::from_fn(|column| {
        std::array::from_fn(|row| {
            let sum = a[0][row] * b[column][0] + a[1][row] * b[column][1] + a[2][row] * b[column][2];
            if column == 3 { sum + a[3][row] } else { sum }
        })
    })
}

/// Turns two columns of `m` by `angle`: $(u, v) \mapsto (u \cos + v \sin, v \cos - u \sin)$.
#[inline(always)]
fn turn<T: Real>(m: &mut Columns<T>, u: usize, v: usize, angle: T) {
    let ((sine, cosine), a, b) = (angle.sin_cos(), m[u], m[v]);
    m[u] = std::array::from_fn(|row| a[row] * cosine + b[row] * sine);
    m[v] = std::array::from_fn(|row| b[row] * cosine - a[row] * sine);
}

/// Returns the rotation about the axis `r` by $\|r\|$, column after column.
fn rotation<T: Real>(r: [T; 3]) -> [[T; 3]; 3] {
    let angle = (r[0] * r[0] + r[1] * r[1] + r[2] * r[2]).sqrt();
    let unit = |k: usize, j: usize| if j == k { 1.0 } else { 0.0 };
    if angle < NO_ANGLE {
        return [0, 1, 2].map(|k| [0, 1, 2].map(|j| T::lit(unit(k, j))));
    }
    let a = r.map(|r| r / angle);
    let (sine, cosine) = angle.sin_cos();
    let rest = -cosine + 1.0;
    let entry = |row: usize, column: usize| {
        let outer = a[row] * a[column] * rest;
        match (3 + row - column) % 3 {
            0 => outer + cosine,
            1 => outer + a[3 - row - column] * sine,
            _ => outer - a[3 - row - column] * sine,
        }
    };
    [0, 1, 2].map(|column| [0, 1, 2].map(|row| entry(row, column)))
}

impl Hand {
    /// Returns the transformation of each bone from the base pose to this one.
    fn transforms<T: Real>(&self, theta: &[T]) -> Vec<Columns<T>> {
        let mut absolute: Vec<Columns<T>> = Vec::with_capacity(self.bones.len());
        for (k, bone) in self.bones.iter().enumerate() {
            let mut m = match bone.parent {
                Some(parent) => product(&absolute[parent], &bone.base),
                None => bone.base.map(|column| column.map(T::lit)),
            };
            match joint(k) {
                Some((first, 0)) => {
                    turn(&mut m, 0, 1, theta[first + 1]);
                    turn(&mut m, 1, 2, theta[first]);
                }
                Some((first, joint)) => turn(&mut m, 1, 2, theta[first + joint + 1]),
                None => {}
            }
            absolute.push(m);
        }
        self.bones.iter().zip(&absolute).map(|(bone, m)| product(m, &bone.inverse)).collect()
    }
    /// Appends the residuals, three an observation: the objective, written once. `us` returns the coordinates on its
    /// triangle of each observation.
    #[inline(never)]
    pub(crate) fn residuals<T: Real>(&self, theta: &[T], us: impl Fn(usize) -> [T; 2], out: &mut Vec<T>) {
        let transforms = self.transforms(theta);
        let r = rotation([theta[0], theta[1], theta[2]]);
        let vertices: Vec<[T; 3]> = self
            .vertices
            .iter()
            .map(|v| {
                let mut sum = [T::lit(0.0); 3];
                for &(bone, [x, y, z, w]) in &self.skin[v.skin.clone()] {
                    let m = &transforms[bone];
                    for row in 0..3 {
                        sum[row] += m[0][row] * x + m[1][row] * y + m[2][row] * z + m[3][row] * w;
                    }
                }
                if self.mirrored {
                    sum[0] = -sum[0];
                }
                let turned = |row: usize| r[0][row] * sum[0] + r[1][row] * sum[1] + r[2][row] * sum[2] + theta[3 + row];
                [turned(0), turned(1), turned(2)]
            })
            .collect();
        for (i, (seen, place)) in self.seen.iter().zip(&self.places).enumerate() {
            for row in 0..3 {
                let at = match *place {
                    Place::Vertex(v) => vertices[v][row],
                    Place::Triangle([a, b, c]) => {
                        let [u, v] = us(i);
                        let (a, b, c) = (vertices[a][row], vertices[b][row], vertices[c][row]);
                        a * u + b * v + c * (-u - v + 1.0)
                    }
                };
                out.push(-at + seen[row]);
            }
        }
    }
    /// Returns the number of columns of the Jacobian that belong to coordinates on triangles.
    fn own(&self) -> usize {
        if self.us.is_empty() { 0 } else { 2 }
    }
    fn columns(&self) -> usize {
        self.own() + PARAMETERS
    }
}

/// Returns the first parameter of the finger that bone `k` belongs to, and which of its joints it is.
fn joint(k: usize) -> Option<(usize, usize)> {
    let (finger, joint) = (k.checked_sub(2)? / 4, (k - 2) % 4);
    (finger < 5 && joint < 3).then_some((6 + 4 * finger, joint))
}

/// Writes the Jacobian, `LANES` columns a pass.
fn in_lanes(hand: &Hand, j: &mut [f64]) {
    let (own, columns) = (hand.own(), hand.columns());
    let mut y = Vec::new();
    for start in (0..columns).step_by(LANES) {
        let seed = |x: f64, column: usize| Multi::<f64, LANES>::seed(x, column.wrapping_sub(start));
        let theta: Vec<_> = hand.theta.iter().enumerate().map(|(k, &x)| seed(x, own + k)).collect();
        y.clear();
        hand.residuals(&theta, |i| [seed(hand.us[i][0], 0), seed(hand.us[i][1], 1)], &mut y);
        let width = LANES.min(columns - start);
        for (row, y) in j.chunks_exact_mut(columns).zip(&y) {
            row[start..start + width].copy_from_slice(&y.tangents()[..width]);
        }
    }
}

/// Writes the Jacobian from one recording, four rows a sweep.
fn on_tape(hand: &Hand, tape: &mut Tape, j: &mut [f64]) -> Result<()> {
    let (own, columns) = (hand.own(), hand.columns());
    tape.record(|t| {
        let theta = t.inputs(&hand.theta);
        let us: Vec<_> = hand.us.iter().map(|u| t.inputs(u)).collect();
        let mut y = Vec::new();
        hand.residuals(theta, |i| [us[i][0], us[i][1]], &mut y);
        for (i, (rows, y)) in j.chunks_exact_mut(3 * columns).zip(y.chunks_exact(3)).enumerate() {
            let mut x = if own > 0 { us[i].to_vec() } else { vec![] };
            x.extend_from_slice(theta);
            let by = [0, 1, 2].map(|k| [0, 1, 2].map(|lane| if lane == k { 1.0 } else { 0.0 }));
            for (column, lanes) in t.pull_lanes(y, &by, &x)?.into_iter().enumerate() {
                (0..3).for_each(|lane| rows[lane * columns + column] = lanes[lane]);
            }
        }
        Ok(())
    })
}
