//! What every elementary operation should return, read from three tables that no code of the crate has touched.
//!
//! | table | rows | written by |
//! | --- | --- | --- |
//! | `truth/ops.csv` | value and derivatives to order 4 of operations with one and two arguments, to order 1 with three | `ops.py` (mpmath) |
//! | `truth/nary.csv` | value, gradient and Hessian of operations with any number of arguments | `ops.py` |
//! | `truth/edges.csv` | kinks, poles, ends of domains, infinities, NaN, signed zeros, subnormals | hand |
//!
//! A row that cannot be read is a panic with the file and the line, so a test never passes because its table is short.
//!
//! ```ignore
//! for row in truth::ops().iter().filter(|r| r.op == "sin") {
//!     let t = row.derivative(&[1]);
//!     assert!((row.x[0].cos() - t.d).abs() <= 2.0 * f64::EPSILON * (1.0 + t.c) * t.d.abs(), "line {}", row.line);
//! }
//! ```

/// A row of `ops.csv`.
#[derive(Debug)]
pub(crate) struct Op {
    /// The line in the file, from 1.
    pub(crate) line: usize,
    /// The operation.
    pub(crate) op: &'static str,
    /// Its integer parameter (`powi`, `bessel_j`, `polygamma`, `spherical_bessel_j`).
    pub(crate) n: Option<i32>,
    /// The arguments: one, two or three.
    pub(crate) x: Vec<f64>,
    /// The derivatives; [`Op::derivative`] finds one by its orders.
    pub(crate) d: Vec<Derivative>,
}

/// A derivative with what a tolerance needs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Derivative {
    /// The derivative, to the last digit of `f64`.
    pub(crate) d: f64,
    /// Its condition: the relative change it suffers when each argument changes by one unit of relative size.
    pub(crate) c: f64,
    /// Its scale: `|d|`, or what a relative error in a lower derivative becomes in this one where that is more.
    pub(crate) s: f64,
}

impl Op {
    /// Returns the derivative of the given order in each argument: `[1, 2]` is $\partial^3 f / \partial a\, \partial b^2$.
    ///
    /// # Panics
    /// Where the table does not go that far.
    pub(crate) fn derivative(&self, order: &[usize]) -> Derivative {
        let place = match *order {
            [k] => k,
            [i, j] => (i + j) * (i + j + 1) / 2 + j,
            [0, 0, 0] => 0,
            [1, 0, 0] => 1,
            [0, 1, 0] => 2,
            [0, 0, 1] => 3,
            _ => usize::MAX,
        };
        let known = order.len() == self.x.len() && place < self.d.len();
        assert!(known, "ops.csv, line {}: no derivative of order {order:?} for {}", self.line, self.op);
        self.d[place]
    }
}

/// A row of `nary.csv`. `dot` has the first half of `x` against the second; `affine` has weights, inputs, bias.
#[derive(Debug)]
pub(crate) struct Nary {
    /// The line in the file, from 1.
    pub(crate) line: usize,
    /// The operation.
    pub(crate) op: &'static str,
    /// The arguments.
    pub(crate) x: Vec<f64>,
    /// The value. Its scale is its size.
    pub(crate) value: Derivative,
    /// The gradient. The scale of an entry is its size.
    pub(crate) gradient: Vec<Derivative>,
    /// The Hessian, row major.
    pub(crate) hessian: Vec<f64>,
    /// The largest entry of the Hessian.
    pub(crate) hessian_scale: f64,
}

/// A row of `edges.csv`. A second partial is wanted only where `second` is there.
#[derive(Debug)]
pub(crate) struct Edge {
    /// The line in the file, from 1.
    pub(crate) line: usize,
    /// The operation: the names of the other tables, and `relu`, `max_of`, `min_of` (reductions).
    pub(crate) op: &'static str,
    /// Its integer parameter.
    pub(crate) n: Option<i32>,
    /// The arguments.
    pub(crate) x: Vec<f64>,
    /// The value.
    pub(crate) value: Expected,
    /// The partial with respect to each argument.
    pub(crate) partials: Vec<Expected>,
    /// The Hessian, row major, where the conventions fix it.
    pub(crate) second: Option<Vec<Expected>>,
    /// A, B, C or D of the conventions; F: the plain formula; N: outside the domain.
    pub(crate) rule: char,
    /// Why.
    pub(crate) note: &'static str,
}

