"""Measures dptrain and PyTorch in turn and writes docs/benchmarks.md and Benchmarks/results/latest.json.

Every measurement is a process of its own, so that memory and threads never mix. `make bench` sets up what this needs.
"""

import argparse
import json
import os
import shlex
import statistics
import subprocess
import sys

import machine
import report

CASES = [
    # architecture, images a step, images per second as a multiple of PyTorch's, steps of a measurement
    ("resnet18", 128, 2.2, 20),
    ("resnet18", 512, 2.0, 8),
    ("resnet18-cifar", 128, 1.0, 4),
]
LAYOUTS = ["channels_last", "contiguous"]


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repetitions", type=int, default=5, help="measurements of each side (default 5)")
    parser.add_argument("--ranks", type=int, help="ranks of dptrain (default: the power of two that fits the cores)")
    parser.add_argument("--compile", action="store_true", help="let PyTorch try torch.compile too (needs a C++ compiler)")
    parser.add_argument("--program", default=".build/release/dptrain", help="the program to measure")
    options = parser.parse_args()
    if options.repetitions < 1:
        parser.error("--repetitions must be at least 1")
    if options.ranks is None:
        options.ranks = 1 << (machine.usable_cores().bit_length() - 1)
    return options


def measure(command):
    """Runs a command whose last line of output is a JSON object, and returns the object."""
    completed = subprocess.run(command, cwd=machine.ROOT, capture_output=True, text=True)
    lines = completed.stdout.strip().splitlines()
    try:
        if completed.returncode == 0:
            return json.loads(lines[-1])
    except (IndexError, json.JSONDecodeError):
        pass
    sys.exit(
        f"bench: {shlex.join(command)}\n"
        f"  ended with status {completed.returncode} and no JSON object in its last line.\n"
        + completed.stdout[-2000:]
        + completed.stderr[-4000:]
    )


def mpirun(ranks):
    command = ["mpirun", "-n", str(ranks)]
    if os.getuid() == 0:
        command.append("--allow-run-as-root")
    if ranks > machine.usable_cores():
        command.append("--oversubscribe")
    return command


def ours(options, ranks, *rest):
    return [*mpirun(ranks), options.program, "bench", *rest, "--json"]


def pytorch(script, *rest):
    return [sys.executable, f"Benchmarks/{script}", *rest]


def spread(samples, key):
    values = [sample[key] for sample in samples]
    return {"median": statistics.median(values), "least": min(values), "most": max(values)}


def training(options, architecture, batch, target, steps):
    microbatch = min(64, batch // options.ranks)
    ours_command = ours(
        options, options.ranks, "step", "--arch", architecture, "--batch-size", str(batch),
        "--microbatch", str(microbatch), "--steps", str(steps),
    )  # fmt: skip
    candidates = []
    for layout in LAYOUTS:
        for extra in [[], ["--compile"]] if options.compile else [[]]:
            candidates.append(
                pytorch(
                    "pytorch_step.py", "--arch", architecture, "--batch-size", str(batch), "--layout", layout,
                    "--steps", str(steps), *extra,
                )
            )  # fmt: skip
    trials = [measure(command) for command in candidates]
    for trial in trials:
        print(f"  PyTorch, {trial['layout']}: {trial['images_per_second']:.0f} images/s", flush=True)
    fastest = max(range(len(trials)), key=lambda index: trials[index]["images_per_second"])

    samples = {"dptrain": [], "pytorch": []}
    for repetition in range(options.repetitions):
        samples["dptrain"].append(measure(ours_command))
        samples["pytorch"].append(measure(candidates[fastest]))
        pair = [samples[side][-1]["images_per_second"] for side in ("dptrain", "pytorch")]
        ratio = pair[0] / pair[1]
        print(f"  {repetition + 1}: dptrain {pair[0]:.0f}, PyTorch {pair[1]:.0f} images/s: {ratio:.2f}", flush=True)
    rates = {side: spread(samples[side], "images_per_second") for side in samples}
    return {
        "architecture": architecture,
        "batch_size": batch,
        "microbatch": microbatch,
        "ranks": options.ranks,
        "target_ratio": target,
        "ratio": rates["dptrain"]["median"] / rates["pytorch"]["median"],
        "images_per_second": rates,
        "step_seconds": {side: spread(samples[side], "step_seconds_median") for side in samples},
        "resident_bytes": {side: max(sample["resident_bytes"] for sample in samples[side]) for side in samples},
        "pytorch_layout": trials[fastest]["layout"],
        "layout_trials": trials,
        "samples": samples,
        "commands": {"dptrain": ours_command, "pytorch": ["python3", *candidates[fastest][1:]]},
    }


def exchange(options, ranks):
    command = ours(options, ranks, "exchange")
    samples = [measure(command) for _ in range(options.repetitions)]
    return {
        "ranks": ranks,
        "bytes": samples[0]["bytes"],
        "oversubscribed": ranks > machine.usable_cores(),
        "tree_seconds": spread(samples, "tree_seconds"),
        "native_seconds": spread(samples, "native_seconds"),
        "samples": samples,
        "command": command,
    }


def selection(options):
    ours_command = ours(options, options.ranks, "select")
    pytorch_command = pytorch("pytorch_prune.py")
    samples = {"dptrain": [], "pytorch": []}
    for _ in range(options.repetitions):
        samples["dptrain"].append(measure(ours_command))
        samples["pytorch"].append(measure(pytorch_command))
    return {
        "weights": samples["dptrain"][0]["weights"],
        "target_seconds": 0.1,
        "seconds": {side: spread(samples[side], "seconds") for side in samples},
        "samples": samples,
        "commands": {"dptrain": ours_command, "pytorch": ["python3", *pytorch_command[1:]]},
    }


def main():
    options = arguments()
    result = {"machine": machine.describe(), "repetitions": options.repetitions}
    if result["machine"]["load_before"] > 0.5:
        print("bench: something else keeps this machine busy; the figures will be too low", file=sys.stderr)
    result["training"] = []
    for architecture, batch, target, steps in CASES:
        print(f"{architecture}, batch {batch}", flush=True)
        result["training"].append(training(options, architecture, batch, target, steps))
    print("exchange", flush=True)
    result["exchange"] = [exchange(options, ranks) for ranks in (2, 4)]
    print("selection", flush=True)
    result["selection"] = selection(options)
    result["machine"]["pytorch"] = result["training"][0]["samples"]["pytorch"][0]["torch"]

    results = machine.ROOT / "Benchmarks" / "results"
    results.mkdir(exist_ok=True)
    (results / "latest.json").write_text(json.dumps(result, indent=1) + "\n")
    document = machine.ROOT / "docs" / "benchmarks.md"
    document.parent.mkdir(exist_ok=True)
    document.write_text(report.render(result))
    print("wrote docs/benchmarks.md and Benchmarks/results/latest.json")


if __name__ == "__main__":
    main()
