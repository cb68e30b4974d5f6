//! Random polynomial maps with integer coefficients, and integer points: all arithmetic is exact, so laws are equations.

use pullback::*;

/// Returns integers, the same in each run: the high half of a linear congruence on 64 bits.
pub(crate) struct Draw(u64);
impl Draw {
    pub(crate) fn seeded(seed: u64) -> Self {
        Draw(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }
    /// Returns a number below `n`.
    pub(crate) fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % n
    }
    /// Returns `n` integers between -3 and 3.
    pub(crate) fn integers(&mut self, n: usize) -> Vec<f64> {
        (0..n).map(|_| self.below(7) as f64 - 3.0).collect()
    }
}

#[derive(Clone, Debug)]
enum Step {
    Add(usize, usize),
    Sub(usize, usize),
    Mul(usize, usize),
    Scale(usize, f64),
    Neg(usize),
    Square(usize),
    Sum(Vec<usize>),
    Product(Vec<usize>),
    Dot([usize; 4]),
    Max(usize, usize),
    Cancel(usize),
}
/// A straight-line program of polynomial steps; its outputs are its last values.
#[derive(Clone, Debug)]
pub(crate) struct Polynomial {
    pub(crate) inputs: usize,
    pub(crate) outputs: usize,
    steps: Vec<Step>,
}
/// Degrees stay below this, so that numbers stay below 2⁵³.
const DEGREE: usize = 7;

impl Polynomial {
    pub(crate) fn random(draw: &mut Draw, inputs: usize, outputs: usize) -> Self {
        let (mut degrees, mut steps) = (vec![1; inputs], vec![]);
        while steps.len() < 12 + outputs {
            let n = degrees.len();
            let [i, j, k, l] = std::array::from_fn(|_| draw.below(n));
            let (step, degree) = match draw.below(11) {
                0 => (Step::Add(i, j), degrees[i].max(degrees[j])),
                1 => (Step::Sub(i, j), degrees[i].max(degrees[j])),
                2 | 3 => (Step::Mul(i, j), degrees[i] + degrees[j]),
                4 => (Step::Scale(i, draw.below(5) as f64 - 2.0), degrees[i]),
                5 => (Step::Neg(i), degrees[i]),
                6 => (Step::Square(i), 2 * degrees[i]),
                7 => (Step::Sum(vec![i, j, k, l, i, 0]), degrees[i].max(degrees[j]).max(degrees[k]).max(degrees[l])),
                8 => (Step::Product(vec![i, j, k]), degrees[i] + degrees[j] + degrees[k]),
                9 => (Step::Dot([i, j, k, l]), (degrees[i] + degrees[k]).max(degrees[j] + degrees[l])),
                _ if draw.below(2) == 0 => (Step::Max(i, j), degrees[i].max(degrees[j])),
                _ => (Step::Cancel(i), degrees[i]),
            };
            if degree <= DEGREE {
                degrees.push(degree);
                steps.push(step);
            }
        }
        Polynomial { inputs, outputs, steps }
    }
    pub(crate) fn of<T: Real>(&self, x: &[T]) -> Vec<T> {
        let mut v = x.to_vec();
        for step in &self.steps {
            let picked = |which: &[usize]| which.iter().map(|&k| v[k]).collect::<Vec<T>>();
            v.push(match *step {
                Step::Add(i, j) => v[i] + v[j],
                Step::Sub(i, j) => v[i] - v[j],
                Step::Mul(i, j) => v[i] * v[j],
                Step::Scale(i, c) => v[i] * c,
                Step::Neg(i) => -v[i],
                Step::Square(i) => v[i].powi(2),
                Step::Sum(ref which) => sum(&picked(which)),
                Step::Product(ref which) => product(&picked(which)),
                Step::Dot(which) => dot(&picked(&which[..2]), &picked(&which[2..])).expect("two and two"),
                Step::Max(i, j) => v[i].max(v[j]),
                Step::Cancel(i) => v[i] * v[i] - v[i].powi(2) + v[i],
            });
        }
        v.split_off(v.len() - self.outputs)
    }
}
/// Calls `law` with 200 random maps, up to six inputs and outputs, and an integer point of each, and says which one broke it.
pub(crate) fn for_all(law: impl Fn(&Polynomial, &[f64], &mut Draw)) {
    for seed in 0..200 {
        let mut draw = Draw::seeded(seed);
        let (n, m) = (1 + draw.below(6), 1 + draw.below(6));
        let (f, x) = (Polynomial::random(&mut draw, n, m), draw.integers(n));
        let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| law(&f, &x, &mut draw)));
        assert!(outcome.is_ok(), "seed {seed}: the law fails for {f:?} at {x:?}");
    }
}
/// Adds two vectors.
pub(crate) fn plus(a: &[f64], b: &[f64]) -> Vec<f64> {
    a.iter().zip(b).map(|(a, b)| a + b).collect()
}
/// Multiplies a vector with a number.
pub(crate) fn times(c: f64, a: &[f64]) -> Vec<f64> {
    a.iter().map(|a| c * a).collect()
}
/// Returns $a \cdot b$.
pub(crate) fn inner(a: &[f64], b: &[f64]) -> f64 {
    assert_eq!(a.len(), b.len());
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}
