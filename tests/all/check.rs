//! Each check passes what is right and catches what is broken on purpose.

use pullback::check::{Complex, Shape, complex_step, difference_along, differences};
use pullback::*;

function!(Rosenbrock = |x| [(x[0] - 1.0).powi(2) + (x[1] - x[0] * x[0]).powi(2) * 100.0]);
function!(
    Elementary = |x| [
        x[0].exp() * x[1],
        x[0].ln() + x[1].sqrt(),
        x[0].sin() * x[1].cos(),
        (x[0] / x[1]).tan(),
        x[0].tanh(),
        x[0].atan2(x[1]),
        x[0].hypot(x[1]),
        x[0].powf(x[1]),
        x[0].powi(-3),
        x[0].sinh() - x[1].cosh(),
        x[0].asinh(),
        x[0].cbrt(),
        x[1].ln_1p(),
        x[1].exp_m1(),
        x[0].sigmoid(),
        x[1].softplus(),
        x[0].erf(),
        x[0] % x[1],
        x[0].max(x[1]),
        x[0].abs(),
        x[0].recip(),
        x[0].log10(),
        x[1].exp2(),
        x[0].mul_add(x[1], x[0])
    ]
);
function!(Wide = |x| [norm(x), log_sum_exp(x), product(x), sum(x)]);
function!(Arcs = |x| [x[0].asin(), x[0].acos(), x[0].atan(), x[0].atanh(), (x[0] + 2.0).acosh()]);

#[test]
fn right_derivatives_pass_every_check() -> Result<()> {
    for x in [[1.2, 0.7], [0.3, 2.5], [4.0, 1.5], [1e-3, 30.0], [1e-9, 0.1], [20.0, 1e-5]] {
        check_gradient(&Rosenbrock, &x)?.ok()?;
        check_gradient(&Elementary, &x)?.ok()?;
        check_gradient(&Wide, &x)?.ok()?;
        check_dot_product(&Elementary, &x)?.ok()?;
        check_hessian(&Rosenbrock, &x)?.ok()?;
        check_hessian(&Wide, &x)?.ok()?;
        check_pullback(|x| Elementary.call(x), &x)?.ok()?;
        check_operation(&op::Norm, &x)?.ok()?;
        check_operation(&op::LogSumExp, &x)?.ok()?;
        check_operation(&op::Product, &x)?.ok()?;
        check_operation(&op::Dot, &x)?.ok()?;
    }
    for x in [-0.999, -0.5, 1e-7, 0.0, 0.3, 0.9] {
        check_gradient(&Arcs, &[x])?.ok()?;
    }
    check_hessian(&Elementary, &[1.2, 0.7])?.ok()
}

/// $y = b^2 \sin a$, with something wrong.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Broken {
    Not,
    Sign,
    Scaled(f64),
    MissingFactor,
    WrongArgument,
    Zero,
    /// Right at first order, but the partials are constants for the next.
    Frozen,
}
impl Operation for Broken {
    fn name(&self) -> &'static str {
        "broken"
    }
    fn value<T: Real>(&self, x: &[T]) -> Result<T> {
        Ok(x[0].sin() * x[1].powi(2))
    }
    fn partials<T: Real>(&self, x: &[T], _: T, p: &mut [T]) -> Result<()> {
        let right = [x[0].cos() * x[1].powi(2), x[0].sin() * x[1] * 2.0];
        [p[0], p[1]] = match self {
            Broken::Not => right,
            Broken::Sign => [right[0], -right[1]],
            Broken::Scaled(by) => [right[0] * (1.0 + by), right[1]],
            Broken::MissingFactor => [right[0], x[0].sin() * x[1]],
            Broken::WrongArgument => [x[1].cos() * x[1].powi(2), right[1]],
            Broken::Zero => [right[0], T::zero()],
            Broken::Frozen => right.map(T::stop_gradient),
        };
        Ok(())
    }
}
/// A function of three inputs, one of whose operations may be broken.
struct Uses(Broken);
impl Function for Uses {
    fn call<T: Real>(&self, x: &[T]) -> Result<Vec<T>> {
        let u = x[0] * x[1] + 0.3;
        Ok(vec![apply(&self.0, &[u, x[2]])?.exp(), apply(&self.0, &[x[2], u])? * x[1]])
    }
}
const AT: [f64; 3] = [0.7, 1.3, 0.9];
const WRONG: [Broken; 6] = [
    Broken::Sign,
    Broken::Scaled(1e-6),
    Broken::Scaled(-1e-9),
    Broken::MissingFactor,
    Broken::WrongArgument,
    Broken::Zero,
];

