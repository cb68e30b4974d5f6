//! Clustering: the sum of squared distances to the nearest centroid, and a Newton direction.
//!
//! $$ f = \sum_i \min_j \|p_i - c_j\|^2, \qquad \text{dir} = \nabla f \oslash \mathrm{diag}(\nabla^2 f) $$
//!
//! The Hessian is diagonal, so its product with a vector of ones is its diagonal.

use super::{Failure, Job, Mode, Outcome, finite, mode};
use pullback::{Dual, HyperDual, Operation, Real, Result, Tape, Var, apply};
use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
struct Input {
    points: Vec<Vec<f64>>,
    centroids: Vec<Vec<f64>>,
}

/// Points and centroids, one after another.
#[derive(Clone, Debug)]
pub(crate) struct Clusters {
    /// The dimension.
    pub(crate) d: usize,
    /// The points.
    pub(crate) points: Vec<f64>,
    /// The centroids.
    pub(crate) centroids: Vec<f64>,
}

/// Returns the job for `function`.
pub(crate) fn prepare(function: &str, input: Value, mode: Mode) -> Outcome<Job> {
    let i: Input = serde_json::from_value(input)?;
    let d = i.centroids.first().map_or(0, Vec::len);
    if d == 0 {
        return Err(Failure::new("centroids: expected at least one, of at least one number"));
    }
    let points = super::flat("points", &i.points, i.points.len(), d)?;
    let centroids = super::flat("centroids", &i.centroids, i.centroids.len(), d)?;
    let problem = Clusters { d, points, centroids };
    finite("points", &problem.points)?;
    finite("centroids", &problem.centroids)?;
    match function {
        "cost" => {
            let run = move |y: &mut Vec<f64>| {
                y.clear();
                y.push(problem.cost(&problem.centroids)?);
                Ok(())
            };
            Ok(Job::new(run, mode::shape::number))
        }
        "dir" => {
            let mut tape = Tape::new();
            let run = move |y: &mut Vec<f64>| problem.direction(mode, &mut tape, y);
            Ok(Job::new(run, mode::shape::rows(d)))
        }
        _ => Err(Failure::function("kmeans", function)),
    }
}

/// The sum over some points of the squared distance to one centroid, the arguments.
struct Scatter<'a> {
    points: &'a [f64],
    members: &'a [u32],
}

impl Scatter<'_> {
    fn each(&self, d: usize) -> impl Iterator<Item = &[f64]> {
        self.members.iter().map(move |&i| &self.points[i as usize * d..][..d])
    }
}

impl Operation for Scatter<'_> {
    fn name(&self) -> &'static str {
        "scatter"
    }
    #[inline]
    fn value<T: Real>(&self, c: &[T]) -> Result<T> {
        let mut sum = T::lit(0.0);
        for point in self.each(c.len()) {
            for (&c, &p) in c.iter().zip(point) {
                let e = c - p;
                sum += e * e;
            }
        }
        Ok(sum)
    }
    #[inline]
    fn partials<T: Real>(&self, c: &[T], _y: T, partial: &mut [T]) -> Result<()> {
        for point in self.each(c.len()) {
            for ((partial, &c), &p) in partial.iter_mut().zip(c).zip(point) {
                *partial += (c - p) * 2.0;
            }
        }
        Ok(())
    }
}

/// Returns the squared distance of two plain points, eight differences side by side.
#[inline(always)]
fn distance(a: &[f64], b: &[f64]) -> f64 {
    let (mut left, mut right) = (a.chunks_exact(8), b.chunks_exact(8));
    let mut sums = [0.0; 8];
    for (a, b) in (&mut left).zip(&mut right) {
        for k in 0..8 {
            let e = a[k] - b[k];
            sums[k] += e * e;
        }
    }
    let rest: f64 = left.remainder().iter().zip(right.remainder()).map(|(a, b)| (a - b) * (a - b)).sum();
    let [a, b, c, d] = std::array::from_fn(|k| sums[k] + sums[k + 4]);
    (a + c) + (b + d) + rest
}

