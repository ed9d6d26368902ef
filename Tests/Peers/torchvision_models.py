"""Imports torchvision beside a torch for which its compiled operators were not built.

The wheels of torchvision on PyPI are compiled against torch with CUDA. Beside torch for CPUs their library does not load, and
then torchvision describes two operators that nobody has defined (nms, qnms), which ends its import. Its models are plain
Python and use neither, so it is enough to declare the two.
"""

import torch

try:
    import torchvision
except RuntimeError:
    declared = torch.library.Library("torchvision", "DEF")
    for operator in ("nms", "qnms"):
        declared.define(operator + "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    import torchvision

    torchvision.declared = declared