#[test]
fn broken_operations_are_caught_by_every_check_of_first_order() -> Result<()> {
    check_operation(&Broken::Not, &[0.7, 1.3])?.ok()?;
    check_gradient(&Uses(Broken::Not), &AT)?.ok()?;
    check_dot_product(&Uses(Broken::Not), &AT)?.ok()?;
    check_hessian(&Uses(Broken::Not), &AT)?.ok()?;
    for wrong in WRONG {
        let report = check_operation(&wrong, &[0.7, 1.3])?;
        let column = usize::from(!matches!(wrong, Broken::Scaled(_) | Broken::WrongArgument));
        let Err(Error::CheckFailed { op, entry, expected, found, .. }) = report.ok() else {
            panic!("{wrong:?} passed: {report}");
        };
        assert_eq!((op, entry), ("broken", [0, column]), "{wrong:?}");
        let truth = [0.7f64.cos() * 1.69, 0.7f64.sin() * 2.6][column];
        assert!((expected - truth).abs() < 1e-14 && found != expected, "{report}");
        // the value disagrees with the partials by every independent method
        assert!(report.comparisons[..3].iter().all(|c| c.failed == 1), "{wrong:?}: {report}");

        for report in [check_gradient(&Uses(wrong), &AT)?, check_dot_product(&Uses(wrong), &AT)?] {
            assert!(!report.passes(), "{wrong:?} passed: {report}");
            // the modes share the partial, so they agree: agreement proves nothing about a formula
            let modes = report.comparisons.iter().find(|c| c.expected_by == "forward").unwrap();
            assert!(modes.passes(), "{report}");
        }
        assert!(!check_pullback(|x| Uses(wrong).call(x), &AT)?.passes(), "{wrong:?}");
        assert!(!check_hessian(&Uses(wrong), &AT)?.passes(), "{wrong:?}");
    }
    Ok(())
}

#[test]
fn a_partial_that_is_frozen_is_wrong_at_second_order_only() -> Result<()> {
    check_gradient(&Uses(Broken::Frozen), &AT)?.ok()?;
    assert!(!check_hessian(&Uses(Broken::Frozen), &AT)?.passes());
    let report = check_operation(&Broken::Frozen, &[0.7, 1.3])?;
    assert!(report.comparisons[..3].iter().all(|c| c.passes()));
    assert!(!report.comparisons[3].passes(), "{report}");
    Ok(())
}

#[test]
fn a_custom_pullback_is_checked() -> Result<()> {
    fn rotate<'t>(x: &[Var<'t>], sign: f64, scale: f64) -> Result<Vec<Var<'t>>> {
        let y = [x[0].value() - x[1].value(), x[0].value() + x[1].value()];
        let y = custom("rotate", x, &y, move |by, bx| {
            bx[0] += by[0] + by[1];
            bx[1] += (by[1] - by[0]) * sign * scale;
            Ok(())
        })?;
        Ok(vec![y[0].sin(), y[1] * y[0]])
    }
    check_pullback(|x| rotate(x, 1.0, 1.0), &[0.4, 1.1])?.ok()?;
    for (sign, scale) in [(-1.0, 1.0), (1.0, 1.0 + 1e-6), (1.0, 0.0), (1.0, 1.0 - 1e-9)] {
        let report = check_pullback(|x| rotate(x, sign, scale), &[0.4, 1.1])?;
        assert!(!report.comparisons[0].passes(), "{report}");
        assert!(!report.comparisons[1].passes(), "the dot-product test passed: {report}");
        assert!(matches!(report.ok(), Err(Error::CheckFailed { entry: [_, 1], .. })), "{report}");
    }
    Ok(())
}

