"""Keeps what a run came to, and makes docs/results.md's tables and plots from what is kept.

    python3 Benchmarks/results.py run [NAME …] --data DIR
    python3 Benchmarks/results.py keep RUN NAME --group GROUP --label LABEL
    python3 Benchmarks/results.py tables          (`make results`)

`run` makes the rows of Benchmarks/rows.toml whose logs are missing, one after the other, and keeps them. `keep` writes
docs/results/runs/NAME.jsonl: a line with the command, the version and where it ran, a line for each epoch and each pruning, and
one with what was left in the end. `tables` replaces what stands between `<!-- table: GROUP -->` and `<!-- end -->` in
docs/results.md. Rows are labels; runs of one label are seeds, shown as mean ± standard deviation.
"""

import argparse
import json
import re
import statistics
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent
DOCUMENT = ROOT / "docs" / "results.md"
KEPT = ROOT / "docs" / "results" / "runs"
ROWS = ROOT / "Benchmarks" / "rows.toml"
EPOCH_FIELDS = ("phase", "round", "epoch", "learning_rate", "train_loss", "test_loss", "test_accuracy", "sparsity", "seconds")


def shortened(value):
    return float(f"{value:.6g}") if isinstance(value, float) else value


def command(session):
    """The command without what belongs to one machine: its program's place, its data's, its run directory."""
    words = session["command"].split()
    program = next(place for place, word in enumerate(words) if Path(word).name.startswith("dptrain"))
    words = words[program + 1 :]
    kept = ["dptrain"]
    skip = False
    for word in words:
        if skip:
            skip = False
        elif word in ("--output", "--timeout", "--checkpoint-minutes"):
            skip = True
        elif kept and kept[-1] == "--data" and word != "synthetic":
            kept.append("DIR")
        elif word != "--resume":
            # Of a model's place its run is kept: quick-0/dense.safetensors.
            kept.append("/".join(Path(word).parts[-2:]) if word.startswith("/") else word)
    ranks = session["ranks"]
    return (f"mpirun -n {ranks} " if ranks > 1 else "") + " ".join(kept)


def state(run):
    """How far a run has come: `finished`, or another state, or None where nothing has begun."""
    report = run / "report.json"
    return json.loads(report.read_text())["state"] if report.exists() else None


def keep(run, name, group, label):
    record = json.loads((run / "report.json").read_text())
    if record["state"] != "finished":
        sys.exit(f"{run} is {record['state']}, not finished")
    configuration = json.loads((run / "config.json").read_text())
    sessions = record["sessions"]
    head = {
        "group": group, "label": label, "command": command(sessions[0]), "version": record["version"],
        "seed": configuration["seed"], "architecture": configuration["architecture"], "began": sessions[0]["began"],
        "sessions": len(sessions), "ranks": sessions[0]["ranks"], "processor": sessions[0]["processor"],
        "data": record["data"]["description"].replace(configuration["data"], "DIR"),
    }  # fmt: skip
    convolutions = [layer for layer in record["stages"][-1]["layers"] if layer["is_convolution"]]
    fields = ("weights", "survivors", "dead_weights", "dead_survivors", "multiply_adds", "survivor_multiply_adds")
    end = {field: sum(layer[field] for layer in convolutions) for field in fields}
    end["seconds"] = shortened(record["seconds"])
    end["speed"] = record.get("speed")
    end["stages"] = [
        {"kind": stage["kind"], "round": stage["round"], "accuracy": stage["accuracy"], "sparsity": shortened(stage["sparsity"])}
        for stage in record["stages"]
    ]
    end["weights_hash"] = re.findall(r"^weights ([0-9a-f]{32})$", (run / "report.txt").read_text(), re.MULTILINE)[-1]
    lines = [head]
    for line in (run / "metrics.jsonl").read_text().splitlines():
        metrics = json.loads(line)
        lines.append({field: shortened(metrics[field]) for field in EPOCH_FIELDS if field in metrics})
    KEPT.mkdir(parents=True, exist_ok=True)
    text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in [*lines, end])
    (KEPT / f"{name}.jsonl").write_text(text)


def rows():
    return tomllib.loads(ROWS.read_text())["row"]


