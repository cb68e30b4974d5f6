"""Prints the constants of src/program/vector/coefficients.rs, derived here from the functions themselves.

Each polynomial is the minimax one: Remez exchange at fifty digits on the interval that the range reduction leaves, the
error weighted so that it is relative to the function that is wanted, not to the polynomial. Then each coefficient is
rounded to a double; the error printed in the comment is that of the rounded ones, in units of 2^-53 of the function.

    pip install mpmath && python3 docs/design/vector_coefficients.py > src/program/vector/coefficients.rs && cargo fmt
"""

from mpmath import atan, atanh, cos, cosh, exp, expm1, floor, frexp, ldexp, log, lu_solve, matrix, mp, mpf, pi, polyval, sin, sinh, sqrt

mp.dps = 50


def extrema(g, a, b, count):
    """The `count` alternating extrema of g on [a, b]: signs change, each the largest of its run."""
    grid = [a + (b - a) * (1 - cos(pi * k / 1200)) / 2 for k in range(1201)]
    runs = []
    for x in grid:
        y = g(x)
        if runs and (y > 0) == (runs[-1][1] > 0):
            if abs(y) > abs(runs[-1][1]):
                runs[-1] = (x, y)
        else:
            runs.append((x, y))
    while len(runs) > count:
        runs.pop(0 if abs(runs[0][1]) < abs(runs[-1][1]) else -1)
    assert len(runs) == count, (len(runs), count)
    return [x for x, _ in runs]


def remez(f, weight, a, b, count):
    """The `count` coefficients, lowest first, of the p that minimises max |p - f| * weight on [a, b]."""
    a, b = mpf(a), mpf(b)
    points = [a + (b - a) * (1 - cos(pi * k / count)) / 2 for k in range(count + 1)]
    for _ in range(8):
        rows = [[x**k for k in range(count)] + [(-1) ** i / weight(x)] for i, x in enumerate(points)]
        solution = lu_solve(matrix(rows), matrix([f(x) for x in points]))
        c, level = list(solution)[:-1], abs(solution[count])
        points = extrema(lambda x: (polyval(c[::-1], x) - f(x)) * weight(x), a, b, count + 1)
        if max(abs((polyval(c[::-1], x) - f(x)) * weight(x)) for x in points) < level * (1 + mpf(10) ** -3):
            return c
    raise ArithmeticError("no convergence")


def polynomial(name, doc, f, weight, a, b, count):
    """Prints the coefficients as an array of doubles."""
    c = [float(x) for x in remez(f, weight, a, b, count)]
    grid = [mpf(a) + (mpf(b) - mpf(a)) * k / 997 for k in range(1, 998)]
    worst = max(abs((polyval([mpf(x) for x in c[::-1]], x) - f(x)) * weight(x)) for x in grid)
    print(f"/// {doc}\n///\n/// Error: {float(worst * 2**53):.4f} units of 2^-53.")
    print(f"pub(crate) const {name}: [f64; {count}] = [{', '.join(map(repr, c))}];")


def parts(name, doc, value, bits):
    """Prints `value` as a sum: each part but the last has so many bits, the last is what is left, rounded."""
    rest, out = mpf(value), []
    for width in bits:
        shift = width - frexp(rest)[1]
        part = ldexp(floor(ldexp(rest, shift)), -shift)
        out.append(float(part))
        rest -= part
    out.append(float(rest))
    print(f"/// {doc}\npub(crate) const {name}: [f64; {len(out)}] = [{', '.join(map(repr, out))}];")


print("//! Constants of the vector functions. Written by `docs/design/vector_coefficients.py`: change that, not this.\n\n#![allow(clippy::approx_constant)] // the head of a pair is pi/2 or pi/4 as a double: the pair is what is meant\n")
parts("LN_2", "$\\ln 2$ as a part of 40 bits and the rest: an exponent times the first is exact.", log(2), [40])
parts("HALF_PI", "$\\pi/2$ as parts of 33 bits and the rest: an integer below $2^{20}$ times a part is exact.", pi / 2, [33, 33, 33])
parts("HALF_PI_PAIR", "$\\pi/2$ as a double and the rest.", pi / 2, [53])
parts("QUARTER_PI_PAIR", "$\\pi/4$ as a double and the rest.", pi / 4, [53])

# e^r, sinh r, cosh r on |r| <= ln 2 / 2 and a little: the integer nearest x / ln 2 is found with one rounding.
r = log(2) / 2 + mpf(2) ** -40
tiny = mpf(2) ** -60
polynomial("EXP", "$(e^r - 1 - r)/r^2$ in $r$, $|r| \\le \\ln 2/2$, for $e^r - 1$.",
           lambda x: (expm1(x) - x) / x**2 if abs(x) > mpf(10) ** -15 else mpf(1) / 2 + x / 6,
           lambda x: x / expm1(x) * abs(x) if abs(x) > mpf(10) ** -15 else mpf(10) ** -15, -r, r, 11)
polynomial("SINH", "$(\\sinh r - r)/r^3$ in $r^2$, $|r| \\le \\ln 2/2$.",
           lambda x: (sinh(sqrt(x)) / sqrt(x) - 1) / x, lambda x: x, tiny, r * r, 5)
polynomial("COSH", "$(\\cosh r - 1)/r^2$ in $r^2$, $|r| \\le \\ln 2/2$.",
           lambda x: (cosh(sqrt(x)) - 1) / x, lambda x: x, tiny, r * r, 6)
# ln z on sqrt(1/2) <= z < sqrt 2: s = (z - 1)/(z + 1), |s| <= 3 - 2 sqrt 2.
polynomial("LN", "$(2\\,\\mathrm{artanh}\\,s - 2s)/s^3$ in $s^2$, $|s| \\le 3 - 2\\sqrt 2$.",
           lambda x: (2 * atanh(sqrt(x)) / sqrt(x) - 2) / x, lambda x: x / 2, tiny, (3 - 2 * sqrt(2)) ** 2 + tiny, 7)
# sin, cos on |r| <= pi/4 and a little.
q = pi / 4 + mpf(2) ** -20
polynomial("SIN", "$(\\sin r - r)/r^3$ in $r^2$, $|r| \\le \\pi/4$.",
           lambda x: (sin(sqrt(x)) / sqrt(x) - 1) / x, lambda x: x * sqrt(x) / sin(sqrt(x)), tiny, q * q, 6)
polynomial("COS", "$(\\cos r - 1 + r^2/2)/r^4$ in $r^2$, $|r| \\le \\pi/4$.",
           lambda x: (cos(sqrt(x)) - 1 + x / 2) / x**2, lambda x: x**2 / cos(sqrt(x)), tiny, q * q, 6)
polynomial("ATAN", "$(\\arctan t - t)/t^3$ in $t^2$, $|t| \\le 1/2$.",
           lambda x: (atan(sqrt(x)) / sqrt(x) - 1) / x, lambda x: x * sqrt(x) / atan(sqrt(x)), tiny, mpf(1) / 4, 12)
