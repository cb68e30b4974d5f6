#!/usr/bin/env python3
"""Write ops.csv and nary.csv: values and derivatives of every elementary operation, without the crate.

    pip install mpmath        (1.3.0 wrote the files that are committed)
    python3 ops.py            writes both files next to this script in about two minutes; the same bytes each time

Method. Only the *value* of an operation is written down here (as mpmath has it, or its textbook formula); no derivative is.
A derivative of order k is the central difference with a step of about 1e-40 R at 600 digits, where R is the distance from the
point to the nearest kink, pole or branch point, complex ones included (at most 1 where the function has its own scale, as
exp has). So the truncation error is about 1e-80 and the rounding error below 1e-350, both relative to f^(k) R^k.
Check. Each analytic row is computed a second time by Cauchy's integral on a circle (a torus for two arguments) around
the point, which shares neither step nor formula with the first; the two must agree, or the script stops.

Columns, lists separated by ';' (`ops.csv`: op,n,x,d,c,s    `nary.csv`: op,x,value,gradient,hessian,c,cg,sh):
  n  the integer parameter, or empty        x  the arguments: exact f64, as Python's repr
  d  25 digits. one argument: f, f', f'', f''', f''''
     two: f, fa, fb, faa, fab, fbb, faaa, faab, fabb, fbbb, faaaa, faaab, faabb, fabbb, fbbbb        three: f, fa, fb, fc
  c  condition of each entry g of d: the sum over arguments of |x dg/dx / g|, 0 where g = 0
  s  scale of each entry: the maximum over all lower (or equal) derivatives of |f^(j)| / R^(k-j), the size this entry has when the
     lower ones are known to a relative accuracy only. Much more than |d| in tails (tanh at 20, where 1 - y^2 cancels) and at zeros;
     useless next to a kink (R is small there), where c does
c and s are rounded to 3 digits, c below 1e-3 to 0. A test may ask |found - d| <= eps (a + b c) |d|, or eps a s where it knows that
a formula cancels.
Every number that is not 0 lies between 1e-305 and 1e305: no row asks what over- and underflow do (edges.csv does).
"""
import itertools
import pathlib
from math import comb, factorial, prod

import mpmath as mp
from mpmath import mpf

STENCIL_DIGITS = 600
STEP = mp.ldexp(1, -133)  # of a stencil, in units of R: about 1e-40, and x + k STEP R is exact
mp.mp.dps = STENCIL_DIGITS
INF = mpf("inf")


# Distances to the nearest singular point, per kind of function.
def entire(x):
    return mpf(1)


def gaussian(x):
    """Entire, but exp(-x^2) changes over a length 1/x."""
    return 1 / (1 + abs(x))


def anywhere(x):
    """Polynomials and signs: the only scale is x itself."""
    return abs(x) or mpf(1)


def off(*points, cap=INF):
    """Singular (or kinked) at the given points, real or complex."""
    return lambda x: min([cap] + [abs(x - mp.mpmathify(p)) for p in points])


def lattice(start, step, cap=INF, last=INF):
    """Singular at start + k step, k any integer (not beyond `last`)."""
    def r(x):
        k = mp.nint((x - start) / step)
        near = [start + (k + i) * step for i in (-1, 0, 1)]
        return min([cap] + [abs(x - min(p, last)) for p in near])
    return r


POLES = lattice(0, 1, last=0)  # of the gamma function
INTEGERS, HALVES = lattice(0, 1), lattice(mpf(1) / 2, 1)


def norm_ppf(p):
    """Bisection at the real part, then Newton: no inverse error function is trusted near 0 and 1."""
    if p == 0.5:
        return mpf(0)
    if mp.re(p) > 0.5:
        with mp.extradps(40):
            return -norm_ppf(1 - p)
    full, mp.mp.dps = mp.mp.dps, 20
    try:
        lo, hi = mpf(-50), mpf(0)
        for _ in range(40):
            mid = (lo + hi) / 2
            lo, hi = (mid, hi) if mp.ncdf(mid) < mp.re(p) else (lo, mid)
        x = mid
        while mp.mp.dps < full + 40:
            mp.mp.dps = min(full + 40, 2 * mp.mp.dps)
            for _ in range(3):
                x -= (mp.erfc(-x / mp.sqrt(2)) / 2 - p) / mp.npdf(x)
        return x
    finally:
        mp.mp.dps = full


