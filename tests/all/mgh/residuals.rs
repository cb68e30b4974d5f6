//! The 35 functions of Moré, Garbow and Hillstrom, as residuals of any number type.
//!
//! Source: J. J. Moré, B. S. Garbow, K. E. Hillstrom, "Testing unconstrained optimization software",
//! ACM Transactions on Mathematical Software 7(1), 1981, 17-41, section 3. Numbering and names are the paper's.

use pullback::Real;

/// The residuals of the problem called `name` at `x`.
pub(super) fn residuals<T: Real>(name: &str, x: &[T]) -> Vec<T> {
    match name {
        "rosenbrock" => rosenbrock(x),
        "freudenstein_roth" => freudenstein_roth(x),
        "powell_badly_scaled" => powell_badly_scaled(x),
        "brown_badly_scaled" => brown_badly_scaled(x),
        "beale" => beale(x),
        "jennrich_sampson" => jennrich_sampson(x),
        "helical_valley" => helical_valley(x),
        "bard" => bard(x),
        "gaussian" => gaussian(x),
        "meyer" => meyer(x),
        "gulf" => gulf(x),
        "box_3d" => box_3d(x),
        "powell_singular" | "extended_powell" => extended_powell(x),
        "wood" => wood(x),
        "kowalik_osborne" => kowalik_osborne(x),
        "brown_dennis" => brown_dennis(x),
        "osborne_1" => osborne_1(x),
        "biggs_exp6" => biggs_exp6(x),
        "osborne_2" => osborne_2(x),
        "watson" => watson(x),
        "extended_rosenbrock" => extended_rosenbrock(x),
        "penalty_1" => penalty_1(x),
        "penalty_2" => penalty_2(x),
        "variably_dimensioned" => variably_dimensioned(x),
        "trigonometric" => trigonometric(x),
        "brown_almost_linear" => brown_almost_linear(x),
        "discrete_boundary" => discrete_boundary(x),
        "discrete_integral" => discrete_integral(x),
        "broyden_tridiagonal" => broyden_tridiagonal(x),
        "broyden_banded" => broyden_banded(x),
        "linear_full_rank" => linear_full_rank(x),
        "linear_rank_1" => linear_rank_1(x),
        "linear_rank_1_zeros" => linear_rank_1_zeros(x),
        "chebyquad" => chebyquad(x),
        _ => panic!("no residuals for {name}"),
    }
}

/// The objective: the sum of squared residuals.
pub(super) fn objective<T: Real>(name: &str, x: &[T]) -> T {
    residuals(name, x).into_iter().map(|r| r * r).sum()
}

// 1
fn rosenbrock<T: Real>(x: &[T]) -> Vec<T> {
    vec![(x[1] - x[0] * x[0]) * 10.0, -x[0] + 1.0]
}

// 2
fn freudenstein_roth<T: Real>(x: &[T]) -> Vec<T> {
    let (a, b) = (x[0], x[1]);
    vec![a - 13.0 + ((-b + 5.0) * b - 2.0) * b, a - 29.0 + ((b + 1.0) * b - 14.0) * b]
}

// 3
fn powell_badly_scaled<T: Real>(x: &[T]) -> Vec<T> {
    vec![x[0] * x[1] * 1e4 - 1.0, (-x[0]).exp() + (-x[1]).exp() - 1.0001]
}

// 4
fn brown_badly_scaled<T: Real>(x: &[T]) -> Vec<T> {
    vec![x[0] - 1e6, x[1] - 2e-6, x[0] * x[1] - 2.0]
}

// 5
fn beale<T: Real>(x: &[T]) -> Vec<T> {
    (1..).zip([1.5, 2.25, 2.625]).map(|(i, y)| -(x[0] * (-x[1].powi(i) + 1.0)) + y).collect()
}

// 6
fn jennrich_sampson<T: Real>(x: &[T]) -> Vec<T> {
    steps(1, 10).map(|i| -((x[0] * i).exp() + (x[1] * i).exp()) + (2.0 + 2.0 * i)).collect()
}

// 7: the paper's theta has a branch at x[0] = 0, which no point here sits on.
fn helical_valley<T: Real>(x: &[T]) -> Vec<T> {
    let half_turn = if x[0] > T::zero() { 0.0 } else { 0.5 };
    let theta = (x[1] / x[0]).atan() / (2.0 * std::f64::consts::PI) + half_turn;
    vec![(x[2] - theta * 10.0) * 10.0, ((x[0].powi(2) + x[1].powi(2)).sqrt() - 1.0) * 10.0, x[2]]
}

