"""A dptrain run under mpirun, seen from outside: its processes, its checkpoints, its end."""

import os
import re
import signal
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

# More ranks than cores, and no shared memory left in /dev/shm by ranks that were killed.
MPI_SETTINGS = {
    "OMPI_ALLOW_RUN_AS_ROOT": "1",
    "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
    "OMPI_MCA_rmaps_base_oversubscribe": "1",
    "OMPI_MCA_hwloc_base_binding_policy": "none",
    "OMPI_MCA_mpi_yield_when_idle": "1",
    "OMPI_MCA_btl_vader_single_copy_mechanism": "none",
}


@dataclass
class Rank:
    number: int
    pid: int


@dataclass
class Job:
    """One start of dptrain. `output` is its run directory, and what its processes are known by."""

    words: list
    output: Path
    log: Path
    scratch: Path
    launcher: subprocess.Popen = field(init=False)
    started: float = field(init=False)

    def __post_init__(self):
        environment = dict(os.environ, **MPI_SETTINGS)
        environment["OMPI_MCA_orte_tmpdir_base"] = str(self.scratch)
        environment["OMPI_MCA_btl_vader_backing_directory"] = str(self.scratch)
        environment["TMPDIR"] = str(self.scratch)
        with open(self.log, "ab") as log:
            log.write(f"\n$ {' '.join(self.words)}\n".encode())
            log.flush()
            self.launcher = subprocess.Popen(
                self.words, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment, start_new_session=True)
        self.started = time.monotonic()

    @property
    def seconds(self):
        return time.monotonic() - self.started

    def is_running(self):
        return self.launcher.poll() is None

    def text(self):
        """What it has said so far; earlier starts in the same log left out."""
        return self.log.read_text(errors="replace").rpartition("\n$ ")[2]

    def ranks(self):
        """The ranks that are alive, by their number."""
        found = []
        for pid in self._processes():
            try:
                with open(f"/proc/{pid}/environ", "rb") as file:
                    number = re.search(rb"(?:^|\0)OMPI_COMM_WORLD_RANK=(\d+)", file.read())
                # A shell that the watchdog left behind has the environment, but is no rank.
                if number and os.readlink(f"/proc/{pid}/exe").endswith("/dptrain"):
                    found.append(Rank(int(number[1]), pid))
            except OSError:
                pass
        return sorted(found, key=lambda rank: rank.number)

    def _processes(self):
        """All whose command line names the run directory: the launcher, its agents and the ranks."""
        name = str(self.output).encode()
        found = []
        for entry in os.listdir("/proc"):
            if not entry.isdigit():
                continue
            try:
                with open(f"/proc/{entry}/cmdline", "rb") as file:
                    if name in file.read().split(b"\0"):
                        found.append(int(entry))
            except OSError:
                pass
        return found

    def wait(self, seconds):
        """The launcher's status once it and all its ranks are gone; None where they are not after so many seconds."""
        end = time.monotonic() + seconds
        try:
            status = self.launcher.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            return None
        while self._processes():
            if time.monotonic() > end:
                return None
            time.sleep(0.02)
        return status if status >= 0 else 128 - status

    def send(self, pid, number):
        try:
            os.kill(pid, number)
            return True
        except ProcessLookupError:
            return False

    def kill(self):
        """Ends everything that is left."""
        for pid in [self.launcher.pid] + self._processes():
            self.send(pid, signal.SIGKILL)
        self.launcher.wait()
        for _ in range(500):
            if not self._processes():
                return
            time.sleep(0.02)


def checkpoints(output):
    """The checkpoint files of a run directory, the newest last."""
    return sorted((output / "checkpoints").glob("step-????????.safetensors"))


def partial_files(output):
    """What is being written there, or was when its writer was killed."""
    try:
        return [output / "checkpoints" / name for name in os.listdir(output / "checkpoints") if name.endswith(".partial")]
    except OSError:
        return []