def make(row, seed, options):
    """Makes a row's run, before it the one whose network it prunes, unless they are there; whether it finished."""
    folder = Path(options.runs)
    output = folder / f"{row['name']}-{seed}"
    if state(output) == "finished":
        return True
    words = ["mpirun", "-n", str(options.ranks)] if options.ranks > 1 else []
    words.append(options.program)
    if "from" in row:
        source = next(other for other in rows() if other["name"] == row["from"])
        if not make(source, seed, options):
            return False
        words += ["prune", str(folder / f"{source['name']}-{seed}" / "dense.safetensors")]
    elif "command" in row:
        words.append(row["command"])
    words += ["--data", options.data, *row["arguments"].split(), *(["--seed", str(seed)] if seed else [])]
    # Where it was interrupted, it goes on from its newest checkpoint.
    words += ["--output", str(output), "--resume"]
    print(" ".join(words), flush=True)
    folder.mkdir(parents=True, exist_ok=True)
    with open(f"{output}.log", "a") as log:
        subprocess.run(words, stdout=log, stderr=subprocess.STDOUT, check=False)
    return state(output) == "finished"


def run(options):
    every = [(row, seed) for row in rows() for seed in row.get("seeds", [0])]
    chosen = []
    for name in options.names:
        found = [(row, seed) for row, seed in every if name in (row["name"], f"{row['name']}-{seed}")]
        if not found:
            sys.exit(f"{ROWS.name} has no row {name}; it has {', '.join(row['name'] for row in rows())}")
        chosen += found
    failed = []
    for row, seed in chosen or every:
        name = f"{row['name']}-{seed}"
        if (KEPT / f"{name}.jsonl").exists():
            continue
        if make(row, seed, options):
            keep(Path(options.runs) / name, name, row["group"], row["label"])
        else:
            failed.append(name)
    if failed:
        sys.exit(f"not finished: {', '.join(failed)}; {options.runs}/NAME.log say why")


class Run:
    """One kept log."""

    def __init__(self, path):
        lines = [json.loads(line) for line in path.read_text().splitlines()]
        self.name = path.stem
        self.head, self.metrics, self.end = lines[0], lines[1:-1], lines[-1]

    def accuracies(self):
        """Of the dense network, right after the last pruning, and at the end, in percent; None where there is none."""
        phases = [line["phase"] for line in self.metrics]
        gradual = "prune" in phases and "dense" in phases[phases.index("prune") :]
        last = [line for line in self.metrics if line["phase"] != "prune"]
        stages = {stage["kind"]: stage["accuracy"] for stage in self.end["stages"]}
        dense = None if gradual else stages.get("dense")
        if dense is None and not gradual:
            before = [line for line in self.metrics if line["phase"] == "dense"]
            dense = before[-1]["test_accuracy"] if before else None
        pruned = [line["test_accuracy"] for line in self.metrics if line["phase"] == "prune"]
        final = (last or self.metrics)[-1]["test_accuracy"] if "prune" in phases else None
        values = (dense, pruned[-1] if pruned and not gradual else None, final)
        return [None if value is None else 100 * value for value in values]

    @property
    def final(self):
        dense, _, final = self.accuracies()
        return dense if final is None else final

    @property
    def sparsity(self):
        return 1 - self.end["survivors"] / self.end["weights"]

    @property
    def live_sparsity(self):
        live = self.end["weights"] - self.end["dead_weights"]
        return 1 - (self.end["survivors"] - self.end["dead_survivors"]) / live


def load():
    """The kept runs, in the order of the rows; those of no row come last, by name."""
    order = [row["name"] for row in rows()]

    def place(run):
        name = run.name.rpartition("-")[0]
        return (order.index(name) if name in order else len(order), run.name)

    return sorted((Run(path) for path in KEPT.glob("*.jsonl")), key=place)


def grouped(runs):
    """The runs by group, then by label, in their order."""
    groups = {}
    for run in runs:
        groups.setdefault(run.head["group"], {}).setdefault(run.head["label"], []).append(run)
    return groups


def spread(values, digits=2):
    values = [value for value in values if value is not None]
    if not values:
        return "–"
    mean = f"{statistics.mean(values):.{digits}f}"
    return f"{mean} ± {statistics.stdev(values):.{digits}f}" if len(values) > 1 else mean


