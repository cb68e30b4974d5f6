#!/usr/bin/env python3
"""Truth for tests/all/mgh.rs: the Moré-Garbow-Hillstrom functions, differentiated by sympy, evaluated by mpmath.

Source: J. J. Moré, B. S. Garbow, K. E. Hillstrom, "Testing unconstrained optimization software", ACM TOMS 7(1), 1981.
Run:    pip install sympy mpmath; python3 tests/truth/mgh.py > tests/truth/mgh.csv
        (about a minute; sympy 1.14, mpmath 1.3; the minima go to stderr)
Shares no code with the crate: residuals are sympy expressions written from the paper, derivatives are symbolic, numbers
have 50 digits.

Rows: name, n, point, quantity, values...
  point     start (the paper's x0), other (nothing special), min1, min2, .. (the paper's minimisers, refined by Newton to
            50 digits, then rounded to f64). Every row of a point is evaluated at exactly the f64 numbers of its x row.
  quantity  x; f the sum of squares; g its gradient (n); H its Hessian (n*n, row-major); J the Jacobian of the residuals
            (m*n, row-major, only for the first n of a function and not at the minima); and a rounding weight of each
            entry: wf, wg, wH, wJ.

A weight w says: evaluating the symbolic formula in floating point with unit roundoff u loses at most about w*u. It is a
running error analysis of the formula (class Eval): each operation adds one rounding of its result, each constant that is
no f64 one rounding of itself, and errors of operands pass through the partial derivatives (products of two errors, which
count only beside a zero, are kept). It is the "condition" in a tolerance c * eps * condition, entry by entry, so that a
small entry beside a huge one (Meyer, Brown badly scaled) is held to its own size. A weight of 0 says that the entry is
exact: 0 by structure, or a constant.
"""
import sys
from fractions import Fraction

import mpmath as mp
import sympy as sp

mp.mp.dps = 50
U = mp.mpf(2) ** -53
R = sp.Rational


def dec(*texts):
    """Decimal data as exact rationals."""
    return [R(t) for t in " ".join(texts).split()]


DATA = {}


def datum(q):
    """A datum that is no f64, as a symbol, so that sympy does not fold its powers into one constant with one rounding."""
    return DATA.setdefault(q, sp.Symbol(f"datum_{q.p}_{q.q}", real=True))


# --- The functions. Each takes the symbols x[0..n] and returns the residuals. ---

def rosenbrock(x):
    return [10 * (x[1] - x[0] ** 2), 1 - x[0]]


def freudenstein_roth(x):
    a, b = x
    return [-13 + a + ((5 - b) * b - 2) * b, -29 + a + ((b + 1) * b - 14) * b]


def powell_badly_scaled(x):
    return [10 ** 4 * x[0] * x[1] - 1, sp.exp(-x[0]) + sp.exp(-x[1]) - R("1.0001")]


def brown_badly_scaled(x):
    return [x[0] - 10 ** 6, x[1] - R("2e-6"), x[0] * x[1] - 2]


def beale(x):
    return [y - x[0] * (1 - x[1] ** i) for i, y in enumerate(dec("1.5 2.25 2.625"), 1)]


def jennrich_sampson(x):
    return [2 + 2 * i - (sp.exp(i * x[0]) + sp.exp(i * x[1])) for i in range(1, 11)]


def helical_valley(x):
    # theta of the paper, in turns: atan2 agrees with it except in the third quadrant, which no point below is in.
    theta = sp.atan2(x[1], x[0]) / (2 * sp.pi)
    return [10 * (x[2] - 10 * theta), 10 * (sp.sqrt(x[0] ** 2 + x[1] ** 2) - 1), x[2]]


BARD = dec("0.14 0.18 0.22 0.25 0.29 0.32 0.35 0.39 0.37 0.58 0.73 0.96 1.34 2.10 4.39")


def bard(x):
    return [y - (x[0] + R(i) / ((16 - i) * x[1] + min(i, 16 - i) * x[2])) for i, y in enumerate(BARD, 1)]


GAUSS = dec("0.0009 0.0044 0.0175 0.0540 0.1295 0.2420 0.3521 0.3989 0.3521 0.2420 0.1295 0.0540 0.0175 0.0044 0.0009")


