#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Computes the polynomials of passes/6_lower/nest/VectorMath.cpp (needs mpmath).

Each is a Chebyshev fit of what remains of a function after its leading terms, so
that the fit's absolute error is the function's relative error.
"""
from mpmath import chebyfit, erf, exp, fabs, linspace, log, log1p, mp, mpf, sqrt, tanh

mp.dps = 40


def safe(f, limit):
    """f with its limit at 0, where the formula divides by zero."""
    return lambda x: limit if fabs(x) < mpf(10) ** -12 else f(x)


FITS = [
    # name, function, interval, number of coefficients, meaning
    ("expTail", safe(lambda r: (exp(r) - 1 - r) / r**2, mpf(1) / 2), (-log(2) / 2, log(2) / 2), 6,
     "exp(r) = 1 + r + r^2 P(r)"),
    ("logTail", safe(lambda f: (log1p(f) - f + f**2 / 2) / f**3, mpf(1) / 3),
     (sqrt(mpf(1) / 2) - 1, sqrt(mpf(2)) - 1), 9, "log(1 + f) = f - f^2/2 + f^3 P(f)"),
    ("tanhSmall", safe(lambda z: (tanh(sqrt(z)) / sqrt(z) - 1) / z, -mpf(1) / 3), (0, mpf("0.4")), 6,
     "tanh(x) = x + x^3 P(x^2), |x| <= 0.63"),
    ("erfSmall", safe(lambda z: erf(sqrt(z)) / sqrt(z) - 1, 2 / sqrt(mp.pi) - 1), (0, mpf("0.87")), 7,
     "erf(x) = x + x P(x^2), |x| <= 0.93"),
    ("erfLarge", lambda t: log(1 - erf(t)) / t, (mpf("0.92"), mpf("4.0")), 9,
     "erf(t) = 1 - exp(t P(t)), 0.92 <= t <= 4"),
]

for name, f, interval, count, meaning in FITS:
    coefficients = chebyfit(f, interval, count)
    worst = max(fabs(f(x) - mp.polyval(coefficients, x)) for x in linspace(*interval, 400))
    print(f"// {meaning}; largest error of P {float(worst):.1e}.")
    values = ",\n    ".join(", ".join(f"{float(c):.9e}f" for c in coefficients[i:i + 3]) for i in range(0, count, 3))
    print(f"constexpr float {name}[] = {{\n    {values}}};\n")