def spherical_bessel(n):
    """The hypergeometric form: even in x^2, exact at 0."""
    return lambda x: x**n / mp.fac2(2 * n + 1) * mp.hyp0f1(n + mpf(3) / 2, -x * x / 4)


def sign_like(x):
    return mp.sign(mp.re(x))


def ln_gamma(x):
    """ln |gamma|; the analytic branch through the real point, on the left as on the right."""
    if mp.re(x) > 0:
        return mp.loggamma(x)
    return mp.log(mp.pi) - mp.log(sign_like(mp.sinpi(x)) * mp.sinpi(x)) - mp.loggamma(1 - x)


def log_sum_exp(*x):
    return mp.log(sum(mp.exp(t) for t in x))


def sigmoid(x):
    return 1 / (1 + mp.exp(-x))


def trunc(x):
    return mp.floor(x) if x >= 0 else mp.ceil(x)


def rem_euclid(a, b):
    return a - abs(b) * mp.floor(a / abs(b))


# Points.
SIGNED = [-1e10, -2.5, -1.0, -1e-3, -1e-20, 1e-20, 1e-3, 0.7, 1.0, 3.0, 1e10]
STEPS = [-1e10 - 0.3, -2.7, -1.0000000000000002, -0.9999999999999999, -0.3, 1e-20, 0.49999999999999994, 0.5000000000000001,
         0.9999999999999999, 1.0000000000000002, 2.3, 1e10 + 0.7]
POSITIVE = [1e-60, 1e-10, 0.25, 0.5, 0.9999999999999999, 1.0, 1.0000000000000002, 2.0, 10.0, 1e10, 1e60]
WAVE = [-100.0, -3.141592653589793, -1.0, -1e-8, 0.0, 1e-290, 0.5, 1.5707963267948966, 3.0, 10.0, 1e5]
LOGISTIC = [-600.0, -40.0, -5.0, -1.0, -1e-10, 0.0, 0.5, 3.0, 20.0, 40.0, 600.0]
GAMMA = [-3.999, -2.3, -0.5, 1e-40, 1e-3, 0.5, 1.0, 1.4616321449683622, 2.0, 2.5, 10.0, 100.0, 1e10]
UNIT = [1e-60, 1e-10, 0.1, 0.3, 0.5, 0.7, 0.975, 0.999, 0.9999999999999999]
ARC = [-0.9999999999999999, -0.5, -1e-8, 0.0, 1e-20, 0.3, 0.9, 0.999, 0.9999999999999999]
ERF = [-5.0, -1.0, -1e-10, 0.0, 1e-20, 0.3, 0.8, 2.0, 4.0, 6.0]
BESSEL = [-5.0, -0.3, 0.0, 1e-5, 0.3, 1.0, 2.5, 4.493409457909064, 20.0, 100.0]
POWER = [-1e30, -2.5, -1.0, -0.3, -1e-30, 1e-30, 0.7, 1.0, 3.0, 1e30]

PI = mp.pi

