//! What a rule around another leaves to it.

/// Inside of an `impl Rule`, or `impl Reverse`, for a rule around the rule `R` in the field `$at`: the parts that are left
/// to that rule, by name. `arrays` are what is fixed and what is learned; `once` is the schedule of one pass back, which
/// refuses a rule with another one; `predict` needs `R: Clone`.
macro_rules! inner {
    ($at:tt: $($part:ident)*) => { $( $crate::rule::inner::inner!(@$part $at); )* };
    (@types $at:tt) => {
        type On = R::On;
        type Res<T: $crate::net::Element> = R::Res<T>;
    };
    (@name $at:tt) => {
        fn name(&self) -> &'static str {
            $crate::rule::Rule::name(&self.$at)
        }
    };
    (@learns $at:tt) => {
        fn learns(&self) -> bool {
            $crate::rule::Rule::learns(&self.$at)
        }
    };
    (@fwd $at:tt) => {
        fn fwd<T: $crate::net::Element>(
            &self,
            s: &$crate::rule::Site<'_, T>,
            x: &[&$crate::rule::Fwd<Self, T>],
        ) -> $crate::error::Result<($crate::rule::Fwd<Self, T>, Self::Res<T>)> {
            self.$at.fwd(s, x)
        }
    };
    (@rev $at:tt) => { $crate::rule::inner::inner!(@back rev $at); };
    (@tap $at:tt) => { $crate::rule::inner::inner!(@back tap $at); };
    (@back $map:ident $at:tt) => {
        fn $map<T: $crate::net::Element>(
            &self,
            s: &$crate::rule::Site<'_, T>,
            kept: Self::Res<T>,
            by: $crate::rule::Back<Self, T>,
            dp: &mut [ndarray::Array2<T>],
        ) -> $crate::error::Result<$crate::rule::Sent<Self, T>> {
            self.$at.$map(s, kept, by, dp)
        }
    };
    (@arrays $at:tt) => {
        fn fixed<T: $crate::net::Element>(&self, s: &$crate::rule::Site<'_, T>) -> alloc::vec::Vec<ndarray::Array2<T>> {
            $crate::rule::Rule::fixed(&self.$at, s)
        }
        fn learned<T: $crate::net::Element>(
            &self,
            s: &$crate::rule::Site<'_, T>,
            draw: &mut dyn FnMut() -> f64,
        ) -> alloc::vec::Vec<ndarray::Array2<T>> {
            $crate::rule::Rule::learned(&self.$at, s, draw)
        }
    };
    (@once $at:tt) => {
        fn schedule<T: $crate::net::Element>(
            &self,
            pass: $crate::rule::Pass<'_, Self, T>,
            rest: &mut dyn $crate::lens::Closing<$crate::net::Array<T>>,
            dp: &mut $crate::net::Params<T>,
        ) -> $crate::error::Result<Option<$crate::rule::Back<Self, T>>> {
            $crate::rule::inner::one_pass(&self.$at)?;
            pass.once(rest, dp)
        }
    };
    (@linear $at:tt) => {
        fn linear<T: $crate::net::Element>(
            &self,
            s: &$crate::rule::Site<'_, T>,
            x: &$crate::net::Array<T>,
            y: &$crate::net::Array<T>,
            dy: &$crate::net::Array<T>,
            dp: &mut [ndarray::Array2<T>],
        ) -> $crate::error::Result<$crate::net::Array<T>> {
            self.$at.linear(s, x, y, dy, dp)
        }
    };
    (@pointwise $at:tt) => {
        fn pointwise<T: $crate::net::Element>(
            &self,
            s: &$crate::rule::Site<'_, T>,
            x: &$crate::net::Array<T>,
            y: &$crate::net::Array<T>,
            dy: &$crate::net::Array<T>,
        ) -> $crate::error::Result<$crate::net::Array<T>> {
            self.$at.pointwise(s, x, y, dy)
        }
    };
    (@add $at:tt) => {
        fn add<T: $crate::net::Element>(
            &self,
            s: &$crate::rule::Site<'_, T>,
            x: [&$crate::net::Array<T>; 2],
            dy: &$crate::net::Array<T>,
        ) -> $crate::error::Result<[$crate::net::Array<T>; 2]> {
            self.$at.add(s, x, dy)
        }
    };
    (@predict $at:tt) => {
        fn predict<T: $crate::net::Element>(
            &self,
            under: &$crate::rule::Under<Self, T>,
            p: &$crate::net::Params<T>,
            x: $crate::rule::Input<Self, T>,
        ) -> $crate::error::Result<$crate::net::Array<T>> {
            self.$at.predict(&under.with(self.$at.clone()), p, x)
        }
    };
}
pub(super) use inner;

/// Refuses a rule with a schedule of its own, for a rule around it that makes one pass back.
pub(super) fn one_pass<R: crate::rule::Rule>(rule: &R) -> crate::error::Result<()> {
    match rule.has_schedule() {
        true => Err(crate::error::Error::Unfit {
            rule: rule.name(),
            why: "expected a rule of one pass back inside another, found one with a schedule of its own",
        }),
        false => Ok(()),
    }
}
