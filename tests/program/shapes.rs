//! Programs as values: no inputs, no outputs, single precision, threads, equality, text, files.

use pullback::{
    program::{Level, Op},
    *,
};

fn sent<T: Send + Sync + Clone + PartialEq + std::fmt::Debug + 'static>(x: T) -> T {
    x
}

#[test]
fn small_shapes() -> Result<()> {
    let constant = Program::record(|_| Sym::constant(2.5), &[])?;
    assert_eq!((constant.arity(), constant.eval::<f64>(&[])?), ((0, 1), vec![2.5]));
    assert_eq!(constant.gradient()?.eval::<f64>(&[])?, Vec::<f64>::new());
    assert_eq!(constant.hessian()?.eval::<f64>(&[])?, Vec::<f64>::new());
    assert_eq!((constant.jacobian()?.arity(), constant.reverse()?.arity()), ((0, 0), (1, 0)));

    let nothing = Program::record_many(
        |x| {
            let _ = x[0] * 2.0;
            Ok(vec![])
        },
        &[1.0],
    )?;
    assert_eq!((nothing.arity(), nothing.len(), nothing.eval(&[3.0])?), ((1, 0), 0, vec![]));
    assert_eq!((nothing.reverse()?.eval(&[3.0])?, nothing.pushforward()?.eval(&[3.0, 1.0])?), (vec![0.0], vec![]));
    assert_eq!(nothing.jacobian()?.arity(), (1, 0));

    let through = Program::record_many(|x| Ok(vec![x[1], Sym::constant(-0.0), x[1], x[0]]), &[1.0, 2.0])?;
    let y: Vec<f64> = through.eval(&[3.0, 4.0])?;
    assert!(y == [4.0, 0.0, 4.0, 3.0] && y[1].is_sign_negative());
    assert_eq!(through.reverse()?.eval(&[3.0, 4.0, 1.0, 10.0, 100.0, 1000.0])?, [1000.0, 101.0]);
    assert_eq!(through.jacobian()?.eval(&[3.0, 4.0])?, [0.0, 1.0, 0.0, 0.0, 0.0, 1.0, 1.0, 0.0]);
    Ok(())
}

#[test]
fn wrong_lengths_and_failing_functions_are_errors() -> Result<()> {
    let p = Program::record_many(|x| Ok(vec![x[0], x[1]]), &[1.0, 2.0])?;
    let length = |op, expected, found| Error::ShapeMismatch { op, expected: vec![expected], found: vec![found] };
    for n in [0, 1, 3] {
        assert_eq!(p.eval(&vec![1.0; n]), Err(length("inputs", 2, n)));
    }
    assert_eq!(p.gradient().unwrap_err(), length("gradient", 1, 2));
    assert_eq!(p.hvp().unwrap_err(), length("gradient", 1, 2));
    assert_eq!(Program::record_many(|x| Ok(vec![dot(&x[..1], x)?]), &[1.0, 2.0]).unwrap_err(), length("dot", 1, 2));
    let wrong = Program::<f64>::build(1, |d, x| d.push(Op::MulAdd, x).to_vec());
    assert!(wrong.gradient().is_err() && wrong.sparsity().is_err() && wrong.simplify(Level::Exact).validate().is_err());
    Ok(())
}

#[test]
fn single_precision() -> Result<()> {
    fn f<T: Real<f32>>(x: &[T]) -> T {
        (x[0] * x[1]).sin() + x[0].powi(3) / x[1].exp() + x[0].max(x[1])
    }
    let p = Program::<f32>::record(|x| f(x), &[0.5, 0.25])?;
    for x in [[0.5f32, 0.25], [0.1, 1.7], [-2.0, 0.3]] {
        assert_eq!(p.eval(&x)?[0].to_bits(), f(&x).to_bits());
        let (g, tape) = (p.gradient()?.eval(&x)?, grad(|x| f(x), &x)?);
        let wide = Program::record(|x| (x[0] * x[1]).sin() + x[0].powi(3) / x[1].exp() + x[0].max(x[1]), &[0.5, 0.25])?;
        let double = wide.gradient()?.eval(&x.map(f64::from))?;
        for k in 0..2 {
            assert!((g[k] - tape[k]).abs() <= 1e-5 * tape[k].abs().max(1.0));
            assert!((f64::from(g[k]) - double[k]).abs() <= 1e-5 * double[k].abs().max(1.0));
        }
        assert_eq!(p.simplify(Level::Exact).eval(&x)?, p.eval(&x)?);
    }
    let guarded = Program::<f32>::record(|x| if x[0] < 1.0 { x[0] } else { -x[0] }, &[0.5])?;
    assert!(guarded.eval(&[1.5f32]).unwrap_err().to_string().contains("a = 1.5"));
    Ok(())
}

#[test]
fn a_program_is_a_value() -> Result<()> {
    let record = |c: f64| Program::record(|x| x[0] * c + sum(x), &[1.0, 2.0]);
    let p = sent(record(3.0)?);
    assert_eq!((p.clone() == p, p == record(3.0)?, p == record(4.0)?), (true, true, false));
    assert_ne!(record(0.0)?, record(-0.0)?);
    assert_eq!(record(f64::NAN)?, record(-f64::NAN)?);
    assert!(format!("{p:?}").contains("Const(3.0)"));
    let (q, there) = (p.clone(), std::thread::spawn(move || p.eval(&[1.0, 2.0])));
    assert_eq!(there.join().expect("no panic"), q.eval(&[1.0, 2.0]));
    Ok(())
}

