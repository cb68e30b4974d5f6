//! The functions as data: dimensions, starting points, and the minima that the paper prints.

/// A function at one dimension.
pub(super) struct Problem {
    pub name: &'static str,
    pub n: usize,
    pub m: usize,
    /// The paper's starting point.
    pub x0: Vec<f64>,
    /// In the order of the table: `min1`, `min2`, ..
    pub minima: Vec<Minimum>,
}

/// A minimum as the paper prints it. Numbers that end in `..` go on after the digits shown; the others are exact.
pub(super) struct Minimum {
    pub f: &'static str,
    /// The coordinates of the minimiser; empty where the paper has none or has a formula that the table evaluates.
    pub x: Vec<&'static str>,
}

impl Minimum {
    /// Reads a printed number: its value, and how far the true one may be from it.
    pub(super) fn printed(text: &str) -> (f64, f64) {
        let number = |t: &str| t.parse::<f64>().unwrap_or_else(|_| panic!("not a number: {text}"));
        let Some((digits, exponent)) = text.split_once("..") else { return (number(text), 0.0) };
        let decimals = digits.split_once('.').map_or(0, |(_, d)| d.len());
        let unit = number(&format!("1{exponent}")) / 10f64.powi(decimals as i32);
        (number(&format!("{digits}{exponent}")), unit)
    }
}

/// All 35 functions, some at several dimensions, in the paper's order.
pub(super) fn problems() -> Vec<Problem> {
    let bvp = |n: usize| steps(n).map(|j| j / (n as f64 + 1.0)).map(|t| t * (t - 1.0)).collect::<Vec<_>>();
    let even = |n: usize| steps(n).map(|j| j / (n as f64 + 1.0)).collect::<Vec<_>>();
    vec![
        p("rosenbrock", 2, [-1.2, 1.0], [min("0", ["1", "1"])]),
        p("freudenstein_roth", 2, [0.5, -2.0], [min("0", ["5", "4"]), min("48.9842..", ["11.41..", "-0.8968.."])]),
        p("powell_badly_scaled", 2, [0.0, 1.0], [min("0", ["1.098..e-5", "9.106.."])]),
        p("brown_badly_scaled", 3, [1.0, 1.0], [min("0", ["1e6", "2e-6"])]),
        p("beale", 3, [1.0, 1.0], [min("0", ["3", "0.5"])]),
        p("jennrich_sampson", 10, [0.3, 0.4], [min("124.362..", ["0.2578..", "0.2578.."])]),
        p("helical_valley", 3, [-1.0, 0.0, 0.0], [min("0", ["1", "0", "0"])]),
        p("bard", 15, [1.0; 3], [min("8.21487..e-3", []), min("17.4286..", ["0.8406..", "-inf", "-inf"])]),
        p("gaussian", 15, [0.4, 1.0, 0.0], [min("1.12793..e-8", [])]),
        p("meyer", 16, [0.02, 4000.0, 250.0], [min("87.9458..", [])]),
        p("gulf", 20, [5.0, 2.5, 0.15], [min("0", ["50", "25", "1.5"])]),
        p("box_3d", 10, [0.0, 10.0, 20.0], [min("0", ["1", "10", "1"]), min("0", ["10", "1", "-1"]), min("0", [])]),
        p("powell_singular", 4, [3.0, -1.0, 0.0, 1.0], [min("0", ["0"; 4])]),
        p("wood", 6, [-3.0, -1.0, -3.0, -1.0], [min("0", ["1"; 4])]),
        p(
            "kowalik_osborne",
            11,
            [0.25, 0.39, 0.415, 0.39],
            [min("3.07505..e-4", []), min("1.02734..e-3", ["inf", "-14.07..", "-inf", "-inf"])],
        ),
        p("brown_dennis", 20, [25.0, 5.0, -5.0, -1.0], [min("85822.2..", [])]),
        p("osborne_1", 33, [0.5, 1.5, -1.0, 0.01, 0.02], [min("5.46489..e-5", [])]),
        p(
            "biggs_exp6",
            13,
            [1.0, 2.0, 1.0, 1.0, 1.0, 1.0],
            [min("0", ["1", "10", "1", "5", "4", "3"]), min("5.65565..e-3", [])],
        ),
        p("osborne_2", 65, [1.3, 0.65, 0.65, 0.7, 0.6, 3.0, 5.0, 7.0, 2.0, 4.5, 5.5], [min("4.01377..e-2", [])]),
        p("watson", 31, [0.0; 6], [min("2.28767..e-3", [])]),
        p("watson", 31, [0.0; 9], [min("1.39976..e-6", [])]),
        p("watson", 31, [0.0; 12], [min("4.72238..e-10", [])]),
        p("extended_rosenbrock", 6, [-1.2, 1.0].repeat(3), [min("0", ["1"; 6])]),
        p("extended_powell", 8, [3.0, -1.0, 0.0, 1.0].repeat(2), [min("0", ["0"; 8])]),
        p("penalty_1", 5, steps(4), [min("2.24997..e-5", [])]),
        p("penalty_1", 11, steps(10), [min("7.08765..e-5", [])]),
        p("penalty_2", 8, [0.5; 4], [min("9.37629..e-6", [])]),
        p("penalty_2", 20, [0.5; 10], [min("2.93660..e-4", [])]),
        p("variably_dimensioned", 8, steps(6).map(|j| 1.0 - j / 6.0), [min("0", ["1"; 6])]),
        p("trigonometric", 6, [1.0 / 6.0; 6], [min("0", ["0"; 6])]),
        p(
            "brown_almost_linear",
            5,
            [0.5; 5],
            [min("0", ["1"; 5]), min("0", []), min("0", []), min("1", ["0", "0", "0", "0", "6"])],
        ),
        p("discrete_boundary", 8, bvp(8), [min("0", [])]),
        p("discrete_integral", 8, bvp(8), [min("0", [])]),
        p("broyden_tridiagonal", 8, [-1.0; 8], [min("0", [])]),
        p("broyden_banded", 8, [-1.0; 8], [min("0", [])]),
        // m - n; m (m - 1) / (2 (2 m + 1)); (m^2 + 3 m - 6) / (2 (2 m - 3)), at m = 8
        p("linear_full_rank", 8, [1.0; 5], [min("3", ["-1"; 5])]),
        p("linear_rank_1", 8, [1.0; 5], [min("1.6470588..", [])]),
        p("linear_rank_1_zeros", 8, [1.0; 5], [min("3.1538461..", [])]),
        p("chebyquad", 7, even(7), [min("0", [])]),
        p("chebyquad", 8, even(8), [min("3.51687..e-3", [])]),
        p("chebyquad", 10, even(10), [min("6.50395..e-3", [])]),
    ]
}

fn p(
    name: &'static str,
    m: usize,
    x0: impl IntoIterator<Item = f64>,
    minima: impl IntoIterator<Item = Minimum>,
) -> Problem {
    let x0: Vec<f64> = x0.into_iter().collect();
    Problem { name, n: x0.len(), m, x0, minima: minima.into_iter().collect() }
}

fn min(f: &'static str, x: impl IntoIterator<Item = &'static str>) -> Minimum {
    Minimum { f, x: x.into_iter().collect() }
}

/// 1, 2, .., n as f64.
fn steps(n: usize) -> impl Iterator<Item = f64> {
    (1..=n).map(|j| j as f64)
}
