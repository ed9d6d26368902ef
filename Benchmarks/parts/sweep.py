"""Time against sparsity: fine-tuning and inference of resnet18, with the peers' lines."""

import models
from measurement import in_turn, pytorch_steps, shown, spread, step
from parts import inference
from tables import percent, rate, table
from tables import models as model_sentences

SPARSITIES = [0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99]
# The peers do the same work whatever is zero: two points show it.
PEER_SPARSITIES = [0.5, 0.98]
TRAINING_BATCH = 128
INFERENCE_BATCH = 64


def measure(options):
    model = models.ensure(options, "resnet18")
    print("sweep: fine-tuning", flush=True)
    commands = {
        ("dptrain", sparsity): step(options, "resnet18", TRAINING_BATCH, 20, "--model", model, "--prune", sparsity)
        for sparsity in SPARSITIES
    }
    theirs, _ = pytorch_steps(
        options, "pytorch_finetune.py", "--model", model, "--batch-size", TRAINING_BATCH, "--steps", 10
    )
    for sparsity in PEER_SPARSITIES:
        commands["pytorch", sparsity] = [*theirs, "--prune", sparsity]
    finetuning = panel(options, commands, TRAINING_BATCH)

    print("sweep: inference", flush=True)
    inferring = inference_commands(options, model)
    return {
        "finetuning": finetuning,
        "inference": panel(options, inferring, INFERENCE_BATCH),
        "ranks": options.ranks,
        "models": [models.describe(options, "resnet18")],
        # Those of the other sparsities differ in --prune only.
        "commands": shown(
            options,
            [
                command
                for (_, sparsity), command in [*commands.items(), *inferring.items()]
                if sparsity == PEER_SPARSITIES[-1]
            ],
        ),
    }


def inference_commands(options, model):
    commands = {
        ("dptrain", sparsity): inference.program(options, model, INFERENCE_BATCH, options.ranks, sparsity)
        for sparsity in SPARSITIES
    }
    theirs, _ = inference.peers(model, INFERENCE_BATCH, options.ranks, 0)
    for name, command in theirs.items():
        for sparsity in PEER_SPARSITIES:
            commands[name, sparsity] = [*command, "--prune", str(sparsity)]
    return commands


def panel(options, commands, batch):
    named = {f"{name} at {percent(sparsity)}": command for (name, sparsity), command in commands.items()}
    samples = in_turn(named, options.repetitions, "images_per_second")
    lines = {}
    for (name, sparsity), of_one in zip(commands, samples.values()):
        point = {"sparsity": sparsity, "images_per_second": spread(of_one, "images_per_second")}
        lines.setdefault(name, []).append(point)
    return {"batch": batch, "lines": lines, "samples": samples}


def section(part):
    lines = [
        "![Microseconds an image against the pruned share of the weights, for fine-tuning and inference](results/sparsity.svg)",
        "",
        f"Images a second of `resnet18` on {part['ranks']} cores, pruned by global L1: fine-tuning at batch "
        f"{part['finetuning']['batch']}, inference at batch",
        f"{part['inference']['batch']}. The peers, whose work is the same at all sparsities, are measured at "
        f"{' and '.join(map(percent, PEER_SPARSITIES))}.",
        "The commands below are those of 98 %; the others differ in `--prune`.",
        "",
        *model_sentences(part),
        "",
    ]
    names = {"dptrain": "dptrain", **inference.PEERS}
    rows, titles = {sparsity: [percent(sparsity)] for sparsity in SPARSITIES}, [">pruned"]
    for kind, title in (("finetuning", "fine-tuning"), ("inference", "inference")):
        for name, points in part[kind]["lines"].items():
            titles.append(f">{title}, {names[name]}")
            found = {point["sparsity"]: rate(point["images_per_second"]) for point in points}
            for sparsity, cells in rows.items():
                cells.append(found.get(sparsity, ""))
    return lines + list(table(titles, rows.values()))
