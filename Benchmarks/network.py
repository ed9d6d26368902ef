"""A trained ResNet from a safetensors file as a PyTorch module, and its pruning as PyTorch's users do it."""

import sys
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch.nn.utils import prune

sys.path.insert(0, str(Path(__file__).parent.parent / "Tests" / "Golden"))
import resnet  # noqa: E402

STEMS = {(64, 7): "resnet18", (64, 3): "resnet18-cifar", (16, 3): "resnet8"}


def load(path):
    """The network of a file with torchvision's names. Its first convolution tells which one it is."""
    state = load_file(path)
    if "conv1.weight" not in state:
        sys.exit(f"{path}: there is no conv1.weight; expected the state_dict of one of torchvision's ResNets")
    channels, _, size, _ = state["conv1.weight"].shape
    if (channels, size) not in STEMS:
        sys.exit(f"{path}: no network has a stem of {channels} channels and {size}×{size} taps; there are {STEMS}")
    model = resnet.build(STEMS[channels, size])
    missing, unexpected = model.load_state_dict(state, strict=False)
    missing = [name for name in missing if not name.endswith("num_batches_tracked")]
    if missing or unexpected:
        sys.exit(f"{path}: missing {missing}, unexpected {unexpected}")
    return model


def convolutions(model):
    return [(module, "weight") for module in model.modules() if isinstance(module, torch.nn.Conv2d)]


def mask(model, amount):
    """Prunes all convolutions globally by L1. The masks stay and act before every forward pass."""
    prune.global_unstructured(convolutions(model), prune.L1Unstructured, amount=amount)


def zero(model, amount):
    """Prunes likewise, and leaves plain weights with zeros among them."""
    mask(model, amount)
    for module, name in convolutions(model):
        prune.remove(module, name)
