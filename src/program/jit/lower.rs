//! From plans to functions: straight-line code is cut into pieces, because the compiler takes more than linear time.

use super::{
    frame::{Base, Frame, Machine, Place},
    operation::condition,
};
use crate::{
    error::{Error, Result},
    op::Relation,
    program::plan::{Count, Operand, Plan, Step},
    real::Primitive,
};
use alloc::{collections::BTreeMap, format, string::ToString, vec, vec::Vec};
use core::{marker::PhantomData, ops::Range};
use cranelift_codegen::ir::{
    AbiParam, InstBuilder, MemFlagsData, Value,
    types::{I32, I64},
};
use cranelift_frontend::{FunctionBuilder, FunctionBuilderContext};
use cranelift_jit::JITModule;
use cranelift_module::{FuncId, Module};
use smallvec::SmallVec;

/// The number of operations of a function: beyond some thousand the compiler takes more than linear time.
pub(super) const LONGEST: usize = 1000;

/// Where an output has to be stored.
pub(super) type Sink = (Base, i32);

pub(super) struct Lowering<F> {
    pub(super) module: JITModule,
    pub(super) m: Machine,
    /// Bytes of memory for numbers between.
    pub(super) scratch: usize,
    /// What each guard asks: its code is one more than its place here.
    pub(super) guards: Vec<(Relation, bool)>,
    pub(super) functions: usize,
    pub(super) bytes: usize,
    builder: FunctionBuilderContext,
    _number: PhantomData<F>,
}

/// The state of one plan that is being lowered.
pub(super) struct Emission<'p, F> {
    pub(super) plan: &'p Plan<F>,
    pub(super) places: Vec<Option<Place<F>>>,
    /// How many guards ran before, if loops around count.
    pub(super) base: Option<Value>,
    /// Which outputs a wire is, and where each has to go.
    outputs: BTreeMap<u32, SmallVec<[usize; 1]>>,
    sinks: Vec<Option<Sink>>,
    /// Which wires other functions read.
    kept: Vec<bool>,
}
impl<'p, F: Primitive> Emission<'p, F> {
    fn new(plan: &'p Plan<F>, inputs: &[Place<F>], base: Option<Value>, sinks: &[Option<Sink>]) -> Self {
        let mut places: Vec<_> = inputs.iter().copied().map(Some).collect();
        places.resize(plan.wires as usize, None);
        let mut outputs = BTreeMap::<u32, SmallVec<[usize; 1]>>::new();
        for (k, y) in plan.outputs.iter().enumerate().take(sinks.len()) {
            if let Operand::Wire(w) = y {
                outputs.entry(*w).or_default().push(k);
            }
        }
        Emission { plan, places, base, outputs, sinks: sinks.to_vec(), kept: vec![] }
    }
    pub(super) fn place(&self, x: &Operand<F>) -> Result<Place<F>> {
        match x {
            Operand::Const(c) => Ok(Place::Const(*c)),
            Operand::Wire(w) => self.places[*w as usize].ok_or_else(|| refused("a wire is read before it is made")),
        }
    }
    /// Returns where the first output that this wire is has to go, if it has not gone there.
    pub(super) fn sink(&self, wire: u32) -> Option<Sink> {
        self.outputs.get(&wire).and_then(|all| self.sinks[*all.first()?])
    }
    /// Notes that this output is where it has to be.
    pub(super) fn is_stored(&mut self, wire: u32) {
        if let Some(&k) = self.outputs.get(&wire).and_then(|all| all.first()) {
            self.sinks[k] = None;
        }
    }
}

/// Returns the error of a compiler that cannot.
pub(super) fn refused(reason: impl ToString) -> Error {
    Error::NotCompiled { reason: reason.to_string() }
}

