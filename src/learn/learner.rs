//! The learner: model, loss, cap and optimiser in a row.

use super::optimiser::{Curved, Elementwise, Optimiser, Sophia};
use crate::{
    error::{Error, Result},
    lens::{Closing, Co, Map, Object, Para, Then, View},
    real::Primitive,
};
use alloc::vec::Vec;

/// What learning has reached: the parameters and what the optimiser remembers. Keep a clone and go on from it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct State<P: Object, S> {
    /// The parameters, or the input that is dreamt.
    pub params: P,
    /// The state of the optimiser.
    pub memory: S,
    /// The change of the last step: its memory is used again.
    spent: Spent<P::Co>,
}
impl<P: Object, S> State<P, S> {
    /// Returns the state of these parameters and this memory of an optimiser.
    pub fn new(params: P, memory: S) -> Self {
        State { params, memory, spent: Spent(None) }
    }
}
/// Memory and no value: a copy has none, and all are equal.
#[derive(Debug)]
struct Spent<C>(Option<C>);
impl<C> Clone for Spent<C> {
    fn clone(&self) -> Self {
        Spent(None)
    }
}
impl<C> Default for Spent<C> {
    fn default() -> Self {
        Spent(None)
    }
}
impl<C> PartialEq for Spent<C> {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

/// A closed row of lenses and an optimiser on one of its wires. Made by [`learner`].
#[derive(Clone, Copy, Debug)]
pub struct Learner<F, E, C, U> {
    closed: Map<Then<F, E>, C>,
    /// The optimiser.
    pub optimiser: U,
}

/// Returns the learner of `model`, a `loss` (its parameter is the label), a `cap` and an `optimiser`.
///
/// # Example
/// ```
/// use pullback::{category::*, learn::*, lens::*};
/// // a truth table learns exclusive or in one pass over its four rows
/// let (o, i) = (Z2(false), Z2(true));
/// let learn = learner(lookup::<2, 1, 4>(), boolean_error(), echo(), Plus);
/// let mut s = learn.start(Matrix::new([[o; 4]]));
/// for [a, b] in [[o, o], [o, i], [i, o], [i, i]] {
///     learn.step(&mut s, [a, b], &[a + b])?;
/// }
/// assert_eq!(s.params, Matrix::new([[o, i, i, o]]));
/// # Ok::<(), pullback::Error>(())
/// ```
pub fn learner<F, E, C, U>(model: F, loss: E, cap: C, optimiser: U) -> Learner<F, E, C, U>
where
    F: Para,
    E: Para<A = F::B>,
    C: Para<P = (), A = E::B, B = ()>,
{
    Learner { closed: Map(Then(model, loss), cap), optimiser }
}

impl<F, E, C, U> Learner<F, E, C, U>
where
    F: Para,
    E: Para<A = F::B>,
    C: Para<P = (), A = E::B, B = ()>,
{
    /// Returns the model.
    pub fn model(&self) -> &F {
        &self.closed.0.0
    }
    /// Returns the loss of what the model answers with the parameters `p`, see [`Para::predict`]: nothing is drawn, and a
    /// model that settles has settled.
    ///
    /// # Errors
    /// Those of the model and the loss.
    pub fn loss(&self, p: &F::P, x: F::A, y: &E::P) -> Result<E::B> {
        self.closed.0.predict((p.view(), y.view()), x)
    }
    /// Returns what comes back on the three open wires of the closed row, $(a', p', b_t')$: the changes of the input,
    /// of the parameters and of the label.
    ///
    /// # Errors
    /// Those of the model, the loss and the cap.
    ///
    /// # Example
    /// ```
    /// use pullback::{learn::*, lens::*};
    /// let learn = learner(linear::<f64, 1, 1>(), quadratic(), descend(), Plus);
    /// let (dx, dp, dy) = learn.put([2.0], &Matrix::new([[3.0]]), &[5.0])?; // 6 where 5 was wanted
    /// assert_eq!((dx, dp, dy), ([-3.0], Matrix::new([[-2.0]]), [1.0]));
    /// # Ok::<(), pullback::Error>(())
    /// ```
    #[allow(clippy::type_complexity)]
    pub fn put(&self, x: F::A, p: &F::P, y: &E::P) -> Result<(Co<F::A>, Co<F::P>, Co<E::P>)> {
        let (mut dp, mut dy) = (p.zero(), y.zero());
        let dx = self.model().close(p.view(), x, &mut dp, &mut self.judge(y, &mut dy))?;
        Ok((dx, dp, dy))
    }
    /// What follows the model.
    pub(super) fn judge<'a>(&'a self, y: &'a E::P, dy: &'a mut Co<E::P>) -> impl Closing<F::B> + 'a {
        let Map(Then(_, loss), cap) = &self.closed;
        Judged { loss, cap, label: y.view(), dy }
    }
}

/// The loss and the cap behind a model.
struct Judged<'a, 'y, E: Para<P: 'y>, C> {
    loss: &'a E,
    cap: &'a C,
    label: View<'y, E::P>,
    dy: &'a mut Co<E::P>,
}
impl<'y, E: Para<P: 'y>, C: Para<P = (), A = E::B, B = ()>> Closing<E::A> for Judged<'_, 'y, E, C> {
    fn change(&mut self, b: E::A) -> Result<Co<E::A>> {
        let (l, kept) = self.loss.fwd(self.label, b)?;
        let ((), residual) = self.cap.fwd((), l)?;
        let dl = self.cap.bwd((), residual, (), &mut ())?;
        self.loss.bwd(self.label, kept, dl, self.dy)
    }
    fn value(&mut self, b: E::A) -> Result<f64> {
        let (l, _) = self.loss.fwd(self.label, b)?;
        let ((), residual) = self.cap.fwd((), l.clone())?;
        let dl = self.cap.bwd((), residual, (), &mut ())?;
        real::<E::B>(l.view(), &dl)
    }
    fn values(&mut self, b: E::A) -> Result<Vec<f64>> {
        let (l, _) = self.loss.fwd(self.label, b.clone())?;
        let ((), residual) = self.cap.fwd((), l)?;
        let dl = self.cap.bwd((), residual, (), &mut ())?;
        self.loss.rows(self.label, b)?.iter().map(|l| real::<E::B>(l.view(), &dl)).collect()
    }
}

