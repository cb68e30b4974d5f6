//! A gradient from one number along a direction that another rule has guessed.

use super::noise::product;
use crate::{
    error::Result,
    lens::{Closing, Object},
    net::{Array, Element, Params},
    rule::{Back, Objects, Pass, Rule, Under, inner::inner},
};

/// The rule `R` says where to go, and one number says how far: the slope of the loss along its change $G$, over the square
/// of its length. That is the exact projection of the gradient on the guess:
///
/// $$ \bar p = \frac{\langle \nabla, G \rangle}{\lVert G \rVert^2}\, G $$
///
/// A random direction in a space of $D$ dimensions has the cosine $1/\sqrt D$ with the gradient; the change of a rule that
/// learns from losses nearby, [`LocalLoss`](crate::rule::LocalLoss), has a far better one, and costs no draw. Whatever the
/// guess, a small step does not raise the loss. Arrays that `R` learns for itself, such as the heads of local losses,
/// change as `R` says, and so does the input.
///
/// # Objects
/// Those of `R`, whose network must compute the values of the network itself. State: that of `R`. Every layer must have a
/// forward derivative.
///
/// # Check
/// The change is the projection: what is left of the gradient is orthogonal to the guess. Where the guess is the
/// gradient, or a multiple of it, it is the gradient.
///
/// # Standing
/// As good as its guess. On [`FeedbackAlignment`](crate::rule::FeedbackAlignment) it names 97.2 % of the digits, two hidden
/// layers, three seeds, which is what that rule reaches by itself (backprop 97.5, a linear classifier 96.0): with Adam, which
/// divides by lengths, only the direction counts. Costs the guess and two forward passes more, a step 2.3 times one of
/// backprop.
///
/// # Source
/// Fournier, Rivaud, Belilovsky, Eickenberg and Oyallon 2023, *Can forward gradient match backpropagation?*
///
/// # Example
/// ```
/// use pullback::{lens::Lens, net::*, rule::*};
/// use ndarray::arr2;
/// // gradient (4, 1) at each of two outputs; a guess that is ten times too long is cut to length
/// let longer = StraightThrough::identity(); // exact here
/// let (x, dy) = (arr2(&[[4.0, 1.0]]).into_shared(), arr2(&[[10.0]]).into_shared());
/// let p = Params::new(vec![vec![arr2(&[[2.0, 3.0]])]]);
/// let (_, _, dp) = Lens(linear(2, 1).under(LocalGuess::of(longer))).pull(&p, x, dy)?;
/// assert_eq!(dp.slots[0][0], arr2(&[[40.0, 10.0]]));
/// # Ok::<(), pullback::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LocalGuess<R> {
    rule: R,
}
impl<R> LocalGuess<R> {
    /// Returns the projection on the change of `rule`.
    pub const fn of(rule: R) -> Self {
        LocalGuess { rule }
    }
}
impl<R: Rule + Clone> Rule for LocalGuess<R> {
    inner! { rule: types name learns fwd rev tap arrays predict }
    fn has_schedule(&self) -> bool {
        true
    }
    fn schedule<T: Element>(
        &self,
        pass: Pass<'_, Self, T>,
        rest: &mut dyn Closing<Array<T>>,
        dp: &mut Params<T>,
    ) -> Result<Option<Back<Self, T>>> {
        let Pass { under, p, at, x, y, kept, run } = pass;
        let inner: Under<R, T> = under.with(self.rule.clone());
        let batch = R::On::lower(&R::On::lift(x.clone()));
        let mut guess = p.zero();
        let back = self.rule.schedule(Pass { under: &inner, p, at, x, y, kept, run }, rest, &mut guess)?;
        let along = guess.of_net(under.net())?;
        let (y, dy) = under.net().jvp(p, &along, at, &batch, &batch.zero())?;
        let slope = product(&dy, &rest.change(y)?)?;
        let square = along.slots.iter().flatten().flatten().fold(T::zero(), |sum, &g| sum + g * g);
        let by = if square.vanishes() { T::zero() } else { slope / square };
        for (to, (guess, own)) in dp.slots.iter_mut().zip(guess.slots.iter().zip(&along.slots)) {
            for (k, (to, guess)) in to.iter_mut().zip(guess).enumerate() {
                let by = if k < own.len() { by } else { T::of(1.0) };
                to.zip_mut_with(guess, |to, &g| *to += g * by);
            }
        }
        Ok(back)
    }
}
