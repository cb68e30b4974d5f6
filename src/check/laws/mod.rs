//! Laws of lenses, as functions for *your* lens, object, optimiser or reverse map.
//!
//! A law is an equation between two composites. It is tried at a point that you give and at random ones in its shape
//! ([`at`]). The answer is a [`Verdict`]; a broken law prints the equation, the seed, the simplest point found, and both
//! sides. Over [`Modular`](crate::category::Modular) numbers the sides are compared exactly, and one random point of a
//! large prime field all but proves an identity of polynomials.
//!
//! | law | says | catches |
//! | --- | --- | --- |
//! | [`additive`] | $b(d+e) = b(d)+b(e)$, $b(0)=0$ | clipping or a sign inside a network |
//! | [`copies`] | copying after a map = before it | the same, seen from outside |
//! | [`accumulates`] | a change is *added* to what is there | `*dp = ` for `*dp += ` |
//! | [`repeatable`] | the same point, the same answer | state hidden in a box |
//! | [`linear`] | $f(a+b) = f(a)+f(b)$, one backward map for all $a$ | a bias in a map meant to be linear |
//! | [`exact`] | the backward map is $J^\top$, by differences | a wrong derivative; a learning rule on purpose |
//! | [`transpose`] | $\langle f(a), d\rangle = \langle a, a'\rangle$ over any ring | a transpose with an index wrong |
//! | [`equal`], [`same_forward`] | two lenses agree; two agree forward | a rule that changes the network |
//! | [`unit`](fn@unit), [`associative`], [`interchange`], [`distributive`] | brackets and rows do not matter | a combinator of yours |
//! | [`functorial`] | the lens of a composite is the composite | a rule that looks beyond its box |
//! | [`reparametrises`], [`ties`], [`freezes`] | the parameter wire composes | counting an accumulator twice |
//! | [`object`], [`wires`] | changes form a commutative monoid; copy mirrors merge | a zero of the wrong shape |
//! | [`causal`] | outputs do not feel later inputs | a sequence read backwards |
//! | [`mirrors`], [`scale_free`], [`coordinatewise`], [`same_walk`] | what an optimiser depends on | a sign, a rate applied twice |
//! | [`hands_on`] | the learner of a composite is the composite of the learners | a target handed past a learner |
//! | [`slides`], [`batches`] | the rate moves from cap to optimiser; a batch is a mean | a sum for a mean |
//!
//! The laws of database lenses (what you put is what you get) are not here: a backward map carries changes, not values,
//! and no derivative obeys them. Their place is taken by `additive`: putting no change changes nothing.
//!
//! # Example
//! ```
//! use pullback::{check::laws, lens::*};
//! // a user's box: x ↦ p·x², with a slip in the second line
//! let mine = para(|p: &f64, x: f64| (p * x * x, x), |p: &f64, x, d: f64, dp: &mut f64| { *dp = x * x * d; 2.0 * p * x * d });
//! let at = laws::at(3.0, 2.0);
//! laws::additive(&mine, &at)?.ok()?;
//! laws::exact(&mine, &at)?.ok()?;
//! let verdict = laws::accumulates(&mine, &at)?;
//! assert_eq!(verdict.broken.unwrap().point, "p = 0.0, a = 0.0, d = 0.0, start = 1.0");
//! println!("{}", laws::classify(&mine, &at)?);
//! # Ok::<(), pullback::Error>(())
//! ```
//! In a test, [`laws!`](crate::laws) writes the calls.

#![allow(clippy::type_complexity)] // nested pairs are what brackets look like

mod backward;
mod compose;
mod exact;
mod learning;
mod object;
mod parameter;
mod profile;
mod sample;
mod time;
mod verdict;

pub use backward::{accumulates, additive, copies, linear, repeatable};
pub use compose::{associative, distributive, equal, functorial, interchange, same_forward, unit};
pub use exact::{exact, transpose};
pub use learning::{batches, coordinatewise, hands_on, mirrors, same_walk, scale_free, slides};
pub use object::{object, wires};
pub use parameter::{freezes, reparametrises, ties};
pub use profile::{Profile, classify};
pub use sample::{Draw, Sample};
pub use time::causal;
pub use verdict::{Around, Counterexample, Verdict, at};

use crate::{
    error::Result,
    lens::{Co, Lens, Object, Para, Pulled},
};

/// A lens whose wires a law can draw and compare. Every lens over the objects of this crate is one.
pub trait Testable:
    Para<P: Sample + Object<Co: Sample>, A: Sample + Object<Co: Sample>, B: Sample + Object<Co: Sample>>
{
}
impl<F> Testable for F where
    F: Para<P: Sample + Object<Co: Sample>, A: Sample + Object<Co: Sample>, B: Sample + Object<Co: Sample>>
{
}

/// Writes a test of a lens that tries these laws one after the other.
///
/// # Example
/// ```
/// use pullback::{category::*, lens::*};
/// pullback::laws! {
///     layer: dense::<2, 3>(Tanh), at (Matrix::new([[0.5; 2]; 3]), [0.1; 3]), [1.0, -1.0];
///     additive accumulates repeatable copies unit exact
/// }
/// pullback::laws! {
///     residue: multiply::<Modular<7>>(), at (), (Modular::new(3), Modular::new(5)); additive repeatable copies
/// }
/// # fn main() {}
/// ```
#[macro_export]
macro_rules! laws {
    ($name:ident: $lens:expr, at $p:expr, $a:expr; $($law:ident)+) => {
        #[cfg(test)]
        #[test]
        fn $name() -> $crate::Result<()> {
            let at = $crate::check::laws::at($p, $a);
            $( $crate::check::laws::$law(&$lens, &at)?.ok()?; )+
            Ok(())
        }
    };
}

fn pulled<F: Para>(f: &F, p: &F::P, a: &F::A, d: &Co<F::B>) -> Result<Pulled<F>> {
    let (b, da, dp) = Lens(f).pull(p, a.clone(), d.clone())?;
    Ok((b, da, dp))
}
/// Says whether the value holds a NaN: then there is nothing to compare.
fn undefined(b: &impl Sample) -> bool {
    b.apart(b) > 0.0
}
/// A point of a lens with a change of its output: `((p, a), d)`.
type Point<F> = ((<F as Para>::P, <F as Para>::A), Co<<F as Para>::B>);

/// Returns the given point with the zero change of its output.
fn point<F: Para>(f: &F, at: &Around<F::P, F::A>) -> Result<Point<F>> {
    let b = f.fwd(at.p.view(), at.a.clone())?.0;
    Ok(((at.p.clone(), at.a.clone()), b.zero()))
}