#[test]
fn a_wrong_transpose_is_caught() -> Result<()> {
    let push = |x: &[f64]| Ok(vec![2.0 * x[0] + x[2], x[1] - x[0]]);
    let pull = |scale: f64| move |y: &[f64]| Ok(vec![2.0 * y[0] - y[1], y[1] * scale, y[0]]);
    check_transpose(push, pull(1.0), 3, 2)?.ok()?;
    for scale in [-1.0, 1.0 + 1e-12, 0.0] {
        assert!(!check_transpose(push, pull(scale), 3, 2)?.passes(), "scale {scale}");
    }
    let e = check_transpose(push, |_| Ok(vec![0.0; 2]), 3, 2).unwrap_err();
    assert!(matches!(e, Error::ShapeMismatch { op: "check_transpose", .. }));
    Ok(())
}

/// A function that is another one on the tape.
struct Split(f64);
impl Function for Split {
    fn call<T: Real>(&self, x: &[T]) -> Result<Vec<T>> {
        let on_tape = std::any::type_name::<T>().contains("Var<");
        Ok(vec![(x[0] * x[1]).sin() * x[2] * if on_tape { 1.0 + self.0 } else { 1.0 }])
    }
}

/// The smallest relative error of one partial that a check still finds.
fn limit(mut passes: impl FnMut(f64) -> Result<bool>) -> Result<i32> {
    let mut exponent = -2;
    while !passes(10f64.powi(exponent - 1))? {
        exponent -= 1;
    }
    Ok(exponent)
}

#[test]
fn detection_limits() -> Result<()> {
    let of = |report: Result<check::Report>, by: &str| -> Result<bool> {
        Ok(report?.comparisons.iter().filter(|c| c.expected_by == by).all(|c| c.passes()))
    };
    let op = |by: &'static str| limit(|e| of(check_operation(&Broken::Scaled(e), &[0.7, 1.3]), by));
    let gradient = |by: &'static str| limit(|e| of(check_gradient(&Uses(Broken::Scaled(e)), &AT), by));
    let found = [
        ("check_operation: derivative of value", op("derivative of value")?, -13),
        ("check_operation: complex step", op("complex step")?, -13),
        ("check_operation: differences", op("differences")?, -12),
        ("check_operation: symmetry", op("its transpose")?, -13),
        ("check_gradient: forward", limit(|e| of(check_gradient(&Split(e), &AT), "forward"))?, -14),
        ("check_gradient: complex step", gradient("complex step")?, -13),
        ("check_gradient: differences", gradient("differences")?, -11),
        (
            "check_dot_product: differences",
            limit(|e| of(check_dot_product(&Uses(Broken::Scaled(e)), &AT), "differences"))?,
            -10,
        ),
        (
            "check_pullback: differences",
            limit(|e| of(check_pullback(|x| Uses(Broken::Scaled(e)).call(x), &AT), "differences"))?,
            -11,
        ),
        ("check_hessian: symmetry", limit(|e| of(check_hessian(&Uses(Broken::Scaled(e)), &AT), "its transpose"))?, -12),
    ];
    for (check, exponent, _) in found {
        println!("{check}: finds 1e{exponent}");
    }
    for (check, exponent, promised) in found {
        assert!(exponent <= promised, "{check} finds 1e{exponent}, promised 1e{promised}");
    }
    Ok(())
}

