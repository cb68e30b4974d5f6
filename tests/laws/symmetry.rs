//! A Hessian is symmetric, and every nesting finds the same one.

use crate::integers::for_all;
use pullback::*;

#[test]
fn hessians_are_symmetric_and_agree() {
    for_all(|f, x, _| {
        let n = x.len();
        let h = hessian(|x| f.of(x)[0], x).expect("no limit");
        for i in 0..n {
            let unit: Vec<f64> = (0..n).map(|k| f64::from(u8::from(k == i))).collect();
            let column: Vec<f64> = h.iter().map(|row| row[i]).collect();
            assert_eq!(h[i], column, "row and column {i}");
            assert_eq!(hvp(|x| f.of(x)[0], x, &unit).as_ref(), Ok(&column), "forward over reverse, {i}");
            let twice = try_grad(|x| Ok(grad(|y| f.of(y)[0], x)?[i]), x);
            assert_eq!(twice.as_ref(), Ok(&column), "reverse over reverse, {i}");
            let tangent = |x: &[Var<'_>]| -> Vec<f64> {
                let seeded: Vec<_> = x.iter().zip(&unit).map(|(&x, &u)| Dual::new(x, lift(u))).collect();
                let t = x[0].frame().expect("an input");
                t.grad(f.of(&seeded)[0].tangent(), x).expect("inputs")
            };
            assert_eq!(record(|t| Ok(tangent(t.inputs(x)))).as_ref(), Ok(&column), "reverse over forward, {i}");
        }
        let diagonal: Vec<f64> = (0..n).map(|i| h[i][i]).collect();
        assert_eq!(hessian_diagonal(|x| f.of(x)[0], x), diagonal);
    });
}