/// What an entry of `edges.csv` allows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Expected {
    /// `?`: anything.
    Anything,
    /// `!`: an infinity or NaN.
    NotFinite,
    /// `0`: a zero of either sign.
    Zero,
    /// Everything else: this number; `+0` and `-0` with that sign; `nan` any NaN.
    Number(f64),
}

impl Expected {
    /// Says whether `found` is what was expected, up to a relative error (and the smallest subnormal) where that is a finite number.
    pub(crate) fn admits(self, found: f64, relative: f64) -> bool {
        match self {
            Expected::Anything => true,
            Expected::NotFinite => !found.is_finite(),
            Expected::Zero => found == 0.0,
            Expected::Number(e) if e.is_nan() => found.is_nan(),
            Expected::Number(e) if e == 0.0 => e.to_bits() == found.to_bits(),
            Expected::Number(e) if e.is_infinite() => e == found,
            Expected::Number(e) => (found - e).abs() <= relative * e.abs() + 5e-324,
        }
    }

    /// Says whether [`Expected::admits`] allows a non-finite answer and no other: where rule B has work to do.
    pub(crate) fn is_not_finite(self) -> bool {
        match self {
            Expected::NotFinite => true,
            Expected::Number(e) => !e.is_finite(),
            Expected::Anything | Expected::Zero => false,
        }
    }
}

/// Returns the rows of `ops.csv`.
pub(crate) fn ops() -> Vec<Op> {
    parse_ops(include_str!("../truth/ops.csv"))
}

/// Returns the rows of `nary.csv`.
pub(crate) fn nary() -> Vec<Nary> {
    parse_nary(include_str!("../truth/nary.csv"))
}

/// Returns the rows of `edges.csv`.
pub(crate) fn edges() -> Vec<Edge> {
    parse_edges(include_str!("../truth/edges.csv"))
}

fn parse_ops(text: &'static str) -> Vec<Op> {
    let read = |row: &Row, [op, n, x, d, c, s]: [&'static str; 6]| {
        let x = row.finite(x);
        let orders = match x.len() {
            1 => 5,
            2 => 15,
            3 => 4,
            found => row.fail(&format!("expected 1 to 3 arguments, found {found}")),
        };
        Op { line: row.line, op: row.name(op), n: row.parameter(n), x, d: row.derivatives(d, c, s, orders) }
    };
    rows("ops.csv", "op,n,x,d,c,s", text, read)
}

fn parse_nary(text: &'static str) -> Vec<Nary> {
    let header = "op,x,value,gradient,hessian,c,cg,sh";
    let read = |row: &Row, [op, x, value, gradient, hessian, c, cg, sh]: [&'static str; 8]| {
        let x = row.finite(x);
        let n = x.len();
        Nary {
            line: row.line,
            op: row.name(op),
            value: row.derivatives(value, c, value, 1)[0],
            gradient: row.derivatives(gradient, cg, gradient, n),
            hessian: row.counted(row.finite(hessian), n * n),
            hessian_scale: row.counted(row.finite(sh), 1)[0],
            x,
        }
    };
    rows("nary.csv", header, text, read)
}

fn parse_edges(text: &'static str) -> Vec<Edge> {
    let header = "op,n,x,value,partials,second,rule,note";
    let read = |row: &Row, [op, n, x, value, partials, second, rule, note]: [&'static str; 8]| {
        let x: Vec<f64> = x.split(';').map(|t| row.number(t)).collect();
        let n_args = x.len();
        let expected = |list: &'static str| list.split(';').map(|t| row.expected(t)).collect::<Vec<_>>();
        // A single `?` stands for a whole Hessian without a claim.
        let second = (!second.is_empty() && second != "?").then(|| row.counted(expected(second), n_args * n_args));
        Edge {
            line: row.line,
            op: row.name(op),
            n: row.parameter(n),
            value: row.expected(value),
            partials: row.counted(expected(partials), n_args),
            second,
            rule: match rule {
                "A" | "B" | "C" | "D" | "F" | "N" => rule.chars().next().unwrap_or_default(),
                _ => row.fail(&format!("expected a rule of A B C D F N, found {rule:?}")),
            },
            note,
            x,
        }
    };
    rows("edges.csv", header, text, read)
}

