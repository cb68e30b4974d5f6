//! Bundle adjustment: cameras, points, and what the cameras saw of them.
//!
//! An observation has two residuals of fifteen numbers: the camera (rotation 3, centre 3, focal length, principal point
//! 2, distortion 2), the point, the weight. The Jacobian is sparse, row after row.

use super::{Failure, Job, Mode, Outcome, finite, length};
use pullback::{Frame, Multi, Real, Result, Tape};
use serde::Deserialize;
use serde_json::{Value, json};
use std::{cell::RefCell, rc::Rc};

/// One camera, point and weight, repeated `n`, `m` and `p` times.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Bundle {
    /// The number of cameras.
    pub(crate) n: usize,
    /// The number of points.
    pub(crate) m: usize,
    /// The number of observations.
    pub(crate) p: usize,
    /// The camera.
    pub(crate) cam: Vec<f64>,
    /// The point.
    pub(crate) x: Vec<f64>,
    /// The weight.
    pub(crate) w: f64,
    /// What was seen.
    pub(crate) feat: Vec<f64>,
}

const CAMERA: usize = 11;
const COLUMNS: usize = CAMERA + 3 + 1;
/// So many entries of each list of the Jacobian are reported, and the last.
const REPORTED: usize = 2 * COLUMNS;
/// The most cameras, points or observations: more do not fit 32-bit columns.
const MOST: usize = 50_000_000;

/// Returns the job for `function`.
pub(crate) fn prepare(function: &str, input: Value, mode: Mode) -> Outcome<Job> {
    let bundle: Bundle = serde_json::from_value(input)?;
    length("cam", CAMERA, bundle.cam.len())?;
    length("x", 3, bundle.x.len())?;
    length("feat", 2, bundle.feat.len())?;
    finite("cam, x, w, feat", &[&bundle.cam, &bundle.x, &bundle.feat, &[bundle.w][..]].concat())?;
    if [bundle.n, bundle.m, bundle.p].iter().any(|k| !(1..=MOST).contains(k)) {
        return Err(Failure(format!("n, m, p: expected 1 to {MOST}")));
    }
    let scene = Scene::new(&bundle);
    let p = bundle.p;
    match function {
        "objective" => {
            let run = move |y: &mut Vec<f64>| {
                scene.residuals(y);
                Ok(())
            };
            Ok(Job::new(run, move |y| {
                json!({ "reproj_error": { "elements": &y[..2], "repeated": p },
                        "w_err": { "element": y[2 * p], "repeated": p } })
            }))
        }
        "jacobian" => {
            let matrix = Rc::new(RefCell::new(Pattern::default()));
            let (pattern, mut tape) = (matrix.clone(), Tape::new());
            let run = move |values: &mut Vec<f64>| scene.jacobian(mode, &mut tape, &mut pattern.borrow_mut(), values);
            Ok(Job::new(run, move |values| {
                let pattern = matrix.borrow();
                json!({ "rows": cut(&pattern.rows), "cols": cut(&pattern.columns), "vals": cut(values) })
            }))
        }
        _ => Err(Failure::function("ba", function)),
    }
}

/// Returns the first entries and the last.
fn cut<A: Copy>(list: &[A]) -> Vec<A> {
    list[..REPORTED.min(list.len())].iter().chain(list.last()).copied().collect()
}

/// Where the values of a sparse matrix stand: the first place of each row, and the column of each place.
#[derive(Default)]
struct Pattern {
    rows: Vec<u32>,
    columns: Vec<u32>,
}

impl Pattern {
    fn clear(&mut self) {
        self.rows.clear();
        self.columns.clear();
        self.rows.push(0);
    }
    fn end_row(&mut self) {
        self.rows.push(self.columns.len() as u32);
    }
}

/// Returns the two residuals of an observation.
#[inline(always)]
fn reproject<T: Real>(v: &[T; COLUMNS], seen: [f64; 2]) -> [T; 2] {
    let rotation = [v[0], v[1], v[2]];
    let offset = [v[11] - v[3], v[12] - v[4], v[13] - v[5]];
    let [x, y, z] = rotate(rotation, offset);
    let (x, y) = (x / z, y / z);
    let square = x * x + y * y;
    let stretch = (v[9] + v[10] * square) * square + 1.0;
    let scale = v[6] * stretch;
    [(x * scale + v[7] - seen[0]) * v[14], (y * scale + v[8] - seen[1]) * v[14]]
}

