//! Layer-wise relevance propagation.

use super::{
    Explain, FirstLayer, Probe, Start, moved,
    share::{Signed, epsilon_add, epsilon_linear, epsilon_sum},
};
use crate::{
    diagram::Few,
    error::Result,
    net::{Array, Element},
    rule::{Reverse, Site},
};
use ndarray::Array2;

/// Layer-wise relevance propagation: a linear layer shares the relevance of an output among its inputs by what they gave
/// to it, an activation passes it on, two wires that are added share by their values.
///
/// | form | a linear layer's share |
/// | --- | --- |
/// | [`epsilon`](Self::epsilon) | $R_x = x \odot ((R_y / (y \pm \varepsilon)) W)$ |
/// | [`gamma`](Self::gamma) | the same with $W + \gamma W^+$: what speaks for an output weighs more |
/// | [`alpha_beta`](Self::alpha_beta) | $\alpha$ among what speaks for it, $-\beta = 1 - \alpha$ among what speaks against |
///
/// The last two look at the signs of the inputs too: $W^+$ and $W^-$ change places where an input, or under γ the
/// output, is negative. A layer that reads the network's input may share in [another way](Self::first_layer).
///
/// # Check
/// Without biases each form conserves, $\sum R = y$; ε as $\varepsilon \to 0$. In a network of rectifiers without biases
/// $\varepsilon \to 0$ is input times gradient. An output for which, or against which, nothing speaks gives all of its
/// relevance to the other side: with the fixed shares $\alpha, -\beta$ it would lose or invent some.
///
/// # Errors
/// [`Error::NoReverse`](crate::Error::NoReverse) of a product of wires; [`AttentionRelevance`](super::AttentionRelevance) knows it.
///
/// # Cost
/// ε one product a layer, as backprop; γ and αβ eight.
///
/// # Example
/// ```
/// use pullback::{net::*, rule::*};
/// use ndarray::arr2;
/// let p = Params::new(vec![vec![arr2(&[[2.0, -1.0]])]]);
/// let x = arr2(&[[3.0, 1.0]]).into_shared(); // 6 - 1 = 5
/// let map = |rule: LayerwiseRelevance| linear(2, 1).under(rule).explain(&p, &x, 0);
/// assert_eq!(map(LayerwiseRelevance::epsilon(0.0))?, arr2(&[[6.0, -1.0]]));
/// assert_eq!(map(LayerwiseRelevance::alpha_beta(2.0))?, arr2(&[[10.0, -5.0]]));
/// assert_eq!(map(LayerwiseRelevance::gamma(1.0))?, arr2(&[[60.0 / 11.0, -5.0 / 11.0]]));
/// # Ok::<(), pullback::Error>(())
/// ```
///
/// # Source
/// Bach, Binder, Montavon, Klauschen, Müller and Samek 2015 (ε, αβ); Montavon, Binder, Lapuschkin, Samek and Müller 2019 (γ).
#[doc(alias = "LRP")]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LayerwiseRelevance {
    form: Form,
    first: FirstLayer,
}
#[derive(Clone, Copy, Debug, PartialEq)]
enum Form {
    Epsilon(f64),
    Signed(Signed),
}
impl LayerwiseRelevance {
    const fn new(form: Form) -> Self {
        LayerwiseRelevance { form, first: FirstLayer::Same }
    }
    /// Returns the ε form, which stabilises quotients by $\pm\varepsilon$.
    pub const fn epsilon(epsilon: f64) -> Self {
        Self::new(Form::Epsilon(epsilon))
    }
    /// Returns the γ form; 0.25 is usual.
    pub const fn gamma(gamma: f64) -> Self {
        Self::new(Form::Signed(Signed::Gamma(gamma)))
    }
    /// Returns the αβ form with $\beta = \alpha - 1$; 1 and 2 are usual.
    pub const fn alpha_beta(alpha: f64) -> Self {
        Self::new(Form::Signed(Signed::AlphaBeta(alpha)))
    }
    /// Returns the rule with another way of sharing where a layer reads the input of the network.
    pub const fn first_layer(self, first: FirstLayer) -> Self {
        LayerwiseRelevance { first, ..self }
    }
}
impl Reverse for LayerwiseRelevance {
    fn learns(&self) -> bool {
        false
    }
    fn linear<T: Element>(
        &self,
        s: &Site<'_, T>,
        x: &Array<T>,
        y: &Array<T>,
        r: &Array<T>,
        _: &mut [Array2<T>],
    ) -> Result<Array<T>> {
        match (self.first.share(s, x, r)?, self.form) {
            (Some(back), _) => Ok(back),
            (None, Form::Epsilon(e)) => epsilon_linear(e, s, x, y, r),
            (None, Form::Signed(form)) => form.linear(s, x, y, r),
        }
    }
    fn pointwise<T: Element>(&self, _: &Site<'_, T>, _: &Array<T>, _: &Array<T>, r: &Array<T>) -> Result<Array<T>> {
        Ok(r.clone())
    }
    fn add<T: Element>(&self, _: &Site<'_, T>, x: [&Array<T>; 2], r: &Array<T>) -> Result<[Array<T>; 2]> {
        Ok(match self.form {
            Form::Epsilon(e) => epsilon_add(e, x, r),
            Form::Signed(form) => form.add(x, r),
        })
    }
    fn other<T: Element>(
        &self,
        s: &Site<'_, T>,
        x: &[&Array<T>],
        y: &Array<T>,
        r: &Array<T>,
        _: &mut [Array2<T>],
    ) -> Result<Few<Array<T>>> {
        moved("LayerwiseRelevance", s, (x, y, r), || match self.form {
            Form::Epsilon(e) => epsilon_sum(e, s, x[0], y, r),
            Form::Signed(form) => form.sum(s, x[0], y, r),
        })
    }
}
impl Explain for LayerwiseRelevance {
    fn explain<T: Element>(&self, x: &Array<T>, probe: &Probe<'_, T>) -> Result<Array<T>> {
        probe.back(x, Start::Score)
    }
}
