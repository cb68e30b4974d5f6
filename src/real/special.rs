pub(crate) fn erf(x: f64) -> f64 {
    libm::erf(x)
}
pub(crate) fn erfc(x: f64) -> f64 {
    libm::erfc(x)
}
pub(crate) fn ln_gamma(x: f64) -> f64 {
    libm::lgamma(x)
}
pub(crate) fn digamma(x: f64) -> f64 {
    x
}
pub(crate) fn polygamma(_n: u32, x: f64) -> f64 {
    x
}
#[inline(always)]
pub(crate) fn sigmoid(x: f64) -> f64 {
    let e = num_traits::Float::exp(-num_traits::Float::abs(x));
    if x >= 0.0 { 1.0 / (1.0 + e) } else { e / (1.0 + e) }
}
pub(crate) fn logit(x: f64) -> f64 {
    num_traits::Float::ln(x / (1.0 - x))
}
pub(crate) fn softplus(x: f64) -> f64 {
    num_traits::Float::max(x, 0.0) + num_traits::Float::ln_1p(num_traits::Float::exp(-num_traits::Float::abs(x)))
}
pub(crate) fn norm_cdf(x: f64) -> f64 {
    0.5 * libm::erfc(-x / 1.4142135623730951)
}
pub(crate) fn norm_ppf(x: f64) -> f64 {
    x
}
pub(crate) fn xlogx(x: f64) -> f64 {
    x
}
pub(crate) fn xlogy(x: f64, _y: f64) -> f64 {
    x
}
pub(crate) fn beta(x: f64, _y: f64) -> f64 {
    x
}
pub(crate) fn ln_beta(x: f64, _y: f64) -> f64 {
    x
}
pub(crate) fn bessel_j(n: i32, x: f64) -> f64 {
    libm::jn(n, x)
}
pub(crate) fn spherical_bessel_j(_n: u32, x: f64) -> f64 {
    num_traits::Float::sin(x) / x
}
