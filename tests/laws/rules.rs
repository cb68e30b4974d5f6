//! Sum, product and chain rule: $\nabla(f+g) = \nabla f + \nabla g$, $\nabla(fg) = f\nabla g + g\nabla f$,
//! $J_{g \circ f}(x) = J_g(f(x))\,J_f(x)$.

use crate::integers::{Polynomial, for_all, inner, plus, times};
use pullback::*;

#[test]
fn sum_and_product_rule() {
    for_all(|f, x, draw| {
        let g = Polynomial::random(draw, f.inputs, 1);
        let ((fx, df), (gx, dg)) = (
            value_and_grad(|x| f.of(x)[0], x).expect("no limit"),
            value_and_grad(|x| g.of(x)[0], x).expect("no limit"),
        );
        assert_eq!(grad(|x| f.of(x)[0] + g.of(x)[0], x), Ok(plus(&df, &dg)));
        assert_eq!(grad(|x| f.of(x)[0] - g.of(x)[0], x), Ok(plus(&df, &times(-1.0, &dg))));
        assert_eq!(grad(|x| f.of(x)[0] * g.of(x)[0], x), Ok(plus(&times(fx, &dg), &times(gx, &df))));
    });
}

#[test]
fn chain_rule() {
    for_all(|f, x, draw| {
        let g = Polynomial::random(draw, f.outputs, 2);
        // only where the composition is still exact
        let y = f.of(x);
        let whole = jacobian(|x| g.of(&f.of(x)), x).expect("no limit");
        if whole.iter().flatten().chain(&g.of(&y)).any(|v| v.abs() > 2f64.powi(50)) {
            return;
        }
        let (jf, jg) = (jacobian_rev(|x| f.of(x), x).expect("no limit"), jacobian_fwd(|y| g.of(y), &y).expect("shape"));
        for (row, outer) in whole.iter().zip(&jg) {
            for (k, entry) in row.iter().enumerate() {
                assert_eq!(*entry, inner(outer, &jf.iter().map(|r| r[k]).collect::<Vec<_>>()));
            }
        }
    });
}
