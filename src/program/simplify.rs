//! Fewer boxes, the same numbers.

use super::{Op, Program, Scan};
use crate::{
    diagram::{Args, Few, Functor, Shared, Wire},
    error::Result,
    op::{Bin, Un},
    real::Primitive,
};
use alloc::{sync::Arc, vec::Vec};
use num_traits::Float;

/// What [`Program::simplify`] may change.
///
/// | rewrite | `Exact` | `Relaxed` |
/// | --- | --- | --- |
/// | boxes that nothing reads go; equal boxes are one; operations on constants are done | yes | yes |
/// | `x·1`, `x/1`, `x − 0`, `x + (−0)`, `−(−x)` become `x`; `x·(−1)` becomes `−x` | yes | yes |
/// | `a + (−b)` becomes `a − b`; `a − (−b)` becomes `a + b`; `(−a)·(−b)` becomes `a·b` | yes | yes |
/// | a choice with a known condition, or between equals, is made; a guard that always passes goes | yes | yes |
/// | `times(p, c)` for a constant `c ≠ 0` becomes `p·c` | yes | yes |
/// | `times(p, d)` becomes `p·d`: differs where `d = 0` and `p` is infinite or NaN (NaN, not 0), and in the sign of a zero | | yes |
/// | `x + 0` becomes `x`: differs for `x = −0` | | yes |
/// | `x·0` becomes 0: differs for an infinite or NaN `x`, and in the sign | | yes |
/// | `x − x` becomes 0: differs for an infinite or NaN `x` | | yes |
/// | `x/c` becomes `x·(1/c)` for a constant `c`: one rounding more | | yes |
/// | `d·(1/b)` becomes `d/b`; `d·(a/b)` becomes `a·(d/b)` where `d/b` is there anyway: other roundings | | yes |
///
/// `Exact` keeps every result to the bit, except payload and sign of a NaN (which `copysign` from a NaN can show).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Level {
    /// The same bits.
    Exact,
    /// The same real numbers.
    Relaxed,
}

impl<F: Primitive> Program<F> {
    /// Returns a program with the same outputs and fewer boxes. [`len`](Self::len) and
    /// [`operations`](Self::operations) tell how many.
    ///
    /// # Cost
    /// One lookup in a hash table a box.
    ///
    /// # Example
    /// ```
    /// use pullback::{program::Level, *};
    /// let p = Program::record(|x| (x[0] * x[1]) * 1.0 + (x[1] * x[0]), &[2.0, 3.0])?;
    /// let q = p.simplify(Level::Exact);
    /// assert_eq!((p.operations(), q.operations()), (4, 2)); // one product, one sum
    /// assert_eq!(q.eval(&[5.0, 7.0])?, p.eval(&[5.0, 7.0])?);
    /// # Ok::<(), Error>(())
    /// ```
    #[must_use]
    pub fn simplify(&self, level: Level) -> Self {
        let (shared, x) = Shared::open(self.arity().0);
        let mut simpler = Simpler { shared, known: Vec::new(), level };
        match self.walk(&mut simpler, x) {
            Ok(y) => simpler.shared.close(y).prune(),
            Err(_) => self.clone(), // only its own fault, which it keeps
        }
    }
}

/// The functor into shared boxes that rewrites each box as it arrives.
struct Simpler<F> {
    shared: Shared<Op<F>>,
    /// What is known of each wire of the new program.
    known: Vec<Known<F>>,
    level: Level,
}
/// What made a wire, where that matters.
#[derive(Clone, Copy)]
enum Known<F> {
    Constant(F),
    Negative(Wire),
    Reciprocal(Wire),
    Quotient(Wire, Wire),
    Nothing,
}

