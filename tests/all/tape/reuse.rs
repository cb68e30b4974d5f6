//! What a tape is after an evaluation, an error, a panic: as good as new.

use super::*;
use std::panic::{AssertUnwindSafe, catch_unwind};

#[test]
fn a_tape_forgets_the_evaluation_before() -> Result<()> {
    let mut tape = Tape::new();
    // sizes up and down, across block borders (64, 192, 448, …), with other entries in the blocks each time
    for n in [3, 1000, 2, 65, 66, 64, 5000, 1, 193, 10] {
        let x = integers(n);
        let (y, g) = tape.value_and_grad(|x| chain(x), &x)?;
        assert_eq!((y, g), (chain(&x), &chain_gradient(&x)[..]), "{n} inputs");
        let (y, g) = tape.try_value_and_grad(|x| Ok(sum(x) * 2.0 + dot(x, x)?), &x)?;
        let truth: Vec<f64> = x.iter().map(|x| 2.0 + 2.0 * x).collect();
        assert_eq!((y, g), (x.iter().map(|x| x * 2.0 + x * x).sum(), &truth[..]), "{n} inputs");
    }
    Ok(())
}

#[test]
fn an_error_leaves_the_tape_usable() -> Result<()> {
    let mut tape = Tape::new();
    let stop = Error::OutOfDomain { op: "mine", value: 2.0, domain: "less" };
    for _ in 0..3 {
        let e = tape.try_value_and_grad(
            |x| {
                let _ = chain(x);
                Err(stop.clone())
            },
            &integers(300),
        );
        assert_eq!(e.unwrap_err(), stop);
        assert_eq!(tape.value_and_grad(|x| x[0] * x[1] + x[1], &[3.0, 5.0])?, (20.0, &[5.0, 4.0][..]));
    }
    Ok(())
}

fn panics<R>(f: impl FnOnce() -> R) {
    assert!(catch_unwind(AssertUnwindSafe(f)).is_err(), "expected a panic");
}

#[test]
fn a_panic_leaves_the_tape_usable() -> Result<()> {
    let (mut tape, x) = (Tape::new(), integers(700));
    let check = |tape: &mut Tape| {
        assert_eq!(tape.value_and_grad(|x| chain(x), &x), Ok((chain(&x), &chain_gradient(&x)[..])));
    };
    for _ in 0..2 {
        panics(|| {
            tape.value_and_grad(
                |x| {
                    assert!(chain(x).value() > f64::INFINITY, "in the closure");
                    x[0]
                },
                &x,
            )
        });
        check(&mut tape);
        // in a segment
        panics(|| {
            tape.try_value_and_grad(
                |x| {
                    preaccumulate(x, |x| {
                        assert!(chain(x).value() > f64::INFINITY, "in a segment");
                        Ok(x[0])
                    })
                },
                &x,
            )
        });
        check(&mut tape);
        // in the middle of a sweep
        panics(|| {
            tape.try_value_and_grad(
                |x| Ok(custom("bang", x, &[chain(x).value()], |_, _| panic!("in a sweep"))?[0] + chain(x)),
                &x,
            )
        });
        check(&mut tape);
    }
    // caught inside: the recording goes on
    let (_, g) = tape.value_and_grad(
        |x| {
            let a = x[0] * x[1] + x[2] * x[3];
            panics(|| preaccumulate(x, |x| -> Result<_> { panic!("{}", chain(x).value()) }));
            a * 2.0 + chain(x)
        },
        &x,
    )?;
    let mut truth = chain_gradient(&x);
    for (k, partner) in [(0, 1), (1, 0), (2, 3), (3, 2)] {
        truth[k] += 2.0 * x[partner];
    }
    assert_eq!(g, truth);
    Ok(())
}

#[test]
fn second_order_tapes_recover_too() {
    let (mut tape, mut hv) = (Tape::new(), [0.0; 2]);
    for _ in 0..2 {
        panics(|| tape.hvp_into(|_| panic!("in the closure"), &[1.0, 2.0], &[1.0, 0.0], &mut hv));
        let y = tape.hvp_into(|x| x[0] * x[0] * x[1], &[3.0, 5.0], &[1.0, 0.0], &mut hv);
        assert_eq!((y, hv), (Ok(45.0), [10.0, 6.0]));
    }
}
