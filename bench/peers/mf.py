"""mf.py masked.csv OUT.csv miceforest : miceforest, 5 tables x 5 rounds; mean of the 5 (numbers), majority (levels).

Levels are matched by the way 'fast': the default matches on log-odds, which are infinite once LightGBM says exactly 0 or 1.
"""
import sys
import warnings

import miceforest
import numpy as np
import pandas as pd

from tabio import run

warnings.filterwarnings("ignore")
tables = 5


def impute(X, kinds):
    names = [f"v{j}" for j in range(X.shape[1])]
    frame = pd.DataFrame(X, columns=names)
    levels = [name for name, kind in zip(names, kinds) if kind is not None]
    for name in levels:
        frame[name] = pd.Categorical(frame[name])
    how = {name: "fast" if name in levels else "normal" for name in names if frame[name].isna().any()}
    kernel = miceforest.ImputationKernel(frame, num_datasets=tables, random_state=1, mean_match_strategy=how)
    kernel.mice(5, num_threads=1)
    draws = np.stack([np.column_stack([kernel.complete_data(d)[name].astype(float) for name in names]) for d in range(tables)])
    Y = draws.mean(0)
    for j, kind in enumerate(kinds):
        if kind is not None:
            Y[:, j] = np.stack([(draws[:, :, j] == level).sum(0) for level in range(len(kind))]).argmax(0)
    return Y


run(impute)
