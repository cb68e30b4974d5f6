//! Random functions as data: a list of operations and operands.

use crate::{
    error::{Result, same_len},
    op::{log_sum_exp, norm, product, sum},
    real::{Function, Primitive, Real},
};
use alloc::{format, string::String, vec, vec::Vec};
use core::fmt;

/// Defines the operations: `Name = code`, and `Name = code, when condition, else Total` for raw ones. The operands are
/// called `a` and `b`, in the code and in the condition.
macro_rules! ops { ([$a:ident $b:ident $F:ident]
    $( $op:ident = $code:expr $(, when $safe:expr, else $total:ident)?; )*
) => {
    /// An operation of an [`Expression`], of one or two operands.
    ///
    /// *Total* operations are defined, smooth, and of moderate size everywhere. *Raw* ones are the plain operations of
    /// the crate; they come with a condition on their operands that keeps them away from kinks, poles, and the edge of
    /// the domain.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    #[allow(missing_docs)] // each is documented by the code that it prints
    #[non_exhaustive]
    pub enum Op { $($op),* }

    impl Op {
        /// All operations.
        pub const ALL: &'static [Op] = &[$(Op::$op),*];

        /// Returns the result; an operation of one operand looks at `a` only.
        pub fn call<$F: Primitive, T: Real<$F>>(self, $a: T, $b: T) -> T {
            // a function each: one with all operations of a nested number would have a frame of megabytes
            match self { $(Op::$op => {
                #[inline(never)]
                #[allow(unused_variables)]
                fn call<$F: Primitive, T: Real<$F>>($a: T, $b: T) -> T { $code }
                call::<$F, T>($a, $b)
            })* }
        }
        /// Returns the total operation to take instead where the operands do not suit a raw one; `self` where they do.
        #[allow(unused_variables)]
        fn fitting(self, $a: f64, $b: f64) -> Op {
            match self { $( $(Op::$op => if $safe { self } else { Op::$total },)? )* _ => self }
        }
        /// Says whether the operation is total.
        pub fn is_total(self) -> bool {
            match self { $( $(Op::$op => { let _ = Op::$total; false })? )* _ => true }
        }
        /// The code as it stands in the table.
        fn source(self) -> &'static str {
            match self { $(Op::$op => stringify!($code)),* }
        }
    }
} }