def gaussian(x):
    return [x[0] * sp.exp(-x[1] * (R(8 - i, 2) - x[2]) ** 2 / 2) - y for i, y in enumerate(GAUSS, 1)]


MEYER = [34780, 28610, 23650, 19630, 16370, 13720, 11540, 9744, 8261, 7030, 6005, 5147, 4427, 3820, 3307, 2872]


def meyer(x):
    return [x[0] * sp.exp(x[1] / (45 + 5 * i + x[2])) - y for i, y in enumerate(MEYER, 1)]


def gulf(x):
    # Minus sign between y_i and x_2: the paper's "y_i m i x_2" is a misprint. |w|^p = exp(p log(w^2) / 2).
    out = []
    for i in range(1, 21):
        t = R(i, 100)
        w = 25 + (-50 * sp.log(t)) ** R(2, 3) - x[1]
        out.append(sp.exp(-sp.exp(x[2] * sp.log(w ** 2) / 2) / x[0]) - t)
    return out


def box_3d(x):
    ts = [R(i, 10) for i in range(1, 11)]
    return [sp.exp(-t * x[0]) - sp.exp(-t * x[1]) - x[2] * (sp.exp(-t) - sp.exp(-10 * t)) for t in ts]


def powell_singular(x):
    return [x[0] + 10 * x[1], sp.sqrt(5) * (x[2] - x[3]), (x[1] - 2 * x[2]) ** 2, sp.sqrt(10) * (x[0] - x[3]) ** 2]


def wood(x):
    return [10 * (x[1] - x[0] ** 2), 1 - x[0], sp.sqrt(90) * (x[3] - x[2] ** 2), 1 - x[2],
            sp.sqrt(10) * (x[1] + x[3] - 2), (x[1] - x[3]) / sp.sqrt(10)]


KOWALIK_Y = dec("0.1957 0.1947 0.1735 0.1600 0.0844 0.0627 0.0456 0.0342 0.0323 0.0235 0.0246")
KOWALIK_U = dec("4 2 1 0.5 0.25 0.167 0.125 0.1 0.0833 0.0714 0.0625")


def kowalik_osborne(x):
    return [y - x[0] * (u ** 2 + u * x[1]) / (u ** 2 + u * x[2] + x[3]) for y, u in zip(KOWALIK_Y, KOWALIK_U)]


def brown_dennis(x):
    ts = [R(i, 5) for i in range(1, 21)]
    return [(x[0] + t * x[1] - sp.exp(t)) ** 2 + (x[2] + x[3] * sp.sin(t) - sp.cos(t)) ** 2 for t in ts]


OSBORNE_1 = dec("0.844 0.908 0.932 0.936 0.925 0.908 0.881 0.850 0.818 0.784 0.751 0.718 0.685 0.658 0.628 0.603 0.580",
                "0.558 0.538 0.522 0.506 0.490 0.478 0.467 0.457 0.448 0.438 0.431 0.424 0.420 0.414 0.411 0.406")


def osborne_1(x):
    return [y - (x[0] + x[1] * sp.exp(-10 * i * x[3]) + x[2] * sp.exp(-10 * i * x[4])) for i, y in enumerate(OSBORNE_1)]


def biggs_exp6(x):
    out = []
    for i in range(1, 14):
        t = R(i, 10)
        y = sp.exp(-t) - 5 * sp.exp(-10 * t) + 3 * sp.exp(-4 * t)
        out.append(x[2] * sp.exp(-t * x[0]) - x[3] * sp.exp(-t * x[1]) + x[5] * sp.exp(-t * x[4]) - y)
    return out


OSBORNE_2 = dec("1.366 1.191 1.112 1.013 0.991 0.885 0.831 0.847 0.786 0.725 0.746 0.679 0.608 0.655 0.616 0.606 0.602",
                "0.626 0.651 0.724 0.649 0.649 0.694 0.644 0.624 0.661 0.612 0.558 0.533 0.495 0.500 0.423 0.395 0.375",
                "0.372 0.391 0.396 0.405 0.428 0.429 0.523 0.562 0.607 0.653 0.672 0.708 0.633 0.668 0.645 0.632 0.591",
                "0.559 0.597 0.625 0.739 0.710 0.729 0.720 0.636 0.581 0.428 0.292 0.162 0.098 0.054")