impl Clusters {
    /// Returns the nearest centroid of a point and its squared distance.
    #[inline(always)]
    fn nearest(&self, centroids: &[f64], point: &[f64]) -> (usize, f64) {
        let mut best = (0, f64::INFINITY);
        for (j, centroid) in centroids.chunks_exact(self.d).enumerate() {
            let far = distance(point, centroid);
            if far < best.1 {
                best = (j, far);
            }
        }
        best
    }
    /// Returns the points of each cluster, one after another, and where each ends.
    fn members(&self, centroids: &[f64]) -> (Vec<u32>, Vec<usize>) {
        let nearest: Vec<u32> = self.points.chunks_exact(self.d).map(|p| self.nearest(centroids, p).0 as u32).collect();
        let mut ends = vec![0; centroids.len() / self.d];
        nearest.iter().for_each(|&j| ends[j as usize] += 1);
        let mut start = 0;
        for end in &mut ends {
            (*end, start) = (start, start + *end);
        }
        let mut members = vec![0; nearest.len()];
        for (i, &j) in nearest.iter().enumerate() {
            members[ends[j as usize]] = i as u32;
            ends[j as usize] += 1;
        }
        (members, ends)
    }
    /// Returns the cost at `c`: the objective, written once. Which centroid is nearest is a question for plain numbers;
    /// only the winners are differentiated.
    #[inline(never)]
    pub(crate) fn cost<T: Real>(&self, c: &[T]) -> Result<T> {
        let plain: Vec<f64> = c.iter().map(|c| c.primal()).collect();
        if c.iter().all(|c| c.is_plain()) {
            // no derivative to keep, so no winner to look at again
            return Ok(T::lit(self.points.chunks_exact(self.d).map(|p| self.nearest(&plain, p).1).sum()));
        }
        let (members, ends) = self.members(&plain);
        let (mut start, mut sum) = (0, T::lit(0.0));
        for (centroid, &end) in c.chunks_exact(self.d).zip(&ends) {
            sum += apply(&Scatter { points: &self.points, members: &members[start..end] }, centroid)?;
            start = end;
        }
        Ok(sum)
    }
    fn direction(&self, mode: Mode, tape: &mut Tape<Dual>, out: &mut Vec<f64>) -> Result<()> {
        let x = &self.centroids;
        out.clear();
        match mode {
            Mode::Best | Mode::Reverse => {
                let x: Vec<Dual> = x.iter().map(|&x| Dual::new(x, 1.0)).collect();
                let (_, g) = tape.try_value_and_grad(|c: &[Var<'_, Dual>]| self.cost(c), &x)?;
                out.extend(g.iter().map(|g| g.value() / g.tangent()));
            }
            Mode::Forward => {
                for k in 0..x.len() {
                    let seed = |(j, &x): (usize, &f64)| {
                        let one = if j == k { 1.0 } else { 0.0 };
                        HyperDual::new(Dual::new(x, one), Dual::new(one, 0.0))
                    };
                    let y: HyperDual = self.cost(&x.iter().enumerate().map(seed).collect::<Vec<_>>())?;
                    out.push(y.tangent().value() / y.tangent().tangent());
                }
            }
            Mode::Manual => self.by_hand(out),
            Mode::Recorded => return Err(mode::not_recorded()),
        }
        Ok(())
    }
    #[inline(never)]
    fn by_hand(&self, out: &mut Vec<f64>) {
        let mut count = vec![0.0; self.centroids.len() / self.d];
        out.resize(self.centroids.len(), 0.0);
        for point in self.points.chunks_exact(self.d) {
            let (j, _) = self.nearest(&self.centroids, point);
            let (g, c) = (&mut out[j * self.d..][..self.d], &self.centroids[j * self.d..][..self.d]);
            g.iter_mut().zip(c).zip(point).for_each(|((g, c), p)| *g += 2.0 * (c - p));
            count[j] += 2.0;
        }
        out.chunks_exact_mut(self.d).zip(count).for_each(|(g, h)| g.iter_mut().for_each(|g| *g /= h));
    }
}
