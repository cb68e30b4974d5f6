//! Laws of what rides on a wire, and of the wires themselves.

use super::{Around, Sample, Verdict, verdict::Law};
use crate::{
    error::Result,
    lens::{Additive, Co, Lens, Object, Para, assoc, copy, first, id, merge, second, swap},
};
use alloc::format;

/// Tries that an object of yours keeps the contract of [`Object`]: its changes add associatively and commutatively, its
/// zero is neutral and does not depend on the value, and a view gives the value back.
///
/// # Errors
/// What adding returns at the given value: a zero of another shape shows as
/// [`Error::ShapeMismatch`](crate::Error::ShapeMismatch).
///
/// # Example
/// ```
/// use pullback::check::laws;
/// laws::object(&laws::at((), (1.0, vec![[2.0, 3.0]])))?.ok()?;
/// # Ok::<(), pullback::Error>(())
/// ```
pub fn object<X: Sample + Object<Co: Sample>>(at: &Around<(), X>) -> Result<Verdict> {
    let zero = at.a.zero();
    let law = Law {
        name: "object",
        equation: "(c + d) + e = e + (d + c), c + 0 = c, owned(view(x)) = x, the zero is that of any value",
        describe: &|(x, (c, (d, e))): &(X, (_, (_, _)))| format!("x = {x:?}, c = {c:?}, d = {d:?}, e = {e:?}"),
    };
    law.test(at.trials, &(at.a.clone(), (zero.clone(), (zero.clone(), zero.clone()))), |(x, (c, (d, e)))| {
        let sum = |a: &Co<X>, b: &Co<X>| {
            let mut sum = a.clone();
            sum.add(b).map(|()| sum)
        };
        let left = (sum(&sum(c, d)?, e)?, sum(c, &x.zero())?);
        let right = (sum(e, &sum(d, c)?)?, c.clone());
        let back = X::owned(x.view());
        Ok(Some([(left, (back, x.zero())), (right, (x.clone(), zero.clone()))]))
    })
}

/// Tries the wires of an object: copy is a comonoid ($\mathrm{copy}$ then copy of either half; either half discarded;
/// halves swapped), and merge is its mirror image: forward of the one is backward of the other.
///
/// # Errors
/// What adding returns at the given value.
///
/// # Example
/// ```
/// use pullback::{category::Z2, check::laws};
/// laws::wires(&laws::at((), [Z2(true), Z2(false)]))?.ok()?;
/// # Ok::<(), pullback::Error>(())
/// ```
pub fn wires<X: Sample + Object<Co = X> + Additive>(at: &Around<(), X>) -> Result<Verdict> {
    let law = Law {
        name: "wires",
        equation: "copy is coassociative, counital and commutative; merge is copy seen from behind; swap ; swap = id",
        describe: &|(x, (c, (d, e))): &(X, (X, (X, X)))| format!("x = {x:?}, c = {c:?}, d = {d:?}, e = {e:?}"),
    };
    let a = || at.a.clone();
    law.test(at.trials, &(a(), (a(), (a(), a()))), |(x, (c, (d, e)))| {
        let (x, c, d, e) = (|| x.clone(), || c.clone(), || d.clone(), || e.clone());
        let left = copy::<X>() >> (copy() * id()) >> assoc();
        let right = copy::<X>() >> (id() * copy());
        let nest = both(&left, x(), (c(), (d(), e())))?;
        let other = both(&right, x(), (c(), (d(), e())))?;
        let halves = (both(&(copy() >> first()), x(), c())?, both(&(copy() >> second()), x(), c())?);
        let plain = both(&copy(), x(), (c(), d()))?;
        let swapped = both(&(copy() >> swap()), x(), (c(), d()))?;
        let (sum, split) = both(&merge(), (c(), d()), x())?;
        let twice = both(&(swap() >> swap()), (c(), d()), (x(), e()))?;
        // every left side beside its right side
        let lefts = ((nest, halves), ((plain.clone(), (sum, split)), twice));
        let rights = ((other, ((x(), c()), (x(), c()))), ((swapped, (plain.1, plain.0)), ((c(), d()), (x(), e()))));
        Ok(Some([lefts, rights]))
    })
}
/// Output and change of the input of a plain lens.
fn both<F: Para<P: Unit>>(f: &Lens<F>, a: F::A, d: Co<F::B>) -> Result<(F::B, Co<F::A>)> {
    let (b, da, _) = f.pull(&F::P::UNIT, a, d)?;
    Ok((b, da))
}
/// Nothing, nested.
trait Unit: Object {
    const UNIT: Self;
}
impl Unit for () {
    const UNIT: () = ();
}
impl<X: Unit, Y: Unit> Unit for (X, Y) {
    const UNIT: (X, Y) = (X::UNIT, Y::UNIT);
}
