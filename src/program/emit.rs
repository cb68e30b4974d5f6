//! Programs as Rust source: for those who want the derivative in their own code, without this crate at run time.

use super::{
    Op, Program,
    plan::{Count, Operand, Plan, Rounds, Step},
};
use crate::{
    error::{Error, Result},
    op::{Bin, Relation, Un},
    real::Primitive,
};
use alloc::{
    format,
    string::{String, ToString},
    vec,
    vec::Vec,
};

/// From how many numbers on a copy is a loop.
const SHORTEST_RUN: usize = 4;

impl<F: Primitive> Program<F> {
    /// Returns the program as the source of a Rust function.
    ///
    /// ```text
    /// pub fn name(x: &[f64; N], y: &mut [f64; M]) -> Result<(), usize>
    /// ```
    ///
    /// It computes what [`eval`](Self::eval) computes, to the bit. A wrong length does not compile. `Err(k)` says that
    /// guard `k`, counted in the order of running, has another answer than while recording; then the numbers in `y` mean nothing.
    ///
    /// Loops stay loops; calls are written out. The operations of `std` are called there. The special functions (`erf`,
    /// `ln_gamma`, `sigmoid`, ..) are called by their full name, `<f64 as pullback::Real<f64>>::erf`: only source
    /// that contains one needs this crate. The source is formatted as rustfmt does, in default style too.
    ///
    /// # Errors
    /// [`Error::NotCompiled`] where `name` is no identifier or `F` is not `f32` or `f64`; the program's own fault.
    ///
    /// # Cost
    /// One line an operation. Optimising compilers need far more than linear time for functions of many thousand lines.
    ///
    /// # Example
    /// ```
    /// use pullback::*;
    /// let p = Program::record(|x| x[0] * x[1].exp(), &[1.0, 1.0])?;
    /// let source = p.gradient()?.emit_rust("slope")?;
    /// assert!(source.contains("pub fn slope(x: &[f64; 2], y: &mut [f64; 2]) -> Result<(), usize> {"));
    /// assert!(source.contains(" = x[1].exp();"));
    /// # Ok::<(), Error>(())
    /// ```
    pub fn emit_rust(&self, name: &str) -> Result<String> {
        let refused = |reason: &str| Err(Error::NotCompiled { reason: reason.to_string() });
        let in_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
        if !name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') || !name.chars().all(in_word) {
            return refused("expected an identifier as the name of the function");
        }
        let float = core::any::type_name::<F>();
        if !matches!(float, "f32" | "f64") {
            return refused("expected a program over f32 or f64");
        }
        let plan = Plan::of(self)?;
        let mut w = Writer { float, text: String::new(), depth: 1, names: 0, arrays: vec!["x".into()] };
        let x: Vec<_> = (0..plan.inputs).map(|k| Text::Element(0, k)).collect();
        let y = w.body(&plan, &x, None)?;
        w.outputs(&y);
        w.line("Ok(())");
        Ok(w.finish(name, plan.inputs, y.len()))
    }
}

/// What an operand is called.
#[derive(Clone, Debug)]
enum Text<F> {
    Const(F),
    Value(String),
    /// An element of an array, by the number of the array.
    Element(usize, usize),
}

struct Writer {
    float: &'static str,
    text: String,
    depth: usize,
    /// How many names are in use.
    names: usize,
    arrays: Vec<String>,
}

