"""Writes PruningTests/Golden/scores.json: masks by the scores that spread the cost, from the papers' formulas in NumPy.

    python Tests/Golden/pruning_scores.py        (needs numpy, torch; written with NumPy 2.4.6 and torch 2.13.0)

torchvision's ResNet18 at 32x32, with weights by `formula.py`. Everything is done the slow way: costs by walking over the output
pixels, rankings by a stable sort in torchvision's order, targets by adding up every weight's multiply-adds. Of a mask the file
keeps each layer's survivors, as their number and a checksum: the sum of (index + 1)^2 modulo 2^64 over their indices.
"""

import json
import math
import pathlib
from fractions import Fraction

import numpy as np

import formula

SIZE = 32


def layers():
    """Name, shape and cost of one weight of each tap, in the order of the state_dict."""
    found = []

    def convolution(name, inputs, outputs, kernel, stride, padding, size):
        result = (size + 2 * padding - kernel) // stride + 1
        met = [sum(0 <= o * stride + k - padding < size for o in range(result)) for k in range(kernel)]
        found.append((f"{name}.weight", (outputs, inputs, kernel, kernel), [r * c for r in met for c in met]))
        return result

    size = convolution("conv1", 3, 64, 7, 2, 3, SIZE)
    size = (size + 2 - 3) // 2 + 1
    channels = 64
    for stage, width in enumerate((64, 128, 256, 512), 1):
        for block in range(2):
            stride = 2 if stage > 1 and block == 0 else 1
            name = f"layer{stage}.{block}"
            before = size
            size = convolution(f"{name}.conv1", channels, width, 3, stride, 1, before)
            convolution(f"{name}.conv2", width, width, 3, 1, 1, size)
            if stride == 2:
                convolution(f"{name}.downsample.0", channels, width, 1, stride, 0, before)
            channels = width
    return found


LAYERS = layers()
COSTS = [np.tile(np.array(costs), shape[0] * shape[1]) for _, shape, costs in LAYERS]
COST = np.concatenate(COSTS)
DENSE = int(COST.sum())


def weights(round_number):
    """scale * x / (1.01 - |x|) with uniform x: a long tail, so that no score empties a layer early."""
    values = []
    for name, shape, _ in LAYERS:
        x = formula.uniform(f"{name}/{round_number}", shape, 2).numpy().ravel()
        scale = np.float32(math.sqrt(1 / math.prod(shape[1:])))
        values.append(scale * (x / (np.float32(1.01) - np.abs(x))))
    return values


def lamp(values, alive):
    squares = np.where(alive, values.astype(np.float64) ** 2, 0)
    order = np.argsort(-squares, kind="stable")
    sums = np.cumsum(squares[order])
    result = np.empty(len(squares))
    # Equal weights share the sum that holds all of them.
    ordered = squares[order]
    last = np.searchsorted(-ordered, -ordered, side="right") - 1
    result[order] = ordered / np.where(sums[last] > 0, sums[last], 1)
    return np.sqrt(result).astype(np.float32)


def scores(score, power, values, mask):
    """One array over all convolutions, float32 as the ranking compares it."""
    if score == "l1":
        return np.abs(np.concatenate(values))
    if score == "l1-per-cost":
        divisors = np.concatenate([
            np.tile([math.pow(c, power) if c else 1.0 for c in costs], shape[0] * shape[1]) for _, shape, costs in LAYERS])
        result = (np.abs(np.concatenate(values)).astype(np.float64) / divisors).astype(np.float32)
        return np.where(COST > 0, result, np.float32(0))
    if score == "lamp":
        return np.concatenate([lamp(v, m & (c > 0)) for v, m, c in zip(values, mask, COSTS)])
    return np.concatenate([np.where(c > 0, np.abs(v), np.float32(0)) for v, c in zip(values, COSTS)])


def take(order, alive, count):
    result = alive.copy()
    result[order[alive[order]][:count]] = False
    return result


def densities(score, survivors, remaining):
    """As in Evci et al.'s code: while a layer would be more than dense, the most crowded ones become dense."""
    raw = []
    for (_, shape, _) in LAYERS:
        raw.append(Fraction(sum(shape), math.prod(shape)) if score == "erk" else Fraction(1))
    sizes = [math.prod(shape) for _, shape, _ in LAYERS]
    dense = set()
    while True:
        free = [i for i in range(len(sizes)) if i not in dense]
        if not free:
            return list(remaining)
        epsilon = (survivors - sum(remaining[i] for i in dense)) / sum(raw[i] * sizes[i] for i in free)
        over = {i: epsilon * raw[i] * sizes[i] / remaining[i] for i in free}
        worst = max(over.values())
        if worst <= 1:
            break
        dense |= {i for i in free if over[i] == worst}
    exact = [Fraction(remaining[i]) if i in dense else epsilon * raw[i] * sizes[i] for i in range(len(sizes))]
    keep = [math.floor(e) for e in exact]
    by_remainder = sorted(range(len(sizes)), key=lambda i: (keep[i] - exact[i], i))
    for i in by_remainder[: survivors - sum(keep)]:
        keep[i] += 1
    return keep


def split(flat):
    ends = np.cumsum([len(c) for c in COSTS])[:-1]
    return np.split(flat, ends)


def prune(score, power, values, mask, survivors):
    ranks = scores(score, power, values, mask)
    if score in ("erk", "uniform"):
        keep = densities(score, survivors, [int(m.sum()) for m in mask])
        return [take(np.argsort(r, kind="stable"), m, int(m.sum()) - k) for r, m, k in zip(split(ranks), mask, keep)]
    alive = np.concatenate(mask)
    return split(take(np.argsort(ranks, kind="stable"), alive, int(alive.sum()) - survivors))


def summary(mask):
    layers = []
    for m in mask:
        index = np.flatnonzero(m).astype(np.uint64) + np.uint64(1)
        layers.append({"survivors": len(index), "checksum": str(int((index * index).sum(dtype=np.uint64)))})
    return layers


def target(score, power, values, share):
    """The fewest weights to prune, in order of score, until the multiply-adds are at most that share."""
    order = np.argsort(scores(score, power, values, [np.ones(len(c), bool) for c in COSTS]), kind="stable")
    left = DENSE - np.cumsum(COST[order])
    return int(np.argmax(left <= share * DENSE)) + 1


def main():
    values = [weights(round_number) for round_number in range(2)]
    everything = [np.ones(len(c), bool) for c in COSTS]
    size = len(COST)
    cases = []
    for score, power in (
        ("l1", 0.5), ("l1-per-cost", 0.5), ("l1-per-cost", 1), ("lamp", 0.5), ("erk", 0.5), ("uniform", 0.5),
    ):
        for totals in ((0.3, 0.9), (0.98,)):
            if power == 1 and totals == (0.98,):
                continue  # leaves nothing of the stem
            mask = everything
            rounds = []
            for number, total in enumerate(totals):
                mask = prune(score, power, values[number], mask, size - round(total * size))
                rounds.append(summary(mask))
            cases.append({"score": score, "power": power, "totals": totals, "rounds": rounds})
    targets = [
        {"score": score, "power": power, "share": share, "pruned": target(score, power, values[0], share)}
        for score, power in (("l1", 0.5), ("l1-per-cost", 0.5), ("lamp", 0.5))
        for share in (0.5, 0.1)
    ]
    golden = {"denseMultiplyAdds": DENSE, "cases": cases, "targets": targets}
    path = pathlib.Path(__file__).parent.parent / "PruningTests" / "Golden" / "scores.json"
    path.write_text(json.dumps(golden, separators=(",", ":")).replace('{"score"', '\n{"score"') + "\n")


main()
