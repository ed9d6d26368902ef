"""What may happen to a run. A fault strikes while a job runs, or damages what the job left."""

import os
import signal
import time

from job import checkpoints, partial_files

HANDLED = 75  # "resume me"
WATCHDOG = 76


class Fault:
    """One kind of fault. `strike` returns whether it came about, as the kind and the words for the log."""

    name = ""
    # The rank counts that it makes sense with.
    ranks = (1, 2, 4, 8)
    # Seconds from the fault until nothing of the job may be left.
    bound = 15
    # What the launcher may return; None for anything but success.
    statuses = None
    # What the job must say; None where there is nothing to say.
    expected_words = None

    def __init__(self, random):
        self.random = random

    def arguments(self):
        """More arguments for dptrain."""
        return []

    def strike(self, job):
        """Does the harm to the running job. Returns a few words about it, or None where the job had ended before."""
        raise NotImplementedError

    def afterwards(self, job):
        """Does what is to be done once the job has ended. Returns a few words, or None where there was nothing to do."""
        return ""

    def wait_for_training(self, job):
        """Returns whether the job has come past MPI and its checks, and is still running."""
        while job.is_running() and "results go to" not in job.text():
            time.sleep(0.01)
        return job.is_running()

    def some_rank(self, job):
        """One of the ranks, as soon as there are any."""
        while job.is_running():
            ranks = job.ranks()
            if ranks:
                return self.random.choice(ranks)
            time.sleep(0.01)
        return None


class KillRank(Fault):
    name = "SIGKILL to a rank"

    def strike(self, job):
        rank = self.some_rank(job)
        if rank and job.send(rank.pid, signal.SIGKILL):
            return f"rank {rank.number}"
        return None


class KillEverything(Fault):
    """As a power failure of the one host would, but for what the system had yet to write."""

    name = "SIGKILL to all at once"

    def strike(self, job):
        if self.some_rank(job) is None:
            return None
        job.kill()
        return "launcher and ranks"


class KillLauncher(Fault):
    name = "SIGKILL to mpirun"

    def strike(self, job):
        if self.some_rank(job) is None or not job.is_running():
            return None
        job.send(job.launcher.pid, signal.SIGKILL)
        return "mpirun"


class TerminateLauncher(Fault):
    name = "SIGTERM to mpirun"

    def strike(self, job):
        if self.some_rank(job) is None or not job.is_running():
            return None
        job.send(job.launcher.pid, signal.SIGTERM)
        return "mpirun"


class Signal(Fault):
    """A signal that asks for a checkpoint and an end, to one rank or, through mpirun, to all of them."""

    def strike(self, job):
        # Before they have come to MPI the ranks have no handlers yet.
        rank = self.some_rank(job) if self.wait_for_training(job) else None
        if rank is None:
            return None
        target = job.launcher.pid if self.through_launcher else rank.pid
        if not job.send(target, self.number):
            return None
        return "mpirun" if self.through_launcher else f"rank {rank.number}"


class UserSignal(Signal):
    name = "SIGUSR1 to mpirun"
    statuses = {HANDLED}
    number = signal.SIGUSR1
    through_launcher = True


class TerminateRank(Signal):
    name = "SIGTERM to a rank"
    statuses = {HANDLED}
    number = signal.SIGTERM
    through_launcher = False


class KillWhileWriting(Fault):
    """Kills the rank that writes checkpoints while a part of one is on the disk."""

    name = "SIGKILL while a checkpoint is written"

    def __init__(self, random):
        super().__init__(random)
        self.delay = random.choice([0, 0, 0.0005, 0.002])

    def arguments(self):
        return ["--checkpoint-steps", "1"]

    def strike(self, job):
        rank = self.some_rank(job)
        writers = [rank for rank in job.ranks() if rank.number == 0]
        while job.is_running() and writers:
            if partial_files(job.output):
                time.sleep(self.delay)
                if not job.send(writers[0].pid, signal.SIGKILL):
                    return None
                return "rank 0"
            if not os.path.exists(f"/proc/{writers[0].pid}"):
                break
        return None

    def afterwards(self, job):
        left = [f"{path.name} ({path.stat().st_size} bytes)" for path in partial_files(job.output)]
        # Otherwise the checkpoint was complete a moment before.
        return f"left {', '.join(left)}" if left else None