impl Writer {
    fn line(&mut self, line: &str) {
        self.text.extend(core::iter::repeat_n("    ", self.depth));
        self.text += line;
        self.text.push('\n');
    }
    fn open(&mut self, line: &str) {
        self.line(line);
        self.depth += 1;
    }
    fn shut(&mut self) {
        self.depth -= 1;
        self.line("}");
    }
    fn fresh(&mut self, letter: char) -> String {
        self.names += 1;
        format!("{letter}{}", self.names - 1)
    }
    /// Declares an array of zeros.
    fn array(&mut self, len: usize) -> usize {
        let name = self.fresh('a');
        self.line(&format!("let mut {name} = vec![0.0_{}; {len}];", self.float));
        self.arrays.push(name);
        self.arrays.len() - 1
    }
    fn literal<F: Primitive>(&self, c: F, typed: bool) -> String {
        let (float, wide) = (self.float, c.widen());
        if wide.is_nan() {
            return format!("{float}::NAN");
        }
        if wide.is_infinite() {
            return format!("{float}::{}INFINITY", if wide > 0.0 { "" } else { "NEG_" });
        }
        match typed {
            true => format!("{c:?}_{float}"),
            false => format!("{c:?}"),
        }
    }
    fn operand<F: Primitive>(&self, x: &Text<F>) -> String {
        match x {
            Text::Const(c) => self.literal(*c, false),
            Text::Value(name) => name.clone(),
            Text::Element(array, k) => format!("{}[{k}]", self.arrays[*array]),
        }
    }
    /// The operand where its type has to be known: before an operator or a method.
    fn first<F: Primitive>(&self, x: &Text<F>) -> String {
        match x {
            Text::Const(c) if c.is_sign_negative() || c.is_nan() => format!("({})", self.literal(*c, true)),
            Text::Const(c) => self.literal(*c, true),
            _ => self.operand(x),
        }
    }

    fn body<F: Primitive>(&mut self, plan: &Plan<F>, inputs: &[Text<F>], base: Option<&str>) -> Result<Vec<Text<F>>> {
        let mut on: Vec<Option<Text<F>>> = inputs.iter().cloned().map(Some).collect();
        on.resize(plan.wires as usize, None);
        for step in &plan.steps {
            match step {
                Step::Apply { op, args, out } => {
                    let args: Vec<_> = args.iter().map(|x| text(&on, x)).collect();
                    let (value, name) = (self.apply(op, &args), self.fresh('v'));
                    self.line(&format!("let {name} = {value};"));
                    on[*out as usize] = Some(Text::Value(name));
                }
                Step::Guard { relation, holds, args: [a, b], count } => {
                    let (a, b) = (self.first(&text(&on, a)), self.operand(&text(&on, b)));
                    self.guard(*relation, *holds, [&a, &b], &number(base, *count));
                }
                Step::Rounds { rounds, args, outs, count } => {
                    let args: Vec<_> = args.iter().map(|x| text(&on, x)).collect();
                    let made = self.rounds(rounds, &args, base, *count)?;
                    outs.iter().zip(made).for_each(|(&w, y)| on[w as usize] = Some(y));
                }
            }
        }
        Ok(plan.outputs.iter().map(|y| text(&on, y)).collect())
    }
    fn guard(&mut self, relation: Relation, holds: bool, [a, b]: [&str; 2], number: &str) {
        let sign = match relation {
            Relation::Less => "<",
            Relation::LessOrEqual => "<=",
            Relation::Equal => "==",
        };
        let fails = match (relation, holds) {
            (Relation::Equal, true) => format!("{a} != {b}"),
            (_, true) => format!("!({a} {sign} {b})"),
            (_, false) => format!("{a} {sign} {b}"),
        };
        self.open(&format!("if {fails} {{"));
        self.line(&format!("return Err({number});"));
        self.shut();
    }
    fn apply<F: Primitive>(&self, op: &Op<F>, x: &[Text<F>]) -> String {
        let float = self.float;
        let first = x.first().map(|x| self.first(x)).unwrap_or_default();
        let rest: Vec<String> = x.iter().skip(1).map(|x| self.operand(x)).collect();
        let rest = rest.join(", ");
        let infix = |sign: &str| format!("{first} {sign} {rest}");
        let method = |name: &str| format!("{first}.{name}({rest})");
        let special = |name: &str, rest: &str| match rest {
            "" => format!("<{float} as pullback::Real<{float}>>::{name}({first})"),
            rest => format!("<{float} as pullback::Real<{float}>>::{name}({first}, {rest})"),
        };
        match op {
            Op::Un(Un::Neg) => format!("-{first}"),
            Op::Un(Un::Powi(n)) => format!("{first}.powi({n})"),
            Op::Un(u @ (Un::Polygamma(n) | Un::SphericalBesselJ(n))) => special(u.name(), &n.to_string()),
            Op::Un(u @ Un::BesselJ(n)) => special(u.name(), &n.to_string()),
            Op::Un(
                u @ (Un::Erf
                | Un::Erfc
                | Un::LnGamma
                | Un::Digamma
                | Un::Sigmoid
                | Un::Logit
                | Un::Softplus
                | Un::NormCdf
                | Un::NormPpf
                | Un::Xlogx),
            ) => special(u.name(), ""),
            Op::Un(u) => method(u.name()),
            Op::Bin(Bin::Add) => infix("+"),
            Op::Bin(Bin::Sub) => infix("-"),
            Op::Bin(Bin::Mul) => infix("*"),
            Op::Bin(Bin::Div) => infix("/"),
            Op::Bin(Bin::Rem) => infix("%"),
            Op::Bin(b @ (Bin::Xlogy | Bin::Beta | Bin::LnBeta)) => special(b.name(), &rest),
            Op::Bin(b) => method(b.name()),
            Op::Times => format!("times({first}, {rest})"),
            Op::Select => format!("select({first}, {rest})"),
            Op::Indicator(Relation::Less) => format!("{float}::from(u8::from({}))", infix("<")),
            Op::Indicator(Relation::LessOrEqual) => format!("{float}::from(u8::from({}))", infix("<=")),
            Op::Indicator(Relation::Equal) => format!("{float}::from(u8::from({}))", infix("==")),
            Op::MulAdd => method("mul_add"),
            Op::Max => method("max"),
            Op::Min => method("min"),
            // a plan has none of these
            Op::Const(_) | Op::Stop | Op::Guard { .. } | Op::Call(_) | Op::Scan(_) => first,
        }
    }

