//! Emitted Rust, compiled by `rustc`, returns what the interpreter returns, to the bit; and it is formatted.
#![allow(clippy::eq_op, clippy::if_same_then_else)] // the questions that guards keep are the point

use pullback::{op::Relation, program::Op, *};
use std::{env, fmt::Write, fs, path::PathBuf, process::Command};

fn rosenbrock<T: Real>(x: &[T]) -> T {
    x.windows(2).fold(T::lit(0.0), |sum, w| sum + (w[1] - w[0] * w[0]).powi(2) * 100.0 + (w[0] - 1.0).powi(2))
}
/// One round: parameter, state, input to state, output. It is guarded.
fn step() -> Program {
    Program::record_many(
        |v| Ok(vec![if v[2] < 9.0 { v[1] * v[2].sin() + v[0] } else { v[1] }, v[1] * v[2]]),
        &[0.5, 1.0, 1.0],
    )
    .expect("records")
}
/// Every operation that `std` has, and every kind of box.
fn operations<'t, F: Primitive>(x: &[Sym<'t, F>]) -> Vec<Sym<'t, F>> {
    let (a, b, c) = (x[0], x[1], x[2]);
    vec![
        -a,
        a.abs(),
        a.signum(),
        a.floor(),
        a.ceil(),
        a.round(),
        a.trunc(),
        a.fract(),
        a.recip(),
        a.sqrt(),
        a.cbrt(),
        a.powi(3),
        a.powi(-2),
        a.exp(),
        a.exp2(),
        a.exp_m1(),
        a.ln(),
        a.log2(),
        a.log10(),
        a.ln_1p(),
        a.sin(),
        a.cos(),
        a.tan(),
        a.asin(),
        a.acos(),
        a.atan(),
        a.sinh(),
        a.cosh(),
        a.tanh(),
        a.asinh(),
        a.acosh(),
        a.atanh(),
        a.to_degrees(),
        a.to_radians(),
        a + b,
        a - b,
        a * b,
        a / b,
        a % b,
        a.powf(b),
        a.atan2(b),
        a.hypot(b),
        a.copysign(b),
        a.max(b),
        a.min(b),
        a.mul_add(b, c),
        a.ge01(b),
        a.gt01(b),
        a.eq01(b),
        Sym::select(c, a, b),
        a.relu(),
        a.clamp(b, c),
        a.stop_gradient(),
        a * F::of(-2.5) + F::of(-0.0),
        Sym::constant(F::of(0.1)),
        a / F::infinity(),
        a - F::of(1e-310),
        a.min(F::nan()),
    ]
}
struct Case<F> {
    name: &'static str,
    program: Program<F>,
    points: Vec<Vec<F>>,
}
/// Names, programs and points.
fn cases() -> Vec<Case<f64>> {
    let x = [1.2, 0.7, -0.4];
    let p = Program::record(|x| rosenbrock(x), &x).expect("records");
    let points = vec![x.to_vec(), vec![0.0, -0.0, 5e-324], vec![f64::INFINITY, 1.0, f64::NAN], vec![-3.5, 2.5, 0.25]];
    let case = |name, program: Result<Program>| {
        let program = program.expect(name);
        let fits = points[0].len() == program.arity().0;
        let long = |k: usize| (0..program.arity().0).map(|i| ((i * 7 + k * 3) % 11) as f64 * 0.2 - 0.9).collect();
        let points = if fits { points.clone() } else { (0..3).map(long).collect() };
        Case { name, program, points }
    };
    let looped = step().scan(1, 1, 7).expect("a loop");
    let nested = step().scan(1, 1, 3).and_then(|p| p.scan(1, 1, 4)).expect("a loop");
    let mut guards = case(
        "guards",
        Program::record_many(
            |x| Ok(if x[0] < 1.5 && x[1] == x[1] && x[2] < 0.0 { x.to_vec() } else { x.to_vec() }),
            &x,
        ),
    );
    guards.points.push(vec![2.0, 0.0, 0.0]);
    let mut wrong = case("loop_with_guards", Ok(looped.clone()));
    wrong.points.extend((0..7).map(|k| (0..9).map(|i| if i == 2 + k { 9.5 } else { 0.5 }).collect()));
    let mut nested_guards = case("nested_with_guards", Ok(nested.clone()));
    nested_guards.points.extend((2..14).map(|k| (0..14).map(|i| if i == k { 9.5 } else { 0.1 }).collect()));
    vec![
        case("rosenbrock", Ok(p.clone())),
        case("rosenbrock_gradient", p.value_and_gradient()),
        case("rosenbrock_hessian", p.hessian()),
        case("all_operations", Program::record_many(|x| Ok(operations(x)), &x)),
        case("calls", Program::record_many(|x| Ok(vec![log_sum_exp(x), norm(x), product(x)]), &x)),
        case(
            "jacobian_of_calls",
            Program::record_many(|x| Ok(vec![log_sum_exp(x), norm(x)]), &x).and_then(|p| p.jacobian()),
        ),
        case("loop_reversed", looped.with_reverse()),
        case("loop_pushed", looped.pushforward()),
        case("nested_reversed", nested.reverse()),
        case("no_loop", step().scan(1, 1, 0)),
        case(
            "not",
            Ok(Program::generator(Op::Guard { relation: Relation::LessOrEqual, holds: false }).par(&Program::id(1))),
        ),
        guards,
        wrong,
        nested_guards,
    ]
}
fn cases_at_f32() -> Vec<Case<f32>> {
    let points = vec![vec![1.2f32, 0.7, -0.4], vec![0.0, -0.0, 1e-45], vec![-3.5, 2.5, f32::NAN]];
    let program = Program::record_many(|x| Ok(operations(x)), &points[0]).expect("records");
    vec![Case { name: "all_operations_at_f32", program, points }]
}