def osborne_2(x):
    out = []
    for i, y in enumerate(OSBORNE_2):
        t = R(i, 10)
        bumps = sum(x[k] * sp.exp(-(t - x[k + 7]) ** 2 * x[k + 4]) for k in (1, 2, 3))
        out.append(y - (x[0] * sp.exp(-t * x[4]) + bumps))
    return out


def watson(x):
    n, out = len(x), []
    for i in range(1, 30):
        t = datum(R(i, 29))
        out.append(sum(j * t ** (j - 1) * x[j] for j in range(1, n)) - sum(t ** j * x[j] for j in range(n)) ** 2 - 1)
    return out + [x[0], x[1] - x[0] ** 2 - 1]


def extended_rosenbrock(x):
    return [r for k in range(0, len(x), 2) for r in rosenbrock(x[k:k + 2])]


def extended_powell(x):
    return [r for k in range(0, len(x), 4) for r in powell_singular(x[k:k + 4])]


def penalty_1(x):
    return [sp.sqrt(R("1e-5")) * (v - 1) for v in x] + [sum(v ** 2 for v in x) - R(1, 4)]


def penalty_2(x):
    n, root = len(x), sp.sqrt(R("1e-5"))
    e = lambda v: sp.exp(v / sp.Integer(10))
    pairs = [root * (e(x[i]) + e(x[i - 1]) - (e(sp.Integer(i + 1)) + e(sp.Integer(i)))) for i in range(1, n)]
    singles = [root * (e(x[i]) - e(sp.Integer(-1))) for i in range(1, n)]
    return [x[0] - R(1, 5)] + pairs + singles + [sum((n - j) * x[j] ** 2 for j in range(n)) - 1]


def variably_dimensioned(x):
    s = sum(j * (v - 1) for j, v in enumerate(x, 1))
    return [v - 1 for v in x] + [s, s ** 2]


def trigonometric(x):
    n = len(x)
    return [n - sum(sp.cos(v) for v in x) + i * (1 - sp.cos(v)) - sp.sin(v) for i, v in enumerate(x, 1)]


def brown_almost_linear(x):
    n = len(x)
    return [v + sum(x) - (n + 1) for v in x[:-1]] + [sp.prod(x) - 1]


def discrete_boundary(x):
    n, h = len(x), R(1, len(x) + 1)
    y = [0] + list(x) + [0]
    return [2 * y[i] - y[i - 1] - y[i + 1] + h ** 2 * (y[i] + i * h + 1) ** 3 / 2 for i in range(1, n + 1)]


def discrete_integral(x):
    n, h = len(x), R(1, len(x) + 1)
    t = [(i + 1) * h for i in range(n)]
    c = [(x[i] + t[i] + 1) ** 3 for i in range(n)]
    return [x[i] + h / 2 * ((1 - t[i]) * sum(t[j] * c[j] for j in range(i + 1))
                            + t[i] * sum((1 - t[j]) * c[j] for j in range(i + 1, n))) for i in range(n)]


def broyden_tridiagonal(x):
    y = [0] + list(x) + [0]
    return [(3 - 2 * y[i]) * y[i] - y[i - 1] - 2 * y[i + 1] + 1 for i in range(1, len(x) + 1)]


def broyden_banded(x):
    n = len(x)
    return [x[i] * (2 + 5 * x[i] ** 2) + 1 - sum(x[j] * (1 + x[j]) for j in range(max(0, i - 5), min(n, i + 2)) if j != i)
            for i in range(n)]


LINEAR_M = 8


def linear_full_rank(x):
    n, s = len(x), R(2, LINEAR_M) * sum(x)
    return [x[i] - s - 1 for i in range(n)] + [-s - 1] * (LINEAR_M - n)


def linear_rank_1(x):
    s = sum(j * v for j, v in enumerate(x, 1))
    return [i * s - 1 for i in range(1, LINEAR_M + 1)]


def linear_rank_1_zeros(x):
    s = sum((j + 1) * x[j] for j in range(1, len(x) - 1))
    return [sp.Integer(-1)] + [i * s - 1 for i in range(1, LINEAR_M - 1)] + [sp.Integer(-1)]


