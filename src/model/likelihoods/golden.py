"""Writes golden.json, the values that the tests of this folder are held against. Needs scipy:

python3 -m venv .venv && .venv/bin/pip install scipy && .venv/bin/python golden.py
"""
import json
import pathlib

from scipy import special

z = [-37, -20, -8.5, -5.7, -5.6, -3, -1, -0.6745, -0.3, -1e-9, 0, 0.2, 0.7, 2, 5, 6, 9]
p = [1e-290, 1e-100, 1e-12, 0.001, 0.02425, 0.3, 0.5, 0.6, 0.99, 1 - 1e-9]

golden = {
    "normalCdf": [[v, special.ndtr(v)] for v in z],
    "normalQuantile": [[v, special.ndtri(v)] for v in p],
    "logGamma": [[v, special.gammaln(v)] for v in (1e-5, 0.5, 1, 1.5, 2, 10.25, 1000, 1e8)],
    "gammaQ": [[a, x, special.gammaincc(a, x)]
               for a, x in ((0.01, 0.5), (0.5, 2), (3, 1e-3), (3, 20), (100, 90), (1000, 1100), (1e6, 1e6 + 500))],
    "betaP": [[a, b, x, special.betainc(a, b, x)]
              for a, b, x in ((0.01, 3, 0.2), (2, 5, 0.5), (0.5, 0.5, 0.01), (200, 300, 0.42), (1e5, 2e5, 0.334))],
}
text = json.dumps(golden, default=float, separators=(",", ":")).replace('],"', '],\n"')
pathlib.Path(__file__).with_name("golden.json").write_text(text + "\n")
