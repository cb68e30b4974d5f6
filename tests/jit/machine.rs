//! What is particular to machine code: lengths, threads, sizes, times.

use crate::{check, rosenbrock};
use pullback::{program::Compiled, *};

#[test]
fn wrong_lengths_are_errors() {
    let code = Program::record(|x| x[0] * x[1], &[1.0, 2.0]).and_then(|p| p.compile()).expect("compiles");
    let text = |r: Result<()>| r.unwrap_err().to_string();
    assert_eq!(text(code.call(&[1.0]).map(drop)), "inputs: expected length 2, found 1");
    assert_eq!(text(code.call_into(&[1.0, 2.0], &mut [0.0; 2])), "outputs: expected length 1, found 2");
    assert_eq!(text(code.call_many_into(&[1.0; 5], &mut [0.0; 2])), "inputs: expected length 4, found 5");
    assert_eq!(text(code.call_many_into(&[1.0; 4], &mut [0.0; 3])), "outputs: expected length 2, found 3");
    assert_eq!(code.call_many_into(&[], &mut []), Ok(()));
}
#[test]
fn programs_without_inputs_or_outputs_compile() {
    check("nothing", &Program::<f64>::id(0), &[vec![]]);
    check("nothing happens", &Program::<f64>::id(3), &[vec![1.0, f64::NAN, -0.0]]);
    check("swap", &Program::<f64>::swap(1, 2), &[vec![1.0, 2.0, 3.0], vec![4.0, 5.0, 6.0]]);
    check("discard", &Program::<f64>::discard(2), &[vec![1.0, 2.0]]);
}
#[test]
fn a_fault_is_returned() {
    let wrong = Program::<f64>::id(2) >> Program::id(3);
    assert!(matches!(wrong.compile(), Err(Error::Miswired { op: "then", .. })));
}
#[test]
fn threads_share_code_and_the_last_clone_frees_it() {
    fn shared<T: Send + Sync>(_: &T) {}
    let x: Vec<f64> = (0..400).map(|k| 0.5 + k as f64 * 1e-3).collect();
    let p = Program::record(|x| rosenbrock(x), &x).and_then(|p| p.gradient()).expect("differentiates");
    let code: Compiled = p.compile().expect("compiles");
    shared(&code);
    let truth = p.eval(&x).expect("runs");
    std::thread::scope(|s| {
        for _ in 0..4 {
            let (code, x, truth) = (code.clone(), &x, &truth);
            s.spawn(move || (0..50).for_each(|_| assert_eq!(&code.call(x).expect("runs"), truth)));
        }
    });
    let last = code.clone();
    drop(code);
    assert_eq!(last.call(&x).expect("runs"), truth);
}
#[test]
fn code_tells_its_size_and_its_time() {
    let code = Program::record(|x| x[0].sin(), &[1.0]).and_then(|p| p.compile()).expect("compiles");
    assert!(code.compile_time().as_nanos() > 0);
    let (bytes, functions) = code.code_size();
    assert!((8..4096).contains(&bytes) && functions == 2, "{code:?}");
    assert_eq!(format!("{code:?}"), format!("Compiled(1 to 1, {bytes} bytes in 2 functions)"));
}
