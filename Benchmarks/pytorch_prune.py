"""Measures torch.nn.utils.prune.global_unstructured at 98 % on ResNet18 and prints one JSON object."""

import json
import sys
import time
from pathlib import Path

import torch
from torch.nn.utils import prune

sys.path.insert(0, str(Path(__file__).parent.parent / "Tests" / "Golden"))
import resnet  # noqa: E402


def main():
    torch.manual_seed(0)
    convolutions = [module for module in resnet.build("resnet18").modules() if isinstance(module, torch.nn.Conv2d)]
    weights = sum(module.weight.numel() for module in convolutions)
    start = time.perf_counter()
    prune.global_unstructured([(module, "weight") for module in convolutions], prune.L1Unstructured, amount=0.98)
    print(json.dumps({"weights": weights, "seconds": time.perf_counter() - start}))


if __name__ == "__main__":
    main()
