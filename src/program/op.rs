//! The boxes of a program, and their derivatives: partials of [`crate::op`], computed with recording numbers.

use super::{
    Call, Program, Scan,
    sym::{Recorder, Sym, compute_in},
};
use crate::{
    diagram::{Diagram, Differentiable, Few, Generator, Wire},
    error::{Error, Result},
    op::{Bin, Relation, Un, larger_is_first, smaller_is_first},
    real::{Primitive, Real},
};
use alloc::{format, string::String, sync::Arc};
use core::hash::{Hash, Hasher};
use smallvec::smallvec;

/// What a box of a [`Program`] does.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(bound(serialize = "F: Primitive + serde::Serialize")))]
#[cfg_attr(feature = "serde", serde(bound(deserialize = "F: Primitive + serde::Deserialize<'de>")))]
#[non_exhaustive]
pub enum Op<F = f64> {
    /// Makes a number.
    Const(F),
    /// An operation of one argument.
    Un(Un),
    /// An operation of two arguments.
    Bin(Bin),
    /// $p\,d$ for a partial $p$ and a change $d$: exactly 0 where $d = 0$, even if $p$ is infinite (rule B).
    Times,
    /// $a\,b + c$, rounded once.
    MulAdd,
    /// The larger of two, as `f64::max`.
    Max,
    /// The smaller of two, as `f64::min`.
    Min,
    /// 1 where the relation holds, else 0; derivative zero.
    Indicator(Relation),
    /// `(c, a, b)` to `a` where $c \ne 0$, else `b`.
    Select,
    /// The same number with derivative zero.
    Stop,
    /// Goes on only where the relation has the answer that it had while recording; makes nothing.
    Guard {
        /// The comparison that host code made.
        relation: Relation,
        /// Its answer.
        holds: bool,
    },
    /// An [`Operation`](crate::Operation) with its own partials.
    Call(Arc<Call<F>>),
    /// A loop.
    Scan(Arc<Scan<F>>),
}

impl<F: Primitive> Op<F> {
    /// Says whether the box computes something: constants, guards and [`Stop`](Op::Stop) do not.
    pub fn is_arithmetic(&self) -> bool {
        !matches!(self, Op::Const(_) | Op::Guard { .. } | Op::Stop)
    }
    /// Returns a number by which equal constants, and only those, are equal: −0 is not 0, and NaN is NaN.
    fn bits(c: F) -> u64 {
        c.widen().to_bits()
    }
}
impl<F: Primitive> PartialEq for Op<F> {
    fn eq(&self, o: &Self) -> bool {
        match (self, o) {
            (Op::Const(a), Op::Const(b)) => Self::bits(*a) == Self::bits(*b),
            (Op::Un(a), Op::Un(b)) => a == b,
            (Op::Bin(a), Op::Bin(b)) => a == b,
            (Op::Indicator(a), Op::Indicator(b)) => a == b,
            (Op::Guard { relation: a, holds: p }, Op::Guard { relation: b, holds: q }) => (a, p) == (b, q),
            (Op::Call(a), Op::Call(b)) => Arc::ptr_eq(a, b) || a == b,
            (Op::Scan(a), Op::Scan(b)) => Arc::ptr_eq(a, b) || a == b,
            _ => core::mem::discriminant(self) == core::mem::discriminant(o),
        }
    }
}
impl<F: Primitive> Eq for Op<F> {}
impl<F: Primitive> Hash for Op<F> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        core::mem::discriminant(self).hash(state);
        match self {
            Op::Const(c) => Self::bits(*c).hash(state),
            Op::Un(u) => u.hash(state),
            Op::Bin(b) => b.hash(state),
            Op::Indicator(r) | Op::Guard { relation: r, .. } => r.hash(state),
            Op::Call(c) => c.value().len().hash(state),
            Op::Scan(s) => s.body().len().hash(state),
            Op::Times | Op::MulAdd | Op::Max | Op::Min | Op::Select | Op::Stop => {}
        }
    }
}

