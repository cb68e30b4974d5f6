//! Where learning starts.

use super::optimiser::Elementwise;
use crate::{
    category::{LogSoftmax, Lookup, Pointwise, PseudoLinear, Z2},
    lens::*,
    real::Primitive,
};
#[cfg(feature = "learn")]
use crate::{
    net::{Element, Params},
    rule::{Rule, Under},
};
use alloc::vec::Vec;

/// A model that can draw its first parameters.
pub trait Init: Para {
    /// Returns first parameters, made of uniform numbers in $[-1, 1)$ that `draw` returns one by one.
    ///
    /// Weights of an $n \times m$ box are Glorot's: uniform up to $\pm\sqrt{6/(n + m)}$. Biases are zero.
    ///
    /// # Example
    /// ```
    /// use pullback::{category::*, learn::*, lens::*};
    /// let net = dense::<4, 2>(Tanh);
    /// let (w, b) = net.init(&mut uniform(7));
    /// assert!(w.coordinates().iter().all(|w| w.abs() <= 1.0) && b == [0.0; 2]);
    /// ```
    fn init(&self, draw: &mut impl FnMut() -> f64) -> Self::P;
}

/// A model from `A` to `B` whose parameters are numbers: what a function that trains any network asks for. Every model
/// that can draw its first parameters is one.
///
/// # Example
/// ```
/// use pullback::{category::*, learn::*, lens::*, Result};
/// fn train(model: impl Model<[f64; 1], [f64; 1]>, examples: &[([f64; 1], [f64; 1])]) -> Result<f64> {
///     let learn = learner(&model, quadratic(), descend(), Sgd::new(0.2));
///     let mut s = learn.start(model.init(&mut uniform(1)));
///     for (x, y) in examples.iter().cycle().take(2000) {
///         learn.step(&mut s, *x, y)?;
///     }
///     learn.loss(&s.params, examples[0].0, &examples[0].1)
/// }
/// let line = [([0.0], [1.0]), ([1.0], [3.0])];
/// assert!(train(dense::<1, 1>(Identity), &line)? < 1e-20);
/// assert!(train(dense::<1, 4>(Tanh) >> dense::<4, 1>(Identity), &line)? < 1e-6);
/// # Ok::<(), pullback::Error>(())
/// ```
pub trait Model<A: Object, B: Object, T = f64>: Init<P: Elementwise<T>, A = A, B = B> {}
impl<A: Object, B: Object, T, F: Init<P: Elementwise<T>, A = A, B = B>> Model<A, B, T> for F {}

/// Returns a stream of uniform numbers in $[-1, 1)$: small, reproducible, good enough to start from; not for
/// statistics.
///
/// # Example
/// ```
/// use pullback::learn::uniform;
/// let (mut a, mut b) = (uniform(1), uniform(1));
/// assert!((0..9).all(|_| a() == b() && (-1.0..1.0).contains(&a()) && (-1.0..1.0).contains(&b())));
/// ```
///
/// As a value that can be stored: [`Source`](crate::learn::Source).
pub fn uniform(seed: u64) -> impl FnMut() -> f64 + Clone {
    crate::random::uniform(seed)
}

