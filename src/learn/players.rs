//! Two players: what one wants more of, the other wants less of.

use super::optimiser::{Elementwise, Optimiser};
use crate::{
    error::Result,
    lens::{Co, Lens, Para, Scalar, View, lens},
    real::Primitive,
};
use alloc::borrow::Cow;

/// A generator against a critic. Made by [`versus`].
#[derive(Clone, Copy, Debug)]
pub struct Versus<G, D>(pub G, pub D);

/// Returns the game of a `generator` $Z \to X$ and a `critic` $X \to \mathbb R$: from noise and a real example to
/// $d(g(z)) - d(x)$, how much better the critic likes the forgery. The two uses of the critic share its parameters.
///
/// Learn it with [`descend`](super::descend) and [`Both`](super::Both): the critic goes down, and the generator, under
/// [`Opposed`], up.
///
/// # Example
/// ```
/// use pullback::{learn::*, lens::*};
/// // the generator moves noise by b, the critic weighs
/// let game = versus(bias::<f64, 1>(), linear::<f64, 1, 1>());
/// let p = ([0.5], Matrix::new([[2.0]]));
/// let (value, (dz, dx), (db, dw)) = game.pull(&p, ([1.0], [4.0]), [1.0])?;
/// assert_eq!(value, [-5.0]); // 2·(1 + 0.5) − 2·4
/// assert_eq!((dz, dx, db, dw), ([2.0], [-2.0], [2.0], Matrix::new([[-2.5]])));
/// # Ok::<(), pullback::Error>(())
/// ```
#[doc(alias = "gan")]
pub fn versus<G: Para, D: Para<A = G::B>>(generator: Lens<G>, critic: Lens<D>) -> Lens<Versus<G, D>> {
    Lens(Versus(generator.0, critic.0))
}
impl<T, G, D> Para for Versus<G, D>
where
    T: Primitive + Scalar,
    G: Para,
    D: Para<A = G::B, B = [T; 1]>,
{
    type P = (G::P, D::P);
    type A = (G::A, G::B);
    type B = [T; 1];
    type M = (G::M, D::M, D::M);
    fn fwd(&self, (p, q): View<'_, Self::P>, (z, x): Self::A) -> Result<([T; 1], Self::M)> {
        let (forged, g) = self.0.fwd(p, z)?;
        let ([on_forged], m) = self.1.fwd(q, forged)?;
        let ([on_real], n) = self.1.fwd(q, x)?;
        Ok(([on_forged - on_real], (g, m, n)))
    }
    fn bwd(
        &self,
        (p, q): View<'_, Self::P>,
        (g, m, n): Self::M,
        [d]: [T; 1],
        (dp, dq): &mut Co<Self::P>,
    ) -> Result<Co<Self::A>> {
        let dx = self.1.bwd(q, n, [-d], dq)?;
        let forged = self.1.bwd(q, m, [d], dq)?;
        Ok((self.0.bwd(p, g, forged, dp)?, dx))
    }
}

/// An optimiser that gets minus the change: the player who wants the opposite.
///
/// # Example
/// ```
/// use pullback::learn::*;
/// let mut p = 1.0;
/// Opposed(Sgd::new(0.5)).put(&mut (), &mut p, &mut 1.0)?;
/// assert_eq!(p, 0.5);
/// # Ok::<(), pullback::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Opposed<U>(pub U);
impl<P: Elementwise<f64>, U: Optimiser<P>> Optimiser<P> for Opposed<U> {
    type State = U::State;
    fn init(&self, p: &P) -> U::State {
        self.0.init(p)
    }
    fn get<'a>(&self, state: &'a U::State, p: &'a P) -> Result<Cow<'a, P>> {
        self.0.get(state, p)
    }
    fn put(&self, state: &mut U::State, p: &mut P, c: &mut P) -> Result<()> {
        P::zip([c], &mut |[c]| *c = -*c)?;
        self.0.put(state, p, c)
    }
}

/// An optimiser after which every parameter is put back into $[-\ell, \ell]$: a critic must not win by shouting.
///
/// # Example
/// ```
/// use pullback::learn::*;
/// let mut p = [0.0, 0.0];
/// Within { most: 1.0, optimiser: Plus }.put(&mut (), &mut p, &mut [0.5, -7.0])?;
/// assert_eq!(p, [0.5, -1.0]);
/// # Ok::<(), pullback::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Within<U> {
    /// The largest size of a parameter, $\ell$.
    pub most: f64,
    /// What moves the parameters.
    pub optimiser: U,
}
impl<P: Elementwise<f64>, U: Optimiser<P>> Optimiser<P> for Within<U> {
    type State = U::State;
    fn init(&self, p: &P) -> U::State {
        self.optimiser.init(p)
    }
    fn get<'a>(&self, state: &'a U::State, p: &'a P) -> Result<Cow<'a, P>> {
        self.optimiser.get(state, p)
    }
    fn put(&self, state: &mut U::State, p: &mut P, c: &mut Co<P>) -> Result<()> {
        self.optimiser.put(state, p, c)?;
        P::zip([p], &mut |[p]| *p = p.max(-self.most).min(self.most))
    }
}

/// The loss that is what the model returns; its label is nothing.
///
/// # Example
/// ```
/// use pullback::{learn::*, lens::*};
/// assert_eq!(value().pull(&(), [3.0], 1.0)?, (3.0, [1.0], ()));
/// # Ok::<(), pullback::Error>(())
/// ```
pub fn value<T: Primitive + Scalar>() -> Lens<impl Para<P = (), A = [T; 1], B = T, M = ()> + Copy> {
    lens(|[y]: [T; 1]| (y, ()), |(), d: T| [d])
}