#[inline(always)]
fn cross<T: Real>(a: [T; 3], b: [T; 3]) -> [T; 3] {
    [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
}
#[inline(always)]
fn dot<T: Real>(a: [T; 3], b: [T; 3]) -> T {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

/// Returns the point turned about the axis `r` by the angle $\|r\|$ (Rodrigues); to first order at angle 0.
#[inline(always)]
fn rotate<T: Real>(r: [T; 3], x: [T; 3]) -> [T; 3] {
    let square = dot(r, r);
    if square == 0.0 {
        let c = cross(r, x);
        return [x[0] + c[0], x[1] + c[1], x[2] + c[2]];
    }
    let angle = square.sqrt();
    let (sine, cosine) = angle.sin_cos();
    let inverse = angle.recip();
    let axis = r.map(|r| r * inverse);
    let across = cross(axis, x);
    let along = dot(axis, x) * (-cosine + 1.0);
    let at = |k: usize| x[k] * cosine + across[k] * sine + axis[k] * along;
    [at(0), at(1), at(2)]
}

/// Returns the residual of a weight.
#[inline(always)]
fn weight<T: Real>(w: T) -> T {
    -(w * w) + 1.0
}

/// Everything, observation by observation.
struct Scene {
    cameras: Vec<[f64; CAMERA]>,
    points: Vec<[f64; 3]>,
    weights: Vec<f64>,
    seen: Vec<[f64; 2]>,
    pairs: Vec<[u32; 2]>,
}

impl Scene {
    fn new(b: &Bundle) -> Self {
        Scene {
            cameras: vec![std::array::from_fn(|k| b.cam[k]); b.n],
            points: vec![std::array::from_fn(|k| b.x[k]); b.m],
            weights: vec![b.w; b.p],
            seen: vec![[b.feat[0], b.feat[1]]; b.p],
            pairs: (0..b.p).map(|i| [(i % b.n) as u32, (i % b.m) as u32]).collect(),
        }
    }
    #[inline(always)]
    fn arguments(&self, i: usize) -> [f64; COLUMNS] {
        let [camera, point] = self.pairs[i].map(|k| k as usize);
        let mut v = [0.0; COLUMNS];
        v[..CAMERA].copy_from_slice(&self.cameras[camera]);
        v[CAMERA..CAMERA + 3].copy_from_slice(&self.points[point]);
        v[CAMERA + 3] = self.weights[i];
        v
    }
    #[inline(never)]
    fn residuals(&self, y: &mut Vec<f64>) {
        y.clear();
        for (i, &seen) in self.seen.iter().enumerate() {
            y.extend(reproject(&self.arguments(i), seen));
        }
        y.extend(self.weights.iter().map(|&w| weight(w)));
    }
    /// Writes the values and the pattern of the Jacobian.
    fn jacobian(&self, mode: Mode, tape: &mut Tape, pattern: &mut Pattern, values: &mut Vec<f64>) -> Result<()> {
        match mode {
            Mode::Forward | Mode::Best => {
                self.assemble(pattern, values, |v, seen| Ok(reproject(&Multi::seeds(*v), seen).map(|y| y.tangents())))?
            }
            Mode::Reverse => self.assemble(pattern, values, |v, seen| tape.record(|t| on_tape(t, v, seen)))?,
            Mode::Manual => self.assemble(pattern, values, |v, seen| Ok(by_hand(v, seen)))?,
            Mode::Recorded => return Err(super::mode::not_recorded()),
        }
        for (i, &w) in self.weights.iter().enumerate() {
            pattern.columns.push((CAMERA * self.cameras.len() + 3 * self.points.len() + i) as u32);
            values.push(match mode {
                Mode::Manual => -2.0 * w,
                _ => pullback::derivative(weight, w),
            });
            pattern.end_row();
        }
        Ok(())
    }
    #[inline(always)]
    fn assemble(
        &self,
        pattern: &mut Pattern,
        values: &mut Vec<f64>,
        mut rows: impl FnMut(&[f64; COLUMNS], [f64; 2]) -> Result<[[f64; COLUMNS]; 2]>,
    ) -> Result<()> {
        pattern.clear();
        values.clear();
        let points = CAMERA * self.cameras.len();
        let weights = points + 3 * self.points.len();
        for (i, &seen) in self.seen.iter().enumerate() {
            let [camera, point] = self.pairs[i].map(|k| k as usize);
            let columns: [u32; COLUMNS] = std::array::from_fn(|k| match k {
                0..CAMERA => CAMERA * camera + k,
                CAMERA..14 => points + 3 * point + k - CAMERA,
                _ => weights + i,
            } as u32);
            for row in rows(&self.arguments(i), seen)? {
                values.extend_from_slice(&row);
                pattern.columns.extend_from_slice(&columns);
                pattern.end_row();
            }
        }
        Ok(())
    }
}

/// Returns the rows by one recording swept with two lanes.
fn on_tape(t: Frame<'_>, v: &[f64; COLUMNS], seen: [f64; 2]) -> Result<[[f64; COLUMNS]; 2]> {
    let x = t.inputs(v);
    let y = reproject(&std::array::from_fn(|k| x[k]), seen);
    let columns = t.pull_lanes(&y, &[[1.0, 0.0], [0.0, 1.0]], x)?;
    Ok([0, 1].map(|row| std::array::from_fn(|k| columns[k][row])))
}

/// Returns the derivatives of the turned point by the axis, by hand.
fn turned(r: [f64; 3], x: [f64; 3]) -> [[f64; 3]; 3] {
    let unit = |k: usize| std::array::from_fn(|j| f64::from(j == k));
    let angle = dot(r, r).sqrt();
    if angle == 0.0 {
        return [0, 1, 2].map(|k| cross(unit(k), x));
    }
    let (s, c) = angle.sin_cos();
    let a = r.map(|r| r / angle);
    let (across, along) = (cross(a, x), dot(a, x));
    [0, 1, 2].map(|k| {
        let da: [f64; 3] = std::array::from_fn(|j| (f64::from(j == k) - a[k] * a[j]) / angle);
        let (d_across, d_along) = (cross(da, x), dot(da, x));
        std::array::from_fn(|j| {
            a[k] * (c * across[j] - s * x[j] + s * a[j] * along)
                + s * d_across[j]
                + (1.0 - c) * (da[j] * along + a[j] * d_along)
        })
    })
}

/// Returns the rows by hand.
fn by_hand(v: &[f64; COLUMNS], seen: [f64; 2]) -> [[f64; COLUMNS]; 2] {
    let rotation = [v[0], v[1], v[2]];
    let offset = [v[11] - v[3], v[12] - v[4], v[13] - v[5]];
    let [x, y, z] = rotate(rotation, offset);
    let by_axis = turned(rotation, offset);
    // the rotation is linear in the point: its columns are the turned unit vectors
    let by_point = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]].map(|e| rotate(rotation, e));
    let (a, b, w, f) = (x / z, y / z, v[14], v[6]);
    let square = a * a + b * b;
    let stretch = 1.0 + (v[9] + v[10] * square) * square;
    let slope = 2.0 * (v[9] + 2.0 * v[10] * square);
    // the derivative of the distorted pair by the plain one
    let matrix = [[stretch + slope * a * a, slope * a * b], [slope * a * b, stretch + slope * b * b]];
    [0, 1].map(|row| {
        let [ma, mb] = matrix[row].map(|m| m * w * f);
        let of = |d: [f64; 3]| (ma * (d[0] - a * d[2]) + mb * (d[1] - b * d[2])) / z;
        let plain = if row == 0 { a } else { b };
        let mut j = [0.0; COLUMNS];
        for k in 0..3 {
            j[k] = of(by_axis[k]);
            j[11 + k] = of(by_point[k]);
            j[3 + k] = -j[11 + k];
        }
        j[6] = w * plain * stretch;
        j[7 + row] = w;
        j[9] = w * f * plain * square;
        j[10] = w * f * plain * square * square;
        j[14] = plain * f * stretch + v[7 + row] - seen[row];
        j
    })
}