    fn rounds<F: Primitive>(
        &mut self,
        r: &Rounds<F>,
        args: &[Text<F>],
        base: Option<&str>,
        count: Count,
    ) -> Result<Vec<Text<F>>> {
        let mut inputs = args[..r.params].to_vec();
        let state: Vec<String> = (0..r.state).map(|_| self.fresh('s')).collect();
        for (name, first) in state.iter().zip(&args[r.params..]) {
            let first = self.first(first);
            self.line(&format!("let mut {name} = {first};"));
            inputs.push(Text::Value(name.clone()));
        }
        let views: Vec<_> = (0..r.inputs).map(|slot| self.view(r, slot, args)).collect();
        let made = (r.outputs > 0).then(|| self.array(r.steps * r.outputs));
        let t = self.fresh('t');
        let order = if r.backwards { format!("(0..{}).rev()", r.steps) } else { format!("0..{}", r.steps) };
        self.open(&format!("for {t} in {order} {{"));
        for view in views {
            inputs.push(match view {
                View::Same(x) => x,
                View::Strided { array, start, stride } => {
                    let (name, at) = (self.fresh('u'), place(&t, stride, start));
                    self.line(&format!("let {name} = {}[{at}];", self.arrays[array]));
                    Text::Value(name)
                }
            });
        }
        let round = if r.backwards { format!("({} - {t})", r.steps - 1) } else { t.clone() };
        let before = (r.body.guards > 0).then(|| {
            sum([number(base, count), format!("{} * {round}", r.body.guards)].into_iter().filter(|x| x != "0"))
        });
        let y = self.body(&r.body, &inputs, before.as_deref())?;
        for (slot, y) in y[r.state..].iter().enumerate() {
            let (y, at) = (self.operand(y), place(&t, r.outputs as isize, slot));
            self.line(&format!("{}[{at}] = {y};", self.arrays[made.unwrap_or(0)]));
        }
        self.next_state(&state, &y);
        self.shut();
        let rounds = (0..r.steps * r.outputs).filter_map(|k| Some(Text::Element(made?, k)));
        Ok(state.into_iter().map(Text::Value).chain(rounds).collect())
    }
    /// Assigns the next state; what is another state now is put aside first.
    fn next_state<F: Primitive>(&mut self, state: &[String], next: &[Text<F>]) {
        let mut aside = vec![];
        for (k, next) in next[..state.len()].iter().enumerate() {
            let value = self.operand(next);
            if value == state[k] {
                continue;
            }
            if state.contains(&value) {
                let name = self.fresh('n');
                self.line(&format!("let {name} = {value};"));
                aside.push((k, name));
            } else {
                aside.push((k, value));
            }
        }
        for (k, value) in aside {
            self.line(&format!("{} = {value};", state[k]));
        }
    }
    /// Returns how a slot moves: in place where it lies evenly in one array, else gathered.
    fn view<F: Primitive>(&mut self, r: &Rounds<F>, slot: usize, args: &[Text<F>]) -> View<F> {
        let all: Vec<&Text<F>> = (0..r.steps).map(|t| &args[r.argument(slot, t)]).collect();
        if all.iter().all(|x| same(x, all[0])) {
            return View::Same(all[0].clone());
        }
        if let (&Text::Element(array, start), &Text::Element(_, second)) = (all[0], all[1]) {
            let stride = second as isize - start as isize;
            let fits = |(t, x): (usize, &&Text<F>)| {
                same(x, &Text::Element(array, start.wrapping_add_signed(stride * t as isize)))
            };
            if stride >= 0 && all.iter().enumerate().all(fits) {
                return View::Strided { array, start, stride };
            }
        }
        let array = self.array(all.len());
        for (k, x) in all.into_iter().enumerate() {
            let value = self.operand(x);
            self.line(&format!("{}[{k}] = {value};", self.arrays[array]));
        }
        View::Strided { array, start: 0, stride: 1 }
    }
    fn outputs<F: Primitive>(&mut self, y: &[Text<F>]) {
        let mut k = 0;
        while k < y.len() {
            let run = match y[k] {
                Text::Element(array, at) => {
                    (0..y.len() - k).take_while(|&i| same(&y[k + i], &Text::Element(array, at + i))).count()
                }
                _ => 1,
            };
            match y[k] {
                Text::Element(array, at) if run >= SHORTEST_RUN => {
                    let from = format!("{}[{at}..{}]", self.arrays[array], at + run);
                    self.line(&format!("y[{k}..{}].copy_from_slice(&{from});", k + run));
                    k += run;
                }
                _ => {
                    let value = self.operand(&y[k]);
                    self.line(&format!("y[{k}] = {value};"));
                    k += 1;
                }
            }
        }
    }
    /// Puts head and helpers before the body.
    fn finish(self, name: &str, n: usize, m: usize) -> String {
        let float = self.float;
        let mut out = format!(
            "/// A recorded program of {n} inputs and {m} outputs. `Err(k)`: guard `k` has another answer than while recording.\n\
             #[allow(clippy::all, unused_variables, unused_mut)]\n\
             pub fn {name}(x: &[{float}; {n}], y: &mut [{float}; {m}]) -> Result<(), usize> {{\n"
        );
        if self.text.contains("times(") {
            out += &format!(
                "    fn times(p: {float}, d: {float}) -> {float} {{\n        if d == 0.0 {{ 0.0 }} else {{ p * d }}\n    }}\n"
            );
        }
        if self.text.contains("select(") {
            out += &format!(
                "    fn select(c: {float}, a: {float}, b: {float}) -> {float} {{\n        if c != 0.0 {{ a }} else {{ b }}\n    }}\n"
            );
        }
        out + &self.text + "}\n"
    }
}