#[cfg(feature = "serde")]
mod stored {
    use super::*;
    use crate::bits;
    use pullback::program::{Loop, Scan};

    fn again<F: Primitive + serde::Serialize + for<'de> serde::Deserialize<'de>>(p: &Program<F>) -> Program<F> {
        let text = serde_json::to_string(p).expect("valid");
        serde_json::from_str(&text).unwrap_or_else(|e| panic!("{e}: {text}"))
    }

    #[test]
    fn what_is_stored_comes_back_to_the_bit() -> Result<()> {
        let constants = [
            -0.0,
            0.0,
            0.1,
            1.0 / 3.0,
            5e-324,
            f64::MAX,
            f64::MIN_POSITIVE,
            f64::INFINITY,
            f64::NEG_INFINITY,
            f64::NAN,
            2.225073858507201e-308,
            1.7976931348623157e308,
            9007199254740993.0,
            0.30000000000000004,
            -1.5e-45,
        ];
        let p = Program::<f64>::build(0, |d, _| constants.map(|c| d.push(Op::Const(c), &[])[0]).to_vec());
        let q = again(&p);
        assert_eq!(q, p);
        assert!(q.eval::<f64>(&[])?.iter().zip(&constants).all(|(a, b)| bits(*a, *b)));
        let mut r = crate::random::Random(1);
        for _ in 0..2000 {
            let c = f64::from_bits(r.next());
            let p = Program::<f64>::build(0, |d, _| d.push(Op::Const(c), &[]).to_vec());
            assert!(bits(again(&p).eval::<f64>(&[])?[0], c), "{c:e}");
            let single = f32::from_bits(r.next() as u32);
            let p = Program::<f32>::build(0, |d, _| d.push(Op::Const(single), &[]).to_vec());
            let back = again(&p).eval::<f32>(&[])?[0];
            assert!(back.to_bits() == single.to_bits() || (back.is_nan() && single.is_nan()), "{single:e}");
        }
        Ok(())
    }
    #[test]
    fn boxes_of_every_kind_come_back() -> Result<()> {
        fn f<T: Real>(x: &[T]) -> T {
            let branch = if x[0] < x[1] { x[0] } else { x[1] };
            norm(x)
                + log_sum_exp(x)
                + branch.powi(3).max(x[1])
                + T::select(x[0].ge01(x[1]), x[0], x[0].bessel_j(2))
                + x[0].mul_add(x[1], x[0]).min(x[1]).stop_gradient()
                + x[0].powf(x[1])
        }
        let p = Program::record(|x| f(x), &[0.5, 0.75])?;
        let step = Program::record(|v| v[0] * v[1].sin(), &[1.0, 1.0])?;
        for p in [p.clone(), p.gradient()?, p.hessian()?, step.scan(1, 1, 4)?, step.scan(1, 1, 4)?.gradient()?] {
            let q = again(&p);
            assert_eq!(q, p);
            assert_eq!(q.eval(&[0.5, 0.8])?, p.eval(&[0.5, 0.8])?);
        }
        assert_eq!(again(&p).gradient()?, p.gradient()?);
        Ok(())
    }
    /// Its value is known, its partials are not.
    struct Table;
    impl Operation for Table {
        fn name(&self) -> &'static str {
            "table"
        }
        fn value<T: Real>(&self, x: &[T]) -> Result<T> {
            Ok(x[0] * 2.0)
        }
        fn partials<T: Real>(&self, _: &[T], _: T, _: &mut [T]) -> Result<()> {
            Err(Error::NoPartial { op: "table" })
        }
    }
    #[test]
    fn missing_partials_stay_missing() -> Result<()> {
        let p = Program::record_many(|x| Ok(vec![apply(&Table, x)?]), &[1.0])?;
        let q = again(&p);
        assert_eq!((q.eval(&[4.0])?, q == p), (vec![8.0], true));
        assert!(matches!(q.gradient(), Err(Error::NoPartial { .. })));
        Ok(())
    }
    #[test]
    fn broken_files_are_refused() -> Result<()> {
        let refused = |text: String| serde_json::from_str::<Program>(&text).expect_err(&text).to_string();
        let good = serde_json::to_string(&Program::record(|x| norm(x) * 2.0, &[1.0, 2.0])?).expect("valid");
        assert!(serde_json::from_str::<Program>(&good).is_ok());
        refused(good.replacen(",[0,1]]", ",[0]]", 1));
        refused(good.replacen("[0,1]", "[0,7]", 1));
        refused(good.replace("\"2.0\"", "\"two\""));
        let scan = |body: Program, shape| Scan::new(body, shape).map(|_| ());
        let shape = Loop { params: 1, state: 1, steps: 2, backwards: false };
        assert!(scan(Program::<f64>::id(2), shape).is_ok() && scan(Program::<f64>::id(1), shape).is_err());
        let l = serde_json::to_string(&Program::<f64>::id(2).scan(1, 1, 2)?).expect("valid");
        assert!(serde_json::from_str::<Program>(&l).is_ok());
        refused(l.replace("\"state\":1", "\"state\":2"));
        refused(l.replace("\"steps\":2", "\"steps\":18446744073709551615"));
        refused(l.replace("\"params\":1", "\"params\":18446744073709551615"));
        Ok(())
    }
}