def chebyquad(x):
    n = len(x)                                          # T_i(y) = cos(i acos y), y in (-1, 1) at every point below
    mean = lambda i: sum(sp.cos(i * sp.acos(2 * v - 1)) for v in x) / n
    return [mean(i) + (R(1, i * i - 1) if i % 2 == 0 else 0) for i in range(1, n + 1)]


# --- The problems: function, start, another point, minimisers (exact where the paper has them, else near and to be refined). ---

def near(*x):
    """A minimiser to be refined by Newton's method."""
    return ("near", [mp.mpf(v) for v in x])


def at(*x):
    """A minimiser known exactly."""
    return ("at", [mp.mpf(v.numerator) / v.denominator if isinstance(v, Fraction) else mp.mpf(v) for v in x])


def wave(n, lo, hi):
    """n distinct numbers between lo and hi with three decimals: the golden-ratio sequence."""
    return [round(lo + (hi - lo) * ((k + 1) * 0.6180339887 % 1.0), 3) for k in range(n)]


def bard_limit():
    """The paper's second minimum of bard, at infinity: x2, x3 -> -inf, where x1 is the mean of the data."""
    return at(Fraction(1261, 1500), -10 ** 10, -10 ** 10)


def kowalik_limit():
    """The paper's second minimum of kowalik_osborne, at infinity: x = (s, b, -c s, -d s), s -> inf."""
    reduced = Calculus(lambda v: [y + (u ** 2 + u * v[0]) / (v[1] * u + v[2]) for y, u in zip(KOWALIK_Y, KOWALIK_U)], 3)
    b, c, d = reduced.refine([mp.mpf(v) for v in (-14.07, 30, 20)])
    s = 10 ** 10
    return at(s, b, -c * s, -d * s)


def brown_root(n, near_alpha):
    a = mp.findroot(lambda a: n * a ** n - (n + 1) * a ** (n - 1) + 1, near_alpha)
    return at(*([a] * (n - 1) + [a ** (1 - n)]))


def biggs_valley():
    """The paper's second minimum of biggs_exp6 is a line (x1 = x5, x3 + x6 = constant): its point with x6 = -1, where
    the Hessian is positive semidefinite (where x3 and x6 are both positive the line is one of saddles)."""
    reduced = Calculus(lambda v: biggs_exp6([v[0], v[1], v[2], v[3], v[0], sp.Integer(-1)]), 4)
    x = reduced.refine([mp.mpf(v) for v in (1.7114, 17.6832, 3.3263, 5.1866)])
    return at(x[0], x[1], x[2], x[3], x[0], -1)


def bvp_start(n):
    return [k / (n + 1) * (k / (n + 1) - 1) for k in range(1, n + 1)]


