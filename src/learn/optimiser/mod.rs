//! Optimisers: lenses $(S \times P, S \times P) \to (P, P')$ on the parameter wire.
//!
//! Forward (`get`) an optimiser says where the model is to be evaluated; backward (`put`) it takes the change $c$ that
//! came back and moves the parameters and its own state. It *adds* what it makes of $c$: under
//! [`descend`](super::descend) $c$ is minus the gradient. Read $g = -c$ in the papers.
//!
//! | optimiser | state | $p \leftarrow p + {}$ |
//! | --- | --- | --- |
//! | [`Plus`] | | $c$, over any numbers |
//! | [`Sgd`] | | $\eta c$ |
//! | [`Momentum`] | $v$ | $\eta v$, with $v \leftarrow \mu v + c$ |
//! | [`Nesterov`] | $v$ | $v$, with $v \leftarrow \mu v + \eta c$ and $c$ taken at $p + \mu v$ |
//! | [`Adagrad`] | $G$ | $\eta c/(\sqrt G + \varepsilon)$, with $G \leftarrow G + c^2$ |
//! | [`RmsProp`] | $v$ | $\eta c/(\sqrt v + \varepsilon)$, with $v \leftarrow \alpha v + (1-\alpha) c^2$ |
//! | [`Adam`], [`AdamW`] | $m, v, t$ | $\eta \hat m/(\sqrt{\hat v} + \varepsilon)$; `AdamW` first shrinks $p$ by $1 - \eta\lambda$ |
//! | [`Lion`] | $m$ | $\eta\,(\mathrm{sign}(\beta_1 m + (1-\beta_1) c) - \lambda p)$ |
//! | [`Flip`] | $m, \rho$ | $-2p$ where the votes $m$ weigh one against $p = \pm 1$ |
//! | [`Rprop`] | $\Delta, c_-$ | $\Delta\,\mathrm{sign}(c)$ |
//! | [`CoRe`] | $g, h, s, t$ | $s u$, see there |
//! | [`Sophia`] | $m, h$ | $\eta\,\mathrm{sign}(m)\min(\lvert m\rvert/\rho h, 1)$, with a pass of its own for $h$ |
//!
//! # Groups of parameters
//! Parameters are nested pairs, so a group is a half: [`Both`] puts one optimiser on each half of a pair, nested as the
//! parameters are, and [`Still`] holds a part where it is. A weight decay for the weights and none for the biases of a
//! layer is `Both(AdamW::new(r, d), Adam::new(r))`. (`(U, V)` does not exist as a tuple: it would collide with other
//! tuples.) [`Every`] puts one optimiser, with a state of its own, on each element of a `Vec` of parameters, those of
//! [`repeat`](crate::lens::Lens::repeat).

mod adaptive;
mod core_rate;
mod elementwise;
mod flip;
mod momentum;
mod sign;
mod sophia;

pub use adaptive::{Adagrad, Adam, AdamW, Moments, RmsProp};
pub use core_rate::{CoRe, CoReState};
pub use elementwise::Elementwise;
pub use flip::{Flip, Votes};
pub use momentum::{Momentum, Nesterov, Plus, Sgd};
pub use sign::{Lion, Rprop};
pub use sophia::{Curved, Sophia};

use crate::{
    error::{Result, same_len},
    lens::{Co, Object},
};
use alloc::{borrow::Cow, vec::Vec};

/// Moves parameters of type `P`.
///
/// # Example
/// ```
/// use pullback::{learn::*, lens::*, Result};
/// /// Forgets the size of a change and keeps its sign.
/// struct SignOnly(f64);
/// impl<P: Elementwise<f64>> Optimiser<P> for SignOnly {
///     type State = ();
///     fn init(&self, _: &P) {}
///     fn put(&self, _: &mut (), p: &mut P, c: &mut P) -> Result<()> {
///         P::zip([p, c], &mut |[p, c]| *p += self.0 * c.signum())
///     }
/// }
/// let mut p = [1.0, 2.0];
/// SignOnly(0.5).put(&mut (), &mut p, &mut [-7.0, 0.1])?;
/// assert_eq!(p, [0.5, 2.5]);
/// # Ok::<(), pullback::Error>(())
/// ```
pub trait Optimiser<P: Object> {
    /// What it remembers between steps.
    type State: Clone;
    /// Returns the state before the first step at `p`.
    fn init(&self, p: &P) -> Self::State;
    /// Returns where the model is to be evaluated: at `p`, unless said otherwise.
    ///
    /// # Errors
    /// A state that was made for parameters of another shape.
    fn get<'a>(&self, _state: &'a Self::State, p: &'a P) -> Result<Cow<'a, P>> {
        Ok(Cow::Borrowed(p))
    }
    /// Moves `p` and the state by the change `c`.
    ///
    /// # Errors
    /// A change or a state in another shape than `p`.
    fn put(&self, state: &mut Self::State, p: &mut P, c: &mut Co<P>) -> Result<()>;
}

