//! Programs as machine code, made while the host program runs (Cranelift).
//!
//! Arithmetic becomes instructions; every other operation is a call of the function that the interpreter runs, so that
//! [`Compiled::call`] and [`Program::eval`] agree to the bit (a NaN is a NaN: its sign and payload are not kept).
//! Straight-line code is cut into functions of a thousand operations; loops stay loops.

// What is made here is run: the only unsafe code of the crate, each block with its reason.
#![allow(unsafe_code)]

mod frame;
mod function;
mod lower;
mod operation;
mod rounds;

use crate::{
    error::{Error, Result, same_len},
    op::Relation,
    program::{Program, plan::Plan},
    real::Primitive,
};
use alloc::{sync::Arc, vec, vec::Vec};
use core::{fmt, marker::PhantomData, mem::MaybeUninit};
use cranelift_codegen::settings::{self, Configurable};
use cranelift_jit::{JITBuilder, JITModule};
use frame::{Base, Machine, Place};
use lower::{Lowering, refused};
use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

/// A function of inputs, outputs, numbers between, and a report; its last argument is a number of points.
type Code = unsafe extern "C" fn(*const u8, *mut u8, *mut u8, *mut Report, u64) -> u32;
/// What a guard that failed leaves behind.
#[repr(C)]
#[derive(Default)]
struct Report {
    at: [f64; 2],
    guard: u64,
}
/// The bytes between that the stack of the caller holds; more come from a pool.
const ON_STACK: usize = 2048;

/// A program as machine code. [`Program::compile`] makes it.
///
/// It can be shared between threads, and its memory is given back when the last clone is gone.
pub struct Compiled<F = f64> {
    shared: Arc<Shared>,
    _number: PhantomData<F>,
}
struct Shared {
    memory: Memory,
    point: Code,
    points: Code,
    arity: (usize, usize),
    scratch: usize,
    pool: Mutex<Vec<Vec<u64>>>,
    guards: Vec<(Relation, bool)>,
    took: Duration,
    bytes: usize,
    functions: usize,
}
/// The pages that hold the code; nothing but their end is asked of them.
struct Memory(Option<JITModule>);
// SAFETY: the module is touched in two places only, while it is built (by one thread) and in `drop` (by one owner);
// through a shared reference nobody reads it.
unsafe impl Sync for Memory {}
// SAFETY: the pages belong to the process, not to a thread, and the module's hooks are the defaults.
unsafe impl Send for Memory {}
impl Drop for Memory {
    fn drop(&mut self) {
        if let Some(module) = self.0.take() {
            // SAFETY: the addresses of its code are fields of the same `Shared`, which is going; every call borrows it.
            unsafe { module.free_memory() };
        }
    }
}

impl<F> Clone for Compiled<F> {
    fn clone(&self) -> Self {
        Compiled { shared: self.shared.clone(), _number: PhantomData }
    }
}
impl<F> fmt::Debug for Compiled<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let s = &*self.shared;
        let (n, m) = s.arity;
        write!(f, "Compiled({n} to {m}, {} bytes in {} functions)", s.bytes, s.functions)
    }
}

impl<F: Primitive> Program<F> {
    /// Returns the program as machine code for this processor, at `f64` or `f32`.
    ///
    /// # Errors
    /// [`Error::NotCompiled`] where the processor or the system does not let code be made, or `F` is a user's own
    /// primitive; and the program's own fault.
    ///
    /// # Cost
    /// Microseconds an operation: see `docs/design/perf.md`. It pays from some thousand evaluations on. Straight-line
    /// code grows with its operations, a [`scan`](Self::scan) does not grow with its steps.
    ///
    /// # Example
    /// ```
    /// use pullback::*;
    /// let p = Program::record(|x| x[0] * x[1].exp(), &[1.0, 1.0])?;
    /// let slope = p.gradient()?.compile()?;
    /// assert_eq!(slope.call(&[3.0, 0.0])?, [1.0, 3.0]);
    /// # Ok::<(), Error>(())
    /// ```
    pub fn compile(&self) -> Result<Compiled<F>> {
        let start = Instant::now();
        let plan = Plan::of(self)?;
        let (module, machine) = open(size_of::<F>(), plan.operations())?;
        let number = core::any::TypeId::of::<F>();
        if number != core::any::TypeId::of::<f64>() && number != core::any::TypeId::of::<f32>() {
            return Err(refused("expected f64 or f32"));
        }
        let mut lower = Lowering::<F>::new(module, machine);
        let point = lower.function(1, |lower, f| lower.whole(f, &plan))?;
        let scratch = core::mem::take(&mut lower.scratch);
        let points = lower.function(1, |lower, f| lower.over_points(f, &plan, point))?;
        let scratch = scratch.max(lower.scratch);
        let Lowering { mut module, guards, bytes, functions, .. } = lower;
        module.finalize_definitions().map_err(refused)?;
        let address = |id| {
            let code: *const u8 = module.get_finalized_function(id);
            // SAFETY: both functions were built with exactly the signature of `Code` and are final now.
            unsafe { core::mem::transmute::<*const u8, Code>(code) }
        };
        let (point, points) = (address(point), address(points));
        let (memory, pool) = (Memory(Some(module)), Mutex::new(vec![]));
        let arity = self.arity();
        let took = start.elapsed();
        let shared = Shared { memory, point, points, arity, scratch, pool, guards, took, bytes, functions };
        Ok(Compiled { shared: Arc::new(shared), _number: PhantomData })
    }
}

