"""Measures dptrain and its peers in turn and writes docs/benchmarks.md and Benchmarks/results/latest.json.

Every measurement is a process of its own, so that memory and threads never mix. `make bench` sets up what this needs.
The pruned networks come from trained ones: --model and --cifar-model name them; without them the program trains each once
and keeps it in Benchmarks/.models.
"""

import argparse
import json
import sys
from pathlib import Path

import machine
import report


def arguments(words=None):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--only", action="append", choices=report.PARTS, metavar="PART",
        help=f"measure this part and keep the others' figures; may be repeated: {', '.join(report.PARTS)}",
    )  # fmt: skip
    parser.add_argument("--repetitions", type=int, default=5, help="measurements of each side (default 5)")
    parser.add_argument("--ranks", type=int, help="ranks of dptrain (default: the power of two that fits the cores)")
    parser.add_argument("--compile", action="store_true", help="let PyTorch try torch.compile too (needs a C++ compiler)")
    parser.add_argument("--program", default=".build/release/dptrain", help="the program to measure")
    parser.add_argument("--kernel-program", default=".build/release/kernel-bench", help="what measures the kernels")
    parser.add_argument("--model", help="a trained resnet18 (safetensors)")
    parser.add_argument("--cifar-model", help="a trained resnet18-cifar (safetensors)")
    parser.add_argument("--data", help="CIFAR-10 for training what is not given (default: as dptrain's)")
    options = parser.parse_args(words)
    if options.repetitions < 1:
        parser.error("--repetitions must be at least 1")
    if options.ranks is None:
        options.ranks = 1 << (machine.usable_cores().bit_length() - 1)
    options.models = {}
    for architecture, model in (("resnet18", options.model), ("resnet18-cifar", options.cifar_model)):
        if model:
            if not Path(model).is_file():
                parser.error(f"there is no file {model}")
            options.models[architecture] = str(Path(model).resolve())
    return options


def main():
    options = arguments()
    facts = machine.describe()
    if facts["load_before"] > 0.5:
        print("bench: something else keeps this machine busy; the figures will be too low", file=sys.stderr)
    results = report.load()
    for name in options.only or report.PARTS:
        part = report.PARTS[name].measure(options)
        results[name] = {"machine": facts, "repetitions": options.repetitions, **part}
        # After each part: what was measured stays, whatever happens to the next.
        report.save(results)
    report.write(results)
    print("wrote docs/benchmarks.md and Benchmarks/results/latest.json")


if __name__ == "__main__":
    main()
