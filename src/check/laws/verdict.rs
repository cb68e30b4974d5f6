//! What the test of a law found, and the one loop that tests, shrinks and reports.

use super::sample::{Draw, Sample};
use crate::{
    check::SEED,
    error::{Error, Result},
};
use alloc::{format, string::String};
use core::fmt;

/// Random parameters and inputs in the shape of these. Made by [`at`].
#[derive(Clone, Debug, PartialEq)]
pub struct Around<P, A> {
    /// The parameters of the first trial.
    pub p: P,
    /// The input of the first trial.
    pub a: A,
    pub(super) trials: Trials,
}
/// How a law is tried.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Trials {
    pub(super) seed: u64,
    pub(super) rounds: usize,
    pub(super) slack: f64,
}

/// Returns where a law is to be tried: at the parameters `p` and the input `a`, and at 49 random ones in their shape.
pub fn at<P, A>(p: P, a: A) -> Around<P, A> {
    Around { p, a, trials: Trials { seed: SEED, rounds: 50, slack: 1.0 } }
}
impl<P, A> Around<P, A> {
    /// Returns the same with another seed.
    pub fn seeded(mut self, seed: u64) -> Self {
        self.trials.seed = seed;
        self
    }
    /// Returns the same with `rounds` trials.
    pub fn rounds(mut self, rounds: usize) -> Self {
        self.trials.rounds = rounds;
        self
    }
    /// Returns the same where floating-point sides may differ `slack` times as much: for sums in another order, say.
    /// Without it they are equal up to 1e-12 (`f32`: 1e-5) in relation to the larger side plus 1.
    pub fn slack(mut self, slack: f64) -> Self {
        self.trials.slack = slack;
        self
    }
}

/// The simplest point at which the two sides of a law were found to differ.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Counterexample {
    /// Which trial found it; 0 is the given point.
    pub trial: usize,
    /// How often the point was made simpler since.
    pub shrunk: usize,
    /// The point, in words.
    pub point: String,
    /// The left side.
    pub left: String,
    /// The right side.
    pub right: String,
}

/// What the test of a law found. It says nothing by itself: print it, or ask [`ok`](Verdict::ok).
///
/// # Example
/// ```
/// use pullback::{check::laws, lens::*};
/// let clipped = lens(|x: f64| (x, ()), |(), d: f64| d.clamp(-1.0, 1.0));
/// let verdict = laws::additive(&clipped, &laws::at((), 0.0))?;
/// let found = verdict.broken.as_ref().unwrap();
/// assert_eq!(found.point, "p = (), a = 0.0, d = 1.0, e = 1.0"); // made simpler until it could not be
/// assert_eq!((found.left.as_str(), found.right.as_str()), ("((1.0, ()), (0.0, ()))", "((2.0, ()), (0.0, ()))"));
/// println!("{verdict}");
/// # Ok::<(), pullback::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[must_use = "a verdict says what it found only when asked: `.ok()?`, or print it"]
#[non_exhaustive]
pub struct Verdict {
    /// The name of the law.
    pub law: &'static str,
    /// The law as an equation.
    pub equation: &'static str,
    /// The seed of the random points.
    pub seed: u64,
    /// At how many points both sides were compared.
    pub compared: usize,
    /// At how many points the map has no value: out of its domain, or NaN.
    pub skipped: usize,
    /// The largest distance, in units of what rounding may do.
    pub apart: f64,
    /// Where the law fails.
    pub broken: Option<Counterexample>,
}

impl Verdict {
    /// Says whether both sides were equal wherever they were compared, and that was somewhere.
    pub fn holds(&self) -> bool {
        self.broken.is_none() && self.compared > 0
    }
    /// Returns `Ok` where the law holds.
    ///
    /// # Errors
    /// [`Error::LawBroken`] with the point and both sides; [`Error::OutOfDomain`] where no point had a value.
    pub fn ok(&self) -> Result<()> {
        match &self.broken {
            Some(c) => Err(Error::LawBroken {
                law: self.law,
                seed: self.seed,
                point: c.point.clone(),
                left: c.left.clone(),
                right: c.right.clone(),
            }),
            None if self.compared == 0 => {
                Err(Error::OutOfDomain { op: self.law, value: f64::NAN, domain: "a point where the map has a value" })
            }
            None => Ok(()),
        }
    }
}
impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Verdict { law, equation, seed, compared, skipped, .. } = self;
        match &self.broken {
            None if *compared == 0 => write!(f, "{law}: not tried, no point of {skipped} has a value")?,
            None => write!(f, "{law}: holds at {compared} points, {equation}")?,
            Some(c) => write!(
                f,
                "{law}: BROKEN, {equation}\n  at    {}\n  left  {}\n  right {}\n  seed {seed}, trial {}, shrunk {} times",
                c.point, c.left, c.right, c.trial, c.shrunk
            )?,
        }
        if *skipped > 0 && *compared > 0 {
            write!(f, " ({skipped} without a value)")?;
        }
        Ok(())
    }
}

/// The two sides of a law at a point; `None` where the map has no value there.
pub(super) type Sides<Y> = Result<Option<[Y; 2]>>;

/// A law about points `X`.
pub(super) struct Law<'a, X> {
    pub(super) name: &'static str,
    pub(super) equation: &'static str,
    pub(super) describe: &'a dyn Fn(&X) -> String,
}

/// No point is made simpler more often than this.
const SHRINKS: usize = 500;

impl<X: Sample> Law<'_, X> {
    /// Compares `sides` at the template and at random points in its shape, and makes the first failure simpler.
    pub(super) fn test<Y: Sample>(
        &self,
        trials: Trials,
        template: &X,
        sides: impl Fn(&X) -> Sides<Y>,
    ) -> Result<Verdict> {
        let mut verdict = Verdict {
            law: self.name,
            equation: self.equation,
            seed: trials.seed,
            compared: 0,
            skipped: 0,
            apart: 0.0,
            broken: None,
        };
        let mut draw = Draw::seeded(trials.seed);
        for trial in 0..trials.rounds.max(1) {
            let x = if trial == 0 { template.clone() } else { template.draw(&mut draw) };
            match sides(&x) {
                Ok(Some([left, right])) => {
                    verdict.compared += 1;
                    verdict.apart = verdict.apart.max(left.apart(&right));
                    if left.apart(&right) > trials.slack {
                        verdict.broken = Some(self.simplest(trials, trial, x, [left, right], &sides));
                        break;
                    }
                }
                Ok(None) | Err(Error::OutOfDomain { .. }) => verdict.skipped += 1,
                Err(e) => return Err(e),
            }
        }
        Ok(verdict)
    }
    fn simplest<Y: Sample>(
        &self,
        trials: Trials,
        trial: usize,
        mut x: X,
        mut found: [Y; 2],
        sides: impl Fn(&X) -> Sides<Y>,
    ) -> Counterexample {
        let mut shrunk = 0;
        let fails = |x: &X| match sides(x) {
            Ok(Some([l, r])) if l.apart(&r) > trials.slack => Some([l, r]),
            _ => None,
        };
        while let Some(simpler) = x.simpler().into_iter().find_map(|y| fails(&y).map(|found| (y, found))) {
            (x, found) = simpler;
            shrunk += 1;
            if shrunk == SHRINKS {
                break;
            }
        }
        let [left, right] = found.map(|side| format!("{side:?}"));
        Counterexample { trial, shrunk, point: (self.describe)(&x), left, right }
    }
}
