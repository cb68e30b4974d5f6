//! How the rate changes with time. A schedule is a function of the number of the step, from 0, to a factor of the rate.

use super::optimiser::*;
use crate::{
    error::Result,
    lens::{Co, Object},
    real::Primitive,
};
use alloc::borrow::Cow;
use num_traits::Float;

/// An optimiser with a rate.
pub trait Rated {
    /// Returns the optimiser with its rate multiplied by `factor`.
    fn rated(self, factor: f64) -> Self;
}
macro_rules! rated { ($($name:ident)*) => { $(
    impl<T: Primitive> Rated for $name<T> {
        fn rated(mut self, factor: f64) -> Self {
            self.rate *= T::of(factor);
            self
        }
    }
)* } }
rated! { Sgd Momentum Nesterov Adagrad RmsProp Adam Lion Sophia Flip }
impl<T: Primitive> Rated for AdamW<T> {
    fn rated(mut self, factor: f64) -> Self {
        self.adam = self.adam.rated(factor);
        self
    }
}

/// An optimiser whose rate follows a schedule. Made by [`scheduled`].
#[derive(Clone, Copy, Debug)]
pub struct Scheduled<U, F> {
    optimiser: U,
    schedule: F,
}

/// Returns `optimiser` with its rate multiplied by `schedule(t)` in step `t` $= 0, 1, \ldots$
///
/// # Example
/// ```
/// use pullback::learn::*;
/// let (u, mut p) = (scheduled(Sgd::new(1.0), stairs(1, 0.5)), 0.0);
/// let mut s = u.init(&p);
/// for _ in 0..3 {
///     u.put(&mut s, &mut p, &mut 1.0)?;
/// }
/// assert_eq!((p, s.0), (1.75, 3)); // 1 + ½ + ¼
/// # Ok::<(), pullback::Error>(())
/// ```
pub fn scheduled<U: Rated + Copy, F: Fn(u64) -> f64>(optimiser: U, schedule: F) -> Scheduled<U, F> {
    Scheduled { optimiser, schedule }
}
impl<P: Object, U: Optimiser<P> + Rated + Copy, F: Fn(u64) -> f64> Optimiser<P> for Scheduled<U, F> {
    /// Steps so far, and the state of the optimiser.
    type State = (u64, U::State);
    fn init(&self, p: &P) -> Self::State {
        (0, self.optimiser.init(p))
    }
    fn get<'a>(&self, state: &'a Self::State, p: &'a P) -> Result<Cow<'a, P>> {
        self.optimiser.get(&state.1, p)
    }
    fn put(&self, state: &mut Self::State, p: &mut P, c: &mut Co<P>) -> Result<()> {
        self.optimiser.rated((self.schedule)(state.0)).put(&mut state.1, p, c)?;
        state.0 = state.0.saturating_add(1);
        Ok(())
    }
}

/// Returns the schedule that changes nothing.
pub fn constant() -> impl Fn(u64) -> f64 + Copy {
    |_| 1.0
}
/// Returns half a wave of the cosine from 1 at step 0 to `floor` at step `steps`, and `floor` after that.
///
/// # Example
/// ```
/// let f = pullback::learn::cosine(10, 0.0);
/// assert_eq!((f(0), f(10), f(11)), (1.0, 0.0, 0.0));
/// assert!((f(5) - 0.5).abs() < 1e-15);
/// ```
pub fn cosine(steps: u64, floor: f64) -> impl Fn(u64) -> f64 + Copy {
    move |t| match t < steps {
        true => floor + (1.0 - floor) * 0.5 * (1.0 + Float::cos(core::f64::consts::PI * t as f64 / steps as f64)),
        false => floor,
    }
}
/// Returns stairs: the factor is multiplied by `factor` after every `every` steps (at least 1).
///
/// # Example
/// ```
/// let f = pullback::learn::stairs(10, 0.5);
/// assert_eq!((f(9), f(10), f(25)), (1.0, 0.5, 0.25));
/// ```
pub fn stairs(every: u64, factor: f64) -> impl Fn(u64) -> f64 + Copy {
    move |t| Float::powi(factor, i32::try_from(t / every.max(1)).unwrap_or(i32::MAX))
}
/// Returns a ramp of `steps` equal rises to 1, followed by `then` from its step 0.
///
/// # Example
/// ```
/// use pullback::learn::*;
/// let f = warm_up(4, stairs(1, 0.5));
/// assert_eq!([f(0), f(3), f(4), f(5)], [0.25, 1.0, 1.0, 0.5]);
/// ```
pub fn warm_up(steps: u64, then: impl Fn(u64) -> f64 + Copy) -> impl Fn(u64) -> f64 + Copy {
    move |t| match t.checked_sub(steps) {
        None => (t + 1) as f64 / steps as f64,
        Some(t) => then(t),
    }
}
