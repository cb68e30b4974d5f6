//! Where a NaN comes from.

use crate::{
    error::Result,
    op::{Binary, Unary, linearise, number},
    real::{Function, Operation, Primitive},
};
use alloc::{vec, vec::Vec};
use core::{
    cell::{Cell, RefCell},
    fmt,
};

/// One operation that made something which is not finite.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Origin {
    /// The operation, as the method is spelled; `"input"` where an input was NaN from the start.
    pub op: &'static str,
    /// Its number, counting the operations on variables from 1; for an input, its index.
    pub step: usize,
    /// Its arguments. If one of them is NaN, that one is a constant of the function.
    pub arguments: Vec<f64>,
    /// What it made: a value, or for [`Trace::partial`] a partial derivative.
    pub result: f64,
}

/// What [`find_nan`] saw. Print it, or look at the fields.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Trace {
    /// The first operation whose value is NaN.
    pub nan: Option<Origin>,
    /// The first operation whose value is infinite although its arguments are finite.
    pub infinite: Option<Origin>,
    /// The first operation whose value is finite and a partial derivative of which is not. If a zero cotangent or
    /// tangent reaches it, no harm is done; any other makes the *derivative* infinite or NaN.
    pub partial: Option<Origin>,
    /// The outputs that are NaN.
    pub outputs: Vec<usize>,
    /// How many operations on variables there were.
    pub steps: usize,
}

/// Returns the first operation of `f` that makes a NaN at `x`, the first that overflows, and the first whose partial
/// derivative is not finite.
///
/// Comparisons, `max`, `select` and the like choose a number and make none. An [`Operation`] is one step.
///
/// # Errors
/// What `f` returns.
///
/// # Example
/// ```
/// use pullback::*;
/// function!(Entropy = |p| [p[0] * p[0].ln() + (p[0] - p[1]).sqrt()]);
/// let trace = find_nan(&Entropy, &[0.0, 0.5])?;
/// assert_eq!(trace.to_string(), "\
/// first NaN: step 2, mul(0, -inf) = NaN
/// first infinite value: step 1, ln(0) = -inf
/// NaN at output 0");
///
/// function!(Length = |x| [(x[0] * x[0]).sqrt()]);
/// let partial = find_nan(&Length, &[0.0])?.partial.unwrap();
/// assert_eq!((partial.op, partial.step, partial.result), ("sqrt", 2, f64::INFINITY));
/// # Ok::<(), Error>(())
/// ```
#[doc(alias = "debug_nans")]
#[doc(alias = "detect_anomaly")]
#[doc(alias = "set_detect_anomaly")]
#[doc(alias = "enable_check_numerics")]
pub fn find_nan<F: Primitive>(f: &impl Function<F>, x: &[F]) -> Result<Trace> {
    let log = Log::default();
    let inputs: Vec<Traced<'_, F>> = x.iter().map(|&value| Traced { value, log: Some(&log) }).collect();
    for (k, x) in x.iter().enumerate().filter(|(_, x)| x.is_nan()) {
        log.nan.borrow_mut().get_or_insert(Origin { op: "input", step: k, arguments: vec![], result: x.widen() });
    }
    let y = f.call(&inputs)?;
    let outputs = y.iter().enumerate().filter(|(_, y)| y.value.is_nan()).map(|(k, _)| k).collect();
    let steps = log.steps.get();
    Ok(Trace { nan: log.nan.take(), infinite: log.infinite.take(), partial: log.partial.take(), outputs, steps })
}

/// What the numbers of one run write to.
#[derive(Debug, Default)]
struct Log {
    steps: Cell<usize>,
    nan: RefCell<Option<Origin>>,
    infinite: RefCell<Option<Origin>>,
    partial: RefCell<Option<Origin>>,
}

impl Log {
    /// Takes note of one operation.
    fn step<T: Primitive>(&self, op: &'static str, x: &[T], y: T, partials: impl FnOnce() -> Option<T>) {
        self.steps.set(self.steps.get() + 1);
        let fits = x.iter().all(|x| x.is_finite());
        let (place, result) = if y.is_nan() {
            (&self.nan, y)
        } else if y.is_infinite() && fits {
            (&self.infinite, y)
        } else {
            match partials() {
                Some(p) if fits && y.is_finite() => (&self.partial, p),
                _ => return,
            }
        };
        place.borrow_mut().get_or_insert_with(|| Origin {
            op,
            step: self.steps.get(),
            arguments: x.iter().map(|x| x.widen()).collect(),
            result: result.widen(),
        });
    }
}

