"""The trained networks whose pruning is measured: given, or trained once and kept in Benchmarks/.models."""

import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path

import machine
import measurement

# A mask is only worth measuring where training shaped it. Weight decay must have had the time to shrink the weights that never
# meet a pixel: before, global L1 keeps many of them, and the pruned network looks faster than it will be.
TRAINING = {
    "resnet18": [],
    # A full training would take hours; here every weight meets pixels, so a short one does.
    "resnet18-cifar": ["--epochs", "1", "--training-images", "5120", "--batch-size", "128", "--learning-rate", "0.05"],
}


def ensure(options, architecture):
    """The path of the architecture's trained network: the given one, or the one in the cache, which is made if missing."""
    given = options.models.get(architecture)
    if given:
        return given
    folder = machine.ROOT / "Benchmarks" / ".models" / architecture
    path = folder / "dense.safetensors"
    if not path.exists():
        train(options, architecture, folder)
    options.models[architecture] = str(path)
    return str(path)


def train(options, architecture, folder):
    unfinished = folder.with_suffix(".partial")
    shutil.rmtree(unfinished, ignore_errors=True)
    command = [
        *measurement.mpirun(options.ranks), options.program, "train", "--arch", architecture,
        *TRAINING[architecture], "--output", str(unfinished),
    ]  # fmt: skip
    if options.data:
        command += ["--data", options.data]
    print(f"training {architecture} once, for its mask: it stays in {folder.relative_to(machine.ROOT)}", flush=True)
    completed = subprocess.run(command, cwd=machine.ROOT, capture_output=True, text=True)
    if completed.returncode != 0:
        sys.exit(f"bench: {' '.join(command)}\n" + completed.stdout[-2000:] + completed.stderr[-4000:])
    unfinished.rename(folder)


def describe(options, architecture):
    """What a network is: its weights' hash, and its training where the run directory around the file tells."""
    path = Path(options.models[architecture])
    facts = {"architecture": architecture, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
    try:
        configuration = json.loads((path.parent / "config.json").read_text())
        records = [json.loads(line) for line in (path.parent / "metrics.jsonl").read_text().splitlines()]
        last = [record for record in records if record["phase"] == "dense"][-1]
        images = configuration.get("trainingImages")
        facts |= {
            "data": "synthetic images" if configuration["data"] == "synthetic" else "CIFAR-10",
            "training_images": images,
            "epochs": last["epoch"],
            "test_accuracy": last["test_accuracy"],
        }
    except (OSError, ValueError, LookupError, TypeError):
        pass  # A file from elsewhere: its hash must do.
    return facts
