//! The number that records.

use super::{Op, Program, call::Call};
use crate::{
    diagram::{Diagram, Wire},
    error::Result,
    op::{Bin, Relation, Un, number},
    real::{Operation, Primitive},
};
use alloc::sync::Arc;
use core::{
    cell::{Cell, RefCell},
    cmp::Ordering,
    fmt,
    marker::PhantomData,
};
use num_traits::Float;

/// Where a recording number writes.
pub(super) type Recorder<F> = RefCell<Program<F>>;

/// A number that records what is done to it, for [`Program::record`].
///
/// It carries the value at the point of recording, so that host code can branch; each branch leaves a guard.
///
/// # Example
/// ```
/// use pullback::*;
/// let p = Program::record(|x| if x[0] < 1.0 { x[0] * 2.0 } else { x[0] * 3.0 }, &[0.5])?;
/// assert_eq!(p.eval(&[0.75])?, [1.5]);
/// let e = p.eval(&[2.0]).unwrap_err();
/// assert_eq!(e.to_string(), "program: expected `a < b` to be true at guard 0, as recorded, found a = 2 and b = 1");
/// # Ok::<(), Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct Sym<'t, F = f64> {
    value: F,
    on: Option<(Wire, &'t Recorder<F>)>,
    /// One recording is not a part of another.
    _brand: PhantomData<Cell<&'t ()>>,
}

impl<F: fmt::Debug> fmt::Debug for Sym<'_, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.on {
            Some((wire, _)) => write!(f, "Sym({:?} on wire {})", self.value, wire.index()),
            None => write!(f, "Sym({:?})", self.value),
        }
    }
}

impl<'t, F: Primitive> Sym<'t, F> {
    /// Returns a number that does not depend on the inputs.
    pub fn constant(value: F) -> Self {
        Sym { value, on: None, _brand: PhantomData }
    }
    /// Returns what rides on `wire`.
    pub(super) fn at(value: F, wire: Wire, recorder: &'t Recorder<F>) -> Self {
        Sym { value, on: Some((wire, recorder)), _brand: PhantomData }
    }
    /// Returns the number if it does not depend on the inputs.
    pub(super) fn as_constant(self) -> Option<F> {
        self.on.is_none().then_some(self.value)
    }
    /// Returns the wire of the number; a constant gets one.
    pub(super) fn wire(self, recorder: &Recorder<F>) -> Wire {
        match self.on {
            Some((wire, _)) => wire,
            None => recorder.borrow_mut().push(Op::Const(self.value), &[])[0],
        }
    }
    /// Adds a box that reads `x` and makes one wire; `value` is what it makes at the point of recording.
    fn make<const N: usize>(op: Op<F>, x: [Self; N], value: F) -> Self {
        let Some(recorder) = x.iter().find_map(|x| x.on).map(|(_, r)| r) else { return Self::constant(value) };
        let args = x.map(|x| x.wire(recorder));
        let wire = recorder.borrow_mut().push(op, &args)[0];
        Self::at(value, wire, recorder)
    }
    /// Keeps the answer that the host is about to see.
    fn guard(self, relation: Relation, o: Self, holds: bool) {
        if let Some((_, recorder)) = self.on.or(o.on) {
            let args = [self.wire(recorder), o.wire(recorder)];
            recorder.borrow_mut().push(Op::Guard { relation, holds }, &args);
        }
    }

