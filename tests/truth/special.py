"""Writes special.csv: the special functions of src/real/special to fifty digits, by mpmath.

One row a point: function, n, x, y, value, condition. `x` and `y` are doubles, written so that they read back exactly.
`condition` is |x f_x / f|, plus |y f_y / f| for two arguments: what one rounding of the argument costs in roundings of
the value. Nothing here shares a formula with the crate where mpmath has another: negative polygammas come by the
recurrence, norm_ppf by Newton's method on erfc, Bessel functions of huge order by the recurrence at fifty digits, by
Debye's expansion or by Airy functions.

    pip install mpmath && python3 tests/truth/special.py
"""

from pathlib import Path

from mpmath import (acos, acosh, airyai, besselj, cos, cot, erf, erfc, exp, factorial, findroot, floor, gamma, log, log1p, loggamma,
                    mp, mpf, nstr, pi, psi, sin, sqrt, tanh)

mp.dps = 50
rows = []


def put(name, n, args, value, slopes):
    """Adds a row; `slopes` are the partial derivatives with respect to `args`."""
    value = mpf(value)
    cond = sum(abs(mpf(a) * s / value) for a, s in zip(args, slopes)) if value != 0 else mpf(0)
    x, y = (repr(float(a)) for a in (list(args) + [0.0])[:2])
    rows.append(f"{name},{n},{x},{y if len(args) > 1 else ''},{nstr(value, 20, min_fixed=0, max_fixed=0)},{nstr(cond, 4, min_fixed=0, max_fixed=0)}")


def one(name, f, slope, points):
    """Adds rows of a function of one real."""
    for x in points:
        put(name, 0, [x], f(mpf(x)), [slope(mpf(x))])


# The error function and the normal distribution.
one("erf", erf, lambda x: 2 / sqrt(pi) * exp(-x * x),
    [5e-324, 1e-310, 1e-20, 3e-9, 0.1, -0.3, 0.5, -0.84, 0.85, 1.0, -1.24, 1.26, 2.0, -2.86, 3.5, 5.9, 6.1, -40.0])
one("erfc", erfc, lambda x: -2 / sqrt(pi) * exp(-x * x),
    [1e-310, 1e-20, 0.1, 0.24, 0.26, 0.5, 0.84, 0.85, 1.0, 1.24, 1.26, 2.0, 2.85, 2.86, 3.5, 6.0, 10.0, 20.0, 26.0, 26.6,
     27.2, -0.1, -0.5, -1.0, -3.0, -7.0])
phi = lambda x: exp(-x * x / 2) / sqrt(2 * pi)
one("norm_cdf", lambda x: erfc(-x / sqrt(mpf(2))) / 2, phi,
    [-38.4, -37.6, -37.1, -35.123456789, -30.0, -25.3, -20.1, -15.7, -10.3, -7.77, -5.1, -3.3, -2.2, -1.7, -1.01, -0.99, -0.5,
     -1e-3, -1e-20, 1e-300, 0.1, 0.7, 1.3, 2.9, 5.0, 8.5, 40.0])


def norm_ppf(p):
    """Newton's method on the logarithm of the tail, from its asymptote."""
    q, sign = (p, -1) if p < mpf(1) / 2 else (1 - p, 1)
    if q > mpf("0.05"):
        return findroot(lambda x: erfc(-x / sqrt(mpf(2))) / 2 - p, sign * (1 - 2 * q), tol=1e-90)
    x = sqrt(-2 * log(q))
    for _ in range(60):
        tail = erfc(x / sqrt(mpf(2))) / 2
        x += (log(tail) - log(q)) * tail / phi(x)
    return sign * x


one("norm_ppf", norm_ppf, lambda p: 1 / phi(norm_ppf(p)),
    [5e-324, 1e-310, 1e-300, 1e-200, 1e-100, 1e-50, 1e-20, 1.3e-11, 1.5e-11, 1e-8, 1e-5, 1e-3, 0.02425, 0.0749, 0.0751, 0.1, 0.2,
     0.24, 0.3, 0.4, 0.45, 0.49, 0.4999, 0.5000001, 0.51, 0.6, 0.75, 0.9, 0.9249, 0.9251, 0.99, 0.999999, 1 - 1e-10, 1 - 1e-15,
     1 - 2.0**-53])

# The gamma function's relatives.
one("ln_gamma", lambda x: log(abs(gamma(x))) if x < 0 else loggamma(x), lambda x: psi(0, x),
    [5e-324, 1e-300, 1e-25, 1e-5, 0.1, 0.3, 0.5, 0.73, 0.9, 1.1, 1.2316, 1.4616, 1.7, 1.9, 2.5, 3.7, 5.2, 7.9, 8.1, 20.3, 171.9, 1e5,
     1e20, 1e300, -1e-300, -1e-5, -0.5, -0.9999, -1.5, -2.4570247, -2.5, -2.7476826, -10.3, -50.5, -1000.7,
     1 + 1e-10, 1 - 1e-10, 2 + 1e-10, 2 - 1e-10])
