//! Learning together while nothing but a few numbers is sent.

use super::{Learner, Optimiser, State};
use crate::{
    error::Result,
    lens::{Object, Para},
    net::{Array, Element, Params},
    rule::{FewNumbers, Input, Under},
};
use alloc::vec::Vec;

impl<R, T, E, C, U> Learner<Under<R, T>, E, C, U>
where
    R: FewNumbers,
    T: Element,
    E: Para<A = Array<T>>,
    C: Para<P = (), A = E::B, B = ()>,
    U: Optimiser<Params<T>>,
{
    /// Returns all that a step needs to know of the example, under a rule of [`FewNumbers`]: one number under
    /// [`Spsa`](crate::rule::Spsa) and [`ForwardGradient`](crate::rule::ForwardGradient). The state stays as it is.
    ///
    /// Replicas that share the seed and the first state learn together without ever sending parameters or gradients: each
    /// asks its own examples, the numbers are averaged *in one place*, and every replica [`follow`](Self::follow)s the
    /// mean. All stay equal, bit for bit.
    ///
    /// # Errors
    /// Those of the model, the loss and the cap.
    ///
    /// # Cost
    /// 8 bytes for each number, up and down, however large the network is.
    ///
    /// # Example
    /// ```
    /// use pullback::{category::{Identity, Tanh}, learn::*, net::*, rule::*};
    /// use ndarray::arr2;
    /// let net = dense(2, 16, Tanh) >> dense(16, 1, Identity); // 65 parameters
    /// let learn = learner(net.under(Spsa::seeded(7, 1e-3)), batch_quadratic(), descend(), Adam::new(0.01));
    /// let mut here = learn.start(net.init(&mut uniform(1)));
    /// let mut there = here.clone();
    /// let mine = (arr2(&[[0.0, 1.0]]).into_shared(), arr2(&[[1.0]]).into_shared());
    /// let yours = (arr2(&[[1.0, 1.0]]).into_shared(), arr2(&[[0.0]]).into_shared());
    /// for _ in 0..50 {
    ///     let a = learn.numbers(&here, mine.0.clone(), &mine.1)?;
    ///     let b = learn.numbers(&there, yours.0.clone(), &yours.1)?;
    ///     assert_eq!(size_of_val(&a[..]), 8); // sent in one step, where the gradient is 520 bytes
    ///     let mean = [0.5 * (a[0] + b[0])];
    ///     learn.follow(&mut here, &mean)?;
    ///     learn.follow(&mut there, &mean)?;
    /// }
    /// assert_eq!(here, there);
    /// # Ok::<(), pullback::Error>(())
    /// ```
    pub fn numbers(&self, s: &State<Params<T>, U::State>, x: Input<R, T>, y: &E::P) -> Result<Vec<f64>> {
        let p = self.optimiser.get(&s.memory, &s.params)?;
        let mut unused = y.zero();
        self.model().numbers(&p, x, &mut self.judge(y, &mut unused))
    }
    /// Learns from numbers that were asked at this state, here or elsewhere. With those of one example it is
    /// [`step`](Self::step) on it.
    ///
    /// # Errors
    /// [`Error::ShapeMismatch`](crate::Error::ShapeMismatch) where there are more or fewer numbers than the rule needs, and
    /// those of the optimiser.
    pub fn follow(&self, s: &mut State<Params<T>, U::State>, numbers: &[f64]) -> Result<()> {
        let mut dp = self.model().follow(&*self.optimiser.get(&s.memory, &s.params)?, numbers)?;
        self.optimiser.put(&mut s.memory, &mut s.params, &mut dp)
    }
}