/// Appends the function, and to the main program its calls.
fn write_out<F: Primitive>(source: &mut String, main: &mut String, case: &Case<F>, bits: impl Fn(F) -> String) {
    let float = std::any::type_name::<F>();
    source.push_str(&case.program.emit_rust(case.name).expect(case.name));
    source.push('\n');
    for x in &case.points {
        let x: Vec<String> = x.iter().map(|&x| format!("{float}::from_bits({})", bits(x))).collect();
        let (m, name) = (case.program.arity().1, case.name);
        writeln!(main, "let mut y = [0.0_{float}; {m}]; let r = {name}(&[{}], &mut y);", x.join(", "))
            .expect("a string");
        writeln!(
            main,
            "print(r.map(|()| y.iter().map(|&y| if y.is_nan() {{ 1 }} else {{ y.to_bits() as u64 }}).collect()));"
        )
        .expect("a string");
    }
}
fn expected<F: Primitive>(case: &Case<F>, bits: impl Fn(F) -> u64) -> Vec<String> {
    let text = |x: &Vec<F>| match case.program.eval(x) {
        Ok(y) => format!(
            "{:?}",
            Ok::<Vec<u64>, usize>(y.iter().map(|&y| if y.widen().is_nan() { 1 } else { bits(y) }).collect())
        ),
        Err(Error::BranchChanged { guard, .. }) => format!("{:?}", Err::<Vec<u64>, usize>(guard)),
        Err(e) => panic!("{}: {e}", case.name),
    };
    case.points.iter().map(text).collect()
}
fn folder() -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("emitted");
    fs::create_dir_all(&folder).expect("a folder for the test");
    folder
}
fn run(program: &str, args: &[&str]) -> String {
    let out = Command::new(program).args(args).current_dir(folder()).output().expect(program);
    assert!(
        out.status.success(),
        "{program} {args:?}:\n{}{}",
        String::from_utf8_lossy(&out.stdout),
        String::from_utf8_lossy(&out.stderr)
    );
    String::from_utf8(out.stdout).expect("utf-8")
}

#[test]
fn emitted_source_computes_the_same_bits() {
    let (mut source, mut main, mut truth) = (String::new(), String::new(), vec![]);
    for case in cases() {
        write_out(&mut source, &mut main, &case, |x| x.to_bits().to_string());
        truth.extend(expected(&case, f64::to_bits));
    }
    for case in cases_at_f32() {
        write_out(&mut source, &mut main, &case, |x| x.to_bits().to_string());
        truth.extend(expected(&case, |x| u64::from(x.to_bits())));
    }
    fs::write(folder().join("formatted.rs"), source.trim_end().to_string() + "\n").expect("writes");
    let print = "fn print(r: Result<Vec<u64>, usize>) { println!(\"{r:?}\"); }\n";
    fs::write(folder().join("emitted.rs"), format!("{source}\n{print}fn main() {{\n{main}}}\n")).expect("writes");
    run("rustc", &["--edition", "2024", "-O", "-D", "warnings", "emitted.rs", "-o", "emitted"]);
    let found = run(folder().join("emitted").to_str().expect("utf-8"), &[]);
    let found: Vec<&str> = found.lines().collect();
    assert_eq!(found.len(), truth.len());
    let names =
        cases().into_iter().flat_map(|c| c.points.iter().map(|x| format!("{} at {x:?}", c.name)).collect::<Vec<_>>());
    let names: Vec<_> = names.chain(std::iter::repeat_n("f32".into(), 3)).collect();
    for ((found, truth), name) in found.iter().zip(&truth).zip(names) {
        assert_eq!(found, truth, "{name}");
    }
    assert!(truth.iter().filter(|t| t.starts_with("Err")).count() > 12, "expected guards to fail: {truth:?}");
    run("rustfmt", &["--edition", "2024", "--check", "formatted.rs"]);
}

#[test]
fn special_functions_are_called_by_their_full_name() {
    let p = Program::record(|x| x[0].erf() + x[1].polygamma(2) * x[0].xlogy(x[1]), &[0.5, 1.5]).expect("records");
    let source = p.emit_rust("special").expect("emits");
    for call in ["erf(x[0])", "polygamma(x[1], 2)", "xlogy(x[0], x[1])"] {
        assert!(source.contains(&format!("<f64 as pullback::Real<f64>>::{call};")), "{call} is missing in\n{source}");
    }
}
/// The body of the emitted function above, as it stands.
#[test]
fn emitted_special_functions_compile() {
    let (x, mut y) = ([0.5, 1.5], [0.0]);
    let v2 = <f64 as pullback::Real<f64>>::erf(x[0]);
    let v3 = <f64 as pullback::Real<f64>>::polygamma(x[1], 2);
    y[0] = v2 + v3 * <f64 as pullback::Real<f64>>::xlogy(x[0], x[1]);
    let p = Program::record(|x| x[0].erf() + x[1].polygamma(2) * x[0].xlogy(x[1]), &x).expect("records");
    assert_eq!(p.eval(&x), Ok(y.to_vec()));
}
#[test]
fn a_name_has_to_be_one() {
    for name in ["", "two words", "1st", "a-b", "x; fn y"] {
        assert!(matches!(Program::<f64>::id(1).emit_rust(name), Err(Error::NotCompiled { .. })), "{name}");
    }
}
