//! Operations that bring their own derivative, as boxes.

use super::{
    Program,
    sym::{Recorder, Sym},
};
use crate::{
    diagram::{Diagram, Wire},
    error::Result,
    real::{Operation, Primitive, Real},
};
use alloc::{borrow::Cow, vec, vec::Vec};
use core::cell::RefCell;

/// An [`Operation`] that was recorded: its value as one program, its partial derivatives as another.
///
/// Differentiating a program uses the partials, as every mode does; the program of the value is only run.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "Stored<F>", into = "Stored<F>"))]
#[cfg_attr(feature = "serde", serde(bound(serialize = "F: Primitive + serde::Serialize")))]
#[cfg_attr(feature = "serde", serde(bound(deserialize = "F: Primitive + serde::Deserialize<'de>")))]
pub struct Call<F = f64> {
    name: Cow<'static, str>,
    value: Program<F>,
    /// From arguments and value to one partial each, or why there are none.
    partials: Result<Program<F>>,
}

impl<F: Primitive> PartialEq for Call<F> {
    fn eq(&self, o: &Self) -> bool {
        self.name == o.name && self.value == o.value && self.partials.as_ref().ok() == o.partials.as_ref().ok()
    }
}

impl<F: Primitive> Call<F> {
    /// Records `op` at the arguments `x`.
    ///
    /// # Errors
    /// What the value of the operation returns.
    pub(super) fn record<O: Operation<F>>(op: &O, x: &[F]) -> Result<Self> {
        let value = recorded(x, |x| Ok(vec![op.value(x)?]))?;
        let mut point = x.to_vec();
        point.push(op.value(x)?);
        let partials = recorded(&point, |all| {
            let (y, x) = all.split_last().map_or((Sym::default(), all), |(&y, x)| (y, x));
            let mut p = vec![Sym::default(); x.len()];
            op.partials(x, y, &mut p)?;
            Ok(p)
        });
        Ok(Call { name: Cow::Borrowed(op.name()), value, partials })
    }
    /// Returns the call over the primitive `G`.
    pub(super) fn cast<G: Primitive>(&self) -> Result<Call<G>> {
        let partials = self.partials.as_ref().map_err(Clone::clone).and_then(Program::cast);
        Ok(Call { name: self.name.clone(), value: self.value.cast()?, partials })
    }
    /// Returns the name of the operation.
    pub fn name(&self) -> &str {
        &self.name
    }
    /// Returns the program of the value.
    pub fn value(&self) -> &Program<F> {
        &self.value
    }
    /// Returns the program from arguments and value to the partials.
    ///
    /// # Errors
    /// What the operation returned when it was asked for them, for instance [`Error::NoPartial`](crate::Error::NoPartial).
    pub fn partials(&self) -> Result<&Program<F>> {
        self.partials.as_ref().map_err(Clone::clone)
    }
}

/// A call is an operation again, at any number: nested modes see its own partials.
impl<F: Primitive> Operation<F> for Call<F> {
    fn name(&self) -> &'static str {
        match self.name {
            Cow::Borrowed(name) => name,
            Cow::Owned(_) => "call", // loaded from a file
        }
    }
    fn value<T: Real<F>>(&self, x: &[T]) -> Result<T> {
        let y = self.value.eval(x)?;
        Ok(y[0])
    }
    fn partials<T: Real<F>>(&self, x: &[T], y: T, p: &mut [T]) -> Result<()> {
        let mut all = x.to_vec();
        all.push(y);
        let partials = self.partials()?.eval(&all)?;
        crate::error::same_len("call", partials.len(), p.len())?;
        p.copy_from_slice(&partials);
        Ok(())
    }
}

/// Returns the program of `f`, whose inputs have the values `x`.
pub(super) fn recorded<F: Primitive>(
    x: &[F],
    f: impl for<'t> FnOnce(&[Sym<'t, F>]) -> Result<Vec<Sym<'t, F>>>,
) -> Result<Program<F>> {
    let (d, wires) = Diagram::open(x.len());
    let recorder: Recorder<F> = RefCell::new(d);
    let outputs = outputs_of(&recorder, &wires, x, f)?;
    let d = recorder.into_inner().close(outputs);
    d.validate()?;
    Ok(d.prune())
}
fn outputs_of<'t, F: Primitive>(
    recorder: &'t Recorder<F>,
    wires: &[Wire],
    x: &[F],
    f: impl FnOnce(&[Sym<'t, F>]) -> Result<Vec<Sym<'t, F>>>,
) -> Result<Vec<Wire>> {
    let inputs: Vec<_> = wires.iter().zip(x).map(|(&w, &x)| Sym::at(x, w, recorder)).collect();
    Ok(f(&inputs)?.into_iter().map(|y| y.wire(recorder)).collect())
}

/// A call as it is stored: missing partials load as missing.
#[cfg(feature = "serde")]
#[derive(serde::Serialize, serde::Deserialize)]
#[serde(bound(serialize = "F: Primitive + serde::Serialize"))]
#[serde(bound(deserialize = "F: Primitive + serde::Deserialize<'de>"))]
struct Stored<F> {
    name: Cow<'static, str>,
    value: Program<F>,
    partials: Option<Program<F>>,
}
#[cfg(feature = "serde")]
impl<F: Primitive> From<Call<F>> for Stored<F> {
    fn from(c: Call<F>) -> Self {
        Stored { name: c.name, value: c.value, partials: c.partials.ok() }
    }
}
#[cfg(feature = "serde")]
impl<F: Primitive> TryFrom<Stored<F>> for Call<F> {
    type Error = crate::error::Error;
    fn try_from(s: Stored<F>) -> Result<Self> {
        let (n, m) = s.value.arity();
        crate::error::same_len("call", 1, m)?;
        if let Some(p) = &s.partials {
            crate::error::same_len("call", n + 1, p.arity().0)?;
            crate::error::same_len("call", n, p.arity().1)?;
        }
        let partials = s.partials.ok_or(crate::error::Error::NoPartial { op: "call" });
        Ok(Call { name: s.name, value: s.value, partials })
    }
}