#[test]
fn differences_report_the_order_they_see() -> Result<()> {
    let order = |d: Vec<Vec<check::Estimate>>| d[0][0].order;
    let near = |found: Option<f64>, expected: f64| {
        assert!((found.expect("an order") - expected).abs() < 0.05, "order {found:?}, expected {expected}");
    };
    near(order(differences(|x| x[0].sin(), &[1.0])?), 2.0);
    near(order(differences(|x| x[0].exp().ln_1p(), &[-3.0])?), 2.0);
    near(order(differences(|x| x[0].powi(5), &[0.0])?), 4.0); // x⁵ at 0: h⁴
    near(order(differences(|x| x[0] * x[0].abs(), &[0.0])?), 1.0); // only once differentiable
    near(order(differences(|x| x[0] * x[0].abs().powf(1.5), &[0.0])?), 1.5);
    assert_eq!(order(differences(|x| x[0] * 3.0 + 1.0, &[0.3])?), None); // exact at every step
    Ok(())
}

#[test]
fn differences_are_as_good_as_they_say() -> Result<()> {
    type Case = (fn(f64) -> f64, fn(f64) -> f64, f64);
    let cases: [Case; 14] = [
        (f64::sin, f64::cos, 1.0),
        (f64::sin, f64::cos, 1e6),
        (f64::exp, f64::exp, -20.0),
        (f64::exp, f64::exp, 300.0),
        (f64::ln, f64::recip, 1e-12),
        (f64::ln, f64::recip, 1e300),
        (f64::sqrt, |x| 0.5 / x.sqrt(), 1e-7),
        (f64::recip, |x| -1.0 / x / x, 1e-8),
        (f64::recip, |x| -1.0 / x / x, -3e5),
        (f64::tanh, |x| x.cosh().powi(-2), 10.0),
        (|x| (1e4 * x).sin(), |x| 1e4 * (1e4 * x).cos(), 0.3),
        (|x| (16.0 * std::f64::consts::PI * x).sin(), |x| 50.26548245743669 * (50.26548245743669 * x).cos(), 0.3),
        (|x| (x * x + 1e-8).sqrt(), |x| x / (x * x + 1e-8).sqrt(), 1e-5),
        (|x| x.powf(1.5), |x| 1.5 * x.sqrt(), 1e-3),
    ];
    for (k, (f, slope, x)) in cases.into_iter().enumerate() {
        let d = differences(|x| f(x[0]), &[x])?[0][0];
        let off = (d.value - slope(x)).abs();
        println!("case {k}: {:.1e} off, {:.1e} estimated, of {:.1e}", off, d.error, slope(x));
        assert!(d.kink.is_none() && off <= d.error + 4.0 * f64::EPSILON * slope(x).abs(), "case {k}: {d:?}");
        assert!(d.error <= 1e-4 * slope(x).abs(), "case {k}: {d:?}");
    }
    let along = difference_along(|x| [x[0] * x[1], x[0].exp()], &[2.0, 3.0], &[0.5, -1.0])?;
    assert!((along[0].value + 0.5).abs() < 1e-12 && (along[1].value - 0.5 * 2f64.exp()).abs() < 1e-11);
    Ok(())
}

#[test]
fn kinks_are_reported_and_are_no_failure() -> Result<()> {
    function!(Abs = |x| [x[0].abs()]);
    function!(Max = |x| [x[0].max(x[1])]);
    function!(Relu = |x| [x[0].relu() * 2.0]);
    function!(Floor = |x| [x[0].floor()]);
    function!(Cbrt = |x| [x[0].cbrt()]);
    function!(Sqrt = |x| [x[0].sqrt()]);
    function!(Norm = |x| [norm(x)]);
    fn shapes(f: &impl Function, x: &[f64]) -> Result<Vec<Shape>> {
        let report = check_gradient(f, x)?;
        report.ok()?;
        Ok(report.kinks.iter().map(|k| k.shape).collect())
    }
    assert_eq!(shapes(&Abs, &[0.0])?, [Shape::Corner]);
    assert_eq!(shapes(&Abs, &[1e-3])?, []);
    assert_eq!(shapes(&Abs, &[-1e-12])?, []);
    assert_eq!(shapes(&Max, &[2.0, 2.0])?, [Shape::Corner; 2]);
    assert_eq!(shapes(&Relu, &[0.0])?, [Shape::Corner]);
    assert_eq!(shapes(&Norm, &[0.0, 0.0])?, [Shape::Corner; 2]);
    assert_eq!(shapes(&Floor, &[1.0])?, [Shape::Jump]);
    assert_eq!(shapes(&Floor, &[1.25])?, []);
    assert_eq!(shapes(&Cbrt, &[0.0])?, [Shape::Vertical]);
    assert_eq!(shapes(&Sqrt, &[0.0])?, [Shape::Edge]);
    let kink = check_gradient(&Relu, &[0.0])?.kinks[0];
    assert!(kink.slopes[0].abs() < 1e-9 && (kink.slopes[1] - 2.0).abs() < 1e-9 && kink.found == 0.0);
    Ok(())
}

