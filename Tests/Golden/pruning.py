"""Writes PruningTests/Golden/pruning.json: masks of successive rounds of torch.nn.utils.prune.

    python Tests/Golden/pruning.py        (needs torch; written with 2.13.0)

Each case prunes the same small network in rounds. Between two rounds the weights change, as they do by fine-tuning, so a
round must rank the new weights of the survivors only. Magnitudes are distinct within a round: PyTorch leaves open which of
equal weights goes first.
"""

import json
import pathlib

import torch
from torch import nn
from torch.nn.utils import prune

SHAPES = {
    "conv1.weight": (8, 3, 7, 7),
    "layer1.conv1.weight": (12, 8, 3, 3),
    "layer1.conv2.weight": (13, 12, 3, 3),
    "layer1.downsample.weight": (13, 8, 1, 1),
    "fc.weight": (10, 13),
}
ROUNDS = 3


def weights(round_number):
    generator = torch.Generator().manual_seed(100 + round_number)
    values = {name: torch.randn(shape, generator=generator) for name, shape in SHAPES.items()}
    for name, value in values.items():
        value *= 2.0 / (value[0].numel() ** 0.5)  # layers of different scale, so global and local differ
    everything = torch.cat([value.abs().flatten() for value in values.values()])
    if everything.unique().numel() != everything.numel():
        raise SystemExit("two weights have the same magnitude: choose another seed")
    return values


def module(name):
    shape = SHAPES[name]
    if len(shape) == 2:
        return nn.Linear(shape[1], shape[0], bias=False)
    return nn.Conv2d(shape[1], shape[0], shape[2], bias=False)


def bits(mask):
    return "".join("1" if value else "0" for value in mask.flatten().tolist())


def run(scope, convolution_amounts, linear_amounts, rounds_of_weights):
    modules = {name: module(name) for name in SHAPES}
    convolutions = [(modules[name], "weight") for name in SHAPES if name != "fc.weight"]
    rounds = []
    for values, amount, linear_amount in zip(rounds_of_weights, convolution_amounts, linear_amounts):
        for name, layer in modules.items():
            with torch.no_grad():
                getattr(layer, "weight_orig", layer.weight).copy_(values[name])
            for hook in layer._forward_pre_hooks.values():  # weight = weight_orig * weight_mask
                hook(layer, None)
        if scope == "global":
            prune.global_unstructured(convolutions, pruning_method=prune.L1Unstructured, amount=amount)
        else:
            for layer, name in convolutions:
                prune.l1_unstructured(layer, name, amount=amount)
        prune.l1_unstructured(modules["fc.weight"], "weight", amount=linear_amount)
        rounds.append({name: bits(layer.weight_mask) for name, layer in modules.items()})
    return {"scope": scope, "convolution": convolution_amounts, "linear": linear_amounts, "masks": rounds}


def main():
    rounds_of_weights = [weights(number) for number in range(ROUNDS)]
    rate = 1 - (1 - 0.98) ** (1 / 3)
    cases = []
    for scope in ("global", "local"):
        for convolution, linear in (
            ([0.5, 0.3], [0.0, 0.25]),
            ([0.9, 0.95], [0.5, 0.5]),
            ([0.125, 0.75], [0.05, 0.15]),  # halves: 130 * 0.05 = 6.5 rounds to even
            ([17, 50], [3, 127]),
            ([rate, rate, rate], [0.0, 0.0, 0.0]),
        ):
            cases.append(run(scope, convolution, linear, rounds_of_weights))
    golden = {
        "torch": torch.__version__,
        "parameters": [{"name": name, "shape": shape} for name, shape in SHAPES.items()],
        # float32 bits, eight hexadecimal digits each
        "weights": [
            {name: "".join(f"{b & 0xFFFFFFFF:08x}" for b in value.flatten().view(torch.int32).tolist())
             for name, value in values.items()}
            for values in rounds_of_weights
        ],
        "cases": cases,
    }
    path = pathlib.Path(__file__).parent.parent / "PruningTests" / "Golden" / "pruning.json"
    path.write_text(json.dumps(golden, indent=1) + "\n")


main()
