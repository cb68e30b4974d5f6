//! One fit: Levenberg–Marquardt from a starting point, then a few Gauss–Newton steps for the last digits.
//!
//! Both need the Jacobian of the residuals, and nothing else here knows where it comes from. That is the experiment:
//! the same solver with exact and with forward-difference Jacobians.
//!
//! A sum of squares is flat at its minimum. A solver that compares sums therefore cannot see a change of the parameters
//! below the square root of the rounding unit, and stops with seven or eight digits. The gradient is not flat: the
//! steps of [`polish`] come to rest where Jᵀr vanishes. With an exact J that point is the minimum; with a J that is
//! wrong in its eighth digit it is a point nearby.

use crate::problems::Problem;
use levenberg_marquardt::{LeastSquaresProblem, LevenbergMarquardt, TerminationReason};
use nalgebra::{DMatrix, DVector, Dyn, storage::Owned};
use pullback::jacobian_fwd;
use std::cell::Cell;

/// Where a Jacobian comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Derivatives {
    /// Forward mode, eight columns in one evaluation of the model.
    Exact,
    /// (f(b + h) − f(b)) / h: one evaluation a column, and one.
    ForwardDifference,
    /// (f(b + h) − f(b − h)) / 2h: two evaluations a column.
    CentralDifference,
}

impl Derivatives {
    /// Returns the Jacobian of the residuals at `b`: a row an observation, a column a parameter.
    pub(crate) fn jacobian(self, problem: &Problem, b: &[f64]) -> pullback::Result<Vec<Vec<f64>>> {
        match self {
            Derivatives::Exact => jacobian_fwd(|b| problem.residuals(b), b),
            Derivatives::ForwardDifference => {
                let at = problem.residuals(b);
                Ok(columns(b, at.len(), |b, k| {
                    let h = shift(b, k, f64::EPSILON.sqrt());
                    let ahead = problem.residuals(b);
                    ahead.iter().zip(&at).map(|(ahead, at)| (ahead - at) / h).collect()
                }))
            }
            Derivatives::CentralDifference => Ok(columns(b, problem.data.rows.len(), |b, k| {
                let middle = b[k];
                let h = shift(b, k, f64::EPSILON.cbrt());
                let ahead = problem.residuals(b);
                b[k] = middle - h;
                let behind = problem.residuals(b);
                ahead.iter().zip(&behind).map(|(ahead, behind)| (ahead - behind) / (2.0 * h)).collect()
            })),
        }
    }
}

/// Returns the rows of the Jacobian whose columns are `column(b, k)`; `column` may move `b[k]`.
fn columns(b: &[f64], rows: usize, mut column: impl FnMut(&mut [f64], usize) -> Vec<f64>) -> Vec<Vec<f64>> {
    let mut jacobian = vec![vec![0.0; b.len()]; rows];
    let mut b = b.to_vec();
    for k in 0..b.len() {
        let middle = b[k];
        jacobian.iter_mut().zip(column(&mut b, k)).for_each(|(row, slope)| row[k] = slope);
        b[k] = middle;
    }
    jacobian
}

/// Moves `b[k]` by the part `relative` of itself and returns by how much it moved after rounding.
fn shift(b: &mut [f64], k: usize, relative: f64) -> f64 {
    let middle = b[k];
    b[k] += relative * if middle == 0.0 { 1.0 } else { middle.abs() };
    b[k] - middle
}

/// What a fit came to.
#[derive(Debug)]
pub(crate) struct Fit {
    /// The parameters.
    pub(crate) b: Vec<f64>,
    /// The residual sum of squares there.
    pub(crate) rss: f64,
    /// How many Jacobians it took.
    pub(crate) jacobians: usize,
    /// Why the solver stopped.
    pub(crate) stopped: TerminationReason,
}

/// Fits `problem` from `start`.
pub(crate) fn fit(problem: &Problem, start: &[f64], derivatives: Derivatives) -> Fit {
    // Tolerances of zero: the solver goes on until rounding stops it. The first step may be as long as the starting
    // point is far from zero (a step bound of 1; MINPACK's 100 throws BoxBOD to where its curve is a straight line).
    let solver =
        LevenbergMarquardt::new().with_ftol(0.0).with_xtol(0.0).with_gtol(0.0).with_stepbound(1.0).with_patience(1000);
    let state = State { problem, derivatives, b: DVector::from_column_slice(start), jacobians: Cell::new(0) };
    let (mut state, report) = solver.minimize(state);
    polish(&mut state);
    let b = state.b.as_slice().to_vec();
    Fit { rss: problem.rss(&b), b, jacobians: state.jacobians.get(), stopped: report.termination }
}

/// Takes Gauss–Newton steps for as long as they gain.
///
/// What is left to gain is the part of the residuals that lies in the span of J's columns; at a minimum there is none.
fn polish(state: &mut State<'_>) {
    const STEPS: usize = 30;
    let mut least = 1e-3; // more than this part of r, and the solver did not come near a minimum
    for _ in 0..STEPS {
        let Some((step, left)) = gauss_newton(state) else { return };
        if left >= 0.9 * least || left.is_nan() {
            return;
        }
        state.b -= step;
        least = left;
    }
}

/// Returns the s that minimises |J s − r|, and the part |J s| / |r| of the residuals that it removes; `None` where J has
/// not full rank.
fn gauss_newton(state: &State<'_>) -> Option<(DVector<f64>, f64)> {
    let mut r = state.residuals()?;
    let size = r.norm();
    let qr = state.jacobian()?.qr();
    qr.q_tr_mul(&mut r);
    let reach = r.rows(0, state.b.len());
    Some((qr.unpack_r().solve_upper_triangular(&reach)?, reach.norm() / size))
}

/// The problem as the solver wants to see it.
struct State<'a> {
    problem: &'a Problem,
    derivatives: Derivatives,
    b: DVector<f64>,
    jacobians: Cell<usize>,
}

impl LeastSquaresProblem<f64, Dyn, Dyn> for State<'_> {
    type ResidualStorage = Owned<f64, Dyn>;
    type JacobianStorage = Owned<f64, Dyn, Dyn>;
    type ParameterStorage = Owned<f64, Dyn>;

    fn set_params(&mut self, b: &DVector<f64>) {
        self.b.copy_from(b);
    }
    fn params(&self) -> DVector<f64> {
        self.b.clone()
    }
    fn residuals(&self) -> Option<DVector<f64>> {
        Some(DVector::from_vec(self.problem.residuals(self.b.as_slice())))
    }
    fn jacobian(&self) -> Option<DMatrix<f64>> {
        self.jacobians.set(self.jacobians.get() + 1);
        let rows = self.derivatives.jacobian(self.problem, self.b.as_slice()).ok()?;
        Some(DMatrix::from_fn(rows.len(), self.b.len(), |i, k| rows[i][k]))
    }
}
