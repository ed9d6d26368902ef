"""Runs some fifty command lines of dptrain and hashes every result: same_bits.py record|check [--program P] [--kept FILE].

`record` writes the hashes to a file, `check` runs the same lines and names each result that differs. A change that must not
change a bit is checked against the hashes of the program before it. Hashes belong to a kind of CPU, which the file names.

Hashed are the tensors of model files (not what a file says of itself), the metrics without what the clock says, printed weights'
hashes, and whole files where every byte is a promise (packed, C, JSON).
"""

import argparse
import hashlib
import json
import os
import pathlib
import re
import shutil
import struct
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
KEPT = pathlib.Path(__file__).with_name("hashes.json")

DATA = ["--data", "synthetic", "--training-images", "512"]
SMALL = ["--arch", "resnet8", *DATA, "--batch-size", "256", "--microbatch", "64", "--epochs", "2", "--finetune-epochs", "1"]
ONE = ["--arch", "resnet8", *DATA, "--batch-size", "256", "--microbatch", "64", "--epochs", "1", "--finetune-epochs", "1"]
TWICE = SMALL[:-2]
HALF = ["--prune", "0.5"]
MOST = ["--prune", "0.95"]

# name: (ranks, arguments). Each makes a run directory of its own.
RUNS = {
    "main": (1, [*SMALL, "--prune", "0.98", "--iterations", "2"]),
    "main-2-ranks": (2, [*SMALL, "--prune", "0.98", "--iterations", "2"]),
    "main-4-ranks": (4, [*SMALL, "--prune", "0.98", "--iterations", "2"]),
    "article": (1, ["--recipe", "article", "--arch", "resnet8", *DATA, "--epochs", "2", "--finetune-epochs", "1", *MOST]),
    "resnet18": (1, ["--arch", "resnet18", *DATA, "--epochs", "1", "--finetune-epochs", "1", "--prune", "0.98"]),
    "resnet18-2-ranks": (2, ["--arch", "resnet18", *DATA, "--epochs", "1", "--finetune-epochs", "1", "--prune", "0.98"]),
    "resnet18-cifar": (1, ["--arch", "resnet18-cifar", "--data", "synthetic", "--training-images", "128", "--batch-size", "128",
                           "--microbatch", "32", "--epochs", "1", "--finetune-epochs", "1", *MOST]),
    "lamp": (1, [*ONE, *MOST, "--score", "lamp"]),
    "erk": (1, [*ONE, *MOST, "--score", "erk"]),
    "uniform": (1, [*ONE, *MOST, "--score", "uniform"]),
    "random": (1, [*ONE, *MOST, "--score", "random"]),
    "l1-per-cost": (1, [*ONE, *HALF, "--score", "l1-per-cost", "--cost-power", "0.7"]),
    "target-macs": (1, [*ONE, "--target-macs", "0.2", "--score", "l1-per-cost", "--iterations", "2"]),
    "target-speedup": (1, [*ONE, "--target-speedup", "2"]),
    "local": (1, [*ONE, *MOST, "--scope", "local", "--prune-linear", "0.3"]),
    "count": (1, [*ONE, "--prune-count", "5000"]),
    "amounts": (1, [*ONE, "--prune-amounts", "0.5,0.8,0.9"]),
    "dead": (1, ["--arch", "resnet18", "--data", "synthetic", "--training-images", "128", "--batch-size", "64", "--epochs", "1",
                 "--finetune-epochs", "1", "--prune-dead"]),
    "cubic": (1, [*ONE, *MOST, "--epochs", "3", "--schedule", "cubic", "--from-epoch", "1", "--to-epoch", "3"]),
    "cubic-2-ranks": (2, [*ONE, *MOST, "--epochs", "3", "--schedule", "cubic", "--from-epoch", "1", "--to-epoch", "3"]),
    "cubic-masked": (1, [*ONE, *MOST, "--epochs", "3", "--schedule", "cubic", "--from-epoch", "1", "--to-epoch", "3", "--masked"]),
    "masked": (1, [*ONE, *MOST, "--masked"]),
    "masked-2-ranks": (2, [*ONE, *MOST, "--masked"]),
    "rewind-rate": (1, [*TWICE, *MOST, "--rewind", "learning-rate", "--rewind-epoch", "1"]),
    "rewind-weights": (1, [*TWICE, *MOST, "--rewind", "weights", "--rewind-epoch", "1", "--iterations", "2"]),
    "bfloat16": (1, [*ONE, *HALF, "--exchange", "bfloat16"]),
    "bfloat16-2-ranks": (2, [*ONE, *HALF, "--exchange", "bfloat16"]),
    "native-2-ranks": (2, [*ONE, *HALF, "--exchange", "native"]),
    "average": (1, [*SMALL, *HALF, "--average", "0.9"]),
    "average-2-ranks": (2, [*SMALL, *HALF, "--average", "0.9"]),
    "no-average": (1, [*ONE, *HALF, "--average", "0"]),
    "l1-nesterov": (1, [*ONE, *HALF, "--l1", "0.0001", "--no-nesterov", "--momentum", "0.8", "--weight-decay", "0.001"]),
    "decay-all": (1, [*ONE, *HALF, "--decay-all", "--label-smoothing", "0"]),
    "multi-step": (1, [*SMALL, *HALF, "--learning-rate-schedule", "multi-step", "--milestones", "1", "--finetune-schedule", "cosine"]),
    "constant": (1, [*SMALL, *HALF, "--learning-rate-schedule", "constant", "--finetune-schedule", "constant"]),
    "no-augment": (1, [*ONE, *HALF, "--no-augment"]),
    "cutout": (1, [*ONE, *HALF, "--cutout", "12", "--crop-padding", "4", "--flips", "random", "--seed", "7"]),
    "holdout": (1, [*ONE, *HALF, "--holdout", "128"]),
    "microbatch-16": (1, [*ONE, *MOST, "--microbatch", "16"]),
    "microbatch-32": (1, [*ONE, *MOST, "--microbatch", "32"]),
    "round-decay": (1, [*ONE, *MOST, "--iterations", "3", "--round-learning-rate-decay", "0.5"]),
}