impl<F: Primitive> Functor<Op<F>> for Simpler<F> {
    type Wire = Wire;
    fn apply(&mut self, _site: usize, op: &Op<F>, x: Args<'_, Wire>, out: &mut Vec<Wire>) -> Result<()> {
        let x: Few<Wire> = x.iter().copied().collect();
        match op {
            Op::Scan(s) => {
                let body = Scan::new(s.body().simplify(self.level), s.shape())?;
                out.extend(self.place(Op::Scan(Arc::new(body)), &x));
            }
            Op::Guard { relation, holds } => {
                let passes = |[a, b]: [F; 2]| relation.holds(&a, &b) == *holds;
                if !self.constants(&x).is_some_and(passes) {
                    self.place(op.clone(), &x);
                }
            }
            _ => out.push(self.simple(op.clone(), &x)),
        }
        Ok(())
    }
}

impl<F: Primitive> Simpler<F> {
    fn place(&mut self, op: Op<F>, x: &[Wire]) -> Few<Wire> {
        let made = self.shared.push(op.clone(), x);
        if let [wire] = made[..] {
            let at = wire.index();
            if self.known.len() <= at {
                self.known.resize_with(at + 1, || Known::Nothing);
            }
            match (op, x) {
                (Op::Const(c), _) => self.known[at] = Known::Constant(c),
                (Op::Un(Un::Neg), &[x]) => self.known[at] = Known::Negative(x),
                (Op::Un(Un::Recip), &[x]) => self.known[at] = Known::Reciprocal(x),
                (Op::Bin(Bin::Div), &[x, y]) => self.known[at] = Known::Quotient(x, y),
                _ => {}
            }
        }
        made
    }
    fn one(&mut self, op: Op<F>, x: &[Wire]) -> Wire {
        self.place(op, x)[0]
    }
    fn constant_wire(&mut self, c: F) -> Wire {
        self.one(Op::Const(c), &[])
    }
    fn known(&self, x: Wire) -> Known<F> {
        self.known.get(x.index()).copied().unwrap_or(Known::Nothing)
    }
    fn constant(&self, x: Wire) -> Option<F> {
        match self.known(x) {
            Known::Constant(c) => Some(c),
            _ => None,
        }
    }
    fn negative(&self, x: Wire) -> Option<Wire> {
        match self.known(x) {
            Known::Negative(x) => Some(x),
            _ => None,
        }
    }
    /// The arguments, if all are constants and there are `N`.
    fn constants<const N: usize>(&self, x: &[Wire]) -> Option<[F; N]> {
        let values: Few<F> = x.iter().map(|&x| self.constant(x)).collect::<Option<_>>()?;
        values[..].try_into().ok()
    }

