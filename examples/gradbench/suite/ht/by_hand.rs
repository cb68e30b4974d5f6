//! The Jacobian of hand tracking by hand: the chain of bones is differentiated by each angle, and only the bones of that
//! finger move.

use super::{
    NO_ANGLE, joint,
    model::{Columns, Hand, Place},
    product, rotation, turn,
};

type Vector = [f64; 3];

/// The transformations, and for each finger angle the bones that it moves with their derivatives.
struct Posed {
    transforms: Vec<Columns<f64>>,
    moved: Vec<(usize, usize, Columns<f64>)>, // parameter, bone, derivative
}

fn times(m: &Columns<f64>, [x, y, z, w]: [f64; 4]) -> Vector {
    std::array::from_fn(|row| m[0][row] * x + m[1][row] * y + m[2][row] * z + m[3][row] * w)
}
fn turned(r: &[Vector; 3], x: Vector) -> Vector {
    std::array::from_fn(|row| r[0][row] * x[0] + r[1][row] * x[1] + r[2][row] * x[2])
}

/// Replaces two columns by the derivative of their turned form.
fn turn_derivative(m: &mut Columns<f64>, u: usize, v: usize, angle: f64) {
    let ((sine, cosine), a, b) = (angle.sin_cos(), m[u], m[v]);
    m[u] = std::array::from_fn(|row| b[row] * cosine - a[row] * sine);
    m[v] = std::array::from_fn(|row| -b[row] * sine - a[row] * cosine);
    (0..4).filter(|k| ![u, v].contains(k)).for_each(|k| m[k] = [0.0; 3]);
}

/// Returns the derivatives of the rotation by its axis.
fn rotation_derivatives(r: Vector) -> [[Vector; 3]; 3] {
    let angle = (r[0] * r[0] + r[1] * r[1] + r[2] * r[2]).sqrt();
    if angle < NO_ANGLE {
        return [[[0.0; 3]; 3]; 3];
    }
    let a = r.map(|r| r / angle);
    let (s, c) = angle.sin_cos();
    // the entry of the matrix of a cross product with v
    let cross = |v: Vector, row: usize, column: usize| match (3 + row - column) % 3 {
        0 => 0.0,
        1 => v[3 - row - column],
        _ => -v[3 - row - column],
    };
    [0, 1, 2].map(|k| {
        let da: Vector = std::array::from_fn(|j| (f64::from(j == k) - a[k] * a[j]) / angle);
        let entry = |row: usize, column: usize| {
            a[k] * (c * cross(a, row, column) - s * f64::from(row == column) + s * a[row] * a[column])
                + s * cross(da, row, column)
                + (1.0 - c) * (da[row] * a[column] + a[row] * da[column])
        };
        [0, 1, 2].map(|column| [0, 1, 2].map(|row| entry(row, column)))
    })
}

impl Hand {
    fn posed(&self) -> Posed {
        let theta = &self.theta;
        let mut absolute: Vec<Columns<f64>> = vec![];
        let mut moved: Vec<(usize, usize, Columns<f64>)> = vec![];
        for (k, bone) in self.bones.iter().enumerate() {
            let before = bone.parent.map_or(bone.base, |p| product(&absolute[p], &bone.base));
            // angles about z, then about x, that this bone has
            let turns: &[(usize, usize, usize)] = match joint(k) {
                Some((first, 0)) => &[(0, 1, first + 1), (1, 2, first)],
                Some((first, joint)) => &[(1, 2, first + joint + 1)],
                None => &[],
            };
            let all = |m: &mut Columns<f64>, derivative: Option<usize>| {
                for &(u, v, parameter) in turns {
                    match derivative == Some(parameter) {
                        true => turn_derivative(m, u, v, theta[parameter]),
                        false => turn(m, u, v, theta[parameter]),
                    }
                }
            };
            let inherited: Vec<_> =
                moved.iter().filter(|(_, b, _)| Some(*b) == bone.parent).map(|&(p, _, m)| (p, m)).collect();
            for (parameter, of_parent) in inherited {
                let mut m = product(&of_parent, &bone.base);
                all(&mut m, None);
                moved.push((parameter, k, m));
            }
            for &(_, _, parameter) in turns {
                let mut m = before;
                all(&mut m, Some(parameter));
                moved.push((parameter, k, m));
            }
            let mut m = before;
            all(&mut m, None);
            absolute.push(m);
        }
        let transforms = self.bones.iter().zip(&absolute).map(|(bone, m)| product(m, &bone.inverse)).collect();
        moved.iter_mut().for_each(|(_, bone, m)| *m = product(m, &self.bones[*bone].inverse));
        moved.sort_by_key(|&(_, bone, _)| bone);
        Posed { transforms, moved }
    }
    /// Writes the Jacobian to `j`, which arrives filled with zeros.
    #[inline(never)]
    pub(super) fn by_hand(&self, j: &mut [f64]) {
        let (own, columns) = (self.own(), self.columns());
        let Posed { transforms, moved } = self.posed();
        let first: Vec<usize> = (0..=self.bones.len()).map(|b| moved.partition_point(|m| m.1 < b)).collect();
        let axis = [self.theta[0], self.theta[1], self.theta[2]];
        let (r, dr) = (rotation(axis), rotation_derivatives(axis));
        let side = if self.mirrored { -1.0 } else { 1.0 };
        let n = super::PARAMETERS;
        let mut position = vec![[0.0; 3]; self.vertices.len()];
        let mut slope = vec![[0.0; 3]; self.vertices.len() * n];
        for (i, vertex) in self.vertices.iter().enumerate() {
            let slope = &mut slope[i * n..(i + 1) * n];
            let mut sum = [0.0; 3];
            for &(bone, p) in &self.skin[vertex.skin.clone()] {
                let part = times(&transforms[bone], p);
                (0..3).for_each(|row| sum[row] += part[row]);
                for (parameter, _, m) in &moved[first[bone]..first[bone + 1]] {
                    let part = times(m, p);
                    (0..3).for_each(|row| slope[*parameter][row] += part[row]);
                }
            }
            sum[0] *= side;
            for slope in &mut slope[6..] {
                slope[0] *= side;
                *slope = turned(&r, *slope);
            }
            for k in 0..3 {
                slope[k] = turned(&dr[k], sum);
                slope[3 + k][k] = 1.0;
            }
            let turned = turned(&r, sum);
            position[i] = std::array::from_fn(|row| turned[row] + self.theta[3 + row]);
        }
        for (i, (rows, place)) in j.chunks_exact_mut(3 * columns).zip(&self.places).enumerate() {
            for (row, line) in rows.chunks_exact_mut(columns).enumerate() {
                match *place {
                    Place::Vertex(v) => {
                        line.iter_mut().zip(&slope[v * n..(v + 1) * n]).for_each(|(l, s)| *l = -s[row]);
                    }
                    Place::Triangle([a, b, c]) => {
                        let [u, v] = self.us[i];
                        line[0] = position[c][row] - position[a][row];
                        line[1] = position[c][row] - position[b][row];
                        for (k, l) in line[own..].iter_mut().enumerate() {
                            let at = |v: usize| slope[v * n + k][row];
                            *l = -(u * at(a) + v * at(b) + (1.0 - u - v) * at(c));
                        }
                    }
                }
            }
        }
    }
}