# Further lines, which start from the results of runs above: name: (arguments, what is written, if any).
MODEL = "{main}/pruned.safetensors"
DENSE = "{resnet18}/dense.safetensors"
PRUNED = "{resnet18}/pruned.safetensors"
FILES = {
    "packed-fp32": (["export", PRUNED, "--format", "packed", "--output", "{file}"], "m.packed"),
    "packed-fp16": (["export", PRUNED, "--format", "packed", "--values", "fp16", "--output", "{file}"], "m.packed"),
    "packed-int8": (["export", PRUNED, "--format", "packed", "--values", "int8", "--output", "{file}"], "m.packed"),
    "packed-small": (["export", MODEL, "--format", "packed", "--output", "{file}"], "m.packed"),
    "c": (["export", MODEL, "--format", "c", "--output", "{file}"], "m.c"),
    "onnx": (["export", MODEL, "--format", "onnx", "--output", "{file}"], "m.onnx"),
    "onnx-removed": (["export", MODEL, "--format", "onnx", "--remove-dead-channels", "--output", "{file}"], "m.onnx"),
    "pytorch": (["export", PRUNED, "--format", "pytorch", "--names", "torchvision", "--output", "{file}"], "m.safetensors"),
    "pytorch-cifar": (["export", "{resnet18-cifar}/pruned.safetensors", "--format", "pytorch", "--names", "pytorch-cifar",
                       "--output", "{file}"], "m.safetensors"),
    "pytorch-masked": (["export", MODEL, "--format", "pytorch", "--masked", "--output", "{file}"], "m.safetensors"),
    "evaluate": (["evaluate", PRUNED, "--data", "synthetic"], None),
    "evaluate-flip": (["evaluate", DENSE, "--data", "synthetic", "--flip"], None),
    "predict": (["predict", "--model", PRUNED, "--data", "synthetic", "--images", "0-9,17", "--json"], None),
    "predict-one": (["predict", "--model", MODEL, "--data", "synthetic", "--images", "3", "--json"], None),
    "predict-many": (["predict", "--model", "{resnet18-cifar}/pruned.safetensors", "--data", "synthetic", "--images", "0-99",
                      "--json"], None),
    "inspect": (["inspect", PRUNED], None),
}

TIMED = {"seconds", "images_per_second", "exchange_share", "exchange_seconds"}


def digest(data):
    return hashlib.sha256(data).hexdigest()[:32]


def tensors(path):
    """A hash over names, shapes, types and values of a safetensors file, whatever else its header says."""
    data = path.read_bytes()
    length = struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8 : 8 + length])
    header.pop("__metadata__", None)
    total = hashlib.sha256()
    for name in sorted(header):
        entry = header[name]
        begin, end = (8 + length + offset for offset in entry["data_offsets"])
        total.update(f"{name} {entry['dtype']} {entry['shape']} ".encode())
        total.update(data[begin:end])
    return total.hexdigest()[:32]


def metrics(path):
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    kept = [{key: line[key] for key in sorted(line) if key not in TIMED} for line in lines]
    return digest(json.dumps(kept).encode())


def file_hash(path):
    if path.suffix == ".safetensors":
        return tensors(path)
    if path.suffix in {".onnx", ".c"}:  # which name the program's version
        return digest(re.sub(rb"(dptrain(?:\x1a\x05| ))[0-9]+\.[0-9]+\.[0-9]+", rb"\1", path.read_bytes()))
    return digest(path.read_bytes())


class Programs:
    def __init__(self, program, folder):
        self.program, self.folder, self.directories = str(program), folder, {}
        self.environment = {key: value for key, value in os.environ.items() if not key.startswith("DPTRAIN_")}
        self.environment |= {
            "OMPI_ALLOW_RUN_AS_ROOT": "1",
            "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
            "OMPI_MCA_rmaps_base_oversubscribe": "1",
            "OMPI_MCA_mpi_yield_when_idle": "1",
        }

    def run(self, arguments, ranks=1, status=0):
        command = [self.program, *arguments]
        if ranks > 1:
            command = ["mpirun", "-n", str(ranks), *command]
        done = subprocess.run(command, cwd=self.folder, env=self.environment, capture_output=True, text=True)
        if done.returncode != status:
            raise SystemExit(f"{' '.join(command)}\nended with {done.returncode}:\n{done.stdout[-2000:]}{done.stderr}")
        return done.stdout

    def directory(self, name):
        self.directories[name] = self.folder / name
        return self.folder / name


