"""What a figure depends on: the machine, the libraries, the commit."""

import datetime
import importlib.metadata
import os
import platform
import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).parent.parent
PEERS = {"PyTorch": "torch", "ONNX Runtime": "onnxruntime", "OpenVINO": "openvino"}


def output(*command):
    """The command's output without the last line's end, or "" where it is missing or fails."""
    try:
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""


def first_match(pattern, text):
    match = re.search(pattern, text, re.MULTILINE)
    return match.group(1).strip() if match else "unknown"


def usable_cores():
    """Physical cores, no more than this process may use."""
    topology = [line for line in output("lscpu", "-p=CORE,SOCKET").splitlines() if not line.startswith("#")]
    allowed = len(os.sched_getaffinity(0))
    return min(len(set(topology)) or allowed, allowed)


def processors(cores):
    """The logical processors of the first cores that this process may use, as `taskset -c` takes them."""
    allowed = os.sched_getaffinity(0)
    of_core = {}
    for line in output("lscpu", "-p=CPU,CORE,SOCKET").splitlines():
        if not line.startswith("#"):
            processor, *core = line.split(",")
            if int(processor) in allowed:
                of_core.setdefault(tuple(core), []).append(processor)
    chosen = list(of_core.values())[:cores] or [[str(processor)] for processor in sorted(allowed)[:cores]]
    return ",".join(processor for siblings in chosen for processor in siblings)


def versions():
    """Of the peers, by name."""
    found = {}
    for name, package in PEERS.items():
        try:
            found[name] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            pass
    return found


def describe():
    cpu = output("lscpu")
    flags = first_match(r"^Flags:(.*)$", cpu).split()
    release = Path("/etc/os-release")
    system = first_match(r'^PRETTY_NAME="?([^"\n]*)', release.read_text() if release.exists() else "")
    commit = output("git", "rev-parse", "--short=12", "HEAD") or "unknown"
    # What earlier measurements have written does not count.
    if output("git", "status", "--porcelain", "--untracked-files=no", "--", ".", ":!Benchmarks/results", ":!docs"):
        commit += " with uncommitted changes"
    return {
        "date": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC"),
        "commit": commit,
        "cpu": first_match(r"^Model name:(.*)$", cpu),
        "cpu_model": f"family {first_match(r'^CPU family:(.*)$', cpu)}, model {first_match(r'^Model:(.*)$', cpu)}",
        "vector_instructions": "AVX-512" if "avx512f" in flags else "AVX2" if "avx2" in flags else platform.machine(),
        "cores": usable_cores(),
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "virtual": first_match(r"^Hypervisor vendor:(.*)$", cpu) if "Hypervisor" in cpu else "no",
        "system": f"{system}, Linux {platform.release()}",
        "open_mpi": first_match(r"([\d.]+)$", output("mpirun", "--version").splitlines()[0]),
        "openblas": output("pkg-config", "--modversion", "openblas") or "unknown",
        "swift": first_match(r"Swift version (\S+)", output("swift", "--version")),
        "python": platform.python_version(),
        "peers": versions(),
        "load_before": round(os.getloadavg()[0], 2),
    }