ops! { [a b F]
    Add = a + b;
    Sub = a - b;
    Neg = -a;
    Affine = a * F::of(0.75) - F::of(0.25);
    Sin = a.sin();
    Cos = a.cos();
    Tanh = a.tanh();
    Atan = a.atan();
    Asinh = a.asinh();
    Sigmoid = a.sigmoid();
    Softplus = a.softplus();
    Erf = a.erf();
    NormCdf = a.norm_cdf();
    Bessel = a.bessel_j(1);
    Product = a * b.sin();
    Quotient = a / (b * b + F::of(1.0));
    Gauss = (-(a * a)).exp();
    ExpSin = a.sin().exp();
    Exp2Cos = a.cos().exp2();
    ExpM1Tanh = a.tanh().exp_m1();
    LnOne = (a * a + F::of(1.0)).ln();
    Ln1pSquare = (a * a).ln_1p();
    Log2One = (a * a + F::of(1.0)).log2();
    Log10One = (a * a + F::of(1.0)).log10();
    SqrtOne = (a * a + F::of(1.0)).sqrt();
    CbrtOne = (a * a + F::of(1.0)).cbrt();
    HypotOne = a.hypot(b * b + F::of(1.0));
    Atan2One = a.atan2(b * b + F::of(1.0));
    PowfTanh = (a * a + F::of(1.0)).powf(b.tanh());
    CubeSin = a.sin().powi(3);
    InverseSquare = (a * a + F::of(1.0)).powi(-2);
    SinhTanh = a.tanh().sinh();
    CoshTanh = a.tanh().cosh();
    TanTanh = a.tanh().tan();
    AsinSin = (a.sin() * F::of(0.9)).asin();
    AcosSin = (a.sin() * F::of(0.9)).acos();
    AtanhSin = (a.sin() * F::of(0.9)).atanh();
    AcoshSquare = (a * a + F::of(1.5)).acosh();
    LogitSigmoid = (a.sigmoid() * F::of(0.9) + F::of(0.05)).logit();
    MulAdd = a.mul_add(b.cos(), b);
    LogSumExp = log_sum_exp(&[a, b, a - b]);
    Norm = norm(&[a, b, a + b, a - b, T::lit(F::of(1.0))]);
    ProductOfFive = product(&[a.sin(), b.cos(), a, b.tanh(), b.atan()]);
    SumOfSix = sum(&[a, b.sin(), a.cos(), b, a.tanh(), b]);
    Mul = a * b, when (a * b).abs() < 50.0, else Product;
    Div = a / b, when b.abs() > 0.2, else Quotient;
    Recip = a.recip(), when a.abs() > 0.2, else Quotient;
    Square = a.powi(2), when a.abs() < 7.0, else CubeSin;
    Cube = a.powi(3), when a.abs() < 4.0, else CubeSin;
    Powf = a.powf(b), when a > 0.2 && a < 5.0 && b.abs() < 3.0, else PowfTanh;
    Sqrt = a.sqrt(), when a > 0.1, else SqrtOne;
    Cbrt = a.cbrt(), when a.abs() > 0.1, else CbrtOne;
    Exp = a.exp(), when a < 4.0, else ExpSin;
    Exp2 = a.exp2(), when a < 5.0, else Exp2Cos;
    ExpM1 = a.exp_m1(), when a < 4.0, else ExpM1Tanh;
    Ln = a.ln(), when a > 0.1, else LnOne;
    Log2 = a.log2(), when a > 0.1, else Log2One;
    Log10 = a.log10(), when a > 0.1, else Log10One;
    Ln1p = a.ln_1p(), when a > -0.9, else Ln1pSquare;
    Tan = a.tan(), when a.abs() < 1.3, else TanTanh;
    Asin = a.asin(), when a.abs() < 0.9, else AsinSin;
    Acos = a.acos(), when a.abs() < 0.9, else AcosSin;
    Sinh = a.sinh(), when a.abs() < 4.0, else SinhTanh;
    Cosh = a.cosh(), when a.abs() < 4.0, else CoshTanh;
    Acosh = a.acosh(), when a > 1.1, else AcoshSquare;
    Atanh = a.atanh(), when a.abs() < 0.9, else AtanhSin;
    Hypot = a.hypot(b), when a.abs() + b.abs() > 0.2, else HypotOne;
    Atan2 = a.atan2(b), when a.abs() > 0.1, else Atan2One;
    Abs = a.abs(), when a.abs() > 0.05, else Gauss;
    Max = a.max(b), when (a - b).abs() > 0.05, else LogSumExp;
    Min = a.min(b), when (a - b).abs() > 0.05, else Sub;
    Clamp = a.clamp(T::lit(F::of(-1.0)), T::lit(F::of(1.0))), when (a.abs() - 1.0).abs() > 0.05, else Tanh;
    Relu = a.relu(), when a.abs() > 0.05, else Softplus;
    Floor = a.floor(), when (a - a.round()).abs() > 0.05, else Affine;
    Fract = a.fract(), when (a - a.round()).abs() > 0.05, else Sin;
    Rem = a % b, when b.abs() > 0.5 && a.abs() < 9.0 && (a / b - (a / b).round()).abs() > 0.1, else Sub;
    Copysign = a.copysign(b), when a.abs() > 0.05 && b.abs() > 0.05, else Product;
    Branch = if a > b { a.sin() } else { b * F::of(0.5) }, when (a - b).abs() > 0.05, else Sub;
    Select = T::select(a.gt01(b), a * b.sin(), b.cos()), when (a - b).abs() > 0.05, else Add;
}

impl Op {
    /// Says whether the operation looks at its second operand.
    pub fn takes_two(self) -> bool {
        words(self.source()).any(|word| word == "b")
    }
    /// Returns the operation as code, with these operands.
    pub fn code(self, a: &str, b: &str) -> String {
        let mut code = String::new();
        for word in words(self.source()) {
            match word {
                "a" => code += a,
                "b" => code += b,
                word => code += word,
            }
        }
        // a literal of `F` is written as it is
        while let Some(start) = code.find("F::of(") {
            let end = code[start..].find(')').map_or(code.len(), |k| start + k);
            code = format!("{}{}{}", &code[..start], &code[start + 6..end], &code[(end + 1).min(code.len())..]);
        }
        code
    }
}

/// Splits code into words and what stands between them.
fn words(code: &str) -> impl Iterator<Item = &str> {
    let mut rest = code;
    core::iter::from_fn(move || {
        let of_word = |c: char| c.is_alphanumeric() || c == '_';
        let first = rest.chars().next()?;
        let end = rest.find(|c| of_word(c) != of_word(first)).unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        rest = after;
        Some(word)
    })
}

/// One operation with its operands, counted back from the step before it: 0 is the newest value there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// The operation.
    pub op: Op,
    /// Where the first operand is; beyond the oldest value the count starts again.
    pub a: usize,
    /// Where the second operand is.
    pub b: usize,
}

