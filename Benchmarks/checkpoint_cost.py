#!/usr/bin/env python3
"""What checkpoints cost a run: the same training by turns with and without them, and what dptrain itself counts.

A checkpoint every few seconds makes a cost visible that would drown in noise at one a minute: per checkpoint it is the same.
"""

import argparse
import os
import re
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

PROGRAM = Path(__file__).resolve().parents[1] / ".build" / "release" / "dptrain"


def main():
    options = arguments()
    every = {"without": 0, "with": options.seconds / 60}
    runs = {name: [] for name in every}
    for number in range(options.pairs):
        # Which comes first changes, so that a machine that gets slower favours neither.
        for name in sorted(every, reverse=number % 2 == 0):
            run = train(options, every[name])
            runs[name].append(run)
            print(f"{name} checkpoints: {run['seconds']:.2f} s in all" + (
                f"; {run['count']} checkpoints held it up for {run['held']:.1f} ms each, {run['written']:.1f} ms beside it"
                if run["count"] else ""), flush=True)
    report(options, runs)


def train(options, minutes):
    """Trains once. Returns its seconds, and the checkpoints' count and milliseconds."""
    with tempfile.TemporaryDirectory(prefix="checkpoint-cost-", dir=options.scratch) as scratch:
        root = ["--allow-run-as-root"] if os.geteuid() == 0 else []
        words = ["mpirun", *root, "-n", str(options.ranks), str(PROGRAM), "train", "--arch", "resnet18",
                 "--data", options.data, "--epochs", str(options.epochs), "--output", f"{scratch}/run",
                 "--checkpoint-minutes", str(minutes)]
        started = time.monotonic()
        text = subprocess.run(words, check=True, capture_output=True, text=True).stdout
        whole = time.monotonic() - started
    cost = re.search(r"(\d+) checkpoints?: each held the run up for ([\d.,]+) ms and was written beside it in ([\d.,]+) ms", text)
    count, held, written = (float(word.replace(",", "")) for word in cost.groups()) if cost else (0, 0, 0)
    return {"seconds": whole, "count": int(count), "held": held, "written": written}


def report(options, runs):
    base = statistics.median(run["seconds"] for run in runs["without"])
    seconds = statistics.median(run["seconds"] for run in runs["with"])
    count = statistics.median(run["count"] for run in runs["with"])
    held = statistics.median(run["held"] for run in runs["with"])
    extra = (seconds - base) / count
    spread = max(run["seconds"] for run in runs["without"]) - min(run["seconds"] for run in runs["without"])
    print(f"""
median without checkpoints {base:.2f} s (spread {spread:.2f} s), with {count:.0f} of them {seconds:.2f} s
by the clock: {1e3 * extra:.0f} ms a checkpoint: {100 * extra / options.seconds:.2f} % at one every {options.seconds:g} s, \
{100 * extra / 60:.2f} % at one a minute
by the program: {held:.1f} ms that the run stands still: {held / 10 / options.seconds:.2f} % and {held / 600:.3f} %""")


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=3, help="runs with and without (default: 3 each)")
    parser.add_argument("--seconds", type=float, default=5, help="from one checkpoint to the next (default: 5)")
    parser.add_argument("--ranks", type=int, default=2, help="default: 2")
    parser.add_argument("--epochs", type=int, default=2, help="of a run (default: 2)")
    parser.add_argument("--data", default="synthetic", help="CIFAR-10's folder (default: synthetic images)")
    parser.add_argument("--scratch", help="where runs go and are removed again (default: the system's place)")
    return parser.parse_args()


if __name__ == "__main__":
    main()