digamma_points = [1e-307, 1e-30, 1e-8, 1e-3, 0.1, 0.3, 0.5, 0.75, 1.0, 1.2, 1.26, 1.27, 1.4, 1.46, 1.4616, 1.461632, 1.4616321449683622,
                  1.4616321449683625, 1.47, 1.5, 1.66, 1.67, 1.8, 2.0, 3.0, 4.5, 7.3, 9.99, 10.0, 12.5, 100.0, 1e6, 1e15, 1e100, 1e308,
                  -1e-300, -1e-10, -0.1, -0.25, -0.5, -0.504083, -0.5040830082644554, -0.7, -0.999999, -1.0000001, -1.3,
                  -1.573498473162390, -2.5, -2.6108687, -7.75, -10.5, -100.3, -1e6 - 0.25, -2.0**51 + 0.5]


def polygamma(n, x):
    """The recurrence carries a negative x to a positive one. The digits that cancel are bought beforehand."""
    if x > 0:
        return psi(n, x)
    if x < -2000:  # n = 0 only
        return psi(0, 1 - x) - pi * cot(pi * (x - floor(x)))
    steps = int(-floor(x)) + 1
    mp.dps += n
    value = psi(n, x + steps) - (-1) ** n * factorial(n) * sum((x + k) ** (-n - 1) for k in range(steps))
    mp.dps -= n
    return value


one("digamma", lambda x: polygamma(0, x), lambda x: polygamma(1, x) if x > -2000 else pi**2 / sin(pi * (x - floor(x))) ** 2,
    digamma_points)
for n in (1, 2, 3, 4, 7, 20, 60, 171, 172, 400):
    for x in (1e-160, 1e-5, 0.11, 0.5, 1.0, 1.7, 5.5, 13.1, 30.2, 75.4, 300.3, 1e4, 1e8, -0.3, -0.5, -0.81, -1.5, -4.01, -20.6):
        value = polygamma(n, mpf(x))
        if 1e-300 < abs(value) < 1e308:
            put("polygamma", n, [x], value, [polygamma(n + 1, mpf(x))])
for n, x in ((1, 1e300), (1, -0.999999), (2, -1e-60), (2, -2.5), (2, -0.9999), (3, -1e3 - 0.25), (10**4, 3681.7), (10**6, 367900.5)):
    if n >= 10**4:  # the sum itself: its terms fall faster than 0.066^k
        s = sum(exp(loggamma(n + 1) - (n + 1) * log(mpf(x) + k)) for k in range(3000))
        put("polygamma", n, [x], (-1) ** (n + 1) * s, [s * (n + 1) / mpf(x)])
    else:
        put("polygamma", n, [x], polygamma(n, mpf(x)), [polygamma(n + 1, mpf(x))])

pairs = [(1e-300, 2.0), (1e-200, 1e-200), (1e-20, 1e-5), (0.5, 0.5), (1.0, 1.0), (1.0, 3.3), (0.1, 7.7), (2.5, 9.9), (9.7, 9.9), (3.0, 4.0),
         (9.99, 10.01), (0.5, 10.0), (1e-10, 30.0), (5.5, 100.0), (9.9, 1e6), (1e-5, 1e10), (0.3, 1e300), (12.0, 17.5), (10.0, 1e5), (100.3, 200.7),
         (500.5, 501.5), (40.0, 1e6), (-0.5, 0.7), (-0.5, 3.2), (-1.5, 1.2), (-1e-20, 2.0), (-0.3, -0.4), (-2.5, -3.3), (-10.7, 4.2), (-10.7, 30.6),
         (-100.3, 7.1), (-30.25, -0.125), (-200.5, 180.75), (-1.5, 1e8), (-2.0000001, 1.5), (-0.75, 0.5), (-1e-200, -1e-200), (-5.1, 2.3),
         (0.7, 1.6), (1.0000001, 0.9999999)]
for a, b in pairs:
    A, B = mpf(a), mpf(b)
    mp.dps = 400 if max(abs(a), abs(b)) > 1e12 else 80
    sign = 1
    l = 0
    for t, s in ((A, 1), (B, 1), (A + B, -1)):
        if t < 0:
            l += s * log(abs(gamma(t)))
            sign *= 1 if gamma(t) > 0 else -1
        else:
            l += s * loggamma(t)
    slopes = [polygamma(0, t) - polygamma(0, A + B) for t in (A, B)]
    if -700 < l < 709:
        v = sign * exp(l)
        put("beta", 0, [a, b], v, [v * s for s in slopes])
    put("ln_beta", 0, [a, b], l, slopes)
    mp.dps = 50
