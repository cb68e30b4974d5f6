//! What rules with a head at each border share: everything but the head.

use super::{Borders, Passed, back};
use crate::{
    diagram::Few,
    error::{Result, same_len},
    net::{Array, Element, same_shape},
    rule::Site,
};
use alloc::vec::Vec;
use ndarray::Array2;

/// A rule on labelled wires that says something at its borders and is exact between them.
pub(super) trait Bordered {
    /// Where its borders are.
    fn borders(&self) -> Borders;
    /// Whether a border cuts what passes it by.
    fn cuts(&self) -> bool {
        true
    }
    /// The arrays of a head that never learn.
    fn fixed<T: Element>(&self, _s: &Site<'_, T>) -> Vec<Array2<T>> {
        Vec::new()
    }
    /// The first arrays of a head that learn.
    fn learned<T: Element>(&self, _s: &Site<'_, T>, _draw: &mut dyn FnMut() -> f64) -> Vec<Array2<T>> {
        Vec::new()
    }
    /// The change of what a border has made: `by` is what came back from behind, `m` the head's arrays, whose changes are
    /// added to `dm`.
    fn head<T: Element>(
        &self,
        s: &Site<'_, T>,
        h: (&Array<T>, &[usize]),
        by: Option<Array<T>>,
        m: &[Array2<T>],
        dm: &mut [Array2<T>],
    ) -> Result<Option<Array<T>>>;
}
/// The reverse map of such a rule.
pub(super) fn reverse<B: Bordered, T: Element>(
    rule: &B,
    s: &Site<'_, T>,
    kept: &Passed<T>,
    by: Option<Array<T>>,
    dp: &mut [Array2<T>],
) -> Result<Few<Option<Option<Array<T>>>>> {
    let dy = if rule.borders().behind(s) {
        let h = (&kept.1.batch, &kept.1.classes[..]);
        let own = s.own().min(dp.len()).min(s.p.len());
        alike(s.p, dp)?;
        rule.head(s, h, by, &s.p[own..], &mut dp[own..])?
    } else {
        by
    };
    back(s, kept, dy.as_ref(), dp)
}

/// Makes a [`Bordered`] rule a rule.
macro_rules! bordered {
    ($rule:ty) => {
        impl $crate::rule::Rule for $rule {
            type On = $crate::rule::Labelled;
            type Res<T: $crate::net::Element> = $crate::rule::local::Passed<T>;
            fn fwd<T: $crate::net::Element>(
                &self,
                s: &$crate::rule::Site<'_, T>,
                x: &[&$crate::rule::Told<T>],
            ) -> $crate::error::Result<($crate::rule::Told<T>, Self::Res<T>)> {
                $crate::rule::local::pass(s, x, Bordered::cuts(self) && Bordered::borders(self).behind(s))
            }
            fn fixed<T: $crate::net::Element>(
                &self,
                s: &$crate::rule::Site<'_, T>,
            ) -> alloc::vec::Vec<ndarray::Array2<T>> {
                match Bordered::borders(self).behind(s) {
                    true => Bordered::fixed(self, s),
                    false => alloc::vec::Vec::new(),
                }
            }
            fn learned<T: $crate::net::Element>(
                &self,
                s: &$crate::rule::Site<'_, T>,
                draw: &mut dyn FnMut() -> f64,
            ) -> alloc::vec::Vec<ndarray::Array2<T>> {
                match Bordered::borders(self).behind(s) {
                    true => Bordered::learned(self, s, draw),
                    false => alloc::vec::Vec::new(),
                }
            }
            fn rev<T: $crate::net::Element>(
                &self,
                s: &$crate::rule::Site<'_, T>,
                kept: Self::Res<T>,
                by: Option<$crate::net::Array<T>>,
                dp: &mut [ndarray::Array2<T>],
            ) -> $crate::error::Result<$crate::rule::Sent<Self, T>> {
                $crate::rule::local::bordered::reverse(self, s, &kept, by, dp)
            }
            fn tap<T: $crate::net::Element>(
                &self,
                s: &$crate::rule::Site<'_, T>,
                kept: Self::Res<T>,
                by: Option<$crate::net::Array<T>>,
                dp: &mut [ndarray::Array2<T>],
            ) -> $crate::error::Result<$crate::rule::Sent<Self, T>> {
                $crate::rule::local::bordered::reverse(self, s, &kept, by, dp)
            }
            fn schedule<T: $crate::net::Element>(
                &self,
                pass: $crate::rule::Pass<'_, Self, T>,
                rest: &mut dyn $crate::lens::Closing<$crate::net::Array<T>>,
                dp: &mut $crate::net::Params<T>,
            ) -> $crate::error::Result<Option<Option<$crate::net::Array<T>>>> {
                Bordered::borders(self).check(pass.under.net())?;
                let dy = rest.change(pass.y.batch.clone())?;
                pass.back(Some(dy), dp)
            }
        }
    };
}
pub(super) use bordered;

/// Says whether changes have the shapes of what changes.
pub(super) fn alike<T>(p: &[Array2<T>], dp: &[Array2<T>]) -> Result<()> {
    same_len("params", p.len(), dp.len())?;
    p.iter().zip(dp).try_for_each(|(p, dp)| same_shape("params", p.shape(), dp.shape()))
}
/// Returns the arrays of a head, or says how many there should be.
pub(super) fn arrays<T, const K: usize>(m: &[Array2<T>]) -> Result<&[Array2<T>; K]> {
    m.try_into().map_err(|_| lacking(K, m.len()))
}
/// As [`arrays`], to be changed.
pub(super) fn changes<T, const K: usize>(dm: &mut [Array2<T>]) -> Result<&mut [Array2<T>; K]> {
    let found = dm.len();
    dm.try_into().map_err(|_| lacking(K, found))
}
fn lacking(expected: usize, found: usize) -> crate::error::Error {
    crate::error::Error::ShapeMismatch { op: "head", expected: [expected].into(), found: [found].into() }
}
