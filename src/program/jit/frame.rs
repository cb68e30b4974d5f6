//! A machine function under construction, and where its numbers are.

use crate::real::Primitive;
use core::marker::PhantomData;
use cranelift_codegen::ir::{
    AbiParam, Block, Endianness, InstBuilder, MemFlagsData, SigRef, Signature, Type, Value,
    condcodes::{FloatCC, IntCC},
    types::{F32, F32X4, F64, F64X2, I32, I32X4, I64, I64X2},
};
use cranelift_frontend::FunctionBuilder;

/// Which memory.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Base {
    /// The inputs.
    X,
    /// The outputs.
    Y,
    /// The numbers between.
    Scratch,
    /// An address that was computed in this function.
    At(Value),
}

/// Where a number is.
#[derive(Clone, Copy, Debug)]
pub(super) enum Place<F> {
    Const(F),
    Value(Value),
    Memory(Base, i32),
}

/// The facts of the machine that code depends on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Machine {
    /// 4 or 8.
    pub(super) size: i32,
    pub(super) pointer: Type,
    /// `fma` is an instruction.
    pub(super) fuses: bool,
    /// Floor, ceil and trunc are instructions.
    pub(super) rounds: bool,
    /// Masks of two or four lanes are cheaper than a jump.
    pub(super) masks: bool,
    pub(super) call: cranelift_codegen::isa::CallConv,
}
impl Machine {
    pub(super) fn number(self) -> Type {
        if self.size == 8 { F64 } else { F32 }
    }
    fn lanes(self) -> (Type, Type) {
        if self.size == 8 { (F64X2, I64X2) } else { (F32X4, I32X4) }
    }
}

/// The four pointers of every function: inputs, outputs, numbers between, and the report of a guard.
pub(super) const POINTERS: usize = 4;
/// Where a report keeps the number of the guard that failed, after the two numbers that it compared.
pub(super) const REPORT_COUNT: i32 = 16;

pub(super) struct Frame<'b, F> {
    pub(super) b: FunctionBuilder<'b>,
    pub(super) m: Machine,
    pub(super) x: Value,
    pub(super) y: Value,
    pub(super) scratch: Value,
    pub(super) report: Value,
    signatures: [Option<SigRef>; 5],
    _number: PhantomData<F>,
}

impl<'b, F: Primitive> Frame<'b, F> {
    /// Opens a function whose first parameters are the four pointers.
    pub(super) fn open(mut b: FunctionBuilder<'b>, m: Machine) -> Self {
        let entry = b.create_block();
        b.append_block_params_for_function_params(entry);
        b.switch_to_block(entry);
        b.seal_block(entry);
        let p = b.block_params(entry);
        let (x, y, scratch, report) = (p[0], p[1], p[2], p[3]);
        Frame { b, m, x, y, scratch, report, signatures: [None; 5], _number: PhantomData }
    }
    pub(super) fn pointers(&self) -> [Value; POINTERS] {
        [self.x, self.y, self.scratch, self.report]
    }
    fn address(&self, base: Base) -> Value {
        match base {
            Base::X => self.x,
            Base::Y => self.y,
            Base::Scratch => self.scratch,
            Base::At(p) => p,
        }
    }
    /// Returns an address at a distance of `by` bytes.
    pub(super) fn pointer(&mut self, base: Base, by: i64) -> Value {
        let p = self.address(base);
        if by == 0 { p } else { self.b.ins().iadd_imm_s(p, by) }
    }
    /// Returns the number that is there; constants and memory are read anew at each use.
    pub(super) fn get(&mut self, place: Place<F>) -> Value {
        match place {
            Place::Value(v) => v,
            Place::Const(c) => self.literal(c),
            Place::Memory(base, by) => {
                let p = self.address(base);
                self.b.ins().load(self.m.number(), MemFlagsData::trusted(), p, by)
            }
        }
    }
    pub(super) fn put(&mut self, v: Value, (base, by): (Base, i32)) {
        let p = self.address(base);
        self.b.ins().store(MemFlagsData::trusted(), v, p, by);
    }
    pub(super) fn literal(&mut self, c: F) -> Value {
        match self.m.size {
            8 => self.b.ins().f64const(c.widen()),
            _ => self.b.ins().f32const(c.widen() as f32),
        }
    }
    /// Returns the integer `n` in the size of a counter.
    pub(super) fn integer(&mut self, n: i64) -> Value {
        self.b.ins().iconst(I64, n)
    }

    /// Calls a function of this crate at its address.
    pub(super) fn call(&mut self, address: usize, args: &[Value], order: Option<i32>) -> Value {
        let kind = if order.is_some() { 4 } else { args.len() };
        let signature = match self.signatures[kind] {
            Some(s) => s,
            None => {
                let mut s = Signature::new(self.m.call);
                s.params.extend(args.iter().map(|_| AbiParam::new(self.m.number())));
                s.params.extend(order.map(|_| AbiParam::new(I32)));
                s.returns.push(AbiParam::new(self.m.number()));
                *self.signatures[kind].insert(self.b.import_signature(s))
            }
        };
        let callee = self.b.ins().iconst(self.m.pointer, address as i64);
        let order = order.map(|n| self.b.ins().iconst(I32, i64::from(n)));
        let args: smallvec::SmallVec<[Value; 4]> = args.iter().copied().chain(order).collect();
        let call = self.b.ins().call_indirect(signature, callee, &args);
        self.b.inst_results(call)[0]
    }

