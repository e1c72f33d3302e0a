"""cacti.py masked.csv OUT.csv [EPOCHS] : CACTI (Gorla et al., ICML 2025) from its public code beside the environment, without context.

What the code calls CMAE: its copy masking, ratio .9, 600 epochs, without embeddings of the columns' descriptions, for which
a language model's weights would be needed. Levels go in as numbers.
"""
import blocks  # noqa: F401, first: makes the imports below work
import contextlib
import os
import sys
import types
from pathlib import Path

import numpy as np
import torch

import tabio

epochs = int(sys.argv[3]) if len(sys.argv) > 3 else 600
sys.path.insert(0, str(Path(sys.prefix).parent / "cacti"))
from src.imputers.copymae import CopyMAE

torch.manual_seed(1)
np.random.seed(1)


def impute(X, kinds):
    given = types.SimpleNamespace(batch_size=128, min_lr=None, lr=0.001, grad_clip=5.0, warmup_epochs=50, epochs=epochs, mask_ratio=0.9, device="cpu", num_workers=0, checkpoint_path=None)
    with open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere), contextlib.redirect_stderr(nowhere):
        model = CopyMAE(given, feats=[f"v{j}" for j in range(X.shape[1])])
        return model.fit_transform({"data": X, "minscale": np.nanmin(X, 0), "maxscale": np.nanmax(X, 0)})


tabio.run(impute)