impl<F: Primitive> Compiled<F> {
    /// Returns the outputs at `x`.
    ///
    /// # Errors
    /// [`Error::BranchChanged`] as [`Program::eval`], and [`Error::ShapeMismatch`] where `x` has another length.
    pub fn call(&self, x: &[F]) -> Result<Vec<F>> {
        let mut y = vec![F::default(); self.arity().1];
        self.call_into(x, &mut y)?;
        Ok(y)
    }
    /// Writes the outputs at `x` to `y`.
    ///
    /// # Errors
    /// As [`call`](Self::call), and [`Error::ShapeMismatch`] where `y` has another length. After
    /// [`Error::BranchChanged`] the numbers in `y` mean nothing.
    ///
    /// # Cost
    /// No allocation from the second call on.
    ///
    /// # Example
    /// ```
    /// use pullback::*;
    /// let f = Program::record(|x| if x[0] > 0.0 { x[0].sqrt() } else { x[0] }, &[1.0])?.compile()?;
    /// let mut y = [0.0];
    /// f.call_into(&[9.0], &mut y)?;
    /// assert_eq!(y, [3.0]);
    /// assert!(matches!(f.call_into(&[-1.0], &mut y), Err(Error::BranchChanged { guard: 0, .. })));
    /// # Ok::<(), Error>(())
    /// ```
    #[inline]
    pub fn call_into(&self, x: &[F], y: &mut [F]) -> Result<()> {
        let s = &*self.shared;
        same_len("inputs", s.arity.0, x.len())?;
        same_len("outputs", s.arity.1, y.len())?;
        s.run(s.point, x.as_ptr().cast(), y.as_mut_ptr().cast(), 1)
    }
    /// Writes the outputs at many points: a row of `xs` and a row of `ys` is a point, one row after the other.
    ///
    /// # Errors
    /// That of the first point that has one, as [`call`](Self::call); [`Error::ShapeMismatch`] where `xs` is no whole
    /// number of rows, or `ys` has another number of rows. A program without inputs takes its number of points from `ys`.
    ///
    /// # Example
    /// ```
    /// use pullback::*;
    /// let f = Program::record(|x| x[0] * x[1], &[1.0, 1.0])?.compile()?;
    /// let mut y = [0.0; 3];
    /// f.call_many_into(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], &mut y)?;
    /// assert_eq!(y, [2.0, 12.0, 30.0]);
    /// # Ok::<(), Error>(())
    /// ```
    pub fn call_many_into(&self, xs: &[F], ys: &mut [F]) -> Result<()> {
        let s = &*self.shared;
        let (n, m) = s.arity;
        let rows = xs.len().checked_div(n).unwrap_or(ys.len() / m.max(1));
        same_len("inputs", rows * n, xs.len())?;
        same_len("outputs", rows * m, ys.len())?;
        if rows == 0 {
            return Ok(());
        }
        s.run(s.points, xs.as_ptr().cast(), ys.as_mut_ptr().cast(), rows as u64)
    }
    /// Returns the numbers of inputs and outputs.
    pub fn arity(&self) -> (usize, usize) {
        self.shared.arity
    }
    /// Returns how long it took to compile.
    pub fn compile_time(&self) -> Duration {
        self.shared.took
    }
    /// Returns the number of bytes of machine code, in how many functions.
    pub fn code_size(&self) -> (usize, usize) {
        (self.shared.bytes, self.shared.functions)
    }
}