# One argument: name, parameters, value(n) -> function, R, points, analytic (checked on a circle).
UNARY = [
    ("neg", [""], lambda n: lambda x: -x, anywhere, SIGNED, True),
    ("abs", [""], lambda n: lambda x: sign_like(x) * x, off(0), SIGNED + [1e-60, -1e-60], True),
    ("signum", [""], lambda n: mp.sign, off(0), SIGNED + [1e-60, -1e-60], False),
    ("floor", [""], lambda n: mp.floor, INTEGERS, STEPS, False),
    ("ceil", [""], lambda n: mp.ceil, INTEGERS, STEPS, False),
    ("round", [""], lambda n: lambda x: mp.sign(x) * mp.floor(abs(x) + mpf(1) / 2), HALVES, STEPS, False),
    ("trunc", [""], lambda n: trunc, INTEGERS, STEPS, False),
    ("fract", [""], lambda n: lambda x: x - trunc(x), INTEGERS, STEPS, False),
    ("recip", [""], lambda n: lambda x: 1 / x, off(0), [-1e50, -2.5, -1.0, -1e-50, 1e-50, 1e-3, 0.7, 1.0, 3.0, 1e50], True),
    ("sqrt", [""], lambda n: mp.sqrt, off(0), POSITIVE, True),
    ("cbrt", [""], lambda n: lambda x: sign_like(x) * mp.cbrt(sign_like(x) * x), off(0),
     [-1e60, -8.0, -0.3, -1e-60] + POSITIVE[:4] + POSITIVE[7:], True),
    ("exp", [""], lambda n: mp.exp, entire, [-600.0, -50.0, -1.0, -1e-10, 0.0, 1e-20, 0.5, 1.0, 10.0, 100.0, 600.0], True),
    ("exp2", [""], lambda n: lambda x: mp.mpf(2) ** x, entire,
     [-900.0, -50.5, -1.0, -1e-10, 0.0, 1e-20, 0.5, 1.0, 10.0, 100.25, 900.0], True),
    ("exp_m1", [""], lambda n: mp.expm1, entire, [-600.0, -40.0, -1.0, -1e-10, 0.0, 1e-20, 1e-5, 0.5, 1.0, 10.0, 600.0], True),
    ("ln", [""], lambda n: mp.log, off(0), POSITIVE, True),
    ("log2", [""], lambda n: lambda x: mp.log(x) / mp.log(2), off(0), POSITIVE, True),
    ("log10", [""], lambda n: lambda x: mp.log(x) / mp.log(10), off(0), POSITIVE, True),
    ("ln_1p", [""], lambda n: mp.log1p, off(-1), [-0.9999999999999999, -0.5, -1e-10, 0.0, 1e-20, 1e-10, 0.5, 1.0, 10.0, 1e60], True),
    ("sin", [""], lambda n: mp.sin, entire, WAVE, True),
    ("cos", [""], lambda n: mp.cos, entire, WAVE, True),
    ("tan", [""], lambda n: mp.tan, lattice(PI / 2, PI, cap=1), WAVE + [1.57, -1.5707963267948968], True),
    ("asin", [""], lambda n: mp.asin, off(-1, 1), ARC, True),
    ("acos", [""], lambda n: mp.acos, off(-1, 1), ARC, True),
    ("atan", [""], lambda n: mp.atan, off(mp.j, -mp.j), [-1e30, -2.5, -1.0, -1e-10, 0.0, 1e-20, 0.3, 1.0, 10.0, 1e30], True),
    ("sinh", [""], lambda n: mp.sinh, entire, [-300.0, -20.0, -1.0, -1e-10, 0.0, 1e-20, 0.5, 3.0, 300.0], True),
    ("cosh", [""], lambda n: mp.cosh, entire, [-300.0, -20.0, -1.0, -1e-10, 0.0, 1e-20, 0.5, 3.0, 300.0], True),
    ("tanh", [""], lambda n: mp.tanh, entire, [-300.0, -20.0, -1.0, -1e-8, 0.0, 1e-20, 0.3, 2.0, 10.0, 300.0], True),
    ("asinh", [""], lambda n: mp.asinh, off(mp.j, -mp.j), [-1e30, -2.5, -1.0, -1e-10, 0.0, 1e-20, 0.3, 1.0, 10.0, 1e30], True),
    ("acosh", [""], lambda n: mp.acosh, off(-1, 1), [1.0000000000000002, 1.0000001, 1.001, 1.5, 2.0, 10.0, 1e10, 1e50], True),
    ("atanh", [""], lambda n: mp.atanh, off(-1, 1), ARC, True),
    ("powi", [-3, -1], lambda n: lambda x: x**n, off(0), POWER, True),
    ("powi", [0, 1, 2, 3, 7], lambda n: lambda x: x**n, anywhere, POWER, True),
    ("erf", [""], lambda n: mp.erf, gaussian, ERF + [20.0], True),
    ("erfc", [""], lambda n: mp.erfc, gaussian, ERF + [10.0, 25.0], True),
    ("ln_gamma", [""], lambda n: ln_gamma, POLES, GAMMA + [1e50], True),
    ("digamma", [""], lambda n: lambda x: mp.psi(0, x), POLES, GAMMA, True),
    ("polygamma", [1, 2, 3], lambda n: lambda x: mp.psi(n, x), POLES, [-2.3, -0.5, 1e-20, 1e-3, 0.5, 1.0, 2.5, 10.0, 100.0, 1e10], True),
    ("sigmoid", [""], lambda n: sigmoid, entire, LOGISTIC, True),
    ("logit", [""], lambda n: lambda p: mp.log(p) - mp.log(1 - p), off(0, 1), UNIT, True),
    ("softplus", [""], lambda n: lambda x: mp.log1p(mp.exp(x)), entire, LOGISTIC, True),
    ("norm_cdf", [""], lambda n: lambda x: mp.erfc(-x / mp.sqrt(2)) / 2, gaussian,
     [-36.0, -10.0, -5.0, -1.0, -1e-10, 0.0, 0.3, 1.0, 3.0, 6.0, 8.0], True),
    ("norm_ppf", [""], lambda n: norm_ppf, off(0, 1), UNIT, True),
    ("sinc", [""], lambda n: lambda x: mp.sin(x) / x if x else mpf(1), entire,
     BESSEL + [-1e-20, 3.141592653589793], True),
    ("spherical_bessel_j", [1, 2, 3], spherical_bessel, entire, BESSEL, True),
    ("xlogx", [""], lambda n: lambda x: x * mp.log(x), off(0), [1e-60, 1e-10, 0.1, 0.36787944117144233, 0.5, 1.0, 2.0, 10.0, 1e10, 1e60], True),
    ("bessel_j", [-1, 0, 1, 2, 5], lambda n: lambda x: mp.besselj(n, x), entire,
     [-5.0, -0.3, 0.0, 1e-5, 0.3, 1.0, 2.404825557695773, 3.8317059702075125, 10.0, 50.0], True),
    ("to_degrees", [""], lambda n: lambda x: x * 180 / PI, anywhere, SIGNED, True),
    ("to_radians", [""], lambda n: lambda x: x * PI / 180, anywhere, SIGNED, True),
]


