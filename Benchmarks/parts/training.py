"""Dense training steps against PyTorch's, and their memory."""

from measurement import in_turn, microbatch, pytorch_steps, shown, spreads, step
from tables import rate, table, verdict

CASES = [
    # architecture, images a step, images per second as a multiple of PyTorch's, steps of a measurement
    ("resnet18", 128, 2.2, 20),
    ("resnet18", 512, 2.0, 8),
    ("resnet18-cifar", 128, 1.0, 4),
]


def measure(options):
    cases, commands = [], []
    for architecture, batch, target, steps in CASES:
        print(f"training: {architecture}, batch {batch}", flush=True)
        ours = step(options, architecture, batch, steps)
        theirs, trials = pytorch_steps(
            options, "pytorch_step.py", "--arch", architecture, "--batch-size", batch, "--steps", steps
        )
        samples = in_turn({"dptrain": ours, "pytorch": theirs}, options.repetitions, "images_per_second")
        rates = spreads(samples, "images_per_second")
        cases.append(
            {
                "architecture": architecture,
                "batch_size": batch,
                "microbatch": microbatch(options, batch),
                "ranks": options.ranks,
                "target_ratio": target,
                "ratio": rates["dptrain"]["median"] / rates["pytorch"]["median"],
                "images_per_second": rates,
                "step_seconds": spreads(samples, "step_seconds_median"),
                "resident_bytes": {
                    side: max(sample["resident_bytes"] for sample in samples[side]) for side in samples
                },
                "pytorch_layout": samples["pytorch"][0]["layout"],
                "layout_trials": trials,
                "samples": samples,
            }
        )
        commands += [ours, theirs]
    return {"cases": cases, "commands": shown(options, commands)}


def section(part):
    return [
        "Forward, backward and SGD with Nesterov momentum on 32×32 images. dptrain's step also reads, crops, flips and",
        "normalizes its images and exchanges gradients; PyTorch gets one batch again and again, ready in memory.",
        "",
        *table(
            ["-network", ">batch", ">dptrain, images/s", ">PyTorch, images/s", "-its layout", ">ratio", ">target", "-"],
            map(training_row, part["cases"]),
        ),
        "",
        "Memory: the most that was resident, without memory-mapped data files; PyTorch is one process for all cores.",
        "",
        *table(
            ["-network", ">batch", ">microbatch", ">dptrain, MB a rank", ">target", "-", ">PyTorch, MB"],
            map(memory_row, part["cases"]),
        ),
    ]


def training_row(case):
    rates = case["images_per_second"]
    return [
        f"`{case['architecture']}`", case["batch_size"], rate(rates["dptrain"]), rate(rates["pytorch"]),
        case["pytorch_layout"], f"**{case['ratio']:.2f}**", case["target_ratio"],
        verdict(case["ratio"] >= case["target_ratio"]),
    ]  # fmt: skip


def memory_row(case):
    resident = case["resident_bytes"]
    judged = case["architecture"] == "resnet18"
    return [
        f"`{case['architecture']}`", case["batch_size"], case["microbatch"], f"{resident['dptrain'] / 1e6:,.0f}",
        "600" if judged else "–", verdict(resident["dptrain"] <= 600e6) if judged else "",
        f"{resident['pytorch'] / 1e6:,.0f}",
    ]  # fmt: skip