/// What a slot of a loop is, over the rounds.
enum View<F> {
    Same(Text<F>),
    Strided { array: usize, start: usize, stride: isize },
}
fn same<F: Primitive>(a: &Text<F>, b: &Text<F>) -> bool {
    match (a, b) {
        (Text::Const(a), Text::Const(b)) => Op::Const(*a) == Op::Const(*b),
        (Text::Value(a), Text::Value(b)) => a == b,
        (Text::Element(a, i), Text::Element(b, j)) => (a, i) == (b, j),
        _ => false,
    }
}
fn text<F: Primitive>(on: &[Option<Text<F>>], x: &Operand<F>) -> Text<F> {
    match x {
        Operand::Const(c) => Text::Const(*c),
        Operand::Wire(w) => on[*w as usize].clone().unwrap_or(Text::Const(F::nan())), // never: made before it is read
    }
}
/// Returns the index of round `t`.
fn place(t: &str, stride: isize, start: usize) -> String {
    let moving = if stride == 1 { t.to_string() } else { format!("{stride} * {t}") };
    if start == 0 { moving } else { format!("{moving} + {start}") }
}
/// Returns how many guards ran before, as code.
fn number(base: Option<&str>, count: Count) -> String {
    match base.filter(|_| !count.afresh) {
        Some(base) if count.before == 0 => base.into(),
        Some(base) => format!("{base} + {}", count.before),
        None => count.before.to_string(),
    }
}
fn sum(parts: impl Iterator<Item = String>) -> String {
    parts.collect::<Vec<_>>().join(" + ")
}
