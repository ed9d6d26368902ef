"""Fine-tuning steps of a pruned network against PyTorch's masked ones."""

import models
from measurement import in_turn, pytorch_steps, shown, spread, spreads, step
from tables import percent, rate, table, verdict
from tables import models as model_sentences

CASES = [
    # architecture, pruned share, images a step, images per second as a multiple of PyTorch's, steps of a measurement
    ("resnet18", 0.98, 128, 5, 40),
    ("resnet18", 0.98, 512, 5, 12),
    ("resnet18", 0.9, 128, 3.5, 40),
    ("resnet18", 0.9, 512, 3.5, 12),
    ("resnet18-cifar", 0.98, 128, 3, 6),
]


def measure(options):
    cases, commands = [], []
    for architecture, sparsity, batch, target, steps in CASES:
        print(f"fine-tuning: {architecture}, {percent(sparsity)} pruned, batch {batch}", flush=True)
        model = models.ensure(options, architecture)
        ours = step(options, architecture, batch, steps, "--model", model, "--prune", sparsity)
        theirs, trials = pytorch_steps(
            options, "pytorch_finetune.py", "--model", model, "--prune", sparsity, "--batch-size", batch,
            "--steps", max(4, steps // 4),
        )  # fmt: skip
        samples = in_turn({"dptrain": ours, "pytorch": theirs}, options.repetitions, "images_per_second")
        rates = spreads(samples, "images_per_second")
        cases.append(
            {
                "architecture": architecture,
                "sparsity": sparsity,
                "measured_sparsity": {side: samples[side][0]["sparsity"] for side in samples},
                "survivors": samples["dptrain"][0]["survivors"],
                "batch_size": batch,
                "ranks": options.ranks,
                "target_ratio": target,
                "ratio": rates["dptrain"]["median"] / rates["pytorch"]["median"],
                "images_per_second": rates,
                "resident_bytes": spread(samples["dptrain"], "resident_bytes"),
                "pytorch_layout": samples["pytorch"][0]["layout"],
                "layout_trials": trials,
                "samples": samples,
            }
        )
        commands += [ours, theirs]
    described = [models.describe(options, name) for name in dict.fromkeys(case[0] for case in CASES)]
    return {"cases": cases, "models": described, "commands": shown(options, commands)}


def section(part):
    return [
        "The training step after pruning: global L1 over all convolutions, as `torch.nn.utils.prune.global_unstructured` does",
        "it. dptrain holds, computes and exchanges survivors only; PyTorch multiplies by its masks and computes everything.",
        "",
        *model_sentences(part),
        "",
        *table(
            [
                "-network", ">pruned", ">batch", ">survivors", ">dptrain, images/s", ">PyTorch, masked, images/s",
                ">ratio", ">target", "-",
            ],
            map(row, part["cases"]),
        ),
    ]  # fmt: skip


def row(case):
    rates = case["images_per_second"]
    return [
        f"`{case['architecture']}`", percent(case["sparsity"]), case["batch_size"], f"{case['survivors']:,}",
        rate(rates["dptrain"]), rate(rates["pytorch"]), f"**{case['ratio']:.2f}**", case["target_ratio"],
        verdict(case["ratio"] >= case["target_ratio"]),
    ]  # fmt: skip