    /// Returns the lanes of a mask: all ones where the comparison holds.
    fn mask(&mut self, cc: FloatCC, a: Value, b: Value) -> Value {
        let lanes = self.m.lanes().0;
        let a = self.b.ins().scalar_to_vector(lanes, a);
        let b = self.b.ins().scalar_to_vector(lanes, b);
        self.b.ins().fcmp(cc, a, b)
    }
    fn bits(&mut self, v: Value) -> Value {
        let (lanes, integers) = self.m.lanes();
        let v = self.b.ins().scalar_to_vector(lanes, v);
        self.b.ins().bitcast(integers, MemFlagsData::new().with_endianness(Endianness::Little), v)
    }
    fn first_lane(&mut self, bits: Value) -> Value {
        let v = self.b.ins().bitcast(self.m.lanes().0, MemFlagsData::new().with_endianness(Endianness::Little), bits);
        self.b.ins().extractlane(v, 0)
    }
    /// Returns `v` where the comparison of `a` and `b` holds, else 0.
    pub(super) fn keep(&mut self, cc: FloatCC, a: Value, b: Value, v: Value) -> Value {
        if !self.m.masks {
            let zero = self.literal(F::of(0.0));
            return self.either(cc, a, b, v, zero);
        }
        let (mask, v) = (self.mask(cc, a, b), self.bits(v));
        let kept = self.b.ins().band(mask, v);
        self.first_lane(kept)
    }
    /// Returns `v` where the comparison of `a` and `b` holds, else `w`.
    pub(super) fn either(&mut self, cc: FloatCC, a: Value, b: Value, v: Value, w: Value) -> Value {
        if !self.m.masks {
            let c = self.b.ins().fcmp(cc, a, b);
            return self.b.ins().select(c, v, w);
        }
        let (mask, v, w) = (self.mask(cc, a, b), self.bits(v), self.bits(w));
        let chosen = self.b.ins().bitselect(mask, v, w);
        self.first_lane(chosen)
    }

    /// Goes on where `status` is zero, else returns it.
    pub(super) fn pass_on(&mut self, status: Value) {
        let (failed, ok) = (self.b.create_block(), self.b.create_block());
        self.b.set_cold_block(failed);
        self.b.ins().brif(status, failed, &[], ok, &[]);
        self.at(failed);
        self.b.ins().return_(&[status]);
        self.at(ok);
    }
    /// Goes on where the comparison has the answer `holds`, else reports the numbers and returns `code`.
    pub(super) fn guard(&mut self, cc: FloatCC, holds: bool, [a, b]: [Value; 2], count: Value, code: i64) {
        let c = self.b.ins().fcmp(cc, a, b);
        let (failed, ok) = (self.b.create_block(), self.b.create_block());
        self.b.set_cold_block(failed);
        match holds {
            true => self.b.ins().brif(c, ok, &[], failed, &[]),
            false => self.b.ins().brif(c, failed, &[], ok, &[]),
        };
        self.at(failed);
        for (k, v) in [a, b].into_iter().enumerate() {
            let wide = if self.m.size == 8 { v } else { self.b.ins().fpromote(F64, v) };
            self.b.ins().store(MemFlagsData::trusted(), wide, self.report, 8 * k as i32);
        }
        self.b.ins().store(MemFlagsData::trusted(), count, self.report, REPORT_COUNT);
        let code = self.b.ins().iconst(I32, code);
        self.b.ins().return_(&[code]);
        self.at(ok);
    }
    /// Goes on in a block that has all its predecessors.
    pub(super) fn at(&mut self, block: Block) {
        self.b.seal_block(block);
        self.b.switch_to_block(block);
    }
    /// Runs `body` `count` times, at least once, on numbers and addresses that it hands on; returns the last ones. The
    /// body gets the number of rounds done.
    ///
    /// # Errors
    /// What `body` returns.
    pub(super) fn rounds<E>(
        &mut self,
        count: Value,
        first: &[Value],
        body: impl FnOnce(&mut Self, Value, &[Value]) -> Result<smallvec::SmallVec<[Value; 8]>, E>,
    ) -> Result<Vec<Value>, E> {
        let (round, done) = (self.b.create_block(), self.b.create_block());
        let zero = self.integer(0);
        let counter = self.b.append_block_param(round, I64);
        let carried: Vec<Value> =
            first.iter().map(|&v| self.b.append_block_param(round, self.b.func.dfg.value_type(v))).collect();
        let args: Vec<_> = core::iter::once(zero).chain(first.iter().copied()).map(Into::into).collect();
        self.b.ins().jump(round, &args);
        self.b.switch_to_block(round);
        let next = body(self, counter, &carried)?;
        let counted = self.b.ins().iadd_imm_s(counter, 1);
        let again = self.b.ins().icmp(IntCC::UnsignedLessThan, counted, count);
        let args: Vec<_> = core::iter::once(counted).chain(next.iter().copied()).map(Into::into).collect();
        self.b.ins().brif(again, round, &args, done, &[]);
        self.b.seal_block(round);
        self.at(done);
        Ok(next.to_vec())
    }
}
