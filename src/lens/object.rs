//! What rides on a wire: a value, and a change of it.

use crate::error::{Result, same_len};
use alloc::{boxed::Box, vec::Vec};

/// Changes that can be added: a commutative monoid whose zero has a shape (see [`Object::zero`]).
pub trait Additive: Clone {
    /// Adds `o` to `self`.
    ///
    /// # Errors
    /// [`Error::ShapeMismatch`](crate::Error::ShapeMismatch) where the run-time shapes differ.
    fn add(&mut self, o: &Self) -> Result<()>;
}

/// A value `A` with its type of changes $A'$ and a borrowed view.
///
/// The view of a product is the product of the views, so a pair of parameters that live in different places can be
/// looked at as one.
pub trait Object: Clone {
    /// The changes, $A'$.
    type Co: Additive;
    /// A cheap look at the value.
    type View<'a>: Copy
    where
        Self: 'a;
    /// Returns a view of the value.
    fn view(&self) -> Self::View<'_>;
    /// Returns a value from a view of it.
    fn owned(view: Self::View<'_>) -> Self;
    /// Returns the change that changes nothing, in the shape of the value that is looked at.
    fn zero_of(view: Self::View<'_>) -> Self::Co;
    /// Makes `change` one that changes nothing, in the shape of the value that is looked at; memory is kept where it fits.
    fn reset(view: Self::View<'_>, change: &mut Self::Co) {
        *change = Self::zero_of(view);
    }
    /// Returns the number $\langle c, a \rangle$ that a change $c$ makes of a value $a$, where that is a real number.
    fn pairing(_view: Self::View<'_>, _change: &Self::Co) -> Option<f64> {
        None
    }
    /// Returns the change that changes nothing, in the shape of the value.
    #[inline(always)]
    fn zero(&self) -> Self::Co {
        Self::zero_of(self.view())
    }
}

/// The changes of `A`.
pub type Co<A> = <A as Object>::Co;
/// A view of `A`.
pub type View<'a, A> = <A as Object>::View<'a>;

impl Additive for () {
    fn add(&mut self, (): &()) -> Result<()> {
        Ok(())
    }
}
impl Object for () {
    type Co = ();
    type View<'a> = ();
    fn view(&self) {}
    fn owned((): ()) {}
    fn zero_of((): ()) {}
}

/// A class number or a position: it is chosen, and has no changes.
impl Object for usize {
    type Co = ();
    type View<'a> = usize;
    fn view(&self) -> usize {
        *self
    }
    fn owned(view: usize) -> usize {
        view
    }
    fn zero_of(_: usize) {}
}

impl<X: Additive, Y: Additive> Additive for (X, Y) {
    #[inline]
    fn add(&mut self, o: &Self) -> Result<()> {
        self.0.add(&o.0)?;
        self.1.add(&o.1)
    }
}
impl<X: Object, Y: Object> Object for (X, Y) {
    type Co = (X::Co, Y::Co);
    type View<'a>
        = (X::View<'a>, Y::View<'a>)
    where
        Self: 'a;
    #[inline]
    fn view(&self) -> Self::View<'_> {
        (self.0.view(), self.1.view())
    }
    #[inline]
    fn owned((x, y): Self::View<'_>) -> Self {
        (X::owned(x), Y::owned(y))
    }
    #[inline]
    fn zero_of((x, y): Self::View<'_>) -> Self::Co {
        (X::zero_of(x), Y::zero_of(y))
    }
    fn reset((x, y): Self::View<'_>, (dx, dy): &mut Self::Co) {
        X::reset(x, dx);
        Y::reset(y, dy);
    }
}

impl<X: Additive, const N: usize> Additive for [X; N] {
    #[inline]
    fn add(&mut self, o: &Self) -> Result<()> {
        self.iter_mut().zip(o).try_for_each(|(a, b)| a.add(b))
    }
}
impl<X: Object, const N: usize> Object for [X; N] {
    type Co = [X::Co; N];
    type View<'a>
        = &'a [X; N]
    where
        Self: 'a;
    #[inline]
    fn view(&self) -> &Self {
        self
    }
    #[inline]
    fn owned(view: &Self) -> Self {
        view.clone()
    }
    #[inline]
    fn zero_of(view: &Self) -> Self::Co {
        core::array::from_fn(|k| view[k].zero())
    }
}

impl<X: Additive> Additive for Vec<X> {
    #[inline]
    fn add(&mut self, o: &Self) -> Result<()> {
        same_len("add", self.len(), o.len())?;
        self.iter_mut().zip(o).try_for_each(|(a, b)| a.add(b))
    }
}
impl<X: Object> Object for Vec<X> {
    type Co = Vec<X::Co>;
    type View<'a>
        = &'a [X]
    where
        Self: 'a;
    #[inline]
    fn view(&self) -> &[X] {
        self
    }
    #[inline]
    fn owned(view: &[X]) -> Self {
        view.to_vec()
    }
    #[inline]
    fn zero_of(view: &[X]) -> Self::Co {
        view.iter().map(X::zero).collect()
    }
    fn reset(view: &[X], change: &mut Self::Co) {
        match view.len() == change.len() {
            true => view.iter().zip(change).for_each(|(x, dx)| X::reset(x.view(), dx)),
            false => *change = Self::zero_of(view),
        }
    }
}

impl<X: Additive> Additive for Box<X> {
    #[inline]
    fn add(&mut self, o: &Self) -> Result<()> {
        (**self).add(o)
    }
}
impl<X: Object> Object for Box<X> {
    type Co = Box<X::Co>;
    type View<'a>
        = X::View<'a>
    where
        Self: 'a;
    #[inline]
    fn view(&self) -> Self::View<'_> {
        (**self).view()
    }
    #[inline]
    fn owned(view: Self::View<'_>) -> Self {
        Box::new(X::owned(view))
    }
    #[inline]
    fn zero_of(view: Self::View<'_>) -> Self::Co {
        Box::new(X::zero_of(view))
    }
}

/// Makes a number an object whose changes are numbers of the same type, a scalar, and a row of one coordinate.
macro_rules! scalar_object { ($([$($g:tt)*] $t:ty, $zero:expr $(, $real:ident)?);* $(;)?) => { $(
    impl<$($g)*> $crate::lens::Additive for $t {
        #[inline(always)]
        fn add(&mut self, o: &Self) -> $crate::Result<()> {
            *self += *o;
            Ok(())
        }
    }
    impl<$($g)*> $crate::lens::Object for $t {
        type Co = Self;
        type View<'a> = Self where Self: 'a;
        #[inline(always)]
        fn view(&self) -> Self { *self }
        #[inline(always)]
        fn owned(view: Self) -> Self { view }
        #[inline(always)]
        fn zero_of(_: Self) -> Self { $zero }
        $( fn pairing(view: Self, change: &Self) -> Option<f64> { Some($real::from(view * *change)) } )?
    }
    impl<$($g)*> $crate::lens::Scalar for $t {
        const ZERO: Self = $zero;
    }
    impl<$($g)*> $crate::lens::Coordinates for $t {
        type Scalar = Self;
        #[inline(always)]
        fn coordinates(&self) -> &[Self] { core::slice::from_ref(self) }
        #[inline(always)]
        fn coordinates_mut(&mut self) -> &mut [Self] { core::slice::from_mut(self) }
        #[inline(always)]
        fn seen<'v>(view: &'v Self::View<'_>) -> &'v [Self] { core::slice::from_ref(view) }
    }
)* } }
pub(crate) use scalar_object;

scalar_object! { [] f32, 0.0, f64; [] f64, 0.0, f64 }