// 8
fn bard<T: Real>(x: &[T]) -> Vec<T> {
    const Y: [f64; 15] = [0.14, 0.18, 0.22, 0.25, 0.29, 0.32, 0.35, 0.39, 0.37, 0.58, 0.73, 0.96, 1.34, 2.10, 4.39];
    let term = |u: f64| (x[1] * (16.0 - u) + x[2] * u.min(16.0 - u)).recip() * u;
    steps(1, 15).zip(Y).map(|(u, y)| -(x[0] + term(u)) + y).collect()
}

// 9
fn gaussian<T: Real>(x: &[T]) -> Vec<T> {
    const Y: [f64; 8] = [0.0009, 0.0044, 0.0175, 0.0540, 0.1295, 0.2420, 0.3521, 0.3989];
    let y = Y.into_iter().chain(Y.into_iter().rev().skip(1));
    steps(1, 15).zip(y).map(|(i, y)| x[0] * (x[1] * (-x[2] + (8.0 - i) / 2.0).powi(2) / -2.0).exp() - y).collect()
}

// 10
fn meyer<T: Real>(x: &[T]) -> Vec<T> {
    const Y: [f64; 16] = [
        34780.0, 28610.0, 23650.0, 19630.0, 16370.0, 13720.0, 11540.0, 9744.0, 8261.0, 7030.0, 6005.0, 5147.0, 4427.0,
        3820.0, 3307.0, 2872.0,
    ];
    steps(1, 16).zip(Y).map(|(i, y)| x[0] * (x[1] / (x[2] + (45.0 + 5.0 * i))).exp() - y).collect()
}

// 11, m = 20. The paper's "y_i m i x_2" is a misprint for y_i - x_2.
fn gulf<T: Real>(x: &[T]) -> Vec<T> {
    let residual = |i: f64| {
        let t = i / 100.0;
        let y = 25.0 + (-50.0 * t.ln()).powf(2.0 / 3.0);
        (-((-x[1] + y).abs().powf(x[2]) / x[0])).exp() - t
    };
    steps(1, 20).map(residual).collect()
}

// 12, m = 10
fn box_3d<T: Real>(x: &[T]) -> Vec<T> {
    let residual = |t: f64| (x[0] * -t).exp() - (x[1] * -t).exp() - x[2] * ((-t).exp() - (-10.0 * t).exp());
    steps(1, 10).map(|i| residual(0.1 * i)).collect()
}

// 13 at n = 4, 22
fn extended_powell<T: Real>(x: &[T]) -> Vec<T> {
    let block = |x: &[T]| {
        let (square, fourth) = ((x[1] - x[2] * 2.0).powi(2), (x[0] - x[3]).powi(2) * 10f64.sqrt());
        [x[0] + x[1] * 10.0, (x[2] - x[3]) * 5f64.sqrt(), square, fourth]
    };
    x.chunks(4).flat_map(block).collect()
}

// 14
fn wood<T: Real>(x: &[T]) -> Vec<T> {
    vec![
        (x[1] - x[0].powi(2)) * 10.0,
        -x[0] + 1.0,
        (x[3] - x[2].powi(2)) * 90f64.sqrt(),
        -x[2] + 1.0,
        (x[1] + x[3] - 2.0) * 10f64.sqrt(),
        (x[1] - x[3]) / 10f64.sqrt(),
    ]
}

// 15
fn kowalik_osborne<T: Real>(x: &[T]) -> Vec<T> {
    const Y: [f64; 11] = [0.1957, 0.1947, 0.1735, 0.1600, 0.0844, 0.0627, 0.0456, 0.0342, 0.0323, 0.0235, 0.0246];
    const U: [f64; 11] = [4.0, 2.0, 1.0, 0.5, 0.25, 0.167, 0.125, 0.1, 0.0833, 0.0714, 0.0625];
    let model = |u: f64| x[0] * (x[1] * u + u * u) / (x[2] * u + x[3] + u * u);
    U.iter().zip(Y).map(|(&u, y)| -model(u) + y).collect()
}

// 16, m = 20
fn brown_dennis<T: Real>(x: &[T]) -> Vec<T> {
    let residual = |t: f64| (x[0] + x[1] * t - t.exp()).powi(2) + (x[2] + x[3] * t.sin() - t.cos()).powi(2);
    steps(1, 20).map(|i| residual(i / 5.0)).collect()
}

