"""Compares what `dptrain plan` predicts with what steps take: on 1, 2 and 4 ranks here, and on hosts with slowed links.

The hosts are network namespaces (cluster/rig-hosts, which needs root); without them only this host is measured. Writes
docs/results/plan.md and docs/results/plan.json. `make check-plan` sets up what this needs.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys

import machine
import models
from measurement import mpirun, run
from tables import table

RIG = machine.ROOT / "cluster" / "rig-hosts"
RANKS = [1, 2, 4]
LINKS = [(2, "2500mbit", 2.5), (2, "1gbit", 1), (2, "200mbit", 0.2), (4, "1gbit", 1), (4, "200mbit", 0.2)]
BATCH = 512
SPARSITY = 0.98


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repetitions", type=int, default=3, help="predictions and measurements of each row (default 3)")
    parser.add_argument("--program", default=".build/release/dptrain", help="the program to measure")
    parser.add_argument("--model", help="a trained resnet18 (safetensors)")
    parser.add_argument("--data", help="CIFAR-10 for training what is not given (default: as dptrain's)")
    options = parser.parse_args()
    options.ranks = 1 << (machine.usable_cores().bit_length() - 1)
    options.models = {"resnet18": options.model} if options.model else {}
    return options


def rows(options):
    """Each row's words, its prediction's command, its measurements' commands, and the link's rate."""
    model = models.ensure(options, "resnet18")
    common = ["--microbatch", "64", "--batch-size", BATCH]

    def plan(ranks, *cluster):
        return [*mpirun(ranks), options.program, "plan", "--json", "--data", "synthetic", "--model", model, "--prune", SPARSITY,
                *common, *cluster]  # fmt: skip

    def steps(launch, count, *rest):
        return [*launch, options.program, "bench", "step", "--steps", count, "--arch", "resnet18", *common, *rest, "--json"]

    def pair(launch, count):
        return steps(launch, count), steps(launch, count, "--model", model, "--prune", SPARSITY)

    for ranks in RANKS:
        yield f"{ranks} on one host", plan(ranks), pair(mpirun(ranks), 8), None
    problem = subprocess.run([RIG, "check"], capture_output=True, text=True).stderr.strip()
    if problem:
        print(f"check-plan: without hosts: {problem}", file=sys.stderr)
        return
    for nodes, rate, gigabits in LINKS:
        launch = [RIG, "run", "mpirun", "-n", nodes, "--map-by", "node"]
        cluster = ["--nodes", nodes, "--ranks-per-node", 1, "--bandwidth", f"{gigabits}Gbit", "--latency", "50us"]
        yield f"{nodes} hosts, {gigabits:g} Gbit/s", plan(nodes, *cluster), pair(launch, 4), (nodes, rate)


def rig(*words):
    subprocess.run([RIG, *map(str, words)], check=True, capture_output=True)


def compare(options, plan, pair, link):
    """Predicted and measured seconds of a step, dense and pruned, each a list."""
    found = {"dense": ([], []), "sparse": ([], [])}
    if link:
        rig("up", link[0])
    try:
        if link:
            rig("rate", "all", link[1])
        for _ in range(options.repetitions):
            whole = run(plan)["clusters"][-1]
            for phase, command in zip(found, pair):
                found[phase][0].append(whole[phase])
                found[phase][1].append(run(command))
    finally:
        if link:
            rig("down")
    return found


def row(name, found):
    cells = [name]
    for predictions, measurements in found.values():
        predicted = statistics.median(entry["step_seconds"] for entry in predictions)
        measured = statistics.median(entry["step_seconds_median"] for entry in measurements)
        cells += [f"{1e3 * predicted:.1f}", f"{1e3 * measured:.1f}", f"{100 * (predicted / measured - 1):+.0f} %"]
    memory = [found["dense"][side][0]["resident_bytes"] / 1e6 for side in (0, 1)]
    return [*cells, f"{memory[0]:.0f}", f"{memory[1]:.0f}"]


def main():
    options = arguments()
    os.environ.setdefault("OMPI_ALLOW_RUN_AS_ROOT", "1")
    os.environ.setdefault("OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1")
    facts = machine.describe()
    results = {}
    for name, plan, pair, link in rows(options):
        results[name] = compare(options, plan, pair, link)
        print("  ".join(row(name, results[name])), flush=True)
    lines = [
        f"`resnet18`, batch {BATCH} in microbatches of 64, dense and {100 * SPARSITY:g} % pruned; milliseconds a step, medians of",
        f"{options.repetitions}; memory of a rank in MB. {facts['cpu']}, {facts['cores']} cores, which all ranks and hosts share; "
        f"{facts['date']}, commit {facts['commit']}.",
        "",
        *table(
            ["-ranks", ">dense, predicted", ">measured", ">off by", ">pruned, predicted", ">measured", ">off by",
             ">memory, predicted", ">measured"],
            (row(name, found) for name, found in results.items()),
        ),
    ]  # fmt: skip
    folder = machine.ROOT / "docs" / "results"
    (folder / "plan.md").write_text("\n".join(lines) + "\n")
    (folder / "plan.json").write_text(json.dumps({"machine": facts, "rows": results}, indent=1) + "\n")


if __name__ == "__main__":
    main()