F = Fraction
PROBLEMS = [
    (rosenbrock, [-1.2, 1.0], [0.7, -1.3], [at(1, 1)]),
    (freudenstein_roth, [0.5, -2.0], [3.7, 1.9], [at(5, 4), near(11.41, -0.8968)]),
    (powell_badly_scaled, [0.0, 1.0], [0.37, 2.3], [near("1.098e-5", 9.106)]),
    (brown_badly_scaled, [1.0, 1.0], [41.3, 0.017], [at(10 ** 6, F(2, 10 ** 6))]),
    (beale, [1.0, 1.0], [2.3, -0.7], [at(3, F(1, 2))]),
    (jennrich_sampson, [0.3, 0.4], [0.17, -0.35], [near(0.2578, 0.2578)]),
    (helical_valley, [-1.0, 0.0, 0.0], [-0.7, 1.3, 0.45], [at(1, 0, 0)]),
    (bard, [1.0, 1.0, 1.0], [0.23, 1.7, 0.9], [near(0.0824, 1.133, 2.344), bard_limit]),
    (gaussian, [0.4, 1.0, 0.0], [0.57, 0.73, -0.31], [near(0.399, 1.0, 0.0)]),
    (meyer, [0.02, 4000.0, 250.0], [0.013, 4871.0, 283.7], [near(0.0056096, 6181.35, 345.2237)]),
    (gulf, [5.0, 2.5, 0.15], [31.7, 50.3, 1.21], [at(50, 25, F(3, 2))]),
    (box_3d, [0.0, 10.0, 20.0], [1.7, 6.3, 2.9], [at(1, 10, 1), at(10, 1, -1), at(F(5, 2), F(5, 2), 0)]),
    (powell_singular, [3.0, -1.0, 0.0, 1.0], [1.3, 0.4, -0.7, 0.2], [at(0, 0, 0, 0)]),
    (wood, [-3.0, -1.0, -3.0, -1.0], [0.7, 1.9, -1.1, 0.3], [at(1, 1, 1, 1)]),
    (kowalik_osborne, [0.25, 0.39, 0.415, 0.39], [0.31, 0.17, 0.53, 0.23], 
     [near(0.19281, 0.19128, 0.12306, 0.13606), kowalik_limit]),
    (brown_dennis, [25.0, 5.0, -5.0, -1.0], [-3.1, 7.3, 1.9, 0.7], [near(-11.594, 13.204, -0.4034, 0.2368)]),
    (osborne_1, [0.5, 1.5, -1.0, 0.01, 0.02], [0.41, 1.1, -0.7, 0.017, 0.031],
     [near(0.3754, 1.9358, -1.4647, 0.012868, 0.022123)]),
    (biggs_exp6, [1.0, 2.0, 1.0, 1.0, 1.0, 1.0], [1.3, 7.1, 0.8, 3.7, 2.9, 1.9],
     [at(1, 10, 1, 5, 4, 3), biggs_valley]),
    (osborne_2, [1.3, 0.65, 0.65, 0.7, 0.6, 3.0, 5.0, 7.0, 2.0, 4.5, 5.5],
     [1.1, 0.51, 0.73, 0.62, 0.71, 1.3, 2.1, 5.3, 2.2, 4.7, 5.3],
     [near(1.309977, 0.4315538, 0.6336617, 0.5994305, 0.7541832, 0.9042886, 1.3658118, 4.823699, 2.398685, 4.568875, 5.675341)]),
    (watson, [0.0] * 6, wave(6, -0.9, 0.9), [near(-0.0157, 1.0124, -0.2330, 1.2604, -1.5137, 0.9930)]),
    (watson, [0.0] * 9, wave(9, -0.6, 0.9), [near(*[0] * 9)]),
    (watson, [0.0] * 12, wave(12, -0.6, 0.9), [near(*[0] * 12)]),
    (extended_rosenbrock, [-1.2, 1.0] * 3, wave(6, -1.5, 1.5), [at(*[1] * 6)]),
    (extended_powell, [3.0, -1.0, 0.0, 1.0] * 2, wave(8, -1.5, 1.5), [at(*[0] * 8)]),
    (penalty_1, [1.0, 2.0, 3.0, 4.0], wave(4, -0.9, 0.9), [near(*[0.25] * 4)]),
    (penalty_1, [float(k) for k in range(1, 11)], wave(10, -0.9, 0.9), [near(*[0.1581] * 10)]),
    (penalty_2, [0.5] * 4, wave(4, -0.9, 0.9), [near(0.19999, 0.19131, 0.48010, 0.51884)]),
    (penalty_2, [0.5] * 10, wave(10, -0.9, 0.9), [near(*[0.2] * 10)]),
    (variably_dimensioned, [1 - k / 6 for k in range(1, 7)], wave(6, 0.2, 1.9), [at(*[1] * 6)]),
    (trigonometric, [1 / 6] * 6, wave(6, -1.5, 1.5), [at(*[0] * 6)]),
    (brown_almost_linear, [0.5] * 5, wave(5, -1.5, 1.5),
     [at(*[1] * 5), brown_root(5, 0.9), brown_root(5, -0.6), at(0, 0, 0, 0, 6)]),
    (discrete_boundary, bvp_start(8), wave(8, -0.9, 0.9), [near(*bvp_start(8))]),
    (discrete_integral, bvp_start(8), wave(8, -0.9, 0.9), [near(*bvp_start(8))]),
    (broyden_tridiagonal, [-1.0] * 8, wave(8, -1.5, 1.5), [near(*[-0.6] * 8)]),
    (broyden_banded, [-1.0] * 8, wave(8, -0.9, 0.9), [near(*[-0.5] * 8)]),
    (linear_full_rank, [1.0] * 5, wave(5, -1.5, 1.5), [at(*[-1] * 5)]),
    (linear_rank_1, [1.0] * 5, wave(5, -1.5, 1.5), [at(*[F(3, 17 * 15)] * 5)]),
    (linear_rank_1_zeros, [1.0] * 5, wave(5, -1.5, 1.5), [at(1, *[F(3, 13 * 9)] * 3, 1)]),
    (chebyquad, [k / 8 for k in range(1, 8)], wave(7, 0.05, 0.95), [near(*[0.06, 0.24, 0.34, 0.5, 0.66, 0.76, 0.94])]),
    (chebyquad, [k / 9 for k in range(1, 9)], wave(8, 0.05, 0.95),
     [near(0.0432, 0.1931, 0.2663, 0.5, 0.5, 0.7337, 0.8069, 0.9568)]),
    (chebyquad, [k / 11 for k in range(1, 11)], wave(10, 0.05, 0.95),
     [near(0.0596, 0.1667, 0.2391, 0.3988, 0.3988, 0.6012, 0.6012, 0.7609, 0.8333, 0.9404)]),
]