impl<F: Primitive> Generator for Op<F> {
    fn name(&self) -> &'static str {
        match self {
            Op::Const(_) => "const",
            Op::Un(u) => u.name(),
            Op::Bin(b) => b.name(),
            Op::Times => "times",
            Op::MulAdd => "mul_add",
            Op::Max => "max",
            Op::Min => "min",
            Op::Indicator(_) => "indicator",
            Op::Select => "select",
            Op::Stop => "stop_gradient",
            Op::Guard { .. } => "guard",
            Op::Call(_) => "call",
            Op::Scan(_) => "scan",
        }
    }
    fn arity(&self) -> (usize, usize) {
        match self {
            Op::Const(_) => (0, 1),
            Op::Un(_) | Op::Stop => (1, 1),
            Op::Bin(_) | Op::Times | Op::Max | Op::Min | Op::Indicator(_) => (2, 1),
            Op::MulAdd | Op::Select => (3, 1),
            Op::Guard { .. } => (2, 0),
            Op::Call(c) => (c.value().arity().0, 1),
            Op::Scan(s) => s.arity(),
        }
    }
    fn label(&self) -> String {
        match self {
            Op::Const(c) => format!("{c}"),
            Op::Un(Un::Powi(n)) => format!("powi {n}"),
            Op::Un(Un::Polygamma(n) | Un::SphericalBesselJ(n)) => format!("{} {n}", self.name()),
            Op::Un(Un::BesselJ(n)) => format!("bessel_j {n}"),
            Op::Indicator(r) => format!("[{}]", r.name()),
            Op::Guard { relation, holds: true } => format!("guard {}", relation.name()),
            Op::Guard { relation, holds: false } => format!("guard not {}", relation.name()),
            Op::Call(c) => c.name().into(),
            Op::Scan(s) => format!("scan {} steps{}", s.shape().steps, if s.shape().backwards { " back" } else { "" }),
            other => other.name().into(),
        }
    }
    fn inside(&self) -> Option<&Diagram<Self>> {
        match self {
            Op::Call(c) => Some(c.value()),
            Op::Scan(s) => Some(s.body()),
            _ => None,
        }
    }
}

/// What is known of the derivative of a box of one output.
enum Partials<'t, F> {
    /// One number for each argument.
    Numbers(Few<Sym<'t, F>>),
    /// The second of three arguments where the first is not zero, else the third.
    Choice(Sym<'t, F>),
    /// The output never changes.
    Flat,
}

impl<F: Primitive> Op<F> {
    /// Returns the partials of a box of one output at symbolic arguments `x` and value `y`.
    fn partials<'t>(&self, x: &[Sym<'t, F>], y: Sym<'t, F>, r: &'t Recorder<F>) -> Result<Partials<'t, F>> {
        let one = || Sym::constant(F::of(1.0));
        Ok(Partials::Numbers(match self {
            Op::Un(u) if !u.is_flat() => smallvec![u.partial::<F, _>(x[0], y)],
            Op::Bin(b) => Few::from_slice(&b.partials::<F, _>(x[0], x[1], y)),
            Op::Times => Few::from_slice(&Bin::Mul.partials::<F, _>(x[0], x[1], y)),
            Op::MulAdd => {
                let [p, q] = Bin::Mul.partials::<F, _>(x[0], x[1], y);
                smallvec![p, q, one()]
            }
            Op::Max => return Ok(Partials::Choice(larger_is_first(x[0], x[1]))),
            Op::Min => return Ok(Partials::Choice(smaller_is_first(x[0], x[1]))),
            Op::Select => return Ok(Partials::Choice(x[0])),
            Op::Call(c) => {
                let args: Few<Wire> = x.iter().chain([&y]).map(|s| s.wire(r)).collect();
                let made = r.borrow_mut().inline(c.partials()?, &args);
                made.into_iter().map(|w| Sym::at(F::nan(), w, r)).collect()
            }
            Op::Const(_) | Op::Un(_) | Op::Indicator(_) | Op::Stop | Op::Guard { .. } | Op::Scan(_) => {
                return Ok(Partials::Flat);
            }
        }))
    }
    /// Returns the changes of the arguments for the change `by` of the output.
    fn pulled<'t>(
        &self,
        x: &[Sym<'t, F>],
        y: Sym<'t, F>,
        by: Sym<'t, F>,
        r: &'t Recorder<F>,
    ) -> Result<Changes<'t, F>> {
        let zero = Sym::default;
        Ok(match self.partials(x, y, r)? {
            Partials::Flat => smallvec![zero(); x.len()],
            Partials::Choice(c) => {
                let chosen = [Sym::select(c, by, zero()), Sym::select(c, zero(), by)];
                zero_first(x.len()).into_iter().chain(chosen).collect()
            }
            // ∂y/∂b of a quotient is −y times ∂y/∂a: one product serves both
            Partials::Numbers(p) if *self == Op::Bin(Bin::Div) => {
                let first = p[0].times(by);
                smallvec![first, -y.times(first)]
            }
            Partials::Numbers(p) => p.into_iter().map(|p| p.times(by)).collect(),
        })
    }
    /// Returns the change of the output for the changes `along` of the arguments.
    fn pushed<'t>(
        &self,
        x: &[Sym<'t, F>],
        y: Sym<'t, F>,
        along: &[Sym<'t, F>],
        r: &'t Recorder<F>,
    ) -> Result<Sym<'t, F>> {
        Ok(match self.partials(x, y, r)? {
            Partials::Flat => Sym::default(),
            Partials::Choice(c) => Sym::select(c, along[x.len() - 2], along[x.len() - 1]),
            Partials::Numbers(p) => {
                let mut changes = p.into_iter().zip(along).map(|(p, &v)| p.times(v)).filter(|c| !c.vanishes());
                changes.next().map_or(Sym::default(), |first| changes.fold(first, |sum, c| sum + c))
            }
        })
    }
}
type Changes<'t, F> = Few<Sym<'t, F>>;
/// The condition of a choice of three arguments does not change.
fn zero_first<'t, F: Primitive>(args: usize) -> Changes<'t, F> {
    (2..args).map(|_| Sym::default()).collect()
}

