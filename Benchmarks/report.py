"""docs/benchmarks.md and docs/results/sparsity.svg from the measurements.

    Benchmarks/.venv/bin/python Benchmarks/report.py        writes both anew from Benchmarks/results/latest.json
"""

import json

import machine
from parts import exchange, finetuning, inference, kernels, selection, sweep, training

PARTS = {
    "training": training,
    "finetuning": finetuning,
    "inference": inference,
    "sweep": sweep,
    "exchange": exchange,
    "selection": selection,
    "kernels": kernels,
}
TITLES = {
    "training": "Training",
    "finetuning": "Fine-tuning of a pruned network",
    "inference": "Inference of a pruned network",
    "sweep": "Time against sparsity",
    "exchange": "Exchange of the gradient",
    "selection": "Selection",
    "kernels": "Sparse kernels",
}
LATEST = machine.ROOT / "Benchmarks" / "results" / "latest.json"


def load():
    return json.loads(LATEST.read_text()) if LATEST.exists() else {}


def save(results):
    LATEST.parent.mkdir(exist_ok=True)
    LATEST.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n")


def write(results):
    document = machine.ROOT / "docs" / "benchmarks.md"
    document.parent.mkdir(exist_ok=True)
    document.write_text(render(results))
    if "sweep" in results:
        # Only the plot needs matplotlib.
        import plot_sparsity

        plot_sparsity.draw(results["sweep"], document.parent / "results" / "sparsity.svg")


def machines(results):
    """The distinct machines, each with the names of the parts that were measured on it."""
    found = []
    for name in [name for name in PARTS if name in results]:
        facts = {
            key: value for key, value in results[name]["machine"].items() if key not in ("date", "commit", "load_before")
        }
        for other, names in found:
            if other == facts:
                names.append(name)
                break
        else:
            found.append((facts, [name]))
    return found


def machine_table(facts, names, only):
    """What the figures depend on."""
    software = [("Swift", facts["swift"]), ("Open MPI", facts["open_mpi"]), ("OpenBLAS", facts["openblas"])]
    software += [*facts["peers"].items(), ("Python", facts["python"])]
    yield "| | |"
    yield "|---|---|"
    if not only:
        yield f"| measured here | {', '.join(TITLES[name].lower() for name in names)} |"
    yield (
        f"| CPU | {facts['cpu']} ({facts['cpu_model']}), {facts['cores']} cores, {facts['vector_instructions']}, "
        f"{facts['memory_gib']} GiB memory; virtual: {facts['virtual']} |"
    )
    yield f"| system | {facts['system']} |"
    yield f"| software | {', '.join(f'{name} {version}' for name, version in software)} |"
    yield ""


def render(results):
    present = {name: results[name] for name in PARTS if name in results}
    found = machines(results)
    lines = [
        "# Benchmarks",
        "",
        "Written by `make bench`; the raw figures are in `Benchmarks/results/latest.json`. `make bench BENCH_ARGUMENTS='--only",
        "inference'` measures one part anew and keeps the others.",
        "",
        "Each figure is the median of several measurements, with the least and the most in parentheses. All sides of a row are",
        "measured in turn, each in a process of its own: dptrain with one rank a core, its peers with as many threads, in",
        "the layout or mode that is fastest here.",
        "",
    ]
    for facts, names in found:
        lines += machine_table(facts, names, only=len(found) == 1)
    for name, part in present.items():
        facts = part["machine"]
        lines += [f"## {TITLES[name]}", "", *PARTS[name].section(part), ""]
        lines += [
            f"Measured on {facts['date']} at commit {facts['commit']}, {part['repetitions']} times; load before the start "
            f"{facts['load_before']}.",
            "",
        ]
    lines += ["## Commands", ""]
    if any("models" in part for part in present.values()):
        lines += ["`resnet18.safetensors` and `resnet18-cifar.safetensors` are the trained networks that the sections name.", ""]
    for command in dict.fromkeys(command for part in present.values() for command in part["commands"]):
        lines.append(f"    {command}")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    write(load())