# --- Evaluation with a rounding weight. ---

def is_f64(q):
    """Is the rational number q a double (of moderate size)?"""
    return Fraction(q.p, q.q) == Fraction(float(q))


class Eval:
    """Values (v, w) of expressions at a point: v to 50 digits, w the first-order rounding error of v in units of u."""

    def __init__(self, symbols, point):
        self.memo = {s: (mp.mpf(p), mp.mpf(0)) for s, p in zip(symbols, point)}
        self.memo.update((s, self.compute(q)) for q, s in DATA.items())

    def __call__(self, e):
        if e not in self.memo:
            self.memo[e] = self.compute(e)
        return self.memo[e]

    def compute(self, e):
        zero = mp.mpf(0)
        if e.is_Rational:
            v = mp.mpf(e.p) / e.q
            return v, zero if is_f64(e) else abs(v)
        if e is sp.pi:
            return mp.pi * 1, mp.pi * 1
        if e is sp.E:
            return mp.e * 1, mp.e * 1
        a = [self(k) for k in e.args]
        if e.is_Add:
            return sum(v for v, _ in a), sum(w for _, w in a) + sum(abs(v) for v, _ in a)
        if e.is_Mul:
            v, w = a[0]
            for b, wb in a[1:]:
                v, w = times((v, w), (b, wb))
            return v, w
        x, w = a[0]
        if e.is_Pow and not isinstance(e, sp.exp):
            p, wp = a[1]
            v = mp.power(x, p)
            if p == 1:
                return v, w
            through = abs(p * mp.power(x, p - 1)) * w if w else zero
            if w and mp.isint(p) and p >= 2:
                through += abs(p * (p - 1) / 2 * mp.power(x, p - 2)) * w * w * U
            exponent = abs(v * mp.log(abs(x))) * wp if wp else zero
            return v, through + exponent + abs(v) * max(1, abs(p) - 1 if mp.isint(p) else 1)
        if isinstance(e, sp.atan2):
            (y, wy), (x, wx) = a
            v, r2 = mp.atan2(y, x), x * x + y * y
            return v, (abs(x) * wy + abs(y) * wx) / r2 + abs(v)
        v, slope = {
            sp.exp: lambda: (mp.exp(x), mp.exp(x)),
            sp.log: lambda: (mp.log(x), 1 / x),
            sp.sin: lambda: (mp.sin(x), mp.cos(x)),
            sp.cos: lambda: (mp.cos(x), mp.sin(x)),
            sp.acos: lambda: (mp.acos(x), 1 / mp.sqrt(1 - x * x)),
        }[e.func]()
        return v, abs(slope) * w + abs(v)


def total(terms):
    """Sum of (v, w): one rounding a term."""
    terms = list(terms)
    return sum((v for v, _ in terms), mp.mpf(0)), sum((w + abs(v) for v, w in terms), mp.mpf(0))


def times(a, b):
    (v, w), (y, z) = a, b
    return v * y, abs(v) * z + abs(y) * w + abs(v * y) + w * z * U