/// Reads each line after the header as `N` columns; comments start with `#`.
fn rows<const N: usize, R>(
    file: &'static str,
    header: &str,
    text: &'static str,
    read: impl Fn(&Row, [&'static str; N]) -> R,
) -> Vec<R> {
    let mut lines = text.lines().enumerate().filter(|(_, line)| !line.starts_with('#'));
    assert_eq!(lines.next().map(|(_, line)| line), Some(header), "{file}: the header");
    lines
        .map(|(i, line)| {
            let row = Row { file, line: i + 1 };
            let columns: Vec<&'static str> = line.split(',').collect();
            match columns.try_into() {
                Ok(columns) => read(&row, columns),
                Err(columns) => row.fail(&format!("expected {N} columns, found {}", columns.len())),
            }
        })
        .collect()
}

/// Where a reader stands; its methods fail with that place.
struct Row {
    file: &'static str,
    line: usize,
}

impl Row {
    fn fail(&self, what: &str) -> ! {
        panic!("{}, line {}: {what}", self.file, self.line)
    }

    fn name(&self, text: &'static str) -> &'static str {
        let plain = !text.is_empty() && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
        if plain { text } else { self.fail(&format!("expected the name of an operation, found {text:?}")) }
    }

    fn parameter(&self, text: &str) -> Option<i32> {
        let wrong = |_| self.fail(&format!("expected an integer or nothing, found {text:?}"));
        (!text.is_empty()).then(|| text.parse().unwrap_or_else(wrong))
    }

    fn number(&self, text: &str) -> f64 {
        text.parse().unwrap_or_else(|_| self.fail(&format!("expected a number, found {text:?}")))
    }

    fn finite(&self, list: &str) -> Vec<f64> {
        let finite = |text| match self.number(text) {
            x if x.is_finite() => x,
            _ => self.fail(&format!("expected a finite number, found {text:?}")),
        };
        list.split(';').map(finite).collect()
    }

    fn expected(&self, text: &str) -> Expected {
        match text {
            "?" => Expected::Anything,
            "!" => Expected::NotFinite,
            "0" => Expected::Zero,
            _ => Expected::Number(self.number(text)),
        }
    }

    fn counted<T>(&self, list: Vec<T>, expected: usize) -> Vec<T> {
        if list.len() != expected {
            self.fail(&format!("expected {expected} entries, found {}", list.len()));
        }
        list
    }

    fn derivatives(&self, d: &str, c: &str, s: &str, count: usize) -> Vec<Derivative> {
        let [d, c, s] = [d, c, s].map(|list| self.counted(self.finite(list), count));
        (0..count).map(|k| Derivative { d: d[k], c: c[k].abs(), s: s[k].abs() }).collect()
    }
}

/// The value of an operation that `std` has.
#[cfg(test)]
fn std_value(op: &str, n: Option<i32>, x: &[f64]) -> Option<f64> {
    let unary: Option<fn(f64) -> f64> = match op {
        "neg" => Some(|x| -x),
        "abs" => Some(f64::abs),
        "signum" => Some(f64::signum),
        "floor" => Some(f64::floor),
        "ceil" => Some(f64::ceil),
        "round" => Some(f64::round),
        "trunc" => Some(f64::trunc),
        "fract" => Some(f64::fract),
        "recip" => Some(f64::recip),
        "sqrt" => Some(f64::sqrt),
        "cbrt" => Some(f64::cbrt),
        "exp" => Some(f64::exp),
        "exp2" => Some(f64::exp2),
        "exp_m1" => Some(f64::exp_m1),
        "ln" => Some(f64::ln),
        "log2" => Some(f64::log2),
        "log10" => Some(f64::log10),
        "ln_1p" => Some(f64::ln_1p),
        "sin" => Some(f64::sin),
        "cos" => Some(f64::cos),
        "tan" => Some(f64::tan),
        "asin" => Some(f64::asin),
        "acos" => Some(f64::acos),
        "atan" => Some(f64::atan),
        "sinh" => Some(f64::sinh),
        "cosh" => Some(f64::cosh),
        "tanh" => Some(f64::tanh),
        "to_degrees" => Some(f64::to_degrees),
        "to_radians" => Some(f64::to_radians),
        _ => None,
    };
    Some(match (op, x) {
        ("powi", &[x]) => x.powi(n?),
        ("add", &[a, b]) => a + b,
        ("sub", &[a, b]) => a - b,
        ("mul", &[a, b]) => a * b,
        ("div", &[a, b]) => a / b,
        ("rem", &[a, b]) => a % b,
        ("rem_euclid", &[a, b]) => a.rem_euclid(b),
        ("div_euclid", &[a, b]) => a.div_euclid(b),
        ("powf", &[a, b]) => a.powf(b),
        ("max" | "max_of", x) => x.iter().copied().reduce(f64::max)?,
        ("min" | "min_of", x) => x.iter().copied().reduce(f64::min)?,
        ("atan2", &[a, b]) => a.atan2(b),
        ("hypot", &[a, b]) => a.hypot(b),
        ("copysign", &[a, b]) => a.copysign(b),
        ("mul_add", &[a, b, c]) => a.mul_add(b, c),
        ("clamp", &[x, lo, hi]) => x.clamp(lo, hi),
        ("sum", x) => x.iter().sum(),
        (_, &[x]) => unary?(x),
        _ => return None,
    })
}

#[test]
fn every_operation_has_its_rows() {
    const NAMES: &str = "neg abs signum floor ceil round trunc fract recip sqrt cbrt exp exp2 exp_m1 ln log2 log10 ln_1p sin cos tan \
        asin acos atan sinh cosh tanh asinh acosh atanh powi erf erfc ln_gamma digamma polygamma sigmoid logit softplus norm_cdf \
        norm_ppf sinc spherical_bessel_j xlogx bessel_j to_degrees to_radians add sub mul div rem powf max min atan2 hypot copysign \
        xlogy beta ln_beta abs_sub log div_euclid rem_euclid mul_add clamp";
    let (ops, nary, edges) = (ops(), nary(), edges());
    for name in NAMES.split_whitespace() {
        assert!(ops.iter().filter(|r| r.op == name).count() >= 6, "ops.csv: {name}");
        assert!(edges.iter().any(|r| r.op == name), "edges.csv: {name}");
    }
    assert!(ops.iter().all(|r| NAMES.split_whitespace().any(|name| name == r.op)));
    for name in ["sum", "product", "dot", "norm", "log_sum_exp", "affine"] {
        assert!(nary.iter().filter(|r| r.op == name).count() >= 4, "nary.csv: {name}");
    }
}

/// The tables describe the operations that `std` has: a wrong definition in `ops.py` would show here.
/// (`powi` may lose a bit at every factor; the platform's functions are within a few units in the last place.)
#[test]
fn values_agree_with_std() {
    let mut compared = 0;
    for r in ops() {
        if let Some(y) = std_value(r.op, r.n, &r.x) {
            let t = r.derivative(&vec![0; r.x.len()]);
            let tolerance = f64::EPSILON * t.d.abs() * (8.0 + t.c);
            assert!((y - t.d).abs() <= tolerance, "ops.csv, line {}: {} {:?}: {y:e} {:e}", r.line, r.op, r.x, t.d);
            compared += 1;
        }
    }
    assert!(compared > 500, "{compared}");
    for r in edges() {
        if let Some(y) = std_value(r.op, r.n, &r.x) {
            let place = (r.line, r.op, &r.x);
            assert!(r.value.admits(y, 4.0 * f64::EPSILON), "edges.csv, {place:?}: {y:e} {:?}", r.value);
        }
    }
}

/// Identities between columns that share no formula with `ops.py`.
#[test]
fn derivatives_obey_identities() {
    for r in ops() {
        let same = |a: f64, b: f64| (a - b).abs() <= 4.0 * f64::EPSILON * b.abs();
        let close = |a: f64, b: f64| assert!(same(a, b), "ops.csv, line {}: {a:e} {b:e}", r.line);
        let d = |k| r.derivative(&[k]).d;
        match r.op {
            "exp" => close(d(3), d(0)),
            "sin" | "cos" => close(d(2), -d(0)),
            "sinh" | "cosh" => close(d(4), d(0)),
            "ln" => close(d(1) * r.x[0], 1.0),
            "erf" => close(d(2), -2.0 * r.x[0] * d(1)),
            "norm_ppf" => close(d(2), d(0) * d(1) * d(1)),
            "mul" => close(r.derivative(&[1, 1]).d, 1.0),
            "div" => close(r.derivative(&[1, 2]).d, 2.0 / r.x[1].powi(3)),
            "hypot" => close(r.derivative(&[1, 0]).d * r.derivative(&[0, 0]).d, r.x[0]),
            _ => {}
        }
    }
    for r in nary() {
        let symmetric = |i: usize, j: usize| r.hessian[i * r.x.len() + j] == r.hessian[j * r.x.len() + i];
        assert!((0..r.x.len()).all(|i| (0..i).all(|j| symmetric(i, j))), "nary.csv, line {}", r.line);
        assert!(r.hessian.iter().all(|h| h.abs() <= 1.01 * r.hessian_scale), "nary.csv, line {}", r.line);
        assert!(r.value.s == r.value.d.abs() && r.gradient.iter().all(|g| g.s == g.d.abs() && g.c >= 0.0));
    }
}

/// A row outside the domain promises nothing finite, and says so of the value and of each partial.
#[test]
fn edges_keep_their_own_rules() {
    for r in edges() {
        let free = |e: &Expected| e.is_not_finite() || *e == Expected::Anything;
        let outside = r.rule == 'N' && r.op != "powf"; // (-2)^3 has a value and no ln
        assert!(!outside || (free(&r.value) && r.partials.iter().all(free)), "edges.csv, line {}: {}", r.line, r.note);
        let hessian = r.second.as_deref().unwrap_or(&[]);
        assert!(hessian.is_empty() || hessian.len() == r.x.len() * r.x.len());
    }
}

#[test]
fn expectations_admit_what_they_say() {
    let number = |text| Row { file: "", line: 0 }.expected(text);
    assert!(number("0").admits(-0.0, 0.0) && number("+0").admits(0.0, 0.0) && number("-0").admits(-0.0, 0.0));
    assert!(!number("+0").admits(-0.0, 0.0) && !number("-0").admits(0.0, 0.0));
    assert!(number("nan").admits(-f64::NAN, 0.0) && !number("nan").admits(f64::INFINITY, 0.0));
    assert!(number("inf").admits(f64::INFINITY, 0.0) && !number("inf").admits(f64::MAX, 1.0));
    assert!(number("!").admits(f64::NAN, 0.0) && !number("!").admits(1.0, 0.0) && number("?").admits(1.0, 0.0));
    assert!(number("2").admits(2.1, 0.1) && !number("2").admits(2.3, 0.1) && !number("2").admits(f64::NAN, 0.1));
}

#[test]
#[should_panic(expected = "ops.csv, line 3: expected 6 columns, found 5")]
fn a_short_row_names_its_line() {
    parse_ops("# a comment\nop,n,x,d,c,s\nsin,,0,0;1;0;-1;0,0;0;0;0;0");
}

#[test]
#[should_panic(expected = "ops.csv, line 2: expected 5 entries, found 4")]
fn a_missing_derivative_names_its_line() {
    parse_ops("op,n,x,d,c,s\nsin,,0,0;1;0;-1,0;0;0;0;0,1;1;1;1;1");
}

#[test]
#[should_panic(expected = "edges.csv, line 2: expected a number, found \"infinty\"")]
fn a_misspelt_number_names_its_line() {
    parse_edges("op,n,x,value,partials,second,rule,note\nsqrt,,0,0,infinty,,C,");
}
