"""golden.py > golden.json : scores of random columns by scikit-learn, scipy and scoringrules, with which tests hold the scorer.

numpy 2.4.6, scipy 1.17.1, scikit-learn 1.9.1, scoringrules 0.10.0.
"""
import json

import numpy as np
import scoringrules as sr
from scipy import stats
from sklearn.metrics import accuracy_score, balanced_accuracy_score, log_loss, mean_absolute_error, mean_squared_error

rng = np.random.default_rng(20)
rows, hidden, draws, count = 40, 25, 6, 4


def number(places):
    truth = np.round(rng.gamma(2, 10, rows), places)
    filled = np.round(truth[:hidden] + rng.normal(0, 6, hidden), places)
    samples = np.round(truth[:hidden, None] + rng.normal(0, 8, (hidden, draws)), places)
    centre, spread = np.round(truth[:hidden] + rng.normal(0, 5, hidden), 3), np.round(rng.uniform(2, 9, hidden), 3)
    sd, y = truth.std(), truth[:hidden]
    low, high = stats.norm.ppf(0.05, centre, spread), stats.norm.ppf(0.95, centre, spread)
    half = 10.0**-places / 2
    return {
        "resolution": 10.0**-places, "truth": truth.tolist(), "filled": filled.tolist(), "draws": samples.T.tolist(), "centre": centre.tolist(), "spread": spread.tolist(),
        "figures": {
            "nrmse": mean_squared_error(y, filled) ** 0.5 / sd,
            "mae": mean_absolute_error(y, filled) / sd,
            "r2": stats.pearsonr(y, filled).statistic ** 2,
            "wasserstein": stats.wasserstein_distance(y, filled) / sd,
        },
        "ofDraws": {"crps": float(np.mean(sr.crps_ensemble(y, samples, estimator="fair"))) / sd},
        "ofNormal": {
            "crps": float(np.mean(sr.crps_normal(y, centre, spread))) / sd,
            "intervalScore": float(np.mean(sr.interval_score(y, low, high, 0.1))) / sd,
            "width": float(np.mean(high - low)) / sd,
            "nll": float(-np.mean(np.log(stats.norm.cdf(y + half, centre, spread) - stats.norm.cdf(y - half, centre, spread)))),
        },
    }


def levels():
    truth = rng.integers(0, count, rows)
    filled = np.where(rng.uniform(size=hidden) < 0.6, truth[:hidden], rng.integers(0, count, hidden))
    p = np.round(rng.dirichlet(np.ones(count) * 2, hidden), 6)
    p[:, -1] = 1 - p[:, :-1].sum(1)
    y = truth[:hidden]
    given = p[np.arange(hidden), filled]
    bins = np.minimum(9, (given * 10).astype(int))
    error = sum(abs(given[bins == b].sum() - (filled == y)[bins == b].sum()) for b in range(10)) / hidden
    return {
        "levels": count, "truth": truth.tolist(), "filled": filled.tolist(), "probabilities": p.tolist(),
        "figures": {
            "accuracy": accuracy_score(y, filled),
            "balancedAccuracy": balanced_accuracy_score(y, filled),
            "brier": float(np.mean(np.sum((p - np.eye(count)[y]) ** 2, 1))),
            "logLoss": log_loss(y, p, labels=range(count)),
        },
        "calibrationError": float(error),
    }


print(json.dumps({"hidden": hidden, "numbers": [number(0), number(2)], "levels": [levels(), levels()]}))