#[test]
fn at_a_kink_a_slope_outside_the_two_sides_fails() -> Result<()> {
    struct Slope(f64);
    impl Operation for Slope {
        fn name(&self) -> &'static str {
            "slope"
        }
        fn value<T: Real>(&self, x: &[T]) -> Result<T> {
            Ok(x[0].abs())
        }
        fn partials<T: Real>(&self, x: &[T], _: T, p: &mut [T]) -> Result<()> {
            p[0] = T::select(x[0].eq01(T::zero()), T::lit(self.0), x[0].signum());
            Ok(())
        }
    }
    struct Uses(f64);
    impl Function for Uses {
        fn call<T: Real>(&self, x: &[T]) -> Result<Vec<T>> {
            Ok(vec![apply(&Slope(self.0), x)?])
        }
    }
    for slope in [-1.0, 0.3, 1.0] {
        check_gradient(&Uses(slope), &[0.0])?.ok()?;
    }
    for slope in [-1.5, 5.0, f64::NAN, f64::INFINITY] {
        assert!(check_gradient(&Uses(slope), &[0.0])?.ok().is_err(), "slope {slope}");
    }
    Ok(())
}

#[test]
fn undecided_is_not_passed_in_silence() -> Result<()> {
    function!(Cancels = |x| [(x[0].cos() - 1.0) / (x[0] * x[0])]);
    function!(TooFast = |x| [(x[0] * 1e9).sin()]);
    for report in [check_gradient(&Cancels, &[1e-5])?, check_gradient(&TooFast, &[0.3])?] {
        let by_differences = &report.comparisons[1];
        assert_eq!((by_differences.compared, by_differences.undecided), (0, 1), "{report}");
        assert!(report.to_string().contains("1 undecided"));
        assert_eq!(report.comparisons[0].compared, 1); // the complex step decides
    }
    Ok(())
}

#[test]
fn the_complex_step_shares_no_partial_and_names_what_it_does_not_know() -> Result<()> {
    function!(Special = |x| [x[0].erf(), x[0].erfc(), x[0].ln_gamma(), x[0].bessel_j(2), x[0].sin()]);
    let rows = complex_step(&Special, &[0.8])?;
    let names = ["erf", "erfc", "ln_gamma", "bessel_j"].map(Err);
    assert_eq!(rows[..4].concat(), names);
    assert!((rows[4][0].unwrap() - 0.8f64.cos()).abs() < 1e-16);
    function!(Erf = |x| [x[0].erf()]);
    let report = check_gradient(&Erf, &[0.8])?;
    assert!(report.to_string().ends_with("complex step not possible: erf"), "{report}");
    // of the elementary operations it knows all but erf
    let unknown = |rows: Vec<Vec<Result<f64, &'static str>>>| -> Vec<&str> {
        rows.concat().into_iter().filter_map(Result::err).collect()
    };
    assert_eq!(unknown(complex_step(&Elementary, &[1.2, 0.7])?), ["erf"]);
    assert_eq!(unknown(complex_step(&Arcs, &[0.4])?), [""; 0]);
    // inside a custom operation it goes through the value and not through the partials
    assert_eq!(complex_step(&Uses(Broken::Zero), &AT)?, complex_step(&Uses(Broken::Not), &AT)?);
    // comparisons follow the real part
    let branch = |x: Complex| if x > 0.0 { x * 2.0 } else { -x };
    assert_eq!(branch(Complex::new(1.0, 1e-100)).imaginary(), 2e-100);
    Ok(())
}