/// A function $\mathbb R^n \to \mathbb R$ that is a list of operations. Its value is that of the last one.
///
/// It prints as the code of a closure, ready to be put into a test.
///
/// # Example
/// ```
/// use pullback::{check::strategy::{Expression, Op, Step}, *};
/// let f = Expression::new(2, [Step { op: Op::Sin, a: 1, b: 0 }, Step { op: Op::Product, a: 0, b: 1 }]);
/// assert_eq!(f.to_string(), "|x| {\n    let v0 = x[0].sin();\n    v0 * x[1].sin()\n}");
/// assert_eq!(Function::<f64>::call(&f, &[1.0, 2.0])?, [1f64.sin() * 2f64.sin()]);
/// # Ok::<(), Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Expression {
    inputs: usize,
    /// The operation, and its operands as indices of values: inputs first, then steps.
    steps: Vec<(Op, [usize; 2])>,
}

impl Expression {
    /// Returns the expression of `inputs` inputs with these steps. Steps that the last one does not need are left out.
    pub fn new(inputs: usize, steps: impl IntoIterator<Item = Step>) -> Self {
        Self::with_dead_steps(inputs, steps).pruned()
    }
    /// As [`new`](Self::new), where a raw operation whose operands at `x` do not suit it is replaced by a total one: at
    /// `x`, and close to it, the expression is defined and smooth.
    ///
    /// # Errors
    /// [`Error::ShapeMismatch`](crate::Error::ShapeMismatch) where `x` has not `inputs` numbers.
    pub fn fitted(inputs: usize, steps: impl IntoIterator<Item = Step>, x: &[f64]) -> Result<Self> {
        same_len("expression", inputs, x.len())?;
        let mut whole = Self::with_dead_steps(inputs, steps);
        let mut values = x.to_vec();
        for (op, [a, b]) in &mut whole.steps {
            let (a, b) = (values[*a], values[*b]);
            *op = op.fitting(a, b);
            values.push(op.call::<f64, f64>(a, b));
        }
        Ok(whole.pruned())
    }
    /// Returns the number of inputs.
    pub fn inputs(&self) -> usize {
        self.inputs
    }
    /// Returns the number of operations.
    pub fn len(&self) -> usize {
        self.steps.len()
    }
    /// Says whether there are no operations: the function returns its last input, or 0 where it has none.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }
    /// Returns the operations, in order.
    pub fn ops(&self) -> impl Iterator<Item = Op> + '_ {
        self.steps.iter().map(|s| s.0)
    }
    fn with_dead_steps(inputs: usize, steps: impl IntoIterator<Item = Step>) -> Self {
        let absolute = |(k, s): (usize, Step)| {
            let all = inputs + k;
            (s.op, [s.a, s.b].map(|back| all - 1 - back % all))
        };
        // without any input there is nothing to operate on
        let steps = steps.into_iter().take(if inputs == 0 { 0 } else { usize::MAX });
        Expression { inputs, steps: steps.enumerate().map(absolute).collect() }
    }
    fn pruned(self) -> Self {
        let n = self.inputs;
        let mut live = vec![false; self.steps.len()];
        live.iter_mut().rev().take(1).for_each(|last| *last = true);
        for (k, (op, [a, b])) in self.steps.iter().enumerate().rev() {
            if live[k] {
                let mut need = |v: usize| v.checked_sub(n).into_iter().for_each(|v| live[v] = true);
                need(*a);
                if op.takes_two() {
                    need(*b);
                }
            }
        }
        let mut place: Vec<usize> = (0..n).collect();
        let mut steps = Vec::new();
        for ((op, [a, b]), live) in self.steps.into_iter().zip(live) {
            place.push(n + steps.len());
            if live {
                let b = if op.takes_two() { b } else { a };
                steps.push((op, [place[a], place[b]]));
            }
        }
        Expression { inputs: n, steps }
    }
    fn name(&self, value: usize) -> String {
        match value.checked_sub(self.inputs) {
            None => format!("x[{value}]"),
            Some(step) => format!("v{step}"),
        }
    }
}

impl<F: Primitive> Function<F> for Expression {
    fn call<T: Real<F>>(&self, x: &[T]) -> Result<Vec<T>> {
        same_len("expression", self.inputs, x.len())?;
        let mut values = x.to_vec();
        for &(op, [a, b]) in &self.steps {
            values.push(op.call(values[a], values[b]));
        }
        Ok(vec![values.pop().unwrap_or(T::lit(F::of(0.0)))])
    }
}

impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "|x| {{")?;
        for (k, &(op, [a, b])) in self.steps.iter().enumerate() {
            let code = op.code(&self.name(a), &self.name(b));
            if k + 1 < self.steps.len() {
                writeln!(f, "    let v{k} = {code};")?;
            } else {
                writeln!(f, "    {code}")?;
            }
        }
        if self.is_empty() {
            let last = self.inputs.checked_sub(1).map_or(String::from("0.0"), |k| self.name(k));
            writeln!(f, "    {last}")?;
        }
        write!(f, "}}")
    }
}