def each(ra, rb):
    return lambda a, b: (ra(a), rb(b))


def apart(a, b):
    return (abs(a - b), abs(a - b))


def around(a, b):
    """Singular where a^2 + b^2 = 0: a = +- i b."""
    r = mp.sqrt(a * a + b * b)
    return (r, r)


def quotient(a, b):
    """Jumps where a / b is an integer."""
    q = a / b
    ra = abs(b) * INTEGERS(q)
    return (ra, ra / (1 + abs(q)))


ARITH = [(2.0, 3.0), (-1.5, 0.25), (1e10, -3.0), (-1e-20, 1e-20), (1.0000000000000002, -1.0), (0.3, 1e-3), (1e40, 1e40), (-7.0, -1e-40)]
ORDER = [(1.0, 2.0), (2.0, 1.0), (-1.0, -1.0000000000000002), (1e-60, -1e-60), (-3.0, 1e10), (1e40, -1e40), (0.0, 1.0), (0.3, 0.30000000000000004)]
PLANE = [(3.0, 4.0), (-3.0, 4.0), (1.5, -0.5), (-0.5, -1.0), (1e-10, 1.0), (2.0, 1e-10), (0.0, 2.0), (-2.0, 0.0), (1e50, 1e50), (1e-50, -1e-50)]
JUMPS = [(5.5, 2.0), (-5.5, 2.0), (5.5, -2.0), (-7.25, -1.5), (5.999999999999999, 3.0), (6.000000000000001, 3.0), (0.3, 2.0), (-0.3, 2.0),
         (1e10, 3.7), (7.0, 3.0)]

