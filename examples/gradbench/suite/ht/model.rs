//! The model of a hand and what was seen, checked and laid out for the computation.

use super::{super::*, PARAMETERS};
use serde::Deserialize;
use std::ops::Range;

#[derive(Deserialize)]
struct Input {
    theta: Vec<f64>,
    us: Vec<Vec<f64>>,
    data: Data,
}
#[derive(Deserialize)]
struct Data {
    model: Model,
    correspondences: Vec<usize>,
    points: Vec<Vec<f64>>,
}
#[derive(Deserialize)]
struct Model {
    parents: Vec<i64>,
    base_relatives: Vec<Vec<Vec<f64>>>,
    inverse_base_absolutes: Vec<Vec<Vec<f64>>>,
    base_positions: Vec<Vec<f64>>,
    weights: Vec<Vec<f64>>,
    triangles: Vec<Vec<usize>>,
    is_mirrored: bool,
}

/// The upper three rows of an affine matrix, column after column.
pub(super) type Columns<T> = [[T; 3]; 4];

pub(super) struct Bone {
    pub(super) parent: Option<usize>,
    pub(super) base: Columns<f64>,
    pub(super) inverse: Columns<f64>,
}

/// A vertex that something was seen at: its bones with the base position times their weights.
pub(super) struct Vertex {
    pub(super) skin: Range<usize>,
}

/// Where a point was seen, in numbers of used vertices.
pub(super) enum Place {
    Vertex(usize),
    Triangle([usize; 3]),
}

/// A hand, its parameters and what was seen of it. Vertices that nothing was seen at and weights of zero are left out.
pub(crate) struct Hand {
    pub(super) theta: Vec<f64>,
    pub(super) us: Vec<[f64; 2]>,
    pub(super) bones: Vec<Bone>,
    pub(super) vertices: Vec<Vertex>,
    pub(super) skin: Vec<(usize, [f64; 4])>,
    pub(super) mirrored: bool,
    pub(super) places: Vec<Place>,
    pub(super) seen: Vec<[f64; 3]>,
}

/// The joints of the last finger end here.
const LEAST_BONES: usize = 21;

impl Hand {
    /// Reads and checks the input of an evaluation.
    pub(crate) fn read(input: Value) -> Outcome<Hand> {
        let Input { theta, us, data: Data { model, correspondences, points } } = serde_json::from_value(input)?;
        length("theta", PARAMETERS, theta.len())?;
        finite("theta", &theta)?;
        let count = correspondences.len();
        let seen: Vec<[f64; 3]> = flat("points", &points, count, 3)?.chunks(3).map(|p| [p[0], p[1], p[2]]).collect();
        let us: Vec<[f64; 2]> = match us.len() {
            0 => vec![],
            _ => flat("us", &us, count, 2)?.chunks(2).map(|u| [u[0], u[1]]).collect(),
        };
        let bones = model.bones()?;
        length("weights", model.base_positions.len(), model.weights.len())?;
        let mut hand = Hand {
            theta,
            us,
            bones,
            vertices: vec![],
            skin: vec![],
            mirrored: model.is_mirrored,
            places: vec![],
            seen,
        };
        let mut number = vec![None; model.base_positions.len()];
        for &at in &correspondences {
            let place = match hand.us.is_empty() {
                true => Place::Vertex(hand.take(&model, at, &mut number)?),
                false => {
                    let triangle = model.triangles.get(at).ok_or_else(|| outside("correspondences", at))?;
                    length("triangles", 3, triangle.len())?;
                    let mut corner = |k: usize| hand.take(&model, triangle[k], &mut number);
                    Place::Triangle([corner(0)?, corner(1)?, corner(2)?])
                }
            };
            hand.places.push(place);
        }
        finite("points", &hand.seen.concat())?;
        finite("us", &hand.us.concat())?;
        Ok(hand)
    }
    /// Returns the number of vertex `at`, which from now on is in use.
    fn take(&mut self, model: &Model, at: usize, number: &mut [Option<usize>]) -> Outcome<usize> {
        if let Some(known) = number.get(at).ok_or_else(|| outside("vertices", at))? {
            return Ok(*known);
        }
        let (position, weights) = (&model.base_positions[at], &model.weights[at]);
        length("base_positions", 4, position.len())?;
        length("weights", self.bones.len(), weights.len())?;
        finite("base_positions", position)?;
        finite("weights", weights)?;
        let start = self.skin.len();
        for (bone, &w) in weights.iter().enumerate().filter(|(_, w)| **w != 0.0) {
            self.skin.push((bone, std::array::from_fn(|k| position[k] * w)));
        }
        self.vertices.push(Vertex { skin: start..self.skin.len() });
        number[at] = Some(self.vertices.len() - 1);
        Ok(self.vertices.len() - 1)
    }
}

impl Model {
    fn bones(&self) -> Outcome<Vec<Bone>> {
        let n = self.parents.len();
        if n < LEAST_BONES {
            return Err(Failure(format!("parents: expected at least {LEAST_BONES} bones, found {n}")));
        }
        length("base_relatives", n, self.base_relatives.len())?;
        length("inverse_base_absolutes", n, self.inverse_base_absolutes.len())?;
        let bone = |k: usize| {
            let parent = match self.parents[k] {
                -1 => None,
                p => Some(usize::try_from(p).ok().filter(|&p| p < k).ok_or_else(|| {
                    Failure(format!("parents: bone {k} has parent {p}, expected -1 or an earlier bone"))
                })?),
            };
            let base = affine("base_relatives", &self.base_relatives[k])?;
            Ok(Bone { parent, base, inverse: affine("inverse_base_absolutes", &self.inverse_base_absolutes[k])? })
        };
        (0..n).map(bone).collect()
    }
}

fn outside(name: &str, at: usize) -> Failure {
    Failure(format!("{name}: {at} is out of range"))
}

/// Returns the upper rows of a matrix whose last row is (0, 0, 0, 1).
fn affine(name: &str, rows: &[Vec<f64>]) -> Outcome<Columns<f64>> {
    let m = flat(name, rows, 4, 4)?;
    finite(name, &m)?;
    if m[12..] != [0.0, 0.0, 0.0, 1.0] {
        return Err(Failure(format!("{name}: expected a last row of 0, 0, 0, 1")));
    }
    Ok(std::array::from_fn(|column| std::array::from_fn(|row| m[4 * row + column])))
}