impl<F: Primitive> Lowering<F> {
    pub(super) fn new(module: JITModule, m: Machine) -> Self {
        let builder = FunctionBuilderContext::new();
        Lowering { module, m, scratch: 0, guards: vec![], functions: 0, bytes: 0, builder, _number: PhantomData }
    }
    /// Defines a function of the four pointers and `extra` integers, which returns a status.
    pub(super) fn function(
        &mut self,
        extra: usize,
        body: impl FnOnce(&mut Self, &mut Frame<'_, F>) -> Result<()>,
    ) -> Result<FuncId> {
        let mut context = self.module.make_context();
        let pointer = self.m.pointer;
        context.func.signature.params.extend([AbiParam::new(pointer); super::frame::POINTERS]);
        context.func.signature.params.extend(vec![AbiParam::new(I64); extra]);
        context.func.signature.returns.push(AbiParam::new(I32));
        let mut spare = core::mem::take(&mut self.builder);
        let mut frame = Frame::open(FunctionBuilder::new(&mut context.func, &mut spare), self.m);
        body(self, &mut frame)?;
        let ok = frame.b.ins().iconst(I32, 0);
        frame.b.ins().return_(&[ok]);
        frame.b.finalize(self.module.target_config());
        self.builder = spare;
        let id = self.module.declare_anonymous_function(&context.func.signature).map_err(refused)?;
        self.module.define_function(id, &mut context).map_err(|e| refused(format!("{e:?}")))?;
        self.functions += 1;
        self.bytes += context.compiled_code().map_or(0, |c| c.code_info().total_size as usize);
        Ok(id)
    }
    /// Calls the function of one point.
    pub(super) fn call_point(&mut self, f: &mut Frame<'_, F>, point: FuncId) {
        let callee = self.module.declare_func_in_func(point, f.b.func);
        let one = f.integer(1);
        let [x, y, scratch, report] = f.pointers();
        let call = f.b.ins().call(callee, &[x, y, scratch, report, one]);
        let status = f.b.inst_results(call)[0];
        f.pass_on(status);
    }
    fn call_piece(&mut self, f: &mut Frame<'_, F>, piece: FuncId) {
        let callee = self.module.declare_func_in_func(piece, f.b.func);
        let pointers = f.pointers();
        let call = f.b.ins().call(callee, &pointers);
        let status = f.b.inst_results(call)[0];
        f.pass_on(status);
    }
    /// Takes memory for `count` numbers.
    pub(super) fn reserve(&mut self, count: usize) -> Result<i32> {
        let at = self.scratch;
        let end = count.checked_mul(8).and_then(|n| n.checked_add(at));
        self.scratch = end.filter(|&n| n <= i32::MAX as usize).ok_or_else(|| refused("more than 2 GiB between"))?;
        Ok(at as i32)
    }
    /// Returns a place that other functions can read too.
    pub(super) fn settled(&mut self, f: &mut Frame<'_, F>, place: Place<F>) -> Result<Place<F>> {
        match place {
            Place::Value(_) | Place::Memory(Base::At(_), _) => {
                let at = self.reserve(1)?;
                let v = f.get(place);
                f.put(v, (Base::Scratch, at));
                Ok(Place::Memory(Base::Scratch, at))
            }
            _ => Ok(place),
        }
    }

    /// Lowers a plan: its outputs are stored to `sinks`, as far as there are any, and returned.
    pub(super) fn body(
        &mut self,
        f: &mut Frame<'_, F>,
        plan: &Plan<F>,
        inputs: &[Place<F>],
        base: Option<Value>,
        sinks: &[Option<Sink>],
    ) -> Result<Vec<Place<F>>> {
        let pieces = cut(plan);
        let mut e = Emission::new(plan, inputs, base, sinks);
        if pieces.len() < 2 {
            self.steps(f, &mut e, 0..plan.steps.len())?;
        } else {
            self.pieces(f, &mut e, &pieces)?;
        }
        let outputs = plan.outputs.iter().map(|y| e.place(y)).collect::<Result<Vec<_>>>()?;
        let left: Vec<_> = outputs.iter().copied().zip(&e.sinks).filter_map(|(y, s)| Some((y, (*s)?))).collect();
        self.copy(f, &left)?;
        Ok(outputs)
    }
    fn pieces(&mut self, f: &mut Frame<'_, F>, e: &mut Emission<'_, F>, pieces: &[Range<usize>]) -> Result<()> {
        for k in 0..e.plan.inputs {
            if let Some(place) = e.places[k] {
                e.places[k] = Some(self.settled(f, place)?);
            }
        }
        let base = match e.base {
            None => None,
            Some(v) => {
                let at = self.reserve(1)?;
                f.b.ins().store(MemFlagsData::trusted(), v, f.scratch, at);
                Some(at)
            }
        };
        e.kept = crossing(e.plan, pieces);
        for range in pieces {
            let piece = self.function(0, |lower, f| {
                e.base = base.map(|at| f.b.ins().load(I64, MemFlagsData::trusted(), f.scratch, at));
                lower.steps(f, e, range.clone())
            })?;
            self.call_piece(f, piece);
        }
        Ok(())
    }
    fn steps(&mut self, f: &mut Frame<'_, F>, e: &mut Emission<'_, F>, range: Range<usize>) -> Result<()> {
        let plan = e.plan;
        for step in &plan.steps[range] {
            match step {
                Step::Apply { op, args, out } => {
                    let args = args.iter().map(|x| e.place(x)).collect::<Result<SmallVec<[_; 3]>>>()?;
                    let v = f.apply(op, &args).ok_or(Error::NoPartial { op: "compile" })?;
                    self.define(f, e, *out, v)?;
                }
                Step::Guard { relation, holds, args: [a, b], count } => {
                    self.guards.push((*relation, *holds));
                    let numbers = [f_get(f, e, a)?, f_get(f, e, b)?];
                    let count = number_of(f, e.base, *count);
                    f.guard(condition(*relation), *holds, numbers, count, self.guards.len() as i64);
                }
                Step::Rounds { rounds, args, outs, count } => self.rounds(f, e, rounds, (args, outs), *count)?,
            }
        }
        Ok(())
    }
    /// Says where a wire is, and stores it where it has to be.
    pub(super) fn define(&mut self, f: &mut Frame<'_, F>, e: &mut Emission<'_, F>, wire: u32, v: Value) -> Result<()> {
        let inside = !e.kept.is_empty(); // a piece cannot store to addresses of its caller
        if let Some(sink) = e.sink(wire).filter(|(base, _)| !inside || !matches!(base, Base::At(_))) {
            f.put(v, sink);
            e.is_stored(wire);
        }
        let mut place = Place::Value(v);
        if e.kept.get(wire as usize) == Some(&true) {
            place = self.settled(f, place)?;
        }
        e.places[wire as usize] = Some(place);
        Ok(())
    }
}

fn f_get<F: Primitive>(f: &mut Frame<'_, F>, e: &Emission<'_, F>, x: &Operand<F>) -> Result<Value> {
    Ok(f.get(e.place(x)?))
}
/// Returns how many guards ran before.
pub(super) fn number_of<F: Primitive>(f: &mut Frame<'_, F>, base: Option<Value>, count: Count) -> Value {
    match base {
        Some(base) if !count.afresh => f.b.ins().iadd_imm_s(base, count.before as i64),
        _ => f.integer(count.before as i64),
    }
}

/// Cuts the steps of a plan into ranges of at most [`LONGEST`] operations, where a step has not more by itself.
fn cut<F: Primitive>(plan: &Plan<F>) -> Vec<Range<usize>> {
    let (mut pieces, mut start, mut weight) = (vec![], 0, 0);
    for (k, step) in plan.steps.iter().enumerate() {
        let more = match step {
            Step::Rounds { rounds, args, .. } => rounds.body.operations().min(LONGEST) + args.len().min(LONGEST / 4),
            _ => 1,
        };
        if weight + more > LONGEST && k > start {
            pieces.push(start..k);
            (start, weight) = (k, 0);
        }
        weight += more;
    }
    pieces.push(start..plan.steps.len());
    pieces
}
/// Says for each wire whether a later piece, or what comes after, reads it.
fn crossing<F>(plan: &Plan<F>, pieces: &[Range<usize>]) -> Vec<bool> {
    let mut crosses = vec![false; plan.wires as usize];
    let mut made_in = vec![usize::MAX; plan.wires as usize];
    let read = |crosses: &mut Vec<bool>, made_in: &[usize], x: &Operand<F>, here: usize| {
        if let Operand::Wire(w) = x {
            crosses[*w as usize] |= made_in[*w as usize] != here;
        }
    };
    for (here, range) in pieces.iter().enumerate() {
        for step in &plan.steps[range.clone()] {
            match step {
                Step::Apply { args, out, .. } => {
                    args.iter().for_each(|x| read(&mut crosses, &made_in, x, here));
                    made_in[*out as usize] = here;
                }
                Step::Guard { args, .. } => args.iter().for_each(|x| read(&mut crosses, &made_in, x, here)),
                Step::Rounds { args, outs, .. } => {
                    args.iter().for_each(|x| read(&mut crosses, &made_in, x, here));
                    outs.iter().for_each(|w| made_in[*w as usize] = here);
                }
            }
        }
    }
    plan.outputs.iter().for_each(|x| read(&mut crosses, &made_in, x, usize::MAX - 1));
    crosses
}
