"""Writes vector.csv: the functions of src/program/vector at doubles, by mpmath at sixty digits.

One row a point: function, x, value, rest. `value` is the nearest double, `rest` what is missing to the true value in
units of its last place, so that errors of a hundredth of a unit can be told.

    pip install mpmath && python3 tests/truth/vector.py

With a file of lines `variant,function,x,y`, both numbers as hexadecimal bits, it prints the largest error of each
function and where it is, as a table: this is how the one of docs/design/perf.md was made.

    cargo bench --bench vector -- --dump > points && python3 tests/truth/vector.py points
"""

import math
import random
import struct
import sys
from pathlib import Path

from mpmath import atan, cos, cosh, exp, expm1, floor, log, log1p, mp, mpf, pi, sin, sinh, tanh

mp.dps = 60
ln2 = log(mpf(2))


def softplus(x):
    return log1p(exp(x))


FUNCTIONS = {
    "exp": exp, "exp2": lambda x: exp(x * ln2), "exp_m1": expm1, "sinh": sinh, "cosh": cosh, "tanh": tanh,
    "sigmoid": lambda x: 1 / (1 + exp(-x)), "softplus": softplus, "ln": log, "ln_1p": log1p, "sin": sin, "cos": cos, "atan": atan,
}


def unit(y):
    """The unit in the last place of a double."""
    return mpf(2) ** max(math.frexp(y)[1] - 53, -1074)