for a, b in ((1e5, 3e5), (1e8, 2.5e9), (1e200, 1e200), (1e-300, 1e300)):
    mp.dps = 700
    A, B = mpf(a), mpf(b)
    put("ln_beta", 0, [a, b], loggamma(A) + loggamma(B) - loggamma(A + B), [psi(0, A) - psi(0, A + B), psi(0, B) - psi(0, A + B)])
    mp.dps = 50


# Bessel functions.
def bessel_by_recurrence(nu, x):
    """J for large nu = n or n + 1/2: upwards from the closed forms while nu < x, else downwards with a normalisation."""
    mp.dps = 80
    half = nu - floor(nu)
    n = int(floor(nu))
    j0, j1 = (besselj(0, x), besselj(1, x)) if half == 0 else (sqrt(2 / (pi * x)) * sin(x), sqrt(2 / (pi * x)) * (sin(x) / x - cos(x)))
    if x > nu:
        for k in range(1, n):
            j0, j1 = j1, 2 * (k + half) / x * j1 - j0
        value = j1
    else:
        above, here, wanted = mpf(0), mpf(10) ** -300, None
        for k in range(n + 60 + int(40 * n ** (1 / 3)), 0, -1):
            above, here = here, 2 * (k + half) / x * here - above
            wanted = here if k - 1 == n else wanted
        value = wanted * j0 / here
    mp.dps = 50
    return value


def bessel_by_debye(nu, x):
    """J for nu > x, NIST DLMF 10.19.3, with U_k built by its recurrence 10.41.9."""
    alpha = acosh(nu / x)
    t, u, total = tanh(alpha) ** -1, [mpf(1)], mpf(0)
    for k in range(24):
        total += sum(c * t**i for i, c in enumerate(u)) / nu**k
        new = [mpf(0)] * (len(u) + 3)  # U' t^2 (1 - t^2)/2 + (1/8) int (1 - 5 t^2) U
        for i, c in enumerate(u):
            new[i + 1] += c * i / 2 + c / (8 * (i + 1))
            new[i + 3] -= c * i / 2 + 5 * c / (8 * (i + 3))
        u = new
    return exp(nu * (tanh(alpha) - alpha)) / sqrt(2 * pi * nu * tanh(alpha)) * total


def bessel_by_airy(nu, x):
    """J about the turning point, NIST DLMF 10.20.4 with A_0, B_0: the error is about nu^-2."""
    z = x / nu
    if z < 1:
        zeta = (mpf(3) / 2 * (log((1 + sqrt(1 - z * z)) / z) - sqrt(1 - z * z))) ** (mpf(2) / 3)
        root = 1 / sqrt(1 - z * z)
        b0 = -5 / (48 * zeta**2) + (5 * root**3 - 3 * root) / (24 * sqrt(zeta))
    else:
        zeta = -((mpf(3) / 2 * (sqrt(z * z - 1) - acos(1 / z))) ** (mpf(2) / 3))
        root = 1 / sqrt(z * z - 1)
        b0 = -5 / (48 * zeta**2) + (5 * root**3 + 3 * root) / (24 * sqrt(-zeta))
    big = nu ** (mpf(2) / 3) * zeta
    return (4 * zeta / (1 - z * z)) ** (mpf(1) / 4) * (
        airyai(big) / nu ** (mpf(1) / 3) + airyai(big, derivative=1) * b0 / nu ** (mpf(5) / 3))


def put_j(n, x, j=besselj):
    X = mpf(x)
    m = abs(n)
    s = (-1) ** m if (n < 0) != (x < 0) else 1
    v, above = j(mpf(m), abs(X)), j(mpf(m + 1), abs(X))
    put("bessel_j", n, [x], s * v, [(m / abs(X) * v - above)])


def put_spherical(n, x, j=besselj):
    X = abs(mpf(x))
    f = lambda k: sqrt(pi / (2 * X)) * j(k + mpf(1) / 2, X)
    v, above = f(n), f(n + 1)
    put("spherical_bessel_j", n, [x], ((-1) ** n if x < 0 else 1) * v, [n / X * v - above])


for n, xs in {0: [1e-10, 0.5, 2.404, 2.4048255576957, 7.0, -30.0, 1e5], 1: [1e-300, 1e-5, 0.7, 3.83, -5.1, 1e6], 2: [1e-12, 0.3, 1.9, 2.1, 5.13, 77.7],
              -3: [0.2, 2.9, -3.1, 40.0], 5: [1e-11, 0.5, 4.9, 5.1, -8.77, 1000.0], 20: [1e-9, 0.1, 5.0, 19.9, 20.1, 25.4, 300.0],
              33: [1.5e-9, 1.0, 30.0], -100: [1.0, 50.0, 99.0, 101.0, -150.0, 1e4], 1000: [600.0, 990.0, 1000.0, 1010.5, 1500.0]}.items():
    for x in xs:
        put_j(n, x)
