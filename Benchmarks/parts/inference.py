"""Inference of a pruned network against PyTorch, ONNX Runtime and OpenVINO."""

import machine
import models
from measurement import in_turn, ours, peer, run, shown, spreads
from tables import models as model_sentences
from tables import percent, rate, table, verdict

PEERS = {"pytorch": "PyTorch", "onnxruntime": "ONNX Runtime", "openvino": "OpenVINO"}
SPARSITY = 0.98
CASES = [
    # images a batch, cores (None: one a rank), images per second as a multiple of the fastest peer's
    (64, None, 3),
    (256, None, 3),
    (1, 1, 1),
]


def program(options, model, batch, ranks, sparsity):
    """dptrain's inference, with one rank a core."""
    return ours(options, ranks, "infer", model, "--batch", batch, "--prune", sparsity)


def peers(model, batch, cores, sparsity):
    """Every peer's command in the variant that is fastest here, and the trials that say so."""
    # What is to use one core only must not find another.
    pinned = [] if cores == machine.usable_cores() else ["taskset", "-c", machine.processors(cores)]
    commands, trials = {}, {}
    for name in PEERS:
        command = [*pinned, *peer("peer_inference.py", "--peer", name, "--model", model, "--batch", batch)]
        command += ["--threads", str(cores)] + (["--prune", str(sparsity)] if sparsity else [])
        trials[name] = run(command)
        commands[name] = [*command, "--variant", trials[name]["variant"]]
        tried = ", ".join(f"{variant} {rate:,.0f}" for variant, rate in trials[name]["trials"].items())
        print(f"  {PEERS[name]}: {tried} images/s", flush=True)
    return commands, trials


def measure(options):
    cases, commands = [], []
    model = models.ensure(options, "resnet18")
    for batch, cores, target in CASES:
        cores = cores or options.ranks
        print(f"inference: resnet18, {percent(SPARSITY)} pruned, batch {batch}, cores {cores}", flush=True)
        theirs, trials = peers(model, batch, cores, SPARSITY)
        every = {"dptrain": program(options, model, batch, cores, SPARSITY), **theirs}
        samples = in_turn(every, options.repetitions, "images_per_second")
        rates = spreads(samples, "images_per_second")
        best = max(PEERS, key=lambda name: rates[name]["median"])
        cases.append(
            {
                "architecture": "resnet18",
                "sparsity": SPARSITY,
                "batch": batch,
                "cores": cores,
                "target_ratio": target,
                "best_peer": best,
                "ratio": rates["dptrain"]["median"] / rates[best]["median"],
                "images_per_second": rates,
                "resident_bytes": max(sample["resident_bytes"] for sample in samples["dptrain"]),
                "variants": {name: trials[name]["variant"] for name in PEERS},
                "trials": trials,
                "samples": samples,
            }
        )
        commands += every.values()
    return {"cases": cases, "models": [models.describe(options, "resnet18")], "commands": shown(options, commands)}


def section(part):
    variants = [
        f"- batch {case['batch']}: "
        + ", ".join(f"{PEERS[name]} `{variant}`" for name, variant in case["variants"].items())
        for case in part["cases"]
    ]
    return [
        f"Images a second of `resnet18` with {percent(SPARSITY)} of its convolution weights pruned, in float32, the images ready in",
        "memory. All get the same pruned weights and fold batch norm into them. dptrain divides a batch over its ranks; a peer takes",
        "one batch with all its threads or one with each, whichever is faster here. The ratio is to the fastest peer.",
        "",
        *model_sentences(part),
        "",
        *table(
            [">batch", ">cores", ">dptrain", *[f">{name}" for name in PEERS.values()], ">ratio", ">target", "-"],
            map(row, part["cases"]),
        ),
        "",
        "The peers' fastest ways (`peer_inference.py` tries them; the figures are in `latest.json`):",
        "",
        *variants,
    ]


def row(case):
    rates = case["images_per_second"]
    theirs = [f"**{rate(rates[name])}**" if name == case["best_peer"] else rate(rates[name]) for name in PEERS]
    return [
        case["batch"], case["cores"], rate(rates["dptrain"]), *theirs, f"**{case['ratio']:.2f}**",
        case["target_ratio"], verdict(case["ratio"] >= case["target_ratio"]),
    ]  # fmt: skip
