//! Derivatives inside functions that are differentiated: fields, their slopes in any mode, and gradient descent.
//!
//! A function of a level above `T` is a [`Field`]: it reaches its own data of level `T` through `lift`, and nothing else
//! crosses the levels.

use pullback::{Multi, Real, Result, Tape, lift};

/// A scalar function of `N` numbers, with data of level `T`.
pub(crate) trait Field<T: Real, const N: usize> {
    /// Returns the value at `x`; `lift` takes the data up to the level of `x`.
    fn at<U: Real>(&self, lift: impl Fn(T) -> U + Copy, x: [U; N]) -> Result<U>;
    /// Writes the gradient by hand.
    fn by_hand(&self, x: [T; N]) -> Result<[T; N]>;

    /// Returns the value at the level of the data.
    fn value(&self, x: [T; N]) -> Result<T> {
        self.at(|t| t, x)
    }
}

/// How one level is differentiated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// `N` tangents at once, no tape.
    Forward,
    /// A tape that is used again and again.
    Reverse,
    /// Central differences, to compare with.
    Differences,
    /// The gradient written by hand.
    Manual,
}

impl Way {
    /// Returns the ways of the outer and the inner level that a function name spells: `rf` is reverse over forward.
    pub(crate) fn pair(name: &str) -> Option<[Way; 2]> {
        let way = |c| match c {
            'f' => Some(Way::Forward),
            'r' => Some(Way::Reverse),
            _ => None,
        };
        let mut letters = name.chars();
        let pair = [way(letters.next()?)?, way(letters.next()?)?];
        letters.next().is_none().then_some(pair)
    }
}

/// The slope of fields over `T`, with the memory that it needs.
pub(crate) struct Slope<T> {
    way: Way,
    tape: Tape<T>,
}

impl<T: Real> Slope<T> {
    /// Returns a slope of this kind, with nothing allocated.
    pub(crate) fn new(way: Way) -> Self {
        Slope { way, tape: Tape::new() }
    }
    /// Returns the gradient of `field` at `x`.
    pub(crate) fn of<const N: usize>(&mut self, field: &impl Field<T, N>, x: [T; N]) -> Result<[T; N]> {
        match self.way {
            Way::Forward => Ok(field.at(Multi::<T, N>::constant, Multi::seeds(x))?.tangents()),
            Way::Reverse => {
                let (_, g) = self.tape.try_value_and_grad(|x| field.at(lift, std::array::from_fn(|k| x[k])), &x)?;
                Ok(std::array::from_fn(|k| g[k]))
            }
            Way::Differences => {
                let mut g = x;
                const STEP: f64 = 1e-6;
                for (k, g) in g.iter_mut().enumerate() {
                    let moved = |by: f64| std::array::from_fn(|j| if j == k { x[j] + by } else { x[j] });
                    *g = (field.value(moved(STEP))? - field.value(moved(-STEP))?) * (0.5 / STEP);
                }
                Ok(g)
            }
            Way::Manual => field.by_hand(x),
        }
    }
}

/// Steps and distances below this end a descent.
const SMALL: f64 = 1e-5;
/// After so many steps that went well the rate doubles.
const PATIENCE: u32 = 10;

fn length<T: Real, const N: usize>(x: [T; N]) -> f64 {
    x.iter().map(|x| x.primal() * x.primal()).sum::<f64>().sqrt()
}

/// Returns where gradient descent from `x` ends: NaN if it meets a gradient that is not finite. Decisions look at the
/// primal values, the numbers stay what they are.
pub(crate) fn argmin<T: Real, const N: usize>(field: &impl Field<T, N>, way: Way, mut x: [T; N]) -> Result<[T; N]> {
    let mut slope = Slope::new(way);
    let (mut rate, mut well) = (1e-5, 0);
    let (mut y, mut g) = (field.value(x)?, slope.of(field, x)?);
    loop {
        let norm = length(g);
        if !norm.is_finite() {
            return Ok([T::nan(); N]);
        }
        if norm <= SMALL {
            return Ok(x);
        }
        if well == PATIENCE {
            (rate, well) = (rate * 2.0, 0);
            continue;
        }
        let next: [T; N] = std::array::from_fn(|k| x[k] - g[k] * rate);
        if length::<T, N>(std::array::from_fn(|k| x[k] - next[k])) <= SMALL {
            return Ok(x);
        }
        let there = field.value(next)?;
        if there < y {
            (x, y, well) = (next, there, well + 1);
            g = slope.of(field, x)?;
        } else {
            (rate, well) = (rate / 2.0, 0);
        }
    }
}
