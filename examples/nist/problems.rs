//! The models, each written once and generic over the number, and the table of the 27 problems.
//!
//! A model computes with `f64` when residuals are wanted, with `Multi` when the solver wants a Jacobian, and with
//! anything else that is [`Real`] in the tests. The formulas are those of the files, in the files' notation.

use crate::reader::{Dataset, ReadError, read};
use pullback::Real;
use std::f64::consts::{PI, TAU};

/// The shape of a curve. Several problems share one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Model {
    /// b1 (1 - exp(-b2 x))
    Saturation,
    /// b1 (1 - (1 + b2 x/2)^-2)
    Misra1b,
    /// b1 (1 - (1 + 2 b2 x)^-1/2)
    Misra1c,
    /// b1 b2 x / (1 + b2 x)
    Misra1d,
    /// exp(-b1 x) / (b2 + b3 x)
    Chwirut,
    /// b1 exp(-b2 x) + b3 exp(-b4 x) + b5 exp(-b6 x)
    Lanczos,
    /// b1 exp(-b2 x) + b3 exp(-(x-b4)^2/b5^2) + b6 exp(-(x-b7)^2/b8^2)
    Gauss,
    /// b1 x^b2
    DanWood,
    /// (b1 + b2 x + b3 x^2) / (1 + b4 x + b5 x^2)
    Kirby2,
    /// (b1 + b2 x + b3 x^2 + b4 x^3) / (1 + b5 x + b6 x^2 + b7 x^3)
    Cubics,
    /// log y = b1 - b2 x1 exp(-b3 x2)
    Nelson,
    /// b1 + b2 exp(-x b4) + b3 exp(-x b5)
    Mgh17,
    /// b1 - b2 x - arctan(b3/(x-b4))/pi
    Roszman1,
    /// b1 + a yearly cycle + two cycles of unknown length b4 and b7
    Enso,
    /// b1 (x^2 + x b2) / (x^2 + x b3 + b4)
    Mgh09,
    /// b1 exp(b2/(x+b3))
    Mgh10,
    /// b1 / (1 + exp(b2 - b3 x))
    Rat42,
    /// b1 / (1 + exp(b2 - b3 x))^(1/b4)
    Rat43,
    /// (b1/b2) exp(-((x-b3)/b2)^2 / 2)
    Eckerle4,
    /// b1 (b2+x)^(-1/b3)
    Bennett5,
}

impl Model {
    /// Returns the curve at the predictors `x` under the parameters `b`.
    pub(crate) fn value<T: Real>(self, b: &[T], x: &[f64]) -> T {
        let one = T::one();
        match self {
            Model::Saturation => b[0] * (one - (-b[1] * x[0]).exp()),
            Model::Misra1b => b[0] * (one - (b[1] * x[0] / 2.0 + 1.0).powi(-2)),
            Model::Misra1c => b[0] * (one - (b[1] * 2.0 * x[0] + 1.0).sqrt().recip()),
            Model::Misra1d => b[0] * b[1] * x[0] / (b[1] * x[0] + 1.0),
            Model::Chwirut => (-b[0] * x[0]).exp() / (b[1] + b[2] * x[0]),
            Model::Lanczos => decay(b[0], b[1], x) + decay(b[2], b[3], x) + decay(b[4], b[5], x),
            Model::Gauss => decay(b[0], b[1], x) + bump(b[2], b[3], b[4], x) + bump(b[5], b[6], b[7], x),
            Model::DanWood => b[0] * T::lit(x[0]).powf(b[1]),
            Model::Kirby2 => polynomial(&b[..3], x[0]) / (polynomial(&b[3..], x[0]) * x[0] + 1.0),
            Model::Cubics => polynomial(&b[..4], x[0]) / (polynomial(&b[4..], x[0]) * x[0] + 1.0),
            Model::Nelson => b[0] - b[1] * x[0] * (-b[2] * x[1]).exp(),
            Model::Mgh17 => b[0] + decay(b[1], b[3], x) + decay(b[2], b[4], x),
            Model::Roszman1 => b[0] - b[1] * x[0] - (b[2] / (-b[3] + x[0])).atan() / PI,
            Model::Enso => {
                let year = T::lit(12.0);
                b[0] + cycle(b[1], b[2], year, x) + cycle(b[4], b[5], b[3], x) + cycle(b[7], b[8], b[6], x)
            }
            Model::Mgh09 => b[0] * (b[1] * x[0] + x[0] * x[0]) / (b[2] * x[0] + b[3] + x[0] * x[0]),
            Model::Mgh10 => b[0] * (b[1] / (b[2] + x[0])).exp(),
            Model::Rat42 => b[0] / ((b[1] - b[2] * x[0]).exp() + 1.0),
            Model::Rat43 => b[0] / ((b[1] - b[2] * x[0]).exp() + 1.0).powf(b[3].recip()),
            Model::Eckerle4 => b[0] / b[1] * (((-b[2] + x[0]) / b[1]).powi(2) * -0.5).exp(),
            Model::Bennett5 => b[0] * (b[1] + x[0]).powf(-b[2].recip()),
        }
    }

