//! Wrong lengths, lazy variables, other threads.

use super::*;
use std::marker::PhantomData;

fn message<R>(outcome: Result<R>) -> String {
    outcome.map(|_| ()).expect_err("expected an error").to_string()
}

#[test]
fn a_wrong_length_names_the_operation_and_both_numbers() -> Result<()> {
    let x = [1.0, 2.0, 3.0];
    let (mut tape, mut tape_of_duals, mut tape_of_lanes) = (Tape::new(), Tape::new(), Tape::<Multi<f64, 2>>::new());
    assert_eq!(message(jvp(|x| x[0], &x, &[1.0])), "jvp: expected length 3, found 1");
    assert_eq!(message(hvp(|x| x[0], &x, &[1.0; 4])), "hvp: expected length 3, found 4");
    assert_eq!(
        message(tape_of_duals.hvp_into(|x| x[0], &x, &[1.0; 2], &mut [0.0; 3])),
        "hvp: expected length 3, found 2"
    );
    assert_eq!(
        message(tape_of_duals.hvp_into(|x| x[0], &x, &[1.0; 3], &mut [0.0; 2])),
        "hvp: expected length 3, found 2"
    );
    assert_eq!(message(tape_of_lanes.hessian_into(|x| x[0], &x, &mut [0.0; 8])), "hessian: expected length 9, found 8");
    let jacobian_into = tape.jacobian_into(|_, _| Ok(()), &x, &mut [0.0; 2], &mut [0.0; 5]);
    assert_eq!(message(jacobian_into), "jacobian_into: expected length 6, found 5");
    let outputs_that_change =
        jacobian_fwd(|x| vec![Multi::from(1.0); if x[0].tangents()[0] == 1.0 { 2 } else { 3 }], &[0.0; 9]);
    assert_eq!(message(outputs_that_change), "jacobian_fwd: expected length 2, found 3");

    let (_, pb) = vjp(|x| vec![x[0], x[1]], &x)?;
    assert_eq!(message(pb.pull(&[1.0])), "pull: expected length 2, found 1");
    assert_eq!(message(pb.push(&[1.0; 4])), "push: expected length 3, found 4");
    assert_eq!(message(pb.pull_lanes(&[[1.0; 4]; 3])), "pull_lanes: expected length 2, found 3");
    assert_eq!(message(pb.push_lanes(&[[1.0; 4]; 2])), "push_lanes: expected length 3, found 2");
    record(|t| {
        let x = t.inputs(&x);
        assert_eq!(message(t.pull(x, &[1.0], x)), "pull: expected length 3, found 1");
        assert_eq!(message(t.pull_into(x, &[1.0; 3], x, &mut [0.0; 2])), "pull: expected length 3, found 2");
        assert_eq!(message(t.pull_lanes(x, &[[1.0; 2]; 4], x)), "pull: expected length 3, found 4");
        assert_eq!(message(custom("mine", x, &[], |_, _| Ok(()))), "mine: expected length 1, found 0");
        assert_eq!(message(opaque("mine", x, 1.0, &[1.0])), "mine: expected length 3, found 1");
        assert_eq!(message(dot(x, &x[1..])), "dot: expected length 3, found 2");
        assert_eq!(message(affine(&x[..1], x, x[0])), "affine: expected length 1, found 3");
        let scanned = scan(0..1, [x[0]], &x[1..], |_, [s, p]| [s * p]);
        assert_eq!(message(scanned), "scan: expected length 2, found 3");
        Ok(())
    })
}

#[test]
fn only_inputs_constants_and_anchored_variables_have_a_cotangent() -> Result<()> {
    record(|t| {
        let x = t.inputs(&[2.0, 3.0]);
        let lazy = x[0] * 5.0; // not written: no entry
        let anchored = (x[0] * x[1]).anchor();
        let summed = x[0] * x[1] + x[0] * x[0]; // one entry by itself, of two merged pairs or not
        let y = lazy * anchored + summed * 2.0;
        let e = t.pull(&[y], &[1.0], &[x[0], lazy]).unwrap_err();
        assert_eq!(e, Error::NoEntry { op: "pull", argument: 1 });
        let words = "pull: expected an input or an anchored variable as argument 1, found a lazy one";
        assert_eq!(e.to_string(), words);
        assert_eq!(message(t.pull_lanes(&[y], &[[1.0, 2.0]], &[lazy])), words.replace("argument 1", "argument 0"));
        // an anchored intermediate, an input, a constant, one of them twice
        assert_eq!(t.grad(y, &[anchored, x[1], lift(7.0), anchored])?, [10.0, 2.0 * 10.0 + 4.0, 0.0, 10.0]);
        // anchoring is idempotent and changes nothing else
        let entries = t.len();
        assert_eq!(t.grad(anchored.anchor(), x)?, [3.0, 2.0]);
        assert_eq!((t.len(), x[0].anchor().value()), (entries, 2.0));
        assert!(lift::<f64, f64>(1.0).anchor().frame().is_none());
        // an input times one is still that input; times minus one it is lazy
        assert_eq!(t.grad(x[0] * x[0], &[x[0] * 1.0])?, [4.0]);
        assert_eq!(message(t.grad(x[0] * x[0], &[-x[0]])), words.replace("argument 1", "argument 0"));
        Ok(())
    })
}

#[test]
fn numbers_do_not_cross_threads_and_what_owns_its_memory_does() {
    struct Asked<T>(PhantomData<T>);
    trait Otherwise {
        const SEND: bool = false;
        const SYNC: bool = false;
    }
    impl<T> Otherwise for Asked<T> {}
    struct AskedSync<T>(PhantomData<T>);
    impl<T> Otherwise for AskedSync<T> {}
    impl<T: Send> Asked<T> {
        const SEND: bool = true;
    }
    impl<T: Sync> AskedSync<T> {
        const SYNC: bool = true;
    }
    let _ = (Asked::<()>(PhantomData), AskedSync::<()>(PhantomData));
    assert_eq!((Asked::<Var<'static>>::SEND, AskedSync::<Var<'static>>::SYNC), (false, false));
    assert_eq!((Asked::<Frame<'static>>::SEND, AskedSync::<Frame<'static>>::SYNC), (false, false));
    assert_eq!((Asked::<Tape>::SEND, AskedSync::<Tape>::SYNC), (true, false));
    assert_eq!((Asked::<Pullback>::SEND, AskedSync::<Pullback>::SYNC), (true, true));
    assert_eq!((Asked::<Dual>::SEND, AskedSync::<Multi<f64, 4>>::SYNC), (true, true));
    assert_eq!((Asked::<Error>::SEND, AskedSync::<Error>::SYNC), (true, true));
}
