"""Writes golden.json, the values that the tests of this folder are held against. Needs scipy:

python3 -m venv .venv && .venv/bin/pip install scipy && .venv/bin/python golden.py
"""
import json
import pathlib

import numpy as np
from scipy import integrate, special, stats


def numeric_crps(dist, x):
    """CRPS of a continuous distribution by quadrature."""
    marks = [dist.ppf(u) for u in (1e-14, 1e-6, 1e-3, 0.1, 0.5, 0.9, 0.999, 1 - 1e-6, 1 - 1e-14)]
    points = sorted({*marks, x})
    f = lambda t: (dist.cdf(t) - (x <= t)) ** 2
    return sum(integrate.quad(f, a, b, epsabs=0, epsrel=1e-12)[0] for a, b in zip(points, points[1:]))


def count_crps(dist, x):
    """CRPS of a count distribution by summing over the steps of its cdf."""
    top = int(max(dist.ppf(1 - 1e-15), x)) + 50
    k = np.arange(0, top)
    cdf = dist.cdf(k)
    if x < 0:
        return float(np.sum((cdf - 1) ** 2) - x)
    whole = int(np.floor(x))
    part = x - whole
    return float(np.sum(cdf[:whole] ** 2) + part * cdf[whole] ** 2 + (1 - part) * (cdf[whole] - 1) ** 2
                 + np.sum((cdf[whole + 1:] - 1) ** 2))


def summary(dist, xs, us, crps):
    return {"mean": dist.mean(), "variance": dist.var(), "cdf": [[x, dist.cdf(x)] for x in xs],
            "quantile": [[u, dist.ppf(u)] for u in us], "crps": [[x, crps(dist, x)] for x in xs]}


us = [0.001, 0.1, 0.5, 0.77, 0.999]
z = [-37, -20, -8.5, -5.7, -5.6, -3, -1, -0.6745, -0.3, -1e-9, 0, 0.2, 0.7, 2, 5, 6, 9]
p = [1e-290, 1e-100, 1e-12, 0.001, 0.02425, 0.3, 0.5, 0.6, 0.99, 1 - 1e-9]
normals = [(0, 1), (-3, 0.5), (120, 17)]
lognormals = [(0, 0.25), (2, 1), (-1, 1.7)]
poissons = [0.1, 1, 7.3, 400]
negative_binomials = [(2, 3), (0.3, 4), (50, 51), (40, 900)]

golden = {
    "normalCdf": [[v, special.ndtr(v)] for v in z],
    "normalQuantile": [[v, special.ndtri(v)] for v in p],
    "logGamma": [[v, special.gammaln(v)] for v in (1e-5, 0.5, 1, 1.5, 2, 10.25, 1000, 1e8)],
    "gammaP": [[a, x, special.gammainc(a, x), special.gammaincc(a, x)]
               for a, x in ((0.01, 0.5), (0.5, 2), (3, 1e-3), (3, 20), (100, 90), (1000, 1100), (1e6, 1e6 + 500))],
    "betaP": [[a, b, x, special.betainc(a, b, x)]
              for a, b, x in ((0.01, 3, 0.2), (2, 5, 0.5), (0.5, 0.5, 0.01), (200, 300, 0.42), (1e5, 2e5, 0.334))],
    "normal": [{"args": a, **summary(stats.norm(*a), [a[0], a[0] - 2.2 * a[1], a[0] + 9 * a[1]], us, numeric_crps)}
               for a in normals],
    "lognormal": [{"args": a, **summary(stats.lognorm(a[1], scale=np.exp(a[0])),
                                        [np.exp(a[0]), 0.1, np.exp(a[0] + 2 * a[1])], us, numeric_crps)}
                  for a in lognormals],
    "poisson": [{"args": [m], **summary(stats.poisson(m), [0, 2, 5.5, 390], us, count_crps)} for m in poissons],
    "negativeBinomial": [
        {"args": [m, v], **summary(stats.nbinom(m * m / (v - m), m / v), [0, 2, 5.5, 70], us, count_crps)}
        for m, v in negative_binomials],
}
text = json.dumps(golden, default=float, separators=(",", ":")).replace('],"', '],\n"').replace('}],\n"', '}],\n\n"')
pathlib.Path(__file__).with_name("golden.json").write_text(text + "\n")
