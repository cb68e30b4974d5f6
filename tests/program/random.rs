//! Random programs.

use pullback::{
    diagram::Wire,
    op::{Bin, Relation, Un},
    program::{Op, Program},
};

/// Random numbers (splitmix); the seed is the test's.
pub(crate) struct Random(pub(crate) u64);
impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }
    pub(crate) fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }
    pub(crate) fn one<T: Clone>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())].clone()
    }
    /// A number from `lo` to `hi`.
    pub(crate) fn real(&mut self, lo: f64, hi: f64) -> f64 {
        lo + (hi - lo) * (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }
    pub(crate) fn point(&mut self, n: usize) -> Vec<f64> {
        (0..n).map(|_| self.real(-1.0, 1.0)).collect()
    }
}

/// Returns a program of `n` inputs and `m` outputs whose `len` boxes are drawn from `ops`.
pub(crate) fn program(r: &mut Random, [n, m, len]: [usize; 3], ops: &[Op]) -> Program {
    Program::<f64>::build(n, |d, x| {
        let mut wires: Vec<Wire> = x.to_vec();
        for _ in 0..len {
            let op = r.one(ops);
            let reads = pullback::diagram::Generator::arity(&op).0;
            let args: Vec<Wire> = (0..reads).map(|_| r.one(&wires)).collect();
            wires.extend(d.push(op, &args));
        }
        let fresh = &wires[wires.len() / 2..];
        (0..m).map(|_| r.one(fresh)).collect()
    })
}

/// Smooth boxes of moderate size.
pub(crate) fn smooth() -> Vec<Op> {
    let un = [Un::Sin, Un::Cos, Un::Tanh, Un::Sigmoid, Un::Neg, Un::Atan, Un::Erf, Un::Asinh, Un::Softplus];
    let bin = [Bin::Add, Bin::Mul, Bin::Sub, Bin::Add, Bin::Mul, Bin::Mul];
    let mut ops: Vec<Op> = un.map(Op::Un).into_iter().chain(bin.map(Op::Bin)).collect();
    ops.extend([Op::Const(0.75), Op::Const(-0.3), Op::MulAdd]);
    ops
}
/// Every kind of box, special values among the constants. Not `copysign`, which shows the sign of a NaN.
pub(crate) fn special() -> Vec<Op> {
    let mut ops = smooth();
    let constants = [0.0, -0.0, 1.0, -1.0, 2.0, 0.5, f64::INFINITY, f64::NEG_INFINITY, f64::NAN, 5e-324, 1e308];
    ops.extend(constants.map(Op::Const));
    ops.extend([Un::Abs, Un::Sqrt, Un::Ln, Un::Recip, Un::Neg, Un::Neg, Un::Floor, Un::Signum].map(Op::Un));
    ops.extend([Un::Powi(1), Un::Powi(0), Un::Powi(2), Un::Exp].map(Op::Un));
    ops.extend([Bin::Div, Bin::Sub, Bin::Div, Bin::Add, Bin::Mul, Bin::Rem].map(Op::Bin));
    ops.extend([Op::Times, Op::Times, Op::Max, Op::Min, Op::Select, Op::Stop]);
    ops.extend([Relation::Less, Relation::LessOrEqual, Relation::Equal].map(Op::Indicator));
    ops
}
pub(crate) const SPECIAL: [f64; 11] =
    [0.0, -0.0, 1.0, -1.0, 0.3, -2.5, f64::INFINITY, f64::NEG_INFINITY, f64::NAN, 5e-324, 1e200];