for n in (1999, 2000, 2001, -2001, 2002, 10007):
    m = abs(n)
    for x in (0.75 * m, 0.95 * m, m - 30.5, m - 3.25, m * 1.0, m + 2.5, m + 20.25, m * 1.1, -2.0 * m, 1e6 + 0.5):
        put_j(n, x, bessel_by_recurrence)
for x in (1e9 - 2e4, 1e9 - 1500.5, 1e9 + 700.25, 1e9 + 2e4, 1.5e9):
    put_j(10**9, x, bessel_by_airy)
put_j(10**9, 0.99999e9, bessel_by_debye)
put_j(-(2**31), -(2.0**31) + 3000, bessel_by_airy)
put_j(10**7, 0.99937e7, bessel_by_debye)

for n, xs in {0: [1e-300, 1e-5, 0.5, 3.0, 3.14159, -10.0, 1e5], 1: [1e-300, 1e-5, 0.5, 2.2, 2.3, 4.49, -20.0, 1e6], 2: [1e-100, 0.7, 2.6, 2.7, 5.763, 30.0],
              3: [1e-50, 1.0, 2.9, 3.1, -6.98, 1e3], 7: [1e-40, 0.3, 4.1, 4.2, 6.9, 7.1, 11.6, 500.0], 20: [1e-12, 2.0, 6.5, 6.6, 12.0, 19.9, 20.1, 25.0, 77.0],
              100: [0.5, 14.2, 14.3, 50.0, 99.5, 101.0, -110.0, 3e4], 500: [200.0, 400.0, 499.0, 505.0, 600.0]}.items():
    for x in xs:
        put_spherical(n, x)
for n in (1999, 2000, 2001, 10006):
    for x in (0.75 * n, 0.95 * n, n - 30.5, n - 3.25, n * 1.0, n + 2.5, n + 20.25, n * 1.1, -2.0 * n, 1e6 + 0.5):
        put_spherical(n, x, bessel_by_recurrence)
for x in (1e9 - 1500.5, 1e9 + 700.25, 1.5e9):
    put_spherical(10**9, x, bessel_by_airy)
put_spherical(4 * 10**9, 4e9 - 3000, bessel_by_airy)

# The logistic function and its relatives.
axis = [1e-300, -1e-20, 1e-5, 0.1, -0.5, 1.0, -2.0, 5.5, -10.1, 20.3, -36.9, 37.1, -100.5, 300.25, -700.1, -708.0, -740.0]
one("sigmoid", lambda x: 1 / (1 + exp(-x)), lambda x: 1 / (1 + exp(-x)) / (1 + exp(x)), axis)
one("softplus", lambda x: log1p(exp(x)) if x < 0 else x + log1p(exp(-x)), lambda x: 1 / (1 + exp(-x)), axis + [1e300])
one("logit", lambda p: log(p / (1 - p)), lambda p: 1 / (p * (1 - p)),
    [5e-324, 1e-300, 1e-20, 1e-3, 0.1, 0.2499, 0.25, 0.26, 0.4, 0.49, 0.499999, 0.5 - 1e-16, 0.5 + 2e-16, 0.500001, 0.55, 0.7, 0.75, 0.7501,
     0.9, 0.999, 1 - 1e-10, 1 - 2.0**-53])
one("xlogx", lambda x: x * log(x), lambda x: log(x) + 1,
    [5e-324, 1e-300, 1e-10, 0.1, 0.36787944117144233, 0.9, 1 - 1e-10, 1 + 1e-15, 1.1, 2.0, 1e10, 1e300])
for x, y in ((1e-300, 1e-300), (0.5, 1.0000001), (-3.0, 0.2), (1e300, 2.0), (2.0, 1e-310), (-1e-5, 7.7), (0.1, 1 - 1e-12), (4.0, 1e300),
             (7.0, 3.0), (1e-310, 4.0), (-2.5, 0.99), (0.3, 0.3), (1e5, 1e-5), (11.0, 5e-324), (-1e-200, 1e200)):
    put("xlogy", 0, [x, y], mpf(x) * log(mpf(y)), [log(mpf(y)), mpf(x) / mpf(y)])

path = Path(__file__).with_suffix(".csv")
path.write_text("function,n,x,y,value,condition\n" + "\n".join(rows) + "\n")
print(f"{path}: {len(rows)} rows")