# Two arguments: name, value, (Ra, Rb), points, value for the torus check (None: none).
BINARY = [
    ("add", lambda a, b: a + b, each(anywhere, anywhere), ARITH, True),
    ("sub", lambda a, b: a - b, each(anywhere, anywhere), ARITH, True),
    ("mul", lambda a, b: a * b, each(anywhere, anywhere), ARITH + [(0.0, 3.0)], True),
    ("div", lambda a, b: a / b, each(anywhere, off(0)), ARITH + [(0.0, -3.0)], True),
    ("rem", lambda a, b: a - b * trunc(a / b), quotient, JUMPS + [(1.0, 0.1), (1e-10, 1.0)], None),
    ("powf", lambda a, b: mp.exp(b * mp.log(a)), lambda a, b: (abs(a) / (1 + abs(b)), 1 / (1 + abs(mp.log(a)))),
     [(2.0, 3.0), (0.5, -1.5), (3.7, 2.2), (1e-10, 0.5), (1e10, 1.5), (1.0, 2.5), (2.0, 1e-10), (1e-20, 3.0), (10.0, -5.0),
      (0.9999999999999999, 50.0), (2.0, 0.0), (2.0, 1.0)], True),
    ("max", lambda a, b: max(a, b), apart, ORDER, None),
    ("min", lambda a, b: min(a, b), apart, ORDER, None),
    ("atan2", mp.atan2, around, PLANE, lambda a, b: 2 * mp.atan(a / (mp.sqrt(a * a + b * b) + b)) if mp.re(b) > 0
     else 2 * mp.atan((mp.sqrt(a * a + b * b) - b) / a)),
    ("hypot", lambda a, b: mp.sqrt(a * a + b * b), around, PLANE + [(1.0, 1e40)], True),
    ("copysign", lambda a, b: abs(a) * mp.sign(b), each(off(0), off(0)),
     [(2.0, -1.0), (-2.0, -1.0), (-2.0, 1.0), (3.0, 0.5), (1e-60, -5.0), (-1e10, 1e-60)], None),
    ("xlogy", lambda a, b: a * mp.log(b), each(anywhere, off(0)),
     [(-1.5, 2.0), (2.0, 0.3), (1.0, 1.0), (1e-10, 1e-10), (1e10, 1e-30), (0.0, 2.0), (0.3, 1e30), (0.5, 0.9999999999999999)], True),
    ("beta", mp.beta, each(off(0, cap=1), off(0, cap=1)),
     [(0.5, 0.5), (1.0, 1.0), (2.0, 3.0), (0.1, 5.0), (10.0, 20.0), (1e-5, 1.0), (30.0, 0.3), (1e-5, 1e-5)], True),
    ("ln_beta", lambda a, b: mp.loggamma(a) + mp.loggamma(b) - mp.loggamma(a + b), each(off(0), off(0)),
     [(0.5, 0.5), (1.0, 1.0), (2.0, 3.0), (0.1, 5.0), (10.0, 20.0), (1e-5, 1.0), (100.0, 300.0), (1e-5, 1e-5)], True),
    ("abs_sub", lambda a, b: max(a - b, mpf(0)), apart, ORDER, None),
    ("log", lambda a, b: mp.log(a) / mp.log(b), each(off(0), off(0, 1)),
     [(8.0, 2.0), (100.0, 10.0), (0.5, 10.0), (3.0, 0.5), (2.5, 1.0001), (1.0, 7.0), (1e40, 3.0), (1e-40, 1e10), (10.0, 0.99999)], True),
    ("div_euclid", lambda a, b: mp.sign(b) * mp.floor(a / abs(b)), quotient, JUMPS, None),
    ("rem_euclid", rem_euclid, quotient, JUMPS, None),
]

# Three arguments: name, value, R, points.
TERNARY = [
    ("mul_add", lambda a, b, c: a * b + c, lambda *x: [anywhere(t) for t in x],
     [(2.0, 3.0, 4.0), (-1.5, 0.25, 1e10), (1.0000000000000002, 1.0, -1.0), (0.0, 5.0, -2.0), (1e-20, -3.0, 1e-20), (0.1, 10.0, -1.0)]),
    ("clamp", lambda x, lo, hi: min(max(x, lo), hi), lambda x, lo, hi: [min(abs(x - lo), abs(x - hi), abs(hi - lo))] * 3,
     [(0.5, 0.0, 1.0), (-3.0, -1.0, 2.0), (1e10, -1.0, 2.0), (1.0000000000000002, 1.0, 3.0), (0.9999999999999999, 1.0, 3.0), (-1e-60, 0.0, 1.0)]),
]