    #[inline]
    fn literal(x: F) -> Self {
        Self::constant(x)
    }
    fn holds(&self, relation: Relation, o: Self) -> bool {
        let answer = relation.holds(&self.value, &o.value);
        self.guard(relation, o, answer);
        answer
    }
    fn order(&self, o: Self) -> Option<Ordering> {
        let order = self.value.partial_cmp(&o.value);
        match order {
            Some(Ordering::Less) => self.guard(Relation::Less, o, true),
            Some(Ordering::Greater) => o.guard(Relation::Less, *self, true),
            Some(Ordering::Equal) => self.guard(Relation::Equal, o, true),
            None => {
                self.guard(Relation::LessOrEqual, o, false);
                o.guard(Relation::LessOrEqual, *self, false);
            }
        }
        order
    }
    fn pin(&self) -> F {
        match Float::is_nan(self.value) {
            true => self.guard(Relation::Equal, *self, false),
            false => self.guard(Relation::Equal, Self::constant(self.value), true),
        }
        if self.value == F::of(0.0) {
            let sign = Self::constant(F::of(1.0)).bin(*self, Bin::Copysign); // −0 equals 0
            sign.guard(Relation::Equal, Self::constant(sign.value), true);
        }
        self.value
    }
    fn indicator(self, relation: Relation, o: Self) -> Self {
        Self::make(Op::Indicator(relation), [self, o], relation.indicator(self.value, o.value))
    }
    fn larger(self, o: Self) -> Self {
        Self::make(Op::Max, [self, o], Float::max(self.value, o.value))
    }
    fn smaller(self, o: Self) -> Self {
        Self::make(Op::Min, [self, o], Float::min(self.value, o.value))
    }
    fn detached(self) -> Self {
        Self::make(Op::Stop, [self], self.value)
    }
    fn known(self) -> Option<bool> {
        self.as_constant().map(|c| c != F::of(0.0))
    }
    fn plain(&self) -> bool {
        self.on.is_none()
    }
    /// Returns `self · d` under rule B.
    fn weighted(self, d: Self) -> Self {
        match (self.as_constant(), d.as_constant()) {
            (_, Some(d0)) if d0 == F::of(0.0) => Self::default(),
            (_, Some(_)) => self * d,
            (Some(p), None) if p == F::of(1.0) => d,
            (Some(p), None) if p == F::of(-1.0) => -d,
            (Some(p), None) if Float::is_finite(p) => self * d,
            _ => Self::make(Op::Times, [self, d], self.value.times(d.value)),
        }
    }
    fn un(self, op: impl Into<Un>) -> Self {
        let op = op.into();
        Self::make(Op::Un(op), [self], op.eval(self.value))
    }
    fn bin(self, o: Self, op: impl Into<Bin>) -> Self {
        let op = op.into();
        Self::make(Op::Bin(op), [self, o], op.eval(self.value, o.value))
    }
    fn by(self, o: F, op: impl Into<Bin>) -> Self {
        self.bin(Self::constant(o), op)
    }
    fn fused(self, a: Self, b: Self) -> Self {
        Self::make(Op::MulAdd, [self, a, b], Float::mul_add(self.value, a.value, b.value))
    }
    fn choose(c: Self, a: Self, b: Self) -> Self {
        match c.known() {
            Some(true) => a,
            Some(false) => b,
            None => Self::make(Op::Select, [c, a, b], F::select(c.value, a.value, b.value)),
        }
    }
    fn apply_op<O: Operation<F>>(op: &O, x: &[Self]) -> Result<Self> {
        let values: alloc::vec::Vec<F> = x.iter().map(|x| x.value).collect();
        let value = F::apply(op, &values)?;
        let Some((_, recorder)) = x.iter().find_map(|x| x.on) else { return Ok(Self::constant(value)) };
        let call = Call::record(op, &values)?;
        let args: alloc::vec::Vec<Wire> = x.iter().map(|x| x.wire(recorder)).collect();
        let wire = recorder.borrow_mut().push(Op::Call(Arc::new(call)), &args)[0];
        Ok(Self::at(value, wire, recorder))
    }
    fn is_zero_everywhere(&self) -> bool {
        self.as_constant() == Some(F::of(0.0))
    }
    fn is_finite_everywhere(&self) -> bool {
        self.as_constant().is_some_and(Float::is_finite)
    }
}
number! { recording ['t, F: Primitive] Sym<'t, F>, F; f64 ['t] Sym<'t, f64>; f32 ['t] Sym<'t, f32>; }

/// Lets `f` push boxes into `d` by computing with recording numbers.
pub(super) fn compute_in<F: Primitive, R>(d: &mut Program<F>, f: impl for<'t> FnOnce(&'t Recorder<F>) -> R) -> R {
    let recorder = RefCell::new(core::mem::replace(d, Diagram::open(0).0));
    let result = f(&recorder);
    *d = recorder.into_inner();
    result
}
