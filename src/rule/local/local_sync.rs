//! A head of waves that nobody has to learn.

use super::{
    Borders,
    bordered::{Bordered, arrays, bordered, changes},
    head::{normalised, through_length},
};
use crate::{
    error::Result,
    net::{Array, Element, class_error, same_shape},
    rule::Site,
};
use alloc::{vec, vec::Vec};
use ndarray::{Array2, Axis};

/// As [`LocalLoss`](crate::rule::LocalLoss), but each class is a *wave* over the units of a layer, of a frequency of its
/// own, and the layer learns to be in step with the wave of its class:
///
/// $$ C_{kj} = \sin(\omega_k j), \quad \omega = 50, \dots, 512, \qquad z = \hat h\, C^\top / \tau, \quad
///    \hat h = h/\lVert h \rVert, \qquad e = \frac{\mathrm{softmax}(z) - y}{n}, $$
/// $$ \bar h = -\frac{(I - \hat h \hat h^\top)}{\lVert h \rVert}\, \frac{e C}{\tau}. $$
///
/// The frequencies are spaced evenly, in radians from one unit to the next.
///
/// | head | scores | learns |
/// | --- | --- | --- |
/// | [`waves`](Self::waves) | $z$ | nothing |
/// | [`scaled`](Self::scaled) (LLS-M) | $z \odot m$ | a number a class, from 1 |
/// | [`mixed`](Self::mixed) (LLS-MxM) | $z M$ | classes × classes, from the identity |
///
/// # Objects
/// As [`LocalLoss`](crate::rule::LocalLoss), with its borders.
///
/// # Check
/// A head's changes are the derivatives of its loss; the waves have no parameters. Blocks are independent, bit for bit.
///
/// # Standing
/// On the digits (64-64-64-10, 3 seeds) waves 96.5 ± 0.2 %, 96.8 ± 0.3 % at $\tau = 0.25$, scaled 97.1 ± 0.2 %, mixed
/// 97.1 ± 0.6 %, where backprop names 97.5 %, a *linear classifier* 96.0 % and frozen hidden layers 92.9 %; on their
/// parity 97.8, 99.0, 98.8 and 98.9 % (98.7, 94.9, 93.7 %). A step takes 1.13 × the time of backprop's.
///
/// # Source
/// Apolinario, Roy and Roy 2024 (LLS). Their code lets both modulations start at small random numbers and averages the
/// units of an image to a few before the waves; here all units count.
///
/// # Example
/// ```
/// use pullback::{category::Tanh, learn::*, net::*, rule::*};
/// let net = dense(3, 8, Tanh) >> dense(8, 4, Tanh) >> linear(4, 2);
/// let own = |rule| Ok::<_, pullback::Error>(net.under::<_, f64>(rule).init(&mut uniform(1))?.count() - net.parameters());
/// assert_eq!((own(LocalSync::waves())?, own(LocalSync::scaled())?, own(LocalSync::mixed())?), (0, 4, 8));
/// let waves = LocalSync::waves().basis::<f64>(2, 3);
/// assert_eq!((waves[[0, 0]], waves[[0, 2]], waves[[1, 1]]), (0.0, 100f64.sin(), 512f64.sin()));
/// # Ok::<(), pullback::Error>(())
/// ```
#[doc(alias = "LLS")]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LocalSync {
    modulation: Modulation,
    square: bool,
    temperature: f64,
    borders: Borders,
}
#[derive(Clone, Copy, Debug, PartialEq)]
enum Modulation {
    None,
    Scaled,
    Mixed,
}
impl LocalSync {
    const fn with(modulation: Modulation) -> Self {
        LocalSync { modulation, square: false, temperature: 1.0, borders: Borders::Activations }
    }
    /// Returns the rule whose heads learn nothing.
    pub const fn waves() -> Self {
        Self::with(Modulation::None)
    }
    /// Returns the rule whose heads learn a number for each class.
    pub const fn scaled() -> Self {
        Self::with(Modulation::Scaled)
    }
    /// Returns the rule whose heads learn a matrix between classes.
    pub const fn mixed() -> Self {
        Self::with(Modulation::Mixed)
    }
    /// Returns the same rule with the sign of each wave.
    pub const fn square(self) -> Self {
        LocalSync { square: true, ..self }
    }
    /// Returns the same rule with $\tau$ in the place of 1.
    pub const fn temperature(self, temperature: f64) -> Self {
        LocalSync { temperature, ..self }
    }
    /// Returns the same rule with these borders.
    pub const fn on(self, borders: Borders) -> Self {
        LocalSync { borders, ..self }
    }
    /// Returns the waves $C$ of so many classes over so many units.
    pub fn basis<T: Element>(&self, classes: usize, units: usize) -> Array2<T> {
        let step = (512.0 - 50.0) / (classes.max(2) - 1) as f64;
        Array2::from_shape_fn((classes, units), |(k, j)| {
            let wave = num_traits::Float::sin((50.0 + step * k as f64) * j as f64);
            T::of(match (self.square, wave == 0.0) {
                (true, false) => num_traits::Float::signum(wave),
                _ => wave,
            })
        })
    }
}
impl Bordered for LocalSync {
    fn borders(&self) -> Borders {
        self.borders
    }
    fn fixed<T: Element>(&self, s: &Site<'_, T>) -> Vec<Array2<T>> {
        vec![self.basis(s.outputs, s.width)]
    }
    fn learned<T: Element>(&self, s: &Site<'_, T>, _: &mut dyn FnMut() -> f64) -> Vec<Array2<T>> {
        match self.modulation {
            Modulation::None => vec![],
            Modulation::Scaled => vec![Array2::ones((1, s.outputs))],
            Modulation::Mixed => vec![Array2::eye(s.outputs)],
        }
    }
    fn head<T: Element>(
        &self,
        s: &Site<'_, T>,
        (h, classes): (&Array<T>, &[usize]),
        _: Option<Array<T>>,
        m: &[Array2<T>],
        dm: &mut [Array2<T>],
    ) -> Result<Option<Array<T>>> {
        let [waves] = arrays(s.fixed)?;
        same_shape("waves", &[waves.nrows(), h.ncols()], waves.shape())?;
        let (unit, lengths) = normalised(h.to_owned());
        let cold = T::of(1.0 / self.temperature);
        let z = unit.dot(&waves.t()).mapv(|z| z * cold);
        let dz = match self.modulation {
            Modulation::None => class_error(classes, z.into_shared(), |_| ())?.1.into_owned(),
            Modulation::Scaled => {
                let ([m], [dm]) = (arrays(m)?, changes(dm)?);
                same_shape("head", &[1, z.ncols()], m.shape())?;
                let (_, e) = class_error(classes, (&z * m).into_shared(), |_| ())?;
                *dm -= &(&e * &z).sum_axis(Axis(0));
                &e * m
            }
            Modulation::Mixed => {
                let ([m], [dm]) = (arrays(m)?, changes(dm)?);
                same_shape("head", &[z.ncols(), z.ncols()], m.shape())?;
                let (_, e) = class_error(classes, z.dot(m).into_shared(), |_| ())?;
                *dm -= &z.t().dot(&e);
                e.dot(&m.t())
            }
        };
        let d = dz.dot(waves).mapv(|d| d * (T::zero() - cold));
        Ok(Some(through_length(&unit, &lengths, d).into_shared()))
    }
}
bordered!(LocalSync);
