"""The choice of what is pruned, against PyTorch's."""

from measurement import in_turn, ours, peer, shown, spreads
from tables import milliseconds, table, verdict


def measure(options):
    print("selection", flush=True)
    commands = {"dptrain": ours(options, options.ranks, "select"), "pytorch": peer("pytorch_prune.py")}
    samples = in_turn(commands, options.repetitions, "seconds")
    return {
        "weights": samples["dptrain"][0]["weights"],
        "target_seconds": 0.1,
        "seconds": spreads(samples, "seconds"),
        "samples": samples,
        "commands": shown(options, commands.values()),
    }


def section(part):
    seconds, target = part["seconds"], part["target_seconds"]
    return [
        f"98 % of {part['weights']:,} weights by magnitude over all convolutions, and the broadcast of the mask.",
        "",
        *table(
            [">dptrain, ms", ">target", "-", ">`torch.nn.utils.prune`, ms"],
            [
                [
                    milliseconds(seconds["dptrain"]), f"{1e3 * target:.0f}",
                    verdict(seconds["dptrain"]["median"] <= target), milliseconds(seconds["pytorch"]),
                ]
            ],
        ),
    ]  # fmt: skip