VECTORS = [(1.0, 2.0), (-1.5, 0.25, 3.0), (1e-20, 1.0, -1e10, 2.5), (0.5,), (0.1, 0.2, 0.3, 0.4, 0.5), (-3.0, -3.0, 2.0)]
# Any number of arguments: name, value, R (the same for all), points.
NARY = [
    ("sum", lambda *x: sum(x), lambda *x: mpf(1), VECTORS),
    ("product", lambda *x: prod(x, start=mpf(1)), lambda *x: mpf(1), VECTORS + [(0.0, 2.0, 3.0), (0.0, 0.0, 5.0), (0.0, 0.0, 0.0, 7.0)]),
    # dot: the first half of x against the second half
    ("dot", lambda *x: sum(a * b for a, b in zip(x, x[len(x) // 2:])), lambda *x: mpf(1),
     [(2.0, 3.0), (1.0, -2.0, 0.5, 4.0), (0.0, 1e10, 3.0, 1e-10, 2.0, -1.0), (0.1, 0.2, 0.3, 0.3, 0.2, -0.7 / 3)]),
    ("norm", lambda *x: mp.sqrt(sum(t * t for t in x)), lambda *x: mp.sqrt(sum(t * t for t in x)) / 2,
     VECTORS + [(3.0, 4.0), (0.0, -2.0, 0.0), (1e50, -1e50, 1e49), (1e-50, 2e-50)]),
    ("log_sum_exp", log_sum_exp, lambda *x: mpf(1),
     VECTORS[:2] + VECTORS[3:] + [(600.0, 599.0, 598.5), (-600.0, -601.0), (0.0, 300.0), (1e-10, 0.0, -1e-10), (-40.0, 0.0, -1.0)]),
    # affine: weights, then as many inputs, then the bias: w . u + b
    ("affine", lambda *x: sum(a * b for a, b in zip(x, x[len(x) // 2:-1])) + x[-1], lambda *x: mpf(1),
     [(2.0, 3.0, -1.0), (1.0, -2.0, 0.5, 4.0, 1e-10), (0.0, 1e10, 3.0, 1e-10, 2.0, -1.0, 0.25), (0.1, 0.2, 0.3, 0.3, 0.2, 0.1, -0.2)]),
]


def stencil(f, x, r, orders):
    """The derivatives of f at x, one for each multi-index in `orders`, by central differences."""
    h, seen = [STEP * mp.ldexp(1, mp.mag(ri) - 1) for ri in r], {}

    def at(offset):
        if offset not in seen:
            seen[offset] = f(*(xi + k * hi for xi, k, hi in zip(x, offset, h)))
        return seen[offset]

    out = {}
    for order in orders:
        total, largest = mpf(0), mpf(0)
        for picks in itertools.product(*(range(k + 1) for k in order)):
            weight = prod((-1) ** p * comb(k, p) for p, k in zip(picks, order))
            term = weight * at(tuple(k - 2 * p for p, k in zip(picks, order)))
            total, largest = total + term, max(largest, abs(term))
        if abs(total) < largest * mpf(10) ** -(STENCIL_DIGITS - 20):
            total = mpf(0)  # nothing but rounding
        out[order] = total / prod(((2 * hi) ** k for hi, k in zip(h, order)), start=mpf(1))
    return out


def drop_truncation(d, f, x, r):
    """Set to zero what is nothing but the truncation error of a derivative that vanishes (of x^5 at 0, say): it moves with the step."""
    size = max(abs(v) * prod(ri**i for ri, i in zip(r, k)) for k, v in d.items())
    small = [k for k, v in d.items() if v and abs(v) * prod(ri**i for ri, i in zip(r, k)) < mpf(10) ** -60 * size]
    if small:
        again = stencil(f, x, [ri / 4 for ri in r], small)
        for k in small:
            if abs(again[k] - d[k]) > mpf(10) ** -20 * abs(d[k]):
                d[k] = mpf(0)


def cauchy(f, x, r, orders, digits=120, radius=mpf(1) / 8, n=32):
    """The same by Cauchy's integral on a torus of the given radius (in units of r), by the trapezium rule on n points each."""
    full, mp.mp.dps = mp.mp.dps, digits
    try:
        turn = [mp.expjpi(mpf(2 * k) / n) for k in range(n)]
        values = {p: f(*(xi + radius * ri * turn[k] for xi, ri, k in zip(x, r, p))) for p in itertools.product(range(n), repeat=len(x))}
        out = {}
        for order in orders:
            total = sum(v * turn[-sum(k * i for k, i in zip(order, p)) % n] for p, v in values.items()) / n ** len(x)
            out[order] = total * prod(factorial(k) / (radius * ri) ** k for k, ri in zip(order, r))
        return out, max(map(abs, values.values()))
    finally:
        mp.mp.dps = full


def upto(arity, most):
    """Multi-indices of total order <= most: by order, then the first argument's order falling."""
    all_of = itertools.product(range(most + 1), repeat=arity)
    return sorted((k for k in all_of if sum(k) <= most), key=lambda k: (sum(k), tuple(-i for i in k)))


def bump(order, i):
    return tuple(k + (j == i) for j, k in enumerate(order))


def table(f, x, r, most, check=None):
    """All derivatives to order `most` with their conditions and scales; `check` is the function for Cauchy's integral."""
    arity = len(x)
    d = stencil(f, x, r, upto(arity, most + 1))
    drop_truncation(d, f, x, r)
    orders, scale, condition = upto(arity, most), {}, {}
    for k in orders:
        below = itertools.product(*(range(i + 1) for i in k))
        scale[k] = max(abs(d[j]) / prod(ri ** (b - a) for ri, a, b in zip(r, j, k)) for j in below)
        condition[k] = sum(abs(xi * d[bump(k, i)] / d[k]) for i, xi in enumerate(x)) if d[k] else mpf(0)
        condition[k] *= condition[k] > 1e-3
    if check:
        second, size = cauchy(check, x, r, orders)
        for k in orders:
            tolerance = mpf(10) ** -20 * size / prod(ri**i for ri, i in zip(r, k))
            assert abs(d[k] - second[k]) <= tolerance, (x, k, mp.nstr(d[k], 20), mp.nstr(second[k], 20))
    return [d[k] for k in orders], [condition[k] for k in orders], [scale[k] for k in orders], d


def number(v, digits):
    v = mp.mpmathify(v)
    assert v == 0 or mpf("1e-305") < abs(v) < mpf("1e305"), mp.nstr(v, 5)
    if v == 0:
        return "0"
    text = mp.nstr(v, digits, strip_zeros=True, min_fixed=-4, max_fixed=16)
    return text.removesuffix(".0").replace(".0e", "e").replace("e+", "e")


def numbers(vs, digits=25):
    return ";".join(number(v, digits) for v in vs)


def arguments(x):
    return ";".join(repr(float(t)).replace("e+", "e").removesuffix(".0") for t in x)


def ops():
    for name, params, value, radius, points, analytic in UNARY:
        for n in params:
            for x in points:
                f, at = value(n), (mpf(x),)
                r = [mpf(radius(at[0]))]
                d, c, s, _ = table(f, at, r, 4, f if analytic else None)
                yield [name, str(n), arguments([x]), numbers(d), numbers(c, 3), numbers(s, 3)]
    for name, f, radius, points, check in BINARY:
        for x in points:
            at = tuple(map(mpf, x))
            d, c, s, _ = table(f, at, radius(*at), 4, f if check is True else check)
            yield [name, "", arguments(x), numbers(d), numbers(c, 3), numbers(s, 3)]
    for name, f, radius, points in TERNARY:
        for x in points:
            at = tuple(map(mpf, x))
            d, c, s, _ = table(f, at, radius(*at), 1)
            yield [name, "", arguments(x), numbers(d), numbers(c, 3), numbers(s, 3)]


def nary():
    for name, f, radius, points in NARY:
        for x in points:
            at, n = tuple(map(mpf, x)), len(x)
            unit = [tuple(int(i == j) for j in range(n)) for i in range(n)]
            d, c, _, _ = table(f, at, [radius(*at)] * n, 1)
            second = stencil(f, at, [radius(*at)] * n, [bump(u, j) for u in unit for j in range(n)])
            hessian = [second[bump(u, j)] for u in unit for j in range(n)]
            yield [name, arguments(x), number(d[0], 25), numbers(d[1:]), numbers(hessian), number(c[0], 3), numbers(c[1:], 3),
                   number(max(map(abs, hessian)), 3)]


def write(path, header, rows):
    rows = list(rows)
    text = f"# Written by {pathlib.Path(__file__).name}, which explains the columns: do not edit.\n{header}\n"
    path.write_text(text + "".join(",".join(row) + "\n" for row in rows))
    print(f"{path.name}: {len(rows)} rows, {path.stat().st_size} bytes")


if __name__ == "__main__":
    here = pathlib.Path(__file__).resolve().parent
    write(here / "ops.csv", "op,n,x,d,c,s", ops())
    write(here / "nary.csv", "op,x,value,gradient,hessian,c,cg,sh", nary())