impl<P: Object, U: Optimiser<P>> Optimiser<P> for &U {
    type State = U::State;
    fn init(&self, p: &P) -> U::State {
        (**self).init(p)
    }
    fn get<'a>(&self, state: &'a U::State, p: &'a P) -> Result<Cow<'a, P>> {
        (**self).get(state, p)
    }
    fn put(&self, state: &mut U::State, p: &mut P, c: &mut Co<P>) -> Result<()> {
        (**self).put(state, p, c)
    }
}

/// Moves nothing.
///
/// # Example
/// ```
/// use pullback::learn::*;
/// // the weights learn, the biases stay
/// let (mut p, u) = (([1.0, 2.0], [3.0]), Both(Sgd::new(0.5), Still));
/// u.put(&mut ((), ()), &mut p, &mut ([1.0, 1.0], [1.0]))?;
/// assert_eq!(p, ([1.5, 2.5], [3.0]));
/// # Ok::<(), pullback::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Still;
impl<P: Object> Optimiser<P> for Still {
    type State = ();
    fn init(&self, _: &P) {}
    fn put(&self, (): &mut (), _: &mut P, _: &mut Co<P>) -> Result<()> {
        Ok(())
    }
}

/// One optimiser on each element of a `Vec`, each with a state of its own.
///
/// For optimisers that go coordinate by coordinate this is the optimiser itself; for one that looks at all of its
/// parameters together, as [`Clipped`](super::Clipped) does, each element is a group.
///
/// # Example
/// ```
/// use pullback::learn::*;
/// let u = Every(Clipped { most: 1.0, optimiser: Plus });
/// let mut p = vec![[0.0, 0.0], [0.0, 0.0]];
/// u.put(&mut vec![(); 2], &mut p, &mut vec![[3.0, 4.0], [0.5, 0.0]])?;
/// assert_eq!(p, [[0.6, 0.8], [0.5, 0.0]]);
/// # Ok::<(), pullback::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Every<U>(pub U);
impl<P: Object, U: Optimiser<P>> Optimiser<Vec<P>> for Every<U> {
    type State = Vec<U::State>;
    fn init(&self, p: &Vec<P>) -> Self::State {
        p.iter().map(|p| self.0.init(p)).collect()
    }
    fn get<'a>(&self, s: &'a Self::State, p: &'a Vec<P>) -> Result<Cow<'a, Vec<P>>> {
        same_len("optimiser", p.len(), s.len())?;
        let at = p.iter().zip(s).map(|(p, s)| self.0.get(s, p)).collect::<Result<Vec<_>>>()?;
        Ok(match at.iter().all(|at| matches!(at, Cow::Borrowed(_))) {
            true => Cow::Borrowed(p),
            false => Cow::Owned(at.into_iter().map(Cow::into_owned).collect()),
        })
    }
    fn put(&self, s: &mut Self::State, p: &mut Vec<P>, c: &mut Vec<Co<P>>) -> Result<()> {
        same_len("optimiser", p.len(), s.len())?;
        same_len("optimiser", p.len(), c.len())?;
        s.iter_mut().zip(p).zip(c).try_for_each(|((s, p), c)| self.0.put(s, p, c))
    }
}

/// One optimiser for each half of a pair of parameters.
///
/// # Example
/// ```
/// use pullback::learn::*;
/// let (mut p, u) = ((1.0, 1.0), Both(Sgd::new(0.5), Sgd::new(0.0))); // the second half stands still
/// u.put(&mut ((), ()), &mut p, &mut (-1.0, -1.0))?;
/// assert_eq!(p, (0.5, 1.0));
/// # Ok::<(), pullback::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Both<U, V>(pub U, pub V);
impl<P: Object, Q: Object, U: Optimiser<P>, V: Optimiser<Q>> Optimiser<(P, Q)> for Both<U, V> {
    type State = (U::State, V::State);
    fn init(&self, (p, q): &(P, Q)) -> Self::State {
        (self.0.init(p), self.1.init(q))
    }
    fn get<'a>(&self, (s, t): &'a Self::State, pair: &'a (P, Q)) -> Result<Cow<'a, (P, Q)>> {
        Ok(match (self.0.get(s, &pair.0)?, self.1.get(t, &pair.1)?) {
            (Cow::Borrowed(_), Cow::Borrowed(_)) => Cow::Borrowed(pair),
            (p, q) => Cow::Owned((p.into_owned(), q.into_owned())),
        })
    }
    fn put(&self, (s, t): &mut Self::State, (p, q): &mut (P, Q), (c, d): &mut (Co<P>, Co<Q>)) -> Result<()> {
        self.0.put(s, p, c)?;
        self.1.put(t, q, d)
    }
}