class FullDisk(Fault):
    """Fills the file system that the run directory is on, all of it or all but a little."""

    name = "full disk"
    bound = 60
    # A run may come to its end without the checkpoints that it could not write.
    statuses = set(range(1, 256)) | {0}

    def __init__(self, random):
        super().__init__(random)
        self.free = random.choice([0, 0, 4, 64, 200, 700, 2_000]) * 1024

    def arguments(self):
        return ["--checkpoint-steps", "1"]

    def filler(self, job):
        return job.output.parent / "filler"

    def strike(self, job):
        if self.some_rank(job) is None:
            return None
        try:
            with open(self.filler(job), "wb", buffering=0) as file:
                while True:
                    file.write(b"\0" * 65536)
        except OSError:
            pass
        os.truncate(self.filler(job), max(0, self.filler(job).stat().st_size - self.free))
        return f"{self.free // 1024} KiB left" if job.is_running() else None

    def afterwards(self, job):
        self.filler(job).unlink(missing_ok=True)
        return ""


class DamageNewest(KillEverything):
    """Stops the job, and changes the newest checkpoint where there is an older one to fall back to."""

    # The file that the next run must skip, and say so.
    damaged = None

    def strike(self, job):
        while job.is_running() and len(checkpoints(job.output)) < 2:
            time.sleep(0.01)
        return super().strike(job) if job.is_running() else None

    def afterwards(self, job):
        found = checkpoints(job.output)
        if len(found) < 2:
            return None
        self.damaged = found[-1]
        return f"{found[-1].name}, {self.damage(found[-1])}"


class TruncateNewest(DamageNewest):
    name = "newest checkpoint truncated"

    def damage(self, path):
        size = path.stat().st_size
        length = self.random.choice([0, 7, size - 1, self.random.randrange(size)])
        os.truncate(path, length)
        return f"{length} of {size} bytes"


class FlipByte(DamageNewest):
    name = "a byte of the newest checkpoint changed"

    def damage(self, path):
        size = path.stat().st_size
        # Half of them in the header, which is a small part of the file.
        header = 8 + int.from_bytes(path.read_bytes()[:8], "little")
        place = self.random.randrange(self.random.choice([header, size]))
        bit = 1 << self.random.randrange(8)
        with open(path, "r+b") as file:
            file.seek(place)
            byte = file.read(1)[0]
            file.seek(place)
            file.write(bytes([byte ^ bit]))
        return f"byte {place} of {size}, bit {bit}"


class StopRank(Fault):
    """A rank that is there and does nothing, as on a host that thrashes or behind a debugger."""

    name = "SIGSTOP to a rank"
    timeout = 4
    bound = timeout + 20
    statuses = {WATCHDOG}
    ranks = (2, 4, 8)

    def arguments(self):
        return ["--timeout", str(self.timeout)]

    def strike(self, job):
        # The watchdog begins with MPI.
        ranks = job.ranks() if self.wait_for_training(job) else []
        if len(ranks) < 2:
            return None
        rank = self.random.choice(ranks)
        if not job.send(rank.pid, signal.SIGSTOP):
            return None
        self.expected_words = f"missing: rank {rank.number} "
        return f"rank {rank.number}"


class LinkDown(Fault):
    """Pulls the cable of one of the hosts that the ranks are on."""

    name = "a host's link down"
    timeout = 4
    bound = timeout + 30
    ranks = (2, 4)

    def __init__(self, random, hosts):
        super().__init__(random)
        self.hosts = hosts

    def arguments(self):
        return ["--timeout", str(self.timeout)]

    def strike(self, job):
        if not self.wait_for_training(job):
            return None
        self.host = self.random.choice(self.hosts.names)
        self.hosts.link(self.host, "down")
        return self.host

    def afterwards(self, job):
        self.hosts.link(self.host, "up")
        # Addresses have to be found anew: a launch within the first second or two fails.
        time.sleep(3)
        return ""


ON_ONE_HOST = [
    KillRank, KillEverything, KillLauncher, TerminateLauncher, UserSignal, TerminateRank, KillWhileWriting, FullDisk,
    TruncateNewest, FlipByte, StopRank,
]