/// A loss times what the cap sends back for it.
fn real<L: Object>(l: View<'_, L>, dl: &Co<L>) -> Result<f64> {
    L::pairing(l, dl).ok_or(Error::NoPartial { op: "the value of a loss that is not a real number" })
}

impl<F, E, C, U> Learner<F, E, C, U>
where
    F: Para,
    E: Para<A = F::B>,
    C: Para<P = (), A = E::B, B = ()>,
    U: Optimiser<F::P>,
{
    /// Returns the state of a learner that has seen nothing, at these parameters.
    pub fn start(&self, params: F::P) -> State<F::P, U::State> {
        let memory = self.optimiser.init(&params);
        State::new(params, memory)
    }
    /// Learns from one example: the row is evaluated where the optimiser says, and what comes back on the parameter
    /// wire goes to the optimiser.
    ///
    /// # Errors
    /// Those of the model, the loss and the cap, which leave the state as it was, and of the optimiser (parameters of
    /// another shape), which may have moved a part of it.
    pub fn step(&self, s: &mut State<F::P, U::State>, x: F::A, y: &E::P) -> Result<()> {
        let at = self.optimiser.get(&s.memory, &s.params)?;
        let mut dp = match s.spent.0.take() {
            Some(mut spent) => {
                F::P::reset(at.view(), &mut spent);
                spent
            }
            None => at.zero(),
        };
        self.model().learn(at.view(), x, &mut dp, &mut self.judge(y, &mut y.zero()))?;
        self.optimiser.put(&mut s.memory, &mut s.params, &mut dp)?;
        s.spent = Spent(Some(dp));
        Ok(())
    }
    /// Returns the output of the model at `x`.
    ///
    /// # Errors
    /// Those of the model.
    pub fn predict(&self, s: &State<F::P, U::State>, x: F::A) -> Result<F::B> {
        self.model().predict(s.params.view(), x)
    }
}

impl<F, E, C, U> Learner<F, E, C, U>
where
    F: Para,
    E: Para<A = F::B>,
    C: Para<P = (), A = E::B, B = ()>,
    U: Optimiser<F::A>,
{
    /// Returns the state of a dream that starts at the input `x`.
    pub fn start_dream(&self, x: F::A) -> State<F::A, U::State> {
        let memory = self.optimiser.init(&x);
        State::new(x, memory)
    }
    /// Changes the *input* towards the label `y`, with the parameters held still: the optimiser sits on the input wire.
    ///
    /// # Errors
    /// Those of the model, the loss, the cap and the optimiser.
    ///
    /// # Example
    /// ```
    /// use pullback::{learn::*, lens::*};
    /// // what input does a box like best? With `dot_product` and `ascend`: more of the chosen row
    /// let dream = learner(linear::<f64, 2, 2>(), dot_product(), ascend(), Sgd::new(0.5));
    /// let mut s = dream.start_dream([0.0, 0.0]);
    /// dream.dream(&mut s, &Matrix::new([[1.0, 2.0], [3.0, 4.0]]), &[0.0, 1.0])?;
    /// assert_eq!(s.params, [1.5, 2.0]);
    /// # Ok::<(), pullback::Error>(())
    /// ```
    pub fn dream(&self, s: &mut State<F::A, U::State>, p: &F::P, y: &E::P) -> Result<()> {
        let x = self.optimiser.get(&s.memory, &s.params)?.into_owned();
        let (mut dx, _, _) = self.put(x, p, y)?;
        self.optimiser.put(&mut s.memory, &mut s.params, &mut dx)
    }
}

impl<F, E, C, T> Learner<F, E, C, Sophia<T>>
where
    T: Primitive,
    F: Para<P: Elementwise<T>>,
    E: Para<A = F::B>,
    C: Para<P = (), A = E::B, B = ()>,
{
    /// The extra pass of [`Sophia`]: predicts at `x`, lets `draw` choose a label *from the prediction*, and takes what
    /// comes back into the curvature. Every tenth step is often enough.
    ///
    /// # Errors
    /// Those of the model, the loss and the cap.
    ///
    /// # Example
    /// ```
    /// use pullback::{learn::*, lens::*};
    /// let learn = learner(linear::<f64, 1, 1>(), quadratic(), descend(), Sophia::new(0.01));
    /// let mut s = learn.start(Matrix::new([[3.0]]));
    /// learn.curve(&mut s, [2.0], |y| [y[0] + 1.0])?; // the label is drawn one away: c = 2, and h = 0.01·4
    /// assert!((s.memory.curvature[(0, 0)] - 0.04).abs() < 1e-15);
    /// # Ok::<(), pullback::Error>(())
    /// ```
    pub fn curve(&self, s: &mut State<F::P, Curved<F::P>>, x: F::A, draw: impl FnOnce(F::B) -> E::P) -> Result<()> {
        let label = draw(self.predict(s, x.clone())?);
        let (_, dp, _) = self.put(x, &s.params, &label)?;
        self.optimiser.curvature(&mut s.memory, dp)
    }
}
