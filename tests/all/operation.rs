//! Every operation of the crate by its name, at any number.

use crate::scenario::Formula;
use pullback::*;

/// An operation and its integer parameter: the function of a row of the truth tables.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Named {
    pub(crate) op: &'static str,
    pub(crate) n: i32,
}

/// Each operation is a function of its own that is not inlined: it is compiled once for each number and not once more
/// for each place that names it.
macro_rules! operations { ($(
    $name:ident |$x:ident, $n:ident| $value:expr;
)*) => {
    mod each {
        use pullback::*;
        $(
            #[inline(never)]
            #[allow(deprecated)] // `Float::abs_sub`
            #[allow(unused_variables)]
            pub(super) fn $name<F: Primitive, T: Real<F>>($x: &[T], $n: i32) -> T { $value }
        )*
    }
    impl Formula for Named {
        fn call<F: Primitive, T: Real<F>>(&self, x: &[T]) -> T {
            match self.op {
                $( stringify!($name) => each::$name(x, self.n), )*
                other => panic!("the tables name `{other}`, tests/all/operation.rs does not"),
            }
        }
    }
    /// The names of all operations.
    pub(crate) const NAMES: &[&str] = &[$(stringify!($name)),*];
} }

operations! {
    neg |x, n| -x[0];
    abs |x, n| x[0].abs();
    signum |x, n| x[0].signum();
    floor |x, n| x[0].floor();
    ceil |x, n| x[0].ceil();
    round |x, n| x[0].round();
    trunc |x, n| x[0].trunc();
    fract |x, n| x[0].fract();
    recip |x, n| x[0].recip();
    sqrt |x, n| x[0].sqrt();
    cbrt |x, n| x[0].cbrt();
    powi |x, n| x[0].powi(n);
    exp |x, n| x[0].exp();
    exp2 |x, n| x[0].exp2();
    exp_m1 |x, n| x[0].exp_m1();
    ln |x, n| x[0].ln();
    log2 |x, n| x[0].log2();
    log10 |x, n| x[0].log10();
    ln_1p |x, n| x[0].ln_1p();
    sin |x, n| x[0].sin();
    cos |x, n| x[0].cos();
    tan |x, n| x[0].tan();
    asin |x, n| x[0].asin();
    acos |x, n| x[0].acos();
    atan |x, n| x[0].atan();
    sinh |x, n| x[0].sinh();
    cosh |x, n| x[0].cosh();
    tanh |x, n| x[0].tanh();
    asinh |x, n| x[0].asinh();
    acosh |x, n| x[0].acosh();
    atanh |x, n| x[0].atanh();
    to_degrees |x, n| x[0].to_degrees();
    to_radians |x, n| x[0].to_radians();
    relu |x, n| x[0].relu();
    erf |x, n| x[0].erf();
    erfc |x, n| x[0].erfc();
    ln_gamma |x, n| x[0].ln_gamma();
    digamma |x, n| x[0].digamma();
    polygamma |x, n| x[0].polygamma(n as u32);
    sigmoid |x, n| x[0].sigmoid();
    logit |x, n| x[0].logit();
    softplus |x, n| x[0].softplus();
    norm_cdf |x, n| x[0].norm_cdf();
    norm_ppf |x, n| x[0].norm_ppf();
    sinc |x, n| x[0].sinc();
    spherical_bessel_j |x, n| x[0].spherical_bessel_j(n as u32);
    bessel_j |x, n| x[0].bessel_j(n);
    xlogx |x, n| x[0].xlogx();
    add |x, n| x[0] + x[1];
    sub |x, n| x[0] - x[1];
    mul |x, n| x[0] * x[1];
    div |x, n| x[0] / x[1];
    rem |x, n| x[0] % x[1];
    powf |x, n| x[0].powf(x[1]);
    max |x, n| x[0].max(x[1]);
    min |x, n| x[0].min(x[1]);
    atan2 |x, n| x[0].atan2(x[1]);
    hypot |x, n| x[0].hypot(x[1]);
    copysign |x, n| x[0].copysign(x[1]);
    xlogy |x, n| x[0].xlogy(x[1]);
    beta |x, n| x[0].beta(x[1]);
    ln_beta |x, n| x[0].ln_beta(x[1]);
    abs_sub |x, n| x[0].abs_sub(x[1]);
    log |x, n| x[0].log(x[1]);
    div_euclid |x, n| x[0].div_euclid(x[1]);
    rem_euclid |x, n| x[0].rem_euclid(x[1]);
    mul_add |x, n| x[0].mul_add(x[1], x[2]);
    clamp |x, n| x[0].clamp(x[1], x[2]);
    sum |x, n| pullback::sum(x);
    product |x, n| pullback::product(x);
    norm |x, n| pullback::norm(x);
    log_sum_exp |x, n| pullback::log_sum_exp(x);
    dot |x, n| pullback::dot(&x[..x.len() / 2], &x[x.len() / 2..]).expect("two halves");
    affine |x, n| pullback::affine(&x[..x.len() / 2], &x[x.len() / 2..x.len() - 1], x[x.len() - 1]).expect("two halves");
    max_of |x, n| x[1..].iter().fold(x[0], |m, &x| m.max(x));
    min_of |x, n| x[1..].iter().fold(x[0], |m, &x| m.min(x));
}