def duration(seconds):
    minutes = round(seconds / 60)
    return f"{seconds:.0f} s" if seconds < 90 else f"{minutes} min" if minutes < 100 else f"{minutes // 60} h {minutes % 60} min"


def logs(runs):
    return ", ".join(f"[{run.head['seed']}](results/runs/{run.name}.jsonl)" for run in runs)


def commands(labels):
    """What each row was made by."""
    lines = []
    for label, same in labels.items():
        versions = sorted({re.sub(r".*\(commit ([0-9a-f]+).*", r"\1", run.head["version"]) for run in same})
        words = re.sub(r" --seed \d+", "", same[0].head["command"])
        seeds = " with `--seed 0`, …" + (" and the dense network of each" if "-0/" in words else "")
        lines.append(f"- {label}: `{words}`" + (seeds if len(same) > 1 else "") + f" ({', '.join(versions)})")
    return lines


def dense_table(labels):
    """The rows of a group that only trains."""
    lines = ["| run | seeds | accuracy, % | loss | training loss | wall time | log |", "|---|---:|---:|---:|---:|---:|---|"]
    for label, same in labels.items():
        last = [run.metrics[-1] for run in same]
        accuracy = spread([100 * line["test_accuracy"] for line in last])
        losses = " | ".join(spread([line[field] for line in last], 3) for field in ("test_loss", "train_loss"))
        times = duration(statistics.mean(run.end["seconds"] for run in same))
        lines.append(f"| {label} | {len(same)} | {accuracy} | {losses} | {times} | {logs(same)} |")
    return lines


def pruning_table(labels):
    """The rows of a group that prunes."""
    lines = [
        "| run | seeds | dense, % | right after pruning | in the end, % | weights left | live weights left | multiply-adds left | wall time | log |",
        "|---|---:|---:|---:|---:|---:|---:|---:|---:|---|",
    ]
    for label, same in labels.items():
        dense, pruned, final = zip(*(run.accuracies() for run in same))
        end = same[0].end
        left = f"{end['survivors']:,} ({100 * (1 - same[0].sparsity):.3g} %)"
        live = f"{100 * (1 - same[0].live_sparsity):.3g} %"
        work = f"{100 * end['survivor_multiply_adds'] / end['multiply_adds']:.3g} %"
        times = duration(statistics.mean(run.end["seconds"] for run in same))
        lines.append(
            f"| {label} | {len(same)} | {spread(dense)} | {spread(pruned)} | {spread(final)} | {left} | {live} | {work} | {times} | {logs(same)} |"
        )
    return lines


def table(labels):
    """The rows of a group; after it each row's command."""
    prunes = any(line["phase"] == "prune" for same in labels.values() for run in same for line in run.metrics)
    rows_of = pruning_table if prunes else dense_table
    return "\n".join([*rows_of(labels), "", *commands(labels)])


def tables():
    groups = grouped(load())
    text = DOCUMENT.read_text()

    def replace(match):
        labels = groups.get(match[1])
        return f"<!-- table: {match[1]} -->\n{table(labels)}\n<!-- end -->" if labels else match[0]

    DOCUMENT.write_text(re.sub(r"<!-- table: (\S+) -->\n.*?<!-- end -->", replace, text, flags=re.DOTALL))
    import plot_results

    plot_results.draw(groups, ROOT / "docs" / "results")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(required=True)
    running = commands.add_parser("run")
    running.add_argument("names", nargs="*", metavar="NAME", help="rows, in this order, or one seed of them: quick-1 (default: all)")
    running.add_argument("--data", required=True, help="CIFAR-10 in its binary format")
    running.add_argument("--runs", default=str(ROOT / "runs"), help="where run directories go (default: runs)")
    running.add_argument("--ranks", type=int, default=2)
    running.add_argument("--program", default=str(ROOT / ".build" / "release" / "dptrain"))
    running.set_defaults(function=run)
    keeping = commands.add_parser("keep")
    keeping.add_argument("run", type=Path)
    keeping.add_argument("name")
    keeping.add_argument("--group", required=True)
    keeping.add_argument("--label", required=True)
    keeping.set_defaults(function=lambda options: keep(options.run, options.name, options.group, options.label))
    commands.add_parser("tables").set_defaults(function=lambda _: tables())
    options = parser.parse_args()
    options.function(options)


if __name__ == "__main__":
    main()
