"""remasker.py masked.csv OUT.csv [EPOCHS] : ReMasker (Du, Melis & Wang, ICLR 2024) from its public code beside the environment.

Defaults of its code: 600 epochs, half of the observed cells masked, width 32, depth 6 and 4. Levels go in as numbers; it
scales to 0..1 itself. Seeded here, since the code seeds nothing.
"""
import blocks  # noqa: F401, first: makes the imports below work
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import torch

import tabio

epochs = sys.argv[3] if len(sys.argv) > 3 else "600"
sys.path.insert(0, str(Path(sys.prefix).parent / "remasker"))
arguments, sys.argv = sys.argv, [sys.argv[0], "--max_epochs", epochs]  # its constructor reads the command line
from remasker_impute import ReMasker

torch.manual_seed(1)
np.random.seed(1)
imputer = ReMasker()
sys.argv = arguments
tabio.run(lambda X, kinds: imputer.fit_transform(pd.DataFrame(X)))