def truth(name, x):
    """The nearest double and the rest in units of its last place."""
    exponent = abs(math.frexp(x)[1])
    with mp.workdps(60 + (exponent if name in ("sinh", "exp_m1", "ln_1p", "tanh") and abs(x) < 1 else 0) // 2):
        y = FUNCTIONS[name](mpf(x))
        try:
            near = float(y)
        except OverflowError:
            near = math.inf if y > 0 else -math.inf
        return (near, 0.0) if math.isinf(near) else (near, float((y - mpf(near)) / unit(near)))


def step(x, n):
    """The double n places above x, for x > 0."""
    return struct.unpack("<d", struct.pack("<q", struct.unpack("<q", struct.pack("<d", x))[0] + n))[0]


# Where `check` found the largest errors, so that the table would notice if they grew.
WORST = {
    "exp": [8.68300884383508, 8.669310287662647],
    "exp2": [-0.4912323481166739, -7.431552286935732, 8.578214435198856],
    "exp_m1": [37.212356275985286], "sinh": [0.35611568530766613], "cosh": [18.657186252716713, -1.73804462298785, -18.685291498682567],
    "tanh": [0.25392334097952496, -0.2456782757955649, -0.22605080891657447, 18.765740169503193], "sigmoid": [-1.9555373000934018, -4.489938586199554], "softplus": [-0.434610180606839],
    "ln": [0.6187242948315095, 1.2796530242629613], "ln_1p": [-5.647412938591701e-17, 0.40922250727595333], "sin": [2.3919362979746612, 0.8410905031034748, 3.9762134202044166], "cos": [8.67758606374132],
    "atan": [0.5116407286402292],
}


def points(name, draw):
    """Where the function is looked at: all scales, its main range, and where the formula changes."""
    tiny = [5e-324, 1e-310, 2.0**-1022, 1e-200, 1e-30, 2.0**-54, 1e-17, step(1e-17, -1), 3e-9, 1e-9, step(1e-9, -1), 1e-4]
    scales = [math.ldexp(1 + draw.random(), draw.randrange(-70, 12)) for _ in range(30)]
    if name in ("ln", "ln_1p"):
        out = tiny + [1.0, step(1.0, 1), step(1.0, -1), 2.0, 0.5, 1e300, sys.float_info.max, 0.7071067811865475, 0.7071067811865476,
                      1.414213562373095, 1.4142135623730951, step(2.0**-1022, -1), 2.0**1023 * 1.5, 2.0**53, 2.0**54 + 4]
        out += [math.ldexp(1 + draw.random(), draw.randrange(-1074, 1024)) for _ in range(30)]
        out += [1 + math.ldexp(draw.random() - 0.5, -draw.randrange(0, 45)) for _ in range(30)] + scales
        if name == "ln_1p":
            out += [-x for x in tiny] + [-math.ldexp(1 + draw.random(), draw.randrange(-60, -1)) for _ in range(20)]
            out += [-0.5, -0.25, -0.2928932188134524, step(-1.0, -1), -0.9999, 0.41421356237309503, 0.4142135623730951]
        return out
    if name in ("sin", "cos"):
        multiples = [1, 2, 3, 4, 5, 11, 22, 344, 355, 710, 52174, 104348, 312689, 573204, 667543]
        out = tiny + scales + [1048576.0, 1e6, 0.7853981633974483, 0.7853981633974484] + [float(k * pi / 2) for k in multiples]
        out += [step(float(k * pi / 2), n) for k in multiples[:8] for n in (-1, 1)]
        out += [float((k + 0.5) * pi / 2) for k in multiples[:8]]
        out += [draw.uniform(0, 10) for _ in range(20)] + [draw.uniform(0, 2**20) for _ in range(20)]
        return out + [-x for x in out[::3]]
    if name == "atan":
        out = tiny + scales + [0.5, step(0.5, 1), 1.0, 2.0, step(2.0, 1), 1e10, 1e17, 1e300, sys.float_info.max]
        return out + [draw.uniform(0, 3) for _ in range(40)] + [-x for x in out[::2]]
    ends = {
        "exp": [709.782712893384, 709.7827128933841, -745.1332191019411, -745.1332191019412, -708.3964185322641, -708.4, -720.0, -744.0, 710.0, -750.0],
        "exp2": [-0.4912323481166739, 1023.9999999999999, 1024.0, -1022.0, -1022.5, -1050.3, -1074.0, -1074.9, -1075.1, -1080.0, 0.5, 1.5, -0.5],
        "exp_m1": [709.782712893384, 709.7827128933841, -36.7, -37.5, -40.0, -745.0, 710.0],
        "sinh": [709.8, 710.4758600739439, 710.475860073944, 711.0, 18.7, 22.0],
        "cosh": [18.657186252716713, 709.8, 710.4758600739439, 710.475860073944, 711.0, 18.7, 22.0],
        "tanh": [19.0, 19.06154746539849, 19.0615474653985, 22.0, 44.0, 700.0],
        "sigmoid": [36.7, 37.5, 700.0, -709.0, -710.0, -744.0, -745.1332191019411, -745.1332191019412],
        "softplus": [36.7, 37.5, 700.0, -36.7, -37.5, -709.0, -744.0, -745.1332191019411, -745.1332191019412, 1e300],
    }[name]
    out = tiny + [x for x in scales if x < 700] + [draw.uniform(0, 2) for _ in range(10)] + [draw.uniform(0, 700) for _ in range(15)]
    out += [step(float(floor(mpf(k)) * ln2 + ln2 / 2), n) for k in (0, 1, 2, 10, 500) for n in (-1, 0, 1)]
    return out + [-x for x in out] + ends + [-x for x in ends if name in ("sinh", "cosh", "tanh")]


def write():
    """Writes vector.csv beside this file."""
    draw, rows = random.Random(7), ["function,x,value,rest"]
    for name in FUNCTIONS:
        for x in points(name, draw) + WORST[name]:
            near, rest = truth(name, x)
            rows.append(f"{name},{x!r},{near!r},{rest:.3f}")
    Path(__file__).with_name("vector.csv").write_text("\n".join(rows) + "\n")
    print(len(rows) - 1, "rows")


def check(path):
    """Prints the largest error of each variant of each function, in units in the last place."""
    worst = {}
    double = lambda bits: struct.unpack("<d", struct.pack("<Q", int(bits, 16)))[0]
    for line in Path(path).read_text().split():
        variant, name, x, y = line.split(",")
        x, y = double(x), double(y)
        near, rest = truth(name, x)
        if math.isinf(near) or math.isinf(y):
            off = 0.0 if near == y else math.inf
        else:
            off = abs(float((mpf(y) - mpf(near)) / unit(near)) - rest)
        most, at, count = worst.get((name, variant), (-1.0, 0.0, 0))
        worst[name, variant] = (off, x, count + 1) if off > most else (most, at, count + 1)
    for (name, variant), (off, x, count) in worst.items():
        print(f"| {name} | {variant} | {off:.3f} | {x!r} | {count} |")


check(sys.argv[1]) if len(sys.argv) > 1 else write()