impl Shared {
    #[inline]
    fn run(&self, code: Code, x: *const u8, y: *mut u8, rows: u64) -> Result<()> {
        debug_assert!(self.memory.0.is_some());
        let mut report = Report::default();
        let status = if self.scratch <= ON_STACK {
            let mut between = MaybeUninit::<[u64; ON_STACK / 8]>::uninit();
            // SAFETY: `x` and `y` are `rows` rows of as many numbers as the code was made for, checked by the callers;
            // it writes at most `scratch` bytes between, reads none that it has not written, and its own report.
            unsafe { code(x, y, between.as_mut_ptr().cast(), &raw mut report, rows) }
        } else {
            let mut between = self.lock().pop().unwrap_or_else(|| vec![0; self.scratch.div_ceil(8)]);
            // SAFETY: as above.
            let status = unsafe { code(x, y, between.as_mut_ptr().cast(), &raw mut report, rows) };
            self.lock().push(between);
            status
        };
        if status == 0 { Ok(()) } else { Err(self.changed(status, &report)) }
    }
    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Vec<u64>>> {
        self.pool.lock().unwrap_or_else(PoisonError::into_inner)
    }
    #[cold]
    fn changed(&self, status: u32, report: &Report) -> Error {
        let (relation, recorded) = self.guards[status as usize - 1];
        Error::BranchChanged { guard: report.guard as usize, relation: relation.name(), recorded, at: report.at }
    }
}

/// Opens a module for this processor. Effort makes short programs faster (1.91 to 1.23 of the gradient by hand on
/// rosenbrock 10) and long ones not: the programs are shared already.
fn open(size: usize, operations: usize) -> Result<(JITModule, Machine)> {
    let mut flags = settings::builder();
    let wanted = [
        ("opt_level", if operations <= 2 * lower::LONGEST { "speed" } else { "none" }),
        ("enable_verifier", if cfg!(debug_assertions) { "true" } else { "false" }),
        ("unwind_info", "false"),
        ("is_pic", "false"),
        ("use_colocated_libcalls", "false"),
    ];
    wanted.iter().try_for_each(|(name, value)| flags.set(name, value)).map_err(refused)?;
    let isa = cranelift_native::builder().map_err(refused)?;
    let isa = isa.finish(settings::Flags::new(flags)).map_err(refused)?;
    let has = |name: &str| isa.isa_flags().iter().any(|v| v.name == name && v.as_bool() == Some(true));
    let x64 = cfg!(target_arch = "x86_64");
    let machine = Machine {
        size: size as i32,
        pointer: isa.pointer_type(),
        fuses: !x64 || has("has_fma"),
        rounds: !x64 || has("has_sse41"),
        masks: x64 || cfg!(target_arch = "aarch64"),
        call: isa.default_call_conv(),
    };
    Ok((JITModule::new(JITBuilder::with_isa(isa, cranelift_module::default_libcall_names())), machine))
}

impl<F: Primitive> Lowering<F> {
    /// Lowers the whole program at one point.
    fn whole(&mut self, f: &mut frame::Frame<'_, F>, plan: &Plan<F>) -> Result<()> {
        let size = self.m.size as usize;
        let at = |k: usize| i32::try_from(k * size).map_err(|_| refused("more than 2 GiB of inputs or outputs"));
        let inputs = (0..plan.inputs).map(|k| Ok(Place::Memory(Base::X, at(k)?))).collect::<Result<Vec<_>>>()?;
        let sinks = (0..plan.outputs.len()).map(|k| Ok(Some((Base::Y, at(k)?)))).collect::<Result<Vec<_>>>()?;
        self.body(f, plan, &inputs, None, &sinks).map(drop)
    }
    /// Lowers the loop over points: a short program is inside of it, a long one is called.
    fn over_points(
        &mut self,
        f: &mut frame::Frame<'_, F>,
        plan: &Plan<F>,
        point: cranelift_module::FuncId,
    ) -> Result<()> {
        let (n, m) = (plan.inputs as i64, plan.outputs.len() as i64);
        let (entry, size) = (f.b.current_block(), i64::from(self.m.size));
        let Some(&count) = entry.and_then(|b| f.b.block_params(b).last()) else { return Err(refused("no entry")) };
        let start = [f.x, f.y];
        f.rounds(count, &start, |f, _, at| {
            (f.x, f.y) = (at[0], at[1]);
            match plan.operations() <= lower::LONGEST {
                true => self.whole(f, plan)?,
                false => self.call_point(f, point),
            }
            let next = [f.pointer(Base::At(at[0]), n * size), f.pointer(Base::At(at[1]), m * size)];
            Ok::<_, Error>(smallvec::SmallVec::from_slice(&next))
        })
        .map(drop)
    }
}