// 17
fn osborne_1<T: Real>(x: &[T]) -> Vec<T> {
    const Y: [f64; 33] = [
        0.844, 0.908, 0.932, 0.936, 0.925, 0.908, 0.881, 0.850, 0.818, 0.784, 0.751, 0.718, 0.685, 0.658, 0.628, 0.603,
        0.580, 0.558, 0.538, 0.522, 0.506, 0.490, 0.478, 0.467, 0.457, 0.448, 0.438, 0.431, 0.424, 0.420, 0.414, 0.411,
        0.406,
    ];
    let model = |t: f64| x[0] + x[1] * (x[3] * -t).exp() + x[2] * (x[4] * -t).exp();
    steps(0, 32).zip(Y).map(|(i, y)| -model(10.0 * i) + y).collect()
}

// 18, m = 13
fn biggs_exp6<T: Real>(x: &[T]) -> Vec<T> {
    let residual = |t: f64| {
        let y = (-t).exp() - 5.0 * (-10.0 * t).exp() + 3.0 * (-4.0 * t).exp();
        x[2] * (x[0] * -t).exp() - x[3] * (x[1] * -t).exp() + x[5] * (x[4] * -t).exp() - y
    };
    steps(1, 13).map(|i| residual(0.1 * i)).collect()
}

// 19
fn osborne_2<T: Real>(x: &[T]) -> Vec<T> {
    const Y: [f64; 65] = [
        1.366, 1.191, 1.112, 1.013, 0.991, 0.885, 0.831, 0.847, 0.786, 0.725, 0.746, 0.679, 0.608, 0.655, 0.616, 0.606,
        0.602, 0.626, 0.651, 0.724, 0.649, 0.649, 0.694, 0.644, 0.624, 0.661, 0.612, 0.558, 0.533, 0.495, 0.500, 0.423,
        0.395, 0.375, 0.372, 0.391, 0.396, 0.405, 0.428, 0.429, 0.523, 0.562, 0.607, 0.653, 0.672, 0.708, 0.633, 0.668,
        0.645, 0.632, 0.591, 0.559, 0.597, 0.625, 0.739, 0.710, 0.729, 0.720, 0.636, 0.581, 0.428, 0.292, 0.162, 0.098,
        0.054,
    ];
    let bump = |t: f64, k: usize| x[k] * (-((-x[k + 7] + t).powi(2) * x[k + 4])).exp();
    let model = |t: f64| x[0] * (x[4] * -t).exp() + bump(t, 1) + bump(t, 2) + bump(t, 3);
    steps(0, 64).zip(Y).map(|(i, y)| -model(i / 10.0) + y).collect()
}

// 20: p' - p^2 - 1 for the polynomial p with coefficients x, at i/29
fn watson<T: Real>(x: &[T]) -> Vec<T> {
    let residual = |t: f64| {
        let p = x.iter().rev().fold(T::zero(), |p, &c| p * t + c);
        let slope = x.iter().enumerate().skip(1).rev().fold(T::zero(), |q, (j, &c)| q * t + c * j as f64);
        slope - p * p - 1.0
    };
    steps(1, 29).map(|i| residual(i / 29.0)).chain([x[0], x[1] - x[0].powi(2) - 1.0]).collect()
}

// 21
fn extended_rosenbrock<T: Real>(x: &[T]) -> Vec<T> {
    x.chunks(2).flat_map(rosenbrock).collect()
}

// 23
fn penalty_1<T: Real>(x: &[T]) -> Vec<T> {
    let ball = x.iter().map(|&v| v * v).sum::<T>() - 0.25;
    x.iter().map(|&v| (v - 1.0) * 1e-5f64.sqrt()).chain([ball]).collect()
}

// 24
fn penalty_2<T: Real>(x: &[T]) -> Vec<T> {
    let n = x.len();
    let (e, a) = (|v: T| (v / 10.0).exp(), 1e-5f64.sqrt());
    let y = |i: usize| (i as f64 / 10.0).exp() + ((i + 1) as f64 / 10.0).exp();
    let mut r = vec![x[0] - 0.2];
    r.extend((1..n).map(|i| (e(x[i]) + e(x[i - 1]) - y(i)) * a));
    r.extend((1..n).map(|i| (e(x[i]) - (-0.1f64).exp()) * a));
    r.push(x.iter().enumerate().map(|(j, &v)| v * v * (n - j) as f64).sum::<T>() - 1.0);
    r
}

// 25
fn variably_dimensioned<T: Real>(x: &[T]) -> Vec<T> {
    let s: T = steps(1, x.len()).zip(x).map(|(j, &v)| (v - 1.0) * j).sum();
    x.iter().map(|&v| v - 1.0).chain([s, s * s]).collect()
}

// 26
fn trigonometric<T: Real>(x: &[T]) -> Vec<T> {
    let cosines: T = x.iter().map(|&v| v.cos()).sum();
    steps(1, x.len()).zip(x).map(|(i, &v)| -cosines + x.len() as f64 + (-v.cos() + 1.0) * i - v.sin()).collect()
}

