//! Continual resilient optimisation: Adam's direction, Rprop's step lengths.

use super::{Elementwise, Optimiser, sign::sign};
use crate::{error::Result, real::Primitive};
use alloc::vec::Vec;

/// Adam's direction $u$ with a step length $s$ for each coordinate that grows and shrinks as in
/// [`Rprop`](super::Rprop): $p \leftarrow (1 - d\,|u| s)\,p + u s$.
///
/// $g \leftarrow \beta g + (1-\beta) c$ with $\beta = b + (a - b)\,e^{-((t-1)/\tau)^2}$, and $h$ as Adam's $v$; $s$ is
/// multiplied by `factors.1` where $g$ keeps its sign, by `factors.0` where it turns.
///
/// # Example
/// ```
/// use pullback::learn::*;
/// let beta = (0.5, 0.5, 1.0);
/// let (u, mut p) = (CoRe { first: 0.5, limits: (1e-6, 1.0), beta, decay: 0.0, ..CoRe::default() }, 0.0);
/// let mut s = u.init(&p);
/// u.put(&mut s, &mut p, &mut 3.0)?; // the first direction is the sign
/// u.put(&mut s, &mut p, &mut 3.0)?; // same sign: 0.5 · 1.2
/// assert!((p - 1.1f64).abs() < 1e-7);
/// # Ok::<(), pullback::Error>(())
/// ```
///
/// # Source
/// Eckhoff, Reiher 2023 and 2024.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CoRe<T = f64> {
    /// The first step length, 1e-3 by default.
    pub first: T,
    /// The smallest and the largest step length, 1e-6 and 1e-2 by default; 1e-3 suits small batches, 1 the full batch.
    pub limits: (T, T),
    /// Factors of shrinking and growing, 0.7375 and 1.2 by default.
    pub factors: (T, T),
    /// $(a, b, \tau)$ for $\beta$, (0.7375, 0.8125, 250) by default.
    pub beta: (T, T, T),
    /// The $\beta$ of $h$, 0.99 by default. Negative: use the sign of $g$ for $u$.
    pub beta2: T,
    /// $d$, 0.1 by default.
    pub decay: T,
    /// Plasticity: how many steps $H$ the scores average over, and which share of the coordinates, those of the highest
    /// score $S \leftarrow (1 - 1/H) S + g u s/H$, stands still after $H$ steps. (0, 0), none, by default.
    pub frozen: (u64, T),
}
impl<T: Primitive> Default for CoRe<T> {
    fn default() -> Self {
        CoRe {
            first: T::of(1e-3),
            limits: (T::of(1e-6), T::of(1e-2)),
            factors: (T::of(0.7375), T::of(1.2)),
            beta: (T::of(0.7375), T::of(0.8125), T::of(250.0)),
            beta2: T::of(0.99),
            decay: T::of(0.1),
            frozen: (0, T::of(0.0)),
        }
    }
}

/// The state of [`CoRe`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CoReState<P> {
    /// The mean of the changes, $g$.
    pub first: P,
    /// The mean of their squares, $h$.
    pub second: P,
    /// The step lengths, $s$.
    pub lengths: P,
    /// The scores, $S$; all 0 without plasticity.
    pub scores: P,
    /// Steps so far.
    pub steps: u64,
}

impl<T: Primitive, P: Elementwise<T>> Optimiser<P> for CoRe<T> {
    type State = CoReState<P>;
    fn init(&self, p: &P) -> CoReState<P> {
        let mut lengths = p.zero();
        P::zip([&mut lengths], &mut |[s]| *s = self.first).expect("bug: a walk over one value failed");
        CoReState { first: p.zero(), second: p.zero(), lengths, scores: p.zero(), steps: 0 }
    }
    fn put(&self, s: &mut CoReState<P>, p: &mut P, c: &mut P) -> Result<()> {
        s.steps = s.steps.saturating_add(1);
        let (zero, one, (a, b, width)) = (T::of(0.0), T::of(1.0), self.beta);
        let t = i32::try_from(s.steps).unwrap_or(i32::MAX);
        let b1 = b + (a - b) * (-(T::of(f64::from(t - 1)) / width).powi(2)).exp();
        let b2 = self.beta2;
        let (grown1, grown2) = (one - b1.powi(t), one - b2.powi(t));
        let mut still = self.limit(s)?;
        let share = one / T::of(self.frozen.0.max(1) as f64);
        let walk = [p, c, &mut s.first, &mut s.second, &mut s.lengths, &mut s.scores];
        P::zip(walk, &mut |[p, c, g, h, s, score]| {
            let last = *g;
            *g = b1 * *g + (one - b1) * *c;
            let u = if b2 < zero {
                sign(*g)
            } else {
                *h = b2 * *h + (one - b2) * *c * *c;
                (*g / grown1) / ((*h / grown2).sqrt() + T::of(1e-8))
            };
            let turn = last * *g;
            let factor = if turn > zero {
                self.factors.1
            } else if turn < zero {
                self.factors.0
            } else {
                one
            };
            *s = (*s * factor).max(self.limits.0).min(self.limits.1);
            let moves = if still(*score) { zero } else { one };
            if self.frozen.0 > 0 {
                *score = (one - share) * *score + share * *g * u * moves * *s;
            }
            if moves > zero {
                *p = (one - self.decay * u.abs() * *s) * *p + u * *s;
            }
        })
    }
}

impl<T: Primitive> CoRe<T> {
    /// Returns which scores mean standing still: the highest ones, as many as [`frozen`](Self::frozen) says.
    fn limit<P: Elementwise<T>>(&self, s: &mut CoReState<P>) -> Result<impl FnMut(T) -> bool + use<T, P>> {
        let (horizon, share) = self.frozen;
        let mut scores = Vec::new();
        if horizon > 0 && s.steps > horizon {
            P::zip([&mut s.scores], &mut |[x]| scores.push(*x))?;
        }
        let mut left = (scores.len() as f64 * share.to_f64().unwrap_or(0.0)) as usize;
        scores.sort_by(|a, b| b.partial_cmp(a).unwrap_or(core::cmp::Ordering::Equal));
        let least = left.checked_sub(1).and_then(|k| scores.get(k).copied());
        // of equal scores the first ones, so that never more stand still than were asked for
        left -= left.min(scores.iter().filter(|x| least.is_some_and(|l| **x > l)).count());
        Ok(move |score: T| match least {
            Some(l) if score > l => true,
            Some(l) if score == l && left > 0 => {
                left -= 1;
                true
            }
            _ => false,
        })
    }
}