#[test]
fn find_nan_names_the_operation() -> Result<()> {
    function!(Logs = |x| [x[0] * 2.0, (x[0] - 3.0).ln() * x[0], x[1].sqrt()]);
    let trace = find_nan(&Logs, &[1.0, 4.0])?;
    let origin = trace.nan.unwrap();
    assert_eq!((origin.op, origin.step, &origin.arguments[..]), ("ln", 3, &[-2.0][..]));
    assert_eq!((trace.outputs, trace.steps), (vec![1], 5));

    let fine = find_nan(&Logs, &[5.0, 4.0])?;
    assert_eq!((fine.nan, fine.infinite, fine.partial), (None, None, None));
    let vertical = find_nan(&Logs, &[5.0, 0.0])?.partial.unwrap();
    assert_eq!((vertical.op, vertical.result), ("sqrt", f64::INFINITY));
    let input = find_nan(&Logs, &[5.0, f64::NAN])?.nan.unwrap();
    assert_eq!((input.op, input.step), ("input", 1));

    function!(Overflows = |x| [x[0].exp() - x[0].exp()]);
    let trace = find_nan(&Overflows, &[1000.0])?;
    assert_eq!((trace.infinite.unwrap().op, trace.nan.unwrap().op), ("exp", "sub"));
    function!(Constant = |x| [x[0] * (T::lit(-1.0).sqrt())]);
    let trace = find_nan(&Constant, &[2.0])?.nan.unwrap();
    assert!(trace.op == "mul" && trace.arguments[1].is_nan());
    function!(Operations = |x| [log_sum_exp(x), apply(&Broken::Not, x)?]);
    let trace = find_nan(&Operations, &[f64::INFINITY, f64::INFINITY])?.nan.unwrap();
    assert_eq!(trace.op, "broken"); // log_sum_exp of ∞ is ∞

    struct Single;
    impl Function<f32> for Single {
        fn call<T: Real<f32>>(&self, x: &[T]) -> Result<Vec<T>> {
            Ok(vec![x[0].exp()])
        }
    }
    assert_eq!(find_nan(&Single, &[89.0f32])?.infinite.unwrap().op, "exp"); // e⁸⁹ is finite at f64
    Ok(())
}

#[test]
fn reports_read_well() -> Result<()> {
    let report = check_operation(&Broken::Sign, &[0.5, 2.0])?;
    println!("{report}\n{}", check_gradient(&Rosenbrock, &[1.2, 0.7])?);
    let text = report.to_string();
    assert!(
        text.starts_with("broken: FAILED, 3 × 2 entries\n  partials against complex step: 1 of 2 WRONG\n"),
        "{text}"
    );
    assert!(text.contains("worst at [0, 1]: found -1.917702154416812, expected 1.917702154416812; "), "{text}");
    let good = check_dot_product(&Rosenbrock, &[1.2, 0.7])?.to_string();
    assert!(good.starts_with("check_dot_product: passed, 8 × 1 entries, directions from seed 20240229\n"), "{good}");
    Ok(())
}

/// Returns as many outputs as its number of digits says, to be a function of changing shape.
struct Shapeless;
impl Function for Shapeless {
    fn call<T: Real>(&self, x: &[T]) -> Result<Vec<T>> {
        Ok(vec![x[0]; if x[0].primal() == 1.0 { 2 } else { 3 }])
    }
}
struct Fails;
impl Function for Fails {
    fn call<T: Real>(&self, x: &[T]) -> Result<Vec<T>> {
        if x[0].primal() < 0.0 {
            return Err(Error::OutOfDomain { op: "fails", value: x[0].primal(), domain: "x >= 0" });
        }
        Ok(vec![x[0] * x[0]])
    }
}
struct NotAtDuals;
impl Operation for NotAtDuals {
    fn name(&self) -> &'static str {
        "table"
    }
    fn value<T: Real>(&self, x: &[T]) -> Result<T> {
        if x.len() != 1 {
            return Err(Error::ShapeMismatch { op: "table", expected: vec![1], found: vec![x.len()] });
        }
        Ok(x[0] * x[0])
    }
    fn partials<T: Real>(&self, x: &[T], _: T, p: &mut [T]) -> Result<()> {
        if !x[0].is_plain() {
            return Err(Error::NoPartial { op: "table" });
        }
        p[0] = x[0] * 2.0;
        Ok(())
    }
}