/// A network under a rule: its own parameters and those that the rule learns. One that is faulty has none; every use of it
/// returns the fault.
#[cfg(feature = "learn")]
impl<R: Rule, T: Element> Init for Under<R, T> {
    fn init(&self, draw: &mut impl FnMut() -> f64) -> Params<T> {
        Under::init(self, draw).unwrap_or_else(|_| Params::new(Vec::new()))
    }
}
impl<F: Init> Init for Lens<F> {
    fn init(&self, draw: &mut impl FnMut() -> f64) -> F::P {
        self.0.init(draw)
    }
}
impl<F: Init, G: Init + Para<A = F::B>> Init for Then<F, G> {
    fn init(&self, draw: &mut impl FnMut() -> f64) -> Self::P {
        (self.0.init(draw), self.1.init(draw))
    }
}
impl<F: Init, G: Init> Init for Par<F, G> {
    fn init(&self, draw: &mut impl FnMut() -> f64) -> Self::P {
        (self.0.init(draw), self.1.init(draw))
    }
}
impl<F: Init<B: Additive>, G: Init + Para<A = F::A, B = F::B>> Init for Sum<F, G> {
    fn init(&self, draw: &mut impl FnMut() -> f64) -> Self::P {
        (self.0.init(draw), self.1.init(draw))
    }
}
impl<F: Init, G: Para<P = (), A = F::B>> Init for Map<F, G> {
    fn init(&self, draw: &mut impl FnMut() -> f64) -> F::P {
        self.0.init(draw)
    }
}
impl<F: Init> Init for Each<F> {
    fn init(&self, draw: &mut impl FnMut() -> f64) -> F::P {
        self.0.init(draw)
    }
}
impl<F: Init> Init for Unroll<F>
where
    Self: Para<P = F::P>,
{
    fn init(&self, draw: &mut impl FnMut() -> f64) -> F::P {
        self.0.init(draw)
    }
}
impl<F: Init> Init for Truncated<F>
where
    Self: Para<P = F::P>,
{
    fn init(&self, draw: &mut impl FnMut() -> f64) -> F::P {
        self.0.init(draw)
    }
}
impl<F: Init, G: Init> Init for ThenCell<F, G>
where
    Self: Para<P = (F::P, G::P)>,
{
    fn init(&self, draw: &mut impl FnMut() -> f64) -> Self::P {
        (self.0.init(draw), self.1.init(draw))
    }
}
impl<F: Init> Init for Frozen<F> {
    fn init(&self, draw: &mut impl FnMut() -> f64) -> F::P {
        self.0.init(draw)
    }
}
impl<F: Init<B = <F as Para>::A>> Init for Repeat<F> {
    fn init(&self, draw: &mut impl FnMut() -> f64) -> Vec<F::P> {
        (0..self.1).map(|_| self.0.init(draw)).collect()
    }
}
impl<T: Primitive + Scalar, const N: usize, const M: usize> Init for Linear<T, N, M> {
    fn init(&self, draw: &mut impl FnMut() -> f64) -> Matrix<T, M, N> {
        let most = num_traits::Float::sqrt(6.0 / (N + M) as f64);
        Matrix::from_fn(|_, _| T::of(draw() * most))
    }
}
impl<T: Primitive + Scalar, const N: usize> Init for Bias<T, N> {
    fn init(&self, _: &mut impl FnMut() -> f64) -> [T; N] {
        [T::ZERO; N]
    }
}
impl<P: Object, F: Init<P = (P, P)>> Init for Tied<F> {
    fn init(&self, draw: &mut impl FnMut() -> f64) -> P {
        self.0.init(draw).0
    }
}
impl<const N: usize, const M: usize, const S: usize> Init for Lookup<N, M, S> {
    /// The empty table.
    fn init(&self, _: &mut impl FnMut() -> f64) -> Self::P {
        Matrix::from_fn(|_, _| Z2(false))
    }
}

impl<const N: usize> Init for PseudoLinear<N> {
    /// The empty mask.
    fn init(&self, _: &mut impl FnMut() -> f64) -> [Z2; N] {
        [Z2(false); N]
    }
}

/// Boxes without parameters.
macro_rules! nothing { ($($box:ident<$($x:ident),*>)*) => { $(
    impl<$($x),*> Init for $box<$($x),*>
    where
        Self: Para<P = ()>,
    {
        fn init(&self, _: &mut impl FnMut() -> f64) {}
    }
)* } }
nothing! {
    Pointwise<U, A> LogSoftmax<A> FromFns<A, B, M, F, G>
    Id<X> Copied<X> Merge<X> Discard<X> Swap<X, Y> First<X, Y> Second<X, Y> Assoc<X, Y, Z> Unassoc<X, Y, Z>
}
