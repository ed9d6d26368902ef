"""The exchange of the gradient: the fixed tree against `MPI_Allreduce`, and what survivors save."""

import machine
import models
from measurement import in_turn, ours, run, shown, spread, spreads, step
from tables import milliseconds, percent, table, verdict

SPARSITY = 0.98
BATCH = 128
RANKS = [2, 4]


def measure(options):
    methods, commands = [], []
    for ranks in RANKS:
        print(f"exchange: {ranks} ranks", flush=True)
        command = ours(options, ranks, "exchange")
        samples = [run(command) for _ in range(options.repetitions)]
        methods.append(
            {
                "ranks": ranks,
                "bytes": samples[0]["bytes"],
                "oversubscribed": ranks > machine.usable_cores(),
                "tree_seconds": spread(samples, "tree_seconds"),
                "native_seconds": spread(samples, "native_seconds"),
                "samples": samples,
            }
        )
        commands.append(command)

    print(f"exchange: dense and {percent(SPARSITY)} pruned", flush=True)
    model = models.ensure(options, "resnet18")
    steps = {
        "dense": step(options, "resnet18", BATCH, 20),
        "pruned": step(options, "resnet18", BATCH, 40, "--model", model, "--prune", SPARSITY),
        "pruned, bfloat16": step(
            options, "resnet18", BATCH, 40, "--model", model, "--prune", SPARSITY, "--exchange", "bfloat16"
        ),
    }
    samples = in_turn(steps, options.repetitions, "exchange_bytes")
    sent = {side: samples[side][0]["exchange_bytes"] for side in samples}
    return {
        "methods": methods,
        "survivors": {
            "ranks": options.ranks,
            "batch_size": BATCH,
            "sparsity": SPARSITY,
            "bytes": sent,
            "shares": {side: sent[side] / sent["dense"] for side in sent if side != "dense"},
            "target_share": 0.03,
            "exchange_seconds": spreads(samples, "exchange_seconds"),
            "step_seconds": spreads(samples, "step_seconds_median"),
            "samples": samples,
        },
        "models": [models.describe(options, "resnet18")],
        "commands": shown(options, commands + list(steps.values())),
    }


def section(part):
    survivors = part["survivors"]
    lines = [
        "The fixed tree, whose result does not depend on the number of ranks, against `MPI_Allreduce`, on one host, for the live",
        "weights of the dense network.",
        "",
        *table(
            [">ranks", ">MB", ">tree, ms", ">`MPI_Allreduce`, ms", ">tree / `MPI_Allreduce`"],
            map(method_row, part["methods"]),
        ),
        "",
        f"What a step of `resnet18` exchanges ({survivors['ranks']} ranks, batch {survivors['batch_size']}), dense and on the survivors",
        f"of {percent(survivors['sparsity'])} pruning. The time in exchange includes waiting for the slower rank. In single precision the survivors",
        "alone are 5.3 % of the dense bytes, because all of them lie among the 38 % of weights that are exchanged at all.",
        "",
    ]
    return lines + list(
        table(
            ["-", ">bytes a step", ">of the dense bytes", ">target", "-", ">in exchange, ms", ">of the step", ">target", "-"],
            [survivors_row(survivors, side) for side in survivors["bytes"]],
        )
    )


def method_row(method):
    tree, native = method["tree_seconds"], method["native_seconds"]
    return [
        f"{method['ranks']}{' (more than cores)' if method['oversubscribed'] else ''}", f"{method['bytes'] / 1e6:.1f}",
        milliseconds(tree), milliseconds(native), f"{tree['median'] / native['median']:.2f}",
    ]  # fmt: skip


def survivors_row(survivors, side):
    seconds = survivors["exchange_seconds"][side]
    of_step = seconds["median"] / survivors["step_seconds"][side]["median"]
    judged = ["–", "–", ""]
    if side != "dense":
        share, target = survivors["shares"][side], survivors["target_share"]
        judged = [f"{100 * share:.2f} %", percent(target), verdict(share <= target)]
    share_of_step = ["10 %", verdict(of_step <= 0.1)] if side == "dense" else ["–", ""]
    return [
        side, f"{survivors['bytes'][side]:,}", *judged, milliseconds(seconds), f"{100 * of_step:.1f} %", *share_of_step
    ]  # fmt: skip
