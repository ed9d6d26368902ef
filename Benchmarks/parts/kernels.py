"""Single sparse convolutions against the dense ones."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import machine
from measurement import shown
from tables import percent, table, verdict

TABLE = "docs/results/sparse-kernels.txt"
TARGET = 130
JUDGED = ["3×3 64→64 on 8×8", "3×3 128→128 on 4×4"]
SPARSITIES = [0.4, 0.5, 0.7, 0.8]


def measure(options):
    print("kernels", flush=True)
    command = [options.kernel_program, "--sparse", "--rounds", str(max(3, options.repetitions))]
    with tempfile.TemporaryDirectory() as folder:
        figures = Path(folder) / "figures.json"
        completed = subprocess.run(
            [*command, "--json", str(figures)], cwd=machine.ROOT, capture_output=True, text=True
        )
        if completed.returncode != 0:
            sys.exit(f"bench: {' '.join(command)}\n" + completed.stdout[-2000:] + completed.stderr[-4000:])
        result = json.loads(figures.read_text())
    path = machine.ROOT / TABLE
    path.parent.mkdir(exist_ok=True)
    path.write_text(completed.stdout)
    return {**result, "commands": shown(options, [command])}


def section(part):
    lines = [
        "One convolution on one core, weights pruned at random: GF/s count the survivors' multiply-adds, and nothing for padding.",
        f"Register tiles reach {part['tile_gigaflops']:.0f} GF/s on this core from the first-level cache: what a kernel that multiplies",
        "directly can reach at most. The ratio is the dense kernel's time (the fastest backend's) to the sparse one's.",
        f"[results/sparse-kernels.txt]({TABLE.removeprefix('docs/')}) has every shape, sparsity and operation.",
        "",
    ]
    rows = [
        row(figure)
        for figure in part["figures"]
        if figure["network"] == "resnet18" and figure["layer"] in JUDGED and figure["operation"] == "forward"
        and figure["sparsity"] in SPARSITIES
    ]  # fmt: skip
    return lines + list(
        table(["-layer", ">pruned", ">forward, GF/s", ">target", "-", ">dense / sparse time"], rows)
    )


def row(figure):
    median, best = figure["gigaflops"], figure["best_gigaflops"]
    return [
        figure["layer"], percent(figure["sparsity"]), f"{median:.0f} (best {best:.0f})", TARGET,
        verdict(median >= TARGET), f"{figure['dense_seconds'] / figure['seconds']:.2f}",
    ]  # fmt: skip