    /// Returns what the model is fitted to: the response as it stands in the file, except for Nelson's logarithm.
    pub(crate) fn response(self, y: f64) -> f64 {
        if self == Model::Nelson { y.ln() } else { y }
    }
}

/// a exp(-rate x)
fn decay<T: Real>(a: T, rate: T, x: &[f64]) -> T {
    a * (-rate * x[0]).exp()
}

/// a exp(-(x - middle)^2 / width^2)
fn bump<T: Real>(a: T, middle: T, width: T, x: &[f64]) -> T {
    a * (-((-middle + x[0]) / width).powi(2)).exp()
}

/// a cos(2 pi x / period) + b sin(2 pi x / period)
fn cycle<T: Real>(a: T, b: T, period: T, x: &[f64]) -> T {
    let angle = T::lit(TAU * x[0]) / period;
    a * angle.cos() + b * angle.sin()
}

/// c1 + c2 x + c3 x^2 + .. by Horner's rule
fn polynomial<T: Real>(c: &[T], x: f64) -> T {
    c.iter().rev().fold(T::zero(), |sum, &c| sum * x + c)
}

/// A problem: a curve and what it has to pass by.
#[derive(Clone, Debug)]
pub(crate) struct Problem {
    /// The curve.
    pub(crate) model: Model,
    /// The observations, the starts and the certified answer.
    pub(crate) data: Dataset,
}

impl Problem {
    /// Returns model minus response, one number an observation.
    pub(crate) fn residuals<T: Real>(&self, b: &[T]) -> Vec<T> {
        self.data.rows.iter().map(|row| self.model.value(b, &row.x) - self.model.response(row.y)).collect()
    }

    /// Returns the residual sum of squares.
    pub(crate) fn rss(&self, b: &[f64]) -> f64 {
        self.residuals(b).iter().map(|r| r * r).sum()
    }
}

/// Returns the 27 problems in NIST's order: from lower to higher difficulty.
///
/// # Errors
/// [`ReadError`] where an embedded file was damaged.
pub(crate) fn problems() -> Result<Vec<Problem>, ReadError> {
    FILES.iter().map(|&(model, text)| Ok(Problem { model, data: read(text)? })).collect()
}

macro_rules! file {
    ($name:literal) => {
        include_str!(concat!("../../data/nist_strd/", $name, ".dat"))
    };
}

static FILES: [(Model, &str); 27] = [
    (Model::Saturation, file!("Misra1a")),
    (Model::Chwirut, file!("Chwirut2")),
    (Model::Chwirut, file!("Chwirut1")),
    (Model::Lanczos, file!("Lanczos3")),
    (Model::Gauss, file!("Gauss1")),
    (Model::Gauss, file!("Gauss2")),
    (Model::DanWood, file!("DanWood")),
    (Model::Misra1b, file!("Misra1b")),
    (Model::Kirby2, file!("Kirby2")),
    (Model::Cubics, file!("Hahn1")),
    (Model::Nelson, file!("Nelson")),
    (Model::Mgh17, file!("MGH17")),
    (Model::Lanczos, file!("Lanczos1")),
    (Model::Lanczos, file!("Lanczos2")),
    (Model::Gauss, file!("Gauss3")),
    (Model::Misra1c, file!("Misra1c")),
    (Model::Misra1d, file!("Misra1d")),
    (Model::Roszman1, file!("Roszman1")),
    (Model::Enso, file!("ENSO")),
    (Model::Mgh09, file!("MGH09")),
    (Model::Cubics, file!("Thurber")),
    (Model::Saturation, file!("BoxBOD")),
    (Model::Rat42, file!("Rat42")),
    (Model::Mgh10, file!("MGH10")),
    (Model::Eckerle4, file!("Eckerle4")),
    (Model::Rat43, file!("Rat43")),
    (Model::Bennett5, file!("Bennett5")),
];