def run_hashes(output, directory):
    weights = [line for line in output.splitlines() if line.startswith("weights ")]
    hashes = {"weights": weights[-1] if weights else "none", "metrics": metrics(directory / "metrics.jsonl")}
    # Checkpoints of a step hold what the clock said, and the clock decides which are written; runs that resume prove them.
    for path in sorted(set(directory.rglob("*.safetensors")) - set(directory.rglob("step-*"))):
        hashes[str(path.relative_to(directory))] = tensors(path)
    return hashes


def resumed(programs):
    """The main job, stopped after each third step, each time gone on with on another number of ranks."""
    directory = programs.directory("resumed")
    programs.run(["run", *RUNS["main"][1], "--output", str(directory), "--stop-after-steps", "3"], status=75)
    programs.run(["resume", str(directory), "--stop-after-steps", "3"], ranks=2, status=75)
    return run_hashes(programs.run(["resume", str(directory)], ranks=4), directory)


def pruned_from_file(programs):
    directory = programs.directory("prune-file")
    model = str(programs.directories["main"] / "dense.safetensors")
    return run_hashes(
        programs.run(["prune", model, *DATA, "--batch-size", "256", "--finetune-epochs", "1", *MOST, "--output", str(directory)]),
        directory,
    )


def trained_from_file(programs):
    directory = programs.directory("start-file")
    model = str(programs.directories["main"] / "dense.safetensors")
    return run_hashes(
        programs.run(["train", *DATA, "--arch", "resnet8", "--batch-size", "256", "--epochs", "1", "--start", model, "--output",
                      str(directory)]),
        directory,
    )


def all_hashes(program, folder, only, say):
    programs, found = Programs(program, folder), {}
    for name, (ranks, arguments) in RUNS.items():
        if only and name not in only:
            continue
        directory = programs.directory(name)
        found[name] = run_hashes(programs.run(["run", *arguments, "--output", str(directory)], ranks), directory)
        say(name)
    if only:
        return found
    for name, line in {"resumed": resumed, "prune-file": pruned_from_file, "start-file": trained_from_file}.items():
        found[name] = line(programs)
        say(name)
    for name, (arguments, written) in FILES.items():
        file = folder / "files" / name / (written or "")
        file.parent.mkdir(parents=True, exist_ok=True)
        places = {key: str(value) for key, value in programs.directories.items()} | {"file": str(file)}
        words = [re.sub(r"\{([^}]+)\}", lambda match: places[match[1]], word) for word in arguments]
        output = programs.run(words)
        if written:
            found[name] = {"bytes": file_hash(file)}
        else:
            text = re.sub(r"[0-9.,]+ (ms|s|images/s)\b", "", output.replace(str(folder), ""))
            found[name] = {"output": digest(text.encode())}
        say(name)
    return found


def kind():
    """What results may depend on beside the program: the vector width and the size of the first-level cache."""
    text = pathlib.Path("/proc/cpuinfo").read_text()
    width = "avx512" if "avx512f" in text else "avx2"
    cache = pathlib.Path("/sys/devices/system/cpu/cpu0/cache/index0/size")
    return f"{width}, {cache.read_text().strip() if cache.exists() else 'unknown'} first-level cache"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("action", choices=["record", "check"])
    parser.add_argument("--program", type=pathlib.Path, default=ROOT / ".build/release/dptrain")
    parser.add_argument("--kept", type=pathlib.Path, default=KEPT)
    parser.add_argument("--only", nargs="*", default=[], help="these runs alone")
    options = parser.parse_args()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="same-bits-"))
    try:
        found = all_hashes(options.program.resolve(), folder, options.only, lambda name: print(f"ran {name}", flush=True))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    if options.action == "record":
        options.kept.write_text(json.dumps({"machine": kind(), "results": found}, indent=1, sort_keys=True) + "\n")
        print(f"recorded {sum(map(len, found.values()))} hashes of {len(found)} command lines in {options.kept}")
        return 0
    kept = json.loads(options.kept.read_text())
    if kept["machine"] != kind():
        print(f"skipped: the hashes are of a machine with {kept['machine']}, this one has {kind()}; record them anew with the "
              "program before the change")
        return 0
    differences = [
        f"{name}: {file}: {found.get(name, {}).get(file, 'missing')}, kept {value}"
        for name, files in kept["results"].items()
        if not options.only or name in options.only
        for file, value in files.items()
        if found.get(name, {}).get(file) != value
    ]
    print("\n".join(differences) or f"the same bits: {sum(map(len, found.values()))} hashes of {len(found)} command lines")
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