#[test]
fn bad_input_gets_an_error_with_a_type() -> Result<()> {
    for x in [f64::NAN, f64::INFINITY] {
        let is_domain = |r: Result<check::Report>| matches!(r, Err(Error::OutOfDomain { .. }));
        assert!(is_domain(check_gradient(&Rosenbrock, &[x, 1.0])));
        assert!(is_domain(check_hessian(&Rosenbrock, &[1.0, x])));
        assert!(is_domain(check_dot_product(&Rosenbrock, &[x, 1.0])));
        assert!(is_domain(check_operation(&Broken::Not, &[x, 1.0])));
        assert!(is_domain(check_pullback(|v| Ok(vec![v[0]]), &[x])));
        assert!(differences(|x| x[0], &[x]).is_err());
    }
    function!(Ln = |x| [x[0].ln()]);
    let e = check_gradient(&Ln, &[-1.0]).unwrap_err();
    assert_eq!(e.to_string(), "check_gradient: expected a finite output (find_nan tells where from), found NaN");
    assert!(matches!(check_gradient(&Fails, &[-1.0]), Err(Error::OutOfDomain { op: "fails", .. })));
    check_gradient(&Fails, &[1e-3])?.ok()?; // it fails at some of the steps only
    assert!(matches!(check_gradient(&Shapeless, &[1.0]), Err(Error::ShapeMismatch { .. })));
    assert!(matches!(check_dot_product(&Shapeless, &[1.0]), Err(Error::ShapeMismatch { .. })));
    assert!(matches!(check_operation(&NotAtDuals, &[1.0, 2.0]), Err(Error::ShapeMismatch { op: "table", .. })));
    let first_order_only = check_operation(&NotAtDuals, &[3.0])?;
    first_order_only.ok()?;
    assert_eq!(first_order_only.skipped, [("second order", "no partial")]);
    assert!(check_jacobian(|x| [x[0]], &[[1.0, 0.0]], &[1.0]).is_err());
    assert!(check_jacobian(|x| [x[0]], &[[0.0; 0]; 0], &[1.0]).is_err());
    Ok(())
}

#[test]
fn nothing_in_and_nothing_out_are_shapes_too() -> Result<()> {
    struct Constant(usize);
    impl Function for Constant {
        fn call<T: Real>(&self, _: &[T]) -> Result<Vec<T>> {
            Ok(vec![T::lit(2.0); self.0])
        }
    }
    for outputs in [0, 1, 3] {
        for x in [&[][..], &[1.0, 2.0]] {
            let f = Constant(outputs);
            let report = check_gradient(&f, x)?;
            report.ok()?;
            assert_eq!(report.shape, [outputs, x.len()]);
            check_hessian(&f, x)?.ok()?;
            check_dot_product(&f, x)?.ok()?;
            check_pullback(|x| f.call(x), x)?.ok()?;
            assert_eq!(complex_step(&f, x)?.len(), outputs);
            assert_eq!(differences(|x| f.call(x), x)?.len(), outputs);
            assert_eq!(find_nan(&f, x)?.nan, None);
        }
    }
    check_operation(&op::Sum, &[])?.ok()?;
    check_transpose(|_| Ok(vec![]), |_| Ok(vec![]), 0, 0)?.ok()?;
    assert!(difference_along(|x| x[0], &[1.0], &[0.0])?[0].value == 0.0);
    Ok(())
}
