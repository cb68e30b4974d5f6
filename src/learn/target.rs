//! Learners that hand each other targets: implement, update, request.

use super::optimiser::{Elementwise, Optimiser, Sgd};
use crate::{
    error::Result,
    lens::{Lens, Object, Para},
};

/// A learner $A \to B$ in the sense of *Backprop as Functor*: it implements a map, updates its parameters when it is told
/// what the output should have been, and requests what the input should have been.
///
/// The third argument is a *target*, not an error: learners of any kind fit together, whatever their losses.
pub trait TargetLearner {
    /// The parameters.
    type P;
    /// The input.
    type A;
    /// The output.
    type B;
    /// Returns $I(p, a)$.
    ///
    /// # Errors
    /// Those of the map.
    fn implement(&self, p: &Self::P, a: &Self::A) -> Result<Self::B>;
    /// Returns $U(p, a, b)$, new parameters.
    ///
    /// # Errors
    /// Those of the map.
    fn update(&self, p: &Self::P, a: &Self::A, b: &Self::B) -> Result<Self::P>;
    /// Returns $r(p, a, b)$, the input that would have been better.
    ///
    /// # Errors
    /// Those of the map.
    fn request(&self, p: &Self::P, a: &Self::A, b: &Self::B) -> Result<Self::A>;
}

impl<L: TargetLearner> TargetLearner for &L {
    type P = L::P;
    type A = L::A;
    type B = L::B;
    fn implement(&self, p: &L::P, a: &L::A) -> Result<L::B> {
        (**self).implement(p, a)
    }
    fn update(&self, p: &L::P, a: &L::A, b: &L::B) -> Result<L::P> {
        (**self).update(p, a, b)
    }
    fn request(&self, p: &L::P, a: &L::A, b: &L::B) -> Result<L::A> {
        (**self).request(p, a, b)
    }
}

/// A lens as a learner. Made by [`targets`].
#[derive(Clone, Copy, Debug)]
pub struct ByGradient<F> {
    model: F,
    rate: f64,
}

/// Returns the learner of a lens: with the quadratic error $\frac12(I(p, a) - b)^2$ and the rate $\varepsilon$,
///
/// $$ U(p, a, b) = p - \varepsilon \nabla_p E, \qquad r(p, a, b) = a - J_a^\top (I(p, a) - b) $$
///
/// This is a functor: the learner of `f >> g` updates and requests as [`InSeries`] does with the learners of `f` and `g`.
///
/// # Example
/// ```
/// use pullback::{learn::*, lens::*};
/// let double = targets(linear::<f64, 1, 1>(), 0.1);
/// let (p, a) = (Matrix::new([[2.0]]), [3.0]);
/// assert_eq!(double.implement(&p, &a)?, [6.0]);
/// assert_eq!(double.request(&p, &a, &[7.0])?, [5.0]); // 3 + 2·(7 − 6)
/// assert!((double.update(&p, &a, &[7.0])?[(0, 0)] - 2.3).abs() < 1e-15); // 2 + 0.1·3·(7 − 6)
/// # Ok::<(), pullback::Error>(())
/// ```
///
/// # Source
/// Fong, Spivak, Tuyéras 2019, *Backprop as Functor*, theorem III.2.
pub fn targets<F: Para>(model: Lens<F>, rate: f64) -> ByGradient<Lens<F>> {
    ByGradient { model, rate }
}

impl<F> ByGradient<F>
where
    F: Para<P: Elementwise<f64>, A: Elementwise<f64>, B: Elementwise<f64>>,
{
    /// Changes of input and parameters that the displacement $b - I(p, a)$ causes.
    fn changes(&self, p: &F::P, a: &F::A, b: &F::B) -> Result<(F::A, F::P)> {
        let (mut y, m) = self.model.fwd(p.view(), a.clone())?;
        F::B::zip([&mut y, &mut b.clone()], &mut |[y, b]| *y = *b - *y)?;
        let mut dp = p.zero();
        let da = self.model.bwd(p.view(), m, y, &mut dp)?;
        Ok((da, dp))
    }
}
impl<F> TargetLearner for ByGradient<F>
where
    F: Para<P: Elementwise<f64>, A: Elementwise<f64>, B: Elementwise<f64>>,
{
    type P = F::P;
    type A = F::A;
    type B = F::B;
    fn implement(&self, p: &F::P, a: &F::A) -> Result<F::B> {
        Ok(self.model.fwd(p.view(), a.clone())?.0)
    }
    fn update(&self, p: &F::P, a: &F::A, b: &F::B) -> Result<F::P> {
        let (mut p, mut dp) = (p.clone(), self.changes(p, a, b)?.1);
        Sgd::new(self.rate).put(&mut (), &mut p, &mut dp)?;
        Ok(p)
    }
    fn request(&self, p: &F::P, a: &F::A, b: &F::B) -> Result<F::A> {
        let (mut a, mut da) = (a.clone(), self.changes(p, a, b)?.0);
        F::A::zip([&mut a, &mut da], &mut |[a, d]| *a += *d)?;
        Ok(a)
    }
}

/// A learner, then a learner: what the second requests is the target of the first.
#[derive(Clone, Copy, Debug)]
pub struct InSeries<F, G>(pub F, pub G);

impl<F: TargetLearner, G: TargetLearner<A = F::B>> TargetLearner for InSeries<F, G> {
    type P = (F::P, G::P);
    type A = F::A;
    type B = G::B;
    fn implement(&self, (p, q): &Self::P, a: &F::A) -> Result<G::B> {
        self.1.implement(q, &self.0.implement(p, a)?)
    }
    fn update(&self, (p, q): &Self::P, a: &F::A, c: &G::B) -> Result<Self::P> {
        let b = self.0.implement(p, a)?;
        Ok((self.0.update(p, a, &self.1.request(q, &b, c)?)?, self.1.update(q, &b, c)?))
    }
    fn request(&self, (p, q): &Self::P, a: &F::A, c: &G::B) -> Result<F::A> {
        let b = self.0.implement(p, a)?;
        self.0.request(p, a, &self.1.request(q, &b, c)?)
    }
}

/// Two learners side by side.
#[derive(Clone, Copy, Debug)]
pub struct InParallel<F, G>(pub F, pub G);

impl<F: TargetLearner, G: TargetLearner> TargetLearner for InParallel<F, G> {
    type P = (F::P, G::P);
    type A = (F::A, G::A);
    type B = (F::B, G::B);
    fn implement(&self, (p, q): &Self::P, (a, c): &Self::A) -> Result<Self::B> {
        Ok((self.0.implement(p, a)?, self.1.implement(q, c)?))
    }
    fn update(&self, (p, q): &Self::P, (a, c): &Self::A, (b, d): &Self::B) -> Result<Self::P> {
        Ok((self.0.update(p, a, b)?, self.1.update(q, c, d)?))
    }
    fn request(&self, (p, q): &Self::P, (a, c): &Self::A, (b, d): &Self::B) -> Result<Self::A> {
        Ok((self.0.request(p, a, b)?, self.1.request(q, c, d)?))
    }
}
