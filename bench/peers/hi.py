"""hi.py masked.csv OUT.csv hyperimpute|hyperimpute-best|gain|miwae|miwae-best|missforest : HyperImpute 0.1.17 and its plug-ins, on levels as numbers.

hyperimpute       defaults
hyperimpute-best  twice the inner rounds and a linear, a boosted and a forest learner to choose from, for numbers and for levels
gain              defaults; the plug-in scales to 0..1 itself, and ignores the arguments that it is given
miwae             defaults, on z-scores: the plug-in scales nothing and fills 0
miwae-best        the width and length of MIWAE's paper (128 hidden units, 10 latent ones, 2,000 epochs) in place of 1 hidden unit
missforest        defaults
"""
# Imported after numpy or scikit-learn it takes two threads whatever OMP_NUM_THREADS says, and crawls on a busy machine.
import torch

torch.set_num_threads(1)
import sys
import warnings

import numpy as np
import pandas as pd
from hyperimpute.plugins.imputers import Imputers

from tabio import run, scale

warnings.filterwarnings("ignore")
method = sys.argv[3]
settings = {
    "hyperimpute-best": {
        "classifier_seed": ["logistic_regression", "catboost", "xgboost", "random_forest"],
        "regression_seed": ["linear_regression", "catboost_regressor", "xgboost_regressor", "random_forest_regressor"],
        "n_inner_iter": 80,
    },
    "miwae-best": {"n_hidden": 128, "latent_size": 10, "n_epochs": 2000, "batch_size": 64},
}


def impute(X, kinds):
    Z, back = scale(X) if method.startswith("miwae") else (X, lambda A: A)
    plugin = Imputers().get(method.removesuffix("-best"), **settings.get(method, {}))
    Y = plugin.fit_transform(pd.DataFrame(Z, columns=[f"v{j}" for j in range(X.shape[1])]))
    return back(np.asarray(Y, float))


run(impute)
