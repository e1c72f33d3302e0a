"""What the public code of ReMasker and CACTI needs to start without a graphics card, on current packages. Import it first.

Both take one class from timm (a transformer block), and timm imports torchvision, whose compiled part is made for another
build of torch; no picture operation is ever called. ReMasker uses numpy's former np.float, and imports a name from tkinter
that it does not use.
"""
import sys
import types
import warnings

import torch

torch.set_num_threads(1)
import numpy as np

warnings.filterwarnings("ignore")
operators = torch.library.Library("torchvision", "DEF")
for name in ("nms", "qnms", "roi_align", "roi_pool", "ps_roi_align", "ps_roi_pool", "deform_conv2d"):
    operators.define(f"{name}(Tensor x) -> Tensor")
for name in ("_roi_align_backward", "_roi_pool_backward", "_ps_roi_align_backward", "_ps_roi_pool_backward", "_deform_conv2d_backward"):
    operators.define(f"{name}(Tensor x) -> Tensor")
np.float = float
tkinter = types.ModuleType("tkinter")
tkinter.E = "e"
sys.modules["tkinter"] = tkinter