/// A number that reports what it does.
#[derive(Clone, Copy, Debug)]
pub struct Traced<'t, T> {
    value: T,
    log: Option<&'t Log>,
}

impl<'t, T: Primitive> Traced<'t, T> {
    /// Returns a constant. Operations on constants alone are not counted.
    pub fn constant(value: T) -> Self {
        Traced { value, log: None }
    }
    fn level(&self) -> T {
        self.value
    }
    fn un<O: Unary>(self, op: O) -> Self {
        let value = op.eval(self.value);
        if let Some(log) = self.log {
            let partials = || bad(&[op.partial(self.value, value)]).filter(|_| !O::FLAT);
            log.step(O::NAME, &[self.value], value, partials);
        }
        Traced { value, ..self }
    }
    fn bin<O: Binary>(self, o: Self, op: O) -> Self {
        let value = op.eval(self.value, o.value);
        let log = self.log.or(o.log);
        if let Some(log) = log {
            let partials = || {
                let [p, q] = op.partials(self.value, o.value, value);
                bad(&[p]).filter(|_| self.log.is_some()).or(bad(&[q]).filter(|_| o.log.is_some()))
            };
            log.step(O::NAME, &[self.value, o.value], value, partials);
        }
        Traced { value, log }
    }
    fn by<O: Binary>(self, o: T, op: O) -> Self {
        self.bin(Self::from(o), op)
    }
    fn valued(self, value: T) -> Self {
        Traced { value, ..self }
    }
    fn fused(self, a: Self, b: Self) -> Self {
        let (value, log) = (self.value.mul_add(a.value, b.value), self.log.or(a.log).or(b.log));
        if let Some(log) = log {
            log.step("mul_add", &[self.value, a.value, b.value], value, || None);
        }
        Traced { value, log }
    }
    fn choose(c: Self, a: Self, b: Self) -> Self {
        if c.value.vanishes() { b } else { a }
    }
    fn apply_op<O: Operation<T>>(op: &O, x: &[Self]) -> Result<Self> {
        let values: Vec<T> = x.iter().map(Self::level).collect();
        let (value, log) = (op.value(&values)?, x.iter().find_map(|x| x.log));
        if let Some(log) = log {
            let partials = || linearise(op, values.iter().copied()).ok().and_then(|(_, p)| bad(&p));
            log.step(op.name(), &values, value, partials);
        }
        Ok(Traced { value, log })
    }
    fn is_zero_everywhere(&self) -> bool {
        self.value.vanishes() && self.log.is_none()
    }
    fn is_finite_everywhere(&self) -> bool {
        self.value.all_finite()
    }
    fn rides_nothing(&self) -> bool {
        self.log.is_none()
    }
}
number! { ['t, T: Primitive] Traced<'t, T>, T; }

/// Returns the first of `p` that is not finite.
fn bad<T: Primitive>(p: &[T]) -> Option<T> {
    p.iter().copied().find(|p| !p.is_finite())
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.op == "input" {
            return write!(f, "input {}", self.step);
        }
        write!(f, "step {}, {}(", self.step, self.op)?;
        const SHOWN: usize = 6;
        for (k, x) in self.arguments.iter().take(SHOWN).enumerate() {
            write!(f, "{}{x}", if k > 0 { ", " } else { "" })?;
        }
        if self.arguments.len() > SHOWN {
            write!(f, ", … {} in all", self.arguments.len())?;
        }
        write!(f, ")")
    }
}

impl fmt::Display for Trace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.nan {
            None => write!(f, "no NaN in {} operations", self.steps)?,
            Some(o) => write!(f, "first NaN: {o} = {}", o.result)?,
        }
        if let Some(o) = &self.infinite {
            write!(f, "\nfirst infinite value: {o} = {}", o.result)?;
        }
        if let Some(o) = &self.partial {
            write!(f, "\nfirst partial derivative that is not finite: {o} has {}", o.result)?;
        }
        for k in &self.outputs {
            write!(f, "\nNaN at output {k}")?;
        }
        Ok(())
    }
}