/// A change that is structurally zero is none.
fn wire_of<F: Primitive>(change: Sym<'_, F>, r: &Recorder<F>) -> Option<Wire> {
    (!change.vanishes()).then(|| change.wire(r))
}
/// Returns the number on `wire`; its value is not known and must not be looked at.
fn unknown<'t, F: Primitive>(wire: Wire, r: &'t Recorder<F>) -> Sym<'t, F> {
    Sym::at(F::nan(), wire, r)
}

impl<F: Primitive> Differentiable for Op<F> {
    fn zero() -> Self {
        Op::Const(F::of(0.0))
    }
    fn add() -> Self {
        Op::Bin(Bin::Add)
    }
    fn pull(&self, d: &mut Program<F>, x: &[Wire], y: &[Wire], by: &[Option<Wire>]) -> Result<Few<Option<Wire>>> {
        if let Op::Scan(s) = self {
            return s.pull(d, x, by);
        }
        let (Some(&y), Some(&Some(by))) = (y.first(), by.first()) else { return Ok(smallvec![None; x.len()]) };
        self.computed_in(d, |r| {
            let args: Few<_> = x.iter().map(|&w| unknown(w, r)).collect();
            let changes = self.pulled(&args, unknown(y, r), unknown(by, r), r)?;
            Ok(changes.into_iter().map(|c| wire_of(c, r)).collect())
        })
    }
    fn push(&self, d: &mut Program<F>, x: &[Wire], y: &[Wire], along: &[Option<Wire>]) -> Result<Few<Option<Wire>>> {
        if let Op::Scan(s) = self {
            return s.push(d, x, along);
        }
        let Some(&y) = y.first() else { return Ok(smallvec![]) };
        self.computed_in(d, |r| {
            let args: Few<_> = x.iter().map(|&w| unknown(w, r)).collect();
            let along: Few<_> = along.iter().map(|v| v.map_or(Sym::default(), |w| unknown(w, r))).collect();
            Ok(smallvec![wire_of(self.pushed(&args, unknown(y, r), &along, r)?, r)])
        })
    }
}
impl<F: Primitive> Op<F> {
    /// Runs `f` on recording numbers, and makes sure that no partial looked at their values.
    fn computed_in<R>(&self, d: &mut Program<F>, f: impl for<'t> FnOnce(&'t Recorder<F>) -> Result<R>) -> Result<R> {
        let before = d.len();
        let result = compute_in(d, f)?;
        match matches!(self, Op::Call(_)) || d.boxes().skip(before).all(|b| !matches!(b.generator, Op::Guard { .. })) {
            true => Ok(result),
            false => Err(Error::NoPartial { op: self.name() }),
        }
    }
}
