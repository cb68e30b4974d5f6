//! The calculus of Boolean variation: which way a bit goes when another one rises.

use core::ops::Mul;

/// How a bit changes: three-valued logic, in which *true* rises, *false* falls and 0 stays.
///
/// The product is *exclusive nor*, and staying absorbs. The derivative of a function of a bit compares two changes:
///
/// $$ f'(x) = \delta(x \to \lnot x) \cdot \delta(f(x) \to f(\lnot x)) $$
///
/// It does not depend on $x$: it is $\delta(f(F) \to f(T))$. For a function to numbers it is $f(T) - f(F)$.
///
/// | $f$ | $f'$ by $x$ |
/// | --- | --- |
/// | $x$ xor $a$ | rises where $a$ is false, falls where it is true |
/// | $x$ xnor $a$ | rises where $a$ is true, falls where it is false |
/// | $x$ and $a$ | rises where $a$ is true, else stays |
/// | $x$ or $a$ | rises where $a$ is false, else stays |
/// | not $x$ | falls |
///
/// Through one bit it obeys the chain rule $(g \circ f)' = g' \cdot f'$. Where a bit acts on several paths the changes do not
/// multiply out; as [`vote`](Self::vote)s they are added.
///
/// [`Z2::difference`](super::Z2::difference) says *whether* a bit matters, this also *which way*. The formal derivative
/// of a polynomial over bits is another thing again: that of `x·x` is 0.
///
/// # Source
/// Nguyen 2023, *Boolean Variation and Boolean Logic BackPropagation*, theorem 3.
///
/// # Example
/// ```
/// use pullback::category::Variation::{self, *};
/// assert_eq!([Variation::of(|x| x ^ true), Variation::of(|x| x ^ false)], [Falls, Rises]);
/// assert_eq!([Variation::of(|x| x & true), Variation::of(|x| x & false)], [Rises, Stays]);
/// assert_eq!(Variation::of(|x| !(x ^ true)), Falls * Falls); // not after xor
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Variation {
    /// From true to false.
    Falls = -1,
    /// No change.
    #[default]
    Stays = 0,
    /// From false to true.
    Rises = 1,
}
impl Variation {
    /// Returns $\delta(a \to b)$.
    pub fn between(a: bool, b: bool) -> Self {
        match (a, b) {
            (false, true) => Variation::Rises,
            (true, false) => Variation::Falls,
            _ => Variation::Stays,
        }
    }
    /// Returns the derivative of `f`.
    pub fn of(f: impl Fn(bool) -> bool) -> Self {
        Self::between(f(false), f(true))
    }
    /// Returns the derivative of `f` by each of its bits, the others being as in `x`.
    ///
    /// # Example
    /// ```
    /// use pullback::category::Variation::{self, *};
    /// assert_eq!(Variation::by_each(|[x, y, z]| x & !y | z, [true, false, false]), [Rises, Falls, Stays]);
    /// ```
    pub fn by_each<const N: usize>(f: impl Fn([bool; N]) -> bool, x: [bool; N]) -> [Self; N] {
        core::array::from_fn(|k| {
            Self::of(|bit| {
                let mut moved = x;
                moved[k] = bit;
                f(moved)
            })
        })
    }
    /// Returns 1 for a rise, −1 for a fall and 0.
    pub fn vote(self) -> i32 {
        self as i32
    }
}
/// A bit as a change: *true* rises, *false* falls.
impl From<bool> for Variation {
    fn from(bit: bool) -> Self {
        if bit { Variation::Rises } else { Variation::Falls }
    }
}
/// Exclusive nor; staying absorbs.
impl Mul for Variation {
    type Output = Self;
    fn mul(self, o: Self) -> Self {
        match self.vote() * o.vote() {
            1 => Variation::Rises,
            -1 => Variation::Falls,
            _ => Variation::Stays,
        }
    }
}