    /// Returns the wire of a box of one output, or of something simpler.
    fn simple(&mut self, op: Op<F>, x: &[Wire]) -> Wire {
        if let Some(c) = self.folded(&op, x) {
            return self.constant_wire(c);
        }
        let rewritten = match (&op, x) {
            (Op::Un(u), &[x]) => self.unary(*u, x),
            (Op::Bin(b), &[x, y]) => self.binary(*b, x, y),
            (Op::Times, &[p, d]) => self.times(p, d),
            (Op::Select, &[c, a, b]) => match self.constant(c) {
                Some(c) => Some(if c == F::of(0.0) { b } else { a }),
                None => (a == b).then_some(a),
            },
            _ => None,
        };
        match rewritten {
            Some(wire) => wire,
            None => {
                let mut x = Few::from_slice(x);
                if matches!(&op, Op::Bin(b) if b.commutes()) {
                    x.sort_unstable();
                }
                self.one(op, &x)
            }
        }
    }
    /// The value of an operation on constants.
    fn folded(&self, op: &Op<F>, x: &[Wire]) -> Option<F> {
        if x.is_empty() || matches!(op, Op::Call(_)) || x.iter().any(|&x| self.constant(x).is_none()) {
            return None;
        }
        let values: Few<F> = x.iter().filter_map(|&x| self.constant(x)).collect();
        let one = Program::build(x.len(), |d, x| d.push(op.clone(), x).to_vec());
        Some(one.eval(&values).ok()?[0])
    }
    fn unary(&mut self, u: Un, x: Wire) -> Option<Wire> {
        match (u, self.negative(x)) {
            (Un::Neg, Some(x)) => Some(x),
            (Un::Abs, Some(x)) => Some(self.simple(Op::Un(Un::Abs), &[x])),
            (Un::Powi(1), _) => Some(x),
            _ => None,
        }
    }
    fn binary(&mut self, b: Bin, x: Wire, y: Wire) -> Option<Wire> {
        let is = |c: Option<F>, v: f64| c.is_some_and(|c| Op::Const(c) == Op::Const(F::of(v)));
        let relaxed = self.level == Level::Relaxed;
        let (cx, cy) = (self.constant(x), self.constant(y));
        let (nx, ny) = (self.negative(x), self.negative(y));
        Some(match b {
            Bin::Mul if is(cx, 1.0) => y,
            Bin::Mul | Bin::Div if is(cy, 1.0) => x,
            Bin::Mul if is(cx, -1.0) => self.simple(Op::Un(Un::Neg), &[y]),
            Bin::Mul | Bin::Div if is(cy, -1.0) => self.simple(Op::Un(Un::Neg), &[x]),
            Bin::Add if is(cx, -0.0) => y,
            Bin::Add if is(cy, -0.0) => x,
            Bin::Sub if is(cy, 0.0) => x,
            Bin::Sub if is(cx, -0.0) => self.simple(Op::Un(Un::Neg), &[y]),
            Bin::Add if relaxed && is(cx, 0.0) => y,
            Bin::Add if relaxed && is(cy, 0.0) => x,
            Bin::Sub if relaxed && is(cx, 0.0) => self.simple(Op::Un(Un::Neg), &[y]),
            Bin::Mul if relaxed && (is(cx, 0.0) || is(cy, 0.0)) => self.constant_wire(F::of(0.0)),
            Bin::Sub if relaxed && x == y => self.constant_wire(F::of(0.0)),
            Bin::Div if relaxed && cy.is_some_and(|c| Float::is_finite(c.recip())) => {
                let inverse = self.constant_wire(cy.map_or(F::of(1.0), Float::recip));
                self.simple(Op::Bin(Bin::Mul), &[x, inverse])
            }
            Bin::Add if ny.is_some() => self.simple(Op::Bin(Bin::Sub), &[x, ny?]),
            Bin::Add if nx.is_some() => self.simple(Op::Bin(Bin::Sub), &[y, nx?]),
            Bin::Sub if ny.is_some() => self.simple(Op::Bin(Bin::Add), &[x, ny?]),
            Bin::Mul if nx.is_some() && ny.is_some() => self.simple(Op::Bin(Bin::Mul), &[nx?, ny?]),
            Bin::Mul if relaxed => return self.times_quotient(x, y).or_else(|| self.times_quotient(y, x)),
            _ => return None,
        })
    }
    /// Returns `d·q` for a quotient `q` in another way, so that both derivatives of a quotient share a division.
    fn times_quotient(&mut self, d: Wire, q: Wire) -> Option<Wire> {
        match self.known(q) {
            Known::Reciprocal(b) => Some(self.simple(Op::Bin(Bin::Div), &[d, b])),
            Known::Quotient(a, b) => {
                let shared = self.shared.find(Op::Bin(Bin::Div), &[d, b])?.first().copied()?;
                let mut args = [a, shared];
                args.sort_unstable();
                Some(self.one(Op::Bin(Bin::Mul), &args))
            }
            _ => None,
        }
    }
    fn times(&mut self, p: Wire, d: Wire) -> Option<Wire> {
        match self.constant(d) {
            Some(d0) if d0 == F::of(0.0) => Some(self.constant_wire(F::of(0.0))),
            Some(_) => Some(self.simple(Op::Bin(Bin::Mul), &[p, d])),
            None if self.level == Level::Relaxed => Some(self.simple(Op::Bin(Bin::Mul), &[p, d])),
            None => None,
        }
    }
}