class Calculus:
    """A residual function with its symbolic first and second derivatives."""

    def __init__(self, fn, n):
        self.n = n
        self.x = sp.symbols(f"x0:{n}", real=True)
        self.r = [sp.sympify(e) for e in fn(list(self.x))]
        self.d1 = [[sp.diff(e, v) for v in self.x] for e in self.r]
        self.d2 = [[[sp.diff(d[j], self.x[k]) for k in range(j + 1)] for j in range(n)] for d in self.d1]

    def at(self, point):
        """f, g, H, J as (v, w) at a point."""
        ev, n = Eval(self.x, point), self.n
        r = [ev(e) for e in self.r]
        J = [[ev(e) for e in row] for row in self.d1]
        half_f = total(times(a, a) for a in r)
        half_g = [total(times(r[i], J[i][j]) for i in range(len(r)) if self.d1[i][j] != 0) for j in range(n)]
        H = [[None] * n for _ in range(n)]
        for j in range(n):
            for k in range(j + 1):
                terms = [times(J[i][j], J[i][k]) for i in range(len(r)) if self.d1[i][j] != 0 and self.d1[i][k] != 0]
                terms += [times(r[i], ev(self.d2[i][j][k])) for i in range(len(r)) if self.d2[i][j][k] != 0]
                H[j][k] = H[k][j] = tuple(2 * q for q in total(terms))
        return half_f, [tuple(2 * q for q in e) for e in half_g], H, J

    def refine(self, x):
        """Newton's method with a damped Hessian, to a zero of the gradient."""
        damp = mp.mpf("1e-3")
        f, g, H, _ = self.at(x)
        for _ in range(400):
            gv = mp.matrix([v for v, _ in g])
            A = mp.matrix([[H[j][k][0] for k in range(self.n)] for j in range(self.n)])
            for j in range(self.n):
                A[j, j] += damp * (abs(A[j, j]) + mp.mpf("1e-30"))
            positive = True
            try:
                mp.cholesky(A)
            except ValueError:
                positive = False
            if not positive:
                damp = damp * 10 + mp.mpf("1e-6")
                continue
            step = mp.lu_solve(A, -gv)
            trial = [a + b for a, b in zip(x, step)]
            tf, tg, tH, tJ = self.at(trial)
            small = max(abs(s) / (abs(a) + mp.mpf("1e-12")) for s, a in zip(step, x))
            if small < mp.mpf("1e-18") and damp < mp.mpf("1e-10"):
                return trial
            if tf[0] <= f[0] or small < mp.mpf("1e-12"):
                x, f, g, H, damp = trial, tf, tg, tH, damp / 100
            else:
                damp = damp * 10 + mp.mpf("1e-20")
        raise RuntimeError("no convergence")


# --- Output. ---

def digits(v, w):
    """20 digits; what 50-digit arithmetic leaves of a 0 is printed as 0."""
    return "0" if abs(v) <= w * mp.mpf("1e-40") else mp.nstr(v, 20, min_fixed=-3, max_fixed=6).removesuffix(".0")


def weight(w):
    if w == 0:
        return "0"
    s = mp.nstr(w * mp.mpf("1.05"), 2, min_fixed=0, max_fixed=3).removesuffix(".0")
    return s


def rows(fn, start, other, minima, jacobian):
    n = len(start)
    calc = Calculus(fn, n)
    points = [("start", start), ("other", other)]
    for k, minimum in enumerate(minima, 1):
        kind, x = minimum() if callable(minimum) else minimum
        x = calc.refine(x) if kind == "near" else x
        print(fn.__name__, n, "min", k, mp.nstr(calc.at(x)[0][0], 8), mp.nstr(x, 8), file=sys.stderr)
        points.append((f"min{k}", x))
    for label, x in points:
        x = [0.0 if abs(v) < 1e-40 else float(v) for v in x]
        f, g, H, J = calc.at(x)
        flat = {"f": [f], "g": g, "H": [e for row in H for e in row]}
        if jacobian and not label.startswith("min"):
            flat["J"] = [e for row in J for e in row]
        yield [fn.__name__, n, label, "x"] + [repr(v).removesuffix(".0") for v in x]
        for q, entries in flat.items():
            yield [fn.__name__, n, label, q] + [digits(*e) for e in entries]
            yield [fn.__name__, n, label, "w" + q] + [weight(w) for _, w in entries]


def main():
    seen = set()
    for fn, *rest in PROBLEMS:
        for row in rows(fn, *rest, jacobian=fn not in seen):
            print(",".join(map(str, row)))
        seen.add(fn)


if __name__ == "__main__":
    main()