// 27
fn brown_almost_linear<T: Real>(x: &[T]) -> Vec<T> {
    let (n, sum) = (x.len(), x.iter().copied().sum::<T>());
    let product = x.iter().fold(T::one(), |p, &v| p * v);
    x[..n - 1].iter().map(|&v| v + sum - (n as f64 + 1.0)).chain([product - 1.0]).collect()
}

// 28, with x = 0 beyond both ends
fn discrete_boundary<T: Real>(x: &[T]) -> Vec<T> {
    let (n, h) = (x.len(), 1.0 / (x.len() as f64 + 1.0));
    let at = |i: usize| if i == 0 || i > n { T::zero() } else { x[i - 1] };
    let cubic = |i: usize| (at(i) + (i as f64 * h + 1.0)).powi(3) * (h * h / 2.0);
    (1..=n).map(|i| at(i) * 2.0 - at(i - 1) - at(i + 1) + cubic(i)).collect()
}

// 29
fn discrete_integral<T: Real>(x: &[T]) -> Vec<T> {
    let h = 1.0 / (x.len() as f64 + 1.0);
    let t: Vec<f64> = steps(1, x.len()).map(|i| i * h).collect();
    let cubic: Vec<T> = x.iter().zip(&t).map(|(&v, &t)| (v + (t + 1.0)).powi(3)).collect();
    let kernel = |i: usize, j: usize| if j <= i { (1.0 - t[i]) * t[j] } else { t[i] * (1.0 - t[j]) };
    let integral = |i: usize| cubic.iter().enumerate().map(|(j, &c)| c * kernel(i, j)).sum::<T>();
    x.iter().enumerate().map(|(i, &v)| v + integral(i) * (h / 2.0)).collect()
}

// 30, with x = 0 beyond both ends
fn broyden_tridiagonal<T: Real>(x: &[T]) -> Vec<T> {
    let n = x.len();
    let at = |i: usize| if i == 0 || i > n { T::zero() } else { x[i - 1] };
    (1..=n).map(|i| (-at(i) * 2.0 + 3.0) * at(i) - at(i - 1) - at(i + 1) * 2.0 + 1.0).collect()
}

// 31
fn broyden_banded<T: Real>(x: &[T]) -> Vec<T> {
    let row = |i: usize| {
        let band = (i.saturating_sub(5)..x.len().min(i + 2)).filter(|&j| j != i);
        x[i] * (x[i].powi(2) * 5.0 + 2.0) + 1.0 - band.map(|j| x[j] * (x[j] + 1.0)).sum::<T>()
    };
    (0..x.len()).map(row).collect()
}

/// The number of residuals of the three linear functions.
const LINEAR_M: usize = 8;

// 32
fn linear_full_rank<T: Real>(x: &[T]) -> Vec<T> {
    let shift = x.iter().copied().sum::<T>() * (-2.0 / LINEAR_M as f64) - 1.0;
    (0..LINEAR_M).map(|i| if i < x.len() { x[i] + shift } else { shift }).collect()
}

// 33
fn linear_rank_1<T: Real>(x: &[T]) -> Vec<T> {
    let s: T = steps(1, x.len()).zip(x).map(|(j, &v)| v * j).sum();
    steps(1, LINEAR_M).map(|i| s * i - 1.0).collect()
}

// 34: the first and last residual depend on nothing, nothing depends on the first and last variable
fn linear_rank_1_zeros<T: Real>(x: &[T]) -> Vec<T> {
    let s: T = (1..x.len() - 1).map(|j| x[j] * (j as f64 + 1.0)).sum();
    let inner = steps(1, LINEAR_M - 2).map(|i| s * i - 1.0);
    [T::lit(-1.0)].into_iter().chain(inner).chain([T::lit(-1.0)]).collect()
}

// 35, m = n: shifted Chebyshev polynomials by their recurrence
fn chebyquad<T: Real>(x: &[T]) -> Vec<T> {
    let n = x.len();
    let mut r = vec![T::zero(); n];
    for &v in x {
        let y = v * 2.0 - 1.0;
        let (mut before, mut now) = (T::one(), y);
        for ri in &mut r {
            *ri += now;
            (before, now) = (now, y * now * 2.0 - before);
        }
    }
    let integral = |i: usize| if i % 2 == 0 { -1.0 / (i * i - 1) as f64 } else { 0.0 };
    r.into_iter().enumerate().map(|(i, s)| s / n as f64 - integral(i + 1)).collect()
}

/// first, first + 1, .., last as f64.
fn steps(first: usize, last: usize) -> impl Iterator<Item = f64> {
    (first..=last).map(|i| i as f64)
}
