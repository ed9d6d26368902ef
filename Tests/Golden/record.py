"""Collects a case's tensors in double precision and writes what the golden files keep of them."""

import math
from pathlib import Path

import torch
from safetensors.torch import save_file

FULL_LIMIT = 256


def stride(count):
    """The smallest step ≥ count / 256 with no factor in common with count, so that samples meet every tap and channel."""
    step = -(-count // FULL_LIMIT)
    while math.gcd(step, count) != 1:
        step += 1
    return step


def write(path, make):
    """Runs `make(dtype)`, a generator of (name, tensor), in both precisions.

    The file keeps the double-precision values rounded to float32 and, in each tensor's summary, the L2 norm of what
    PyTorch's own float32 differs by: a measure of what a correct float32 implementation may differ by.
    """
    exact = dict(make(torch.float64))
    single = dict(make(torch.float32))
    assert exact.keys() == single.keys()
    kept = {}
    worst = (0, "")
    for name, tensor in exact.items():
        values = tensor.detach().flatten().double()
        other = single[name].detach().flatten().double()
        assert torch.isfinite(values).all() and torch.isfinite(other).all(), name
        deviation = (values - other).norm()
        worst = max(worst, (deviation.item() / max(values.norm().item(), 1e-30), name))
        if values.numel() <= FULL_LIMIT:
            kept[name] = tensor.detach().float().contiguous()
        else:
            kept[f"{name}/samples"] = values[:: stride(values.numel())].float().clone()
        summary = torch.stack([values.sum(), values.norm(), deviation])
        kept[f"{name}/summary"] = summary.float()
    save_file(kept, path)
    size = Path(path).stat().st_size
    print(f"{Path(path).name}: {len(exact)} tensors, {size} bytes")
    print(f"  relative deviation of float32: at most {worst[0]:.1e}, of {worst[1]}")
