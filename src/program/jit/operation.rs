//! One operation, as instructions: arithmetic is native, everything else calls the interpreter's function.

use super::{
    frame::{Frame, Place},
    function::{self, Address},
};
use crate::{
    op::{Bin, Relation, Un},
    program::Op,
    real::Primitive,
};
use cranelift_codegen::ir::{InstBuilder, Value, condcodes::FloatCC};

/// The largest exponent whose power is written out.
const LONGEST_POWER: u32 = 64;

pub(super) fn condition(relation: Relation) -> FloatCC {
    match relation {
        Relation::Less => FloatCC::LessThan,
        Relation::LessOrEqual => FloatCC::LessThanOrEqual,
        Relation::Equal => FloatCC::Equal,
    }
}

impl<F: Primitive> Frame<'_, F> {
    /// Returns the output of an operation. Constants, guards, loops and calls are not operations here.
    pub(super) fn apply(&mut self, op: &Op<F>, args: &[Place<F>]) -> Option<Value> {
        let x: smallvec::SmallVec<[Value; 3]> = args.iter().map(|&a| self.get(a)).collect();
        Some(match (op, &x[..]) {
            (Op::Un(u), &[x]) => self.unary(*u, x),
            (Op::Bin(b), &[x, y]) => self.binary(*b, x, y),
            (Op::Times, &[p, d]) => {
                let (product, zero) = (self.b.ins().fmul(p, d), self.literal(F::of(0.0)));
                self.keep(FloatCC::NotEqual, d, zero, product)
            }
            (Op::MulAdd, &[a, b, c]) if self.m.fuses => self.b.ins().fma(a, b, c),
            (Op::MulAdd, x) => self.call(function::mul_add::<F>(), x, None),
            (Op::Max | Op::Min, &[a, b]) => self.extreme(*op == Op::Max, a, b),
            (Op::Indicator(r), &[a, b]) => {
                let one = self.literal(F::of(1.0));
                self.keep(condition(*r), a, b, one)
            }
            (Op::Select, &[c, a, b]) => {
                let zero = self.literal(F::of(0.0));
                self.either(FloatCC::NotEqual, c, zero, a, b)
            }
            _ => return None,
        })
    }
    fn unary(&mut self, u: Un, x: Value) -> Value {
        match u {
            Un::Neg => self.b.ins().fneg(x),
            Un::Abs => self.b.ins().fabs(x),
            Un::Sqrt => self.b.ins().sqrt(x),
            Un::Recip => {
                let one = self.literal(F::of(1.0));
                self.b.ins().fdiv(one, x)
            }
            Un::Floor if self.m.rounds => self.b.ins().floor(x),
            Un::Ceil if self.m.rounds => self.b.ins().ceil(x),
            Un::Trunc if self.m.rounds => self.b.ins().trunc(x),
            Un::Fract if self.m.rounds => {
                let whole = self.b.ins().trunc(x);
                self.b.ins().fsub(x, whole)
            }
            Un::Powi(n) if n.unsigned_abs() <= LONGEST_POWER => self.power(x, n),
            other => match function::unary::<F>(other) {
                Address::Plain(f) => self.call(f, &[x], None),
                Address::Order(f, n) => self.call(f, &[x], Some(n)),
            },
        }
    }
    /// Squares and multiplies in the order of `powi`, so that every digit is the same.
    fn power(&mut self, x: Value, n: i32) -> Value {
        let (mut left, mut square, mut product) = (n.unsigned_abs(), x, None);
        loop {
            if left & 1 == 1 {
                product = Some(product.map_or(square, |p| self.b.ins().fmul(p, square)));
            }
            left >>= 1;
            if left == 0 {
                break;
            }
            square = self.b.ins().fmul(square, square);
        }
        let product = product.unwrap_or_else(|| self.literal(F::of(1.0)));
        if n >= 0 {
            return product;
        }
        let one = self.literal(F::of(1.0));
        self.b.ins().fdiv(one, product)
    }
    fn binary(&mut self, b: Bin, x: Value, y: Value) -> Value {
        match b {
            Bin::Add => self.b.ins().fadd(x, y),
            Bin::Sub => self.b.ins().fsub(x, y),
            Bin::Mul => self.b.ins().fmul(x, y),
            Bin::Div => self.b.ins().fdiv(x, y),
            Bin::Copysign => self.b.ins().fcopysign(x, y),
            other => self.call(function::binary::<F>(other), &[x, y], None),
        }
    }
    /// The larger or smaller; the first at a tie, the other where one is NaN.
    fn extreme(&mut self, larger: bool, a: Value, b: Value) -> Value {
        if !cfg!(target_arch = "x86_64") {
            return self.call(function::extreme::<F>(larger), &[a, b], None); // ties are the host's
        }
        let (low, high) = if larger { (a, b) } else { (b, a) };
        let second = self.b.ins().fcmp(FloatCC::LessThan, low, high);
        let chosen = self.b.ins().select(second, b, a);
        self.either(FloatCC::Unordered, a, a, b, chosen)
    }
}
