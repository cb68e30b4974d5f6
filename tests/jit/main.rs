//! Every executor of programs returns what the interpreter returns, to the bit, errors included. (A NaN is a NaN: which
//! of its bit patterns comes out is not specified anywhere.)

mod loops;
mod machine;
mod operations;
mod random;
mod table;

use pullback::{program::Compiled, *};

/// Says whether two results are the same to the bit, or both NaN.
pub(crate) fn agree<F: Primitive>(a: &Result<Vec<F>>, b: &Result<Vec<F>>) -> bool {
    let same =
        |(a, b): (&F, &F)| a.widen().to_bits() == b.widen().to_bits() || a.widen().is_nan() && b.widen().is_nan();
    match (a, b) {
        (Ok(a), Ok(b)) => a.len() == b.len() && a.iter().zip(b).all(same),
        (Err(a), Err(b)) => format!("{a:?}") == format!("{b:?}"), // a NaN in an error equals itself
        _ => false,
    }
}
/// Runs machine code and interpreter at each point, alone and all together.
pub(crate) fn check<F: Primitive>(name: &str, p: &Program<F>, points: &[Vec<F>]) -> Compiled<F> {
    let code = p.compile().unwrap_or_else(|e| panic!("{name}: {e}"));
    let truth: Vec<_> = points.iter().map(|x| p.eval(x)).collect();
    for (x, truth) in points.iter().zip(&truth) {
        let found = code.call(x);
        assert!(agree(&found, truth), "{name} at {x:?}: machine code {found:?}, interpreter {truth:?}");
    }
    let m = p.arity().1;
    let mut found = vec![F::default(); m * points.len()];
    let found = code.call_many_into(&points.concat(), &mut found).map(|()| found);
    let truth = truth.into_iter().collect::<Result<Vec<_>>>().map(|rows| rows.concat());
    assert!(agree(&found, &truth), "{name}, many points: machine code {found:?}, interpreter {truth:?}");
    code
}
/// The program, its gradient, its Hessian.
pub(crate) fn check_orders(name: &str, p: &Program, points: &[Vec<f64>]) {
    check(name, p, points);
    check(&format!("gradient of {name}"), &p.gradient().expect(name), points);
    check(&format!("Hessian of {name}"), &p.hessian().expect(name), points);
}

/// A small generator of random numbers (splitmix64).
pub(crate) struct Random(pub(crate) u64);
impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
    /// A number in (−2, 2).
    pub(crate) fn number(&mut self) -> f64 {
        ((self.next() >> 11) as f64 + 0.5) / (1u64 << 51) as f64 - 2.0
    }
}

pub(crate) fn rosenbrock<T: Real>(x: &[T]) -> T {
    x.windows(2).fold(T::lit(0.0), |sum, w| sum + (w[1] - w[0] * w[0]).powi(2) * 100.0 + (w[0] - 1.0).powi(2))
}
