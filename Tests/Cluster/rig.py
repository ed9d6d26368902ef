"""The rigs of cluster/ as tests use them: started in a directory of their own, and always taken apart."""

import atexit
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PROGRAM = Path(os.environ.get("DPTRAIN_PROGRAM", ROOT / ".build/release/dptrain")).resolve()

# A job of about a second: 8 steps an epoch, 4 microbatches a step.
SMALL = [
    *("--data", "synthetic", "--arch", "resnet8", "--batch-size", "64", "--microbatch", "16"),
    *("--training-images", "512", "--epochs", "2", "--finetune-epochs", "1"),
]
# One that does not end while a test looks at it. A link this slow, a second a step, keeps it from needing the processor.
ENDLESS = [*SMALL, "--epochs", "10000"]
SLOW_LINK = "2mbit"

# After SIGTERM too, what was started is ended.
signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))


def output(command, timeout=60, **options):
    """The standard output and error of a command that must succeed."""
    result = subprocess.run(
        [str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=timeout,
        **options)
    if result.returncode != 0:
        raise AssertionError(f"status {result.returncode} of {command}:\n{result.stdout}")
    return result.stdout


def weights(text):
    """The hash that a run prints at its end."""
    found = re.findall(r"^weights ([0-9a-f]{32})$", text, re.MULTILINE)
    if len(found) != 1:
        raise AssertionError(f"one line 'weights …' is expected, not {len(found)}:\n{text}")
    return found[0]


def wait_until(condition, seconds, what, every=0.2):
    """Waits until a condition holds and returns what it gave."""
    end = time.monotonic() + seconds
    while True:
        result = condition()
        if result:
            return result
        if time.monotonic() > end:
            raise AssertionError(f"after {seconds} s there is still not: {what() if callable(what) else what}")
        time.sleep(every)


def environment(**variables):
    """This process's variables without settings of jobs and rigs, which are the tests' own."""
    others = r"DPTRAIN_|RIG_|OMPI_|OPENBLAS_|SLURM|SBATCH"
    kept = {key: value for key, value in os.environ.items() if not re.match(others, key)}
    return {**kept, **variables}


_uninterrupted = {}


def uninterrupted(*arguments):
    """The weights that one rank on this machine ends with."""
    if arguments not in _uninterrupted:
        with tempfile.TemporaryDirectory(prefix="dptrain-") as directory:
            _uninterrupted[arguments] = weights(
                output([PROGRAM, *arguments, "--output", f"{directory}/run"], env=environment()))
    return _uninterrupted[arguments]


class Rig:
    """What both rigs have in common: a script, a directory, hosts that processes run on."""

    script = None
    start_command = None

    def __init__(self, nodes, **variables):
        # Not below the repository: Slurm's socket has a short path.
        self.directory = Path(tempfile.mkdtemp(prefix="dptrain-rig-"))
        self.variables = environment(RIG_DIRECTORY=str(self.directory / "rig"), **variables)
        atexit.register(self.stop)
        output([ROOT / "cluster" / self.script, self.start_command, nodes], env=self.variables)

    @classmethod
    def require(cls):
        """Skips the caller's tests, saying why, where the rig cannot run."""
        result = subprocess.run(
            [ROOT / "cluster" / cls.script, "check"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if result.returncode != 0:
            raise unittest.SkipTest(result.stdout.strip())
        if not os.access(PROGRAM, os.X_OK):
            raise AssertionError(f"there is no program at {PROGRAM}: 'make build' makes it")

    def rig(self, *arguments, timeout=60, **variables):
        """The output of one of the rig's own commands."""
        return output([ROOT / "cluster" / self.script, *arguments], timeout, env={**self.variables, **variables}, cwd=ROOT)

    def start(self, *arguments, log=subprocess.DEVNULL, **variables):
        """A command in the rig that runs on."""
        return subprocess.Popen(
            [ROOT / "cluster" / self.script, *map(str, arguments)], stdout=log, stderr=subprocess.STDOUT,
            env={**self.variables, **variables}, cwd=ROOT)

    def ranks(self, host):
        """The process ids of dptrain on a host."""
        lines = [line.split() for line in self.hosts("status").splitlines()]
        return [int(words[1]) for words in lines if words[0] == host and words[2] == str(PROGRAM)]

    def stop(self):
        if self.directory.exists():
            output([ROOT / "cluster" / self.script, self.stop_command], env=self.variables)
            shutil.rmtree(self.directory)
        atexit.unregister(self.stop)


class Hosts(Rig):
    """cluster/rig-hosts."""

    script, start_command, stop_command = "rig-hosts", "up", "down"

    def hosts(self, *arguments):
        return self.rig(*arguments)


class Slurm(Rig):
    """cluster/rig-slurm."""

    script, start_command, stop_command = "rig-slurm", "start", "stop"

    def hosts(self, *arguments):
        return self.rig("hosts", *arguments)

    def run(self, *arguments, **variables):
        return self.rig("run", *arguments, **variables)

    def submit(self, *arguments, **variables):
        """Submits by cluster/submit, with logs and run directories in the rig's directory."""
        variables = {"DPTRAIN_PROGRAM": str(PROGRAM), "DPTRAIN_RUNS": str(self.directory / "runs"), **variables}
        log = "%A_%a.log" if any("sweep" in str(word) for word in arguments) else "%j.log"
        number = self.run("cluster/submit", "--parsable", f"--output={self.directory}/{log}", *arguments, **variables)
        return SlurmJob(self, number.strip())


OVER = ("COMPLETED", "FAILED", "CANCELLED", "TIMEOUT", "NODE_FAIL", "PREEMPTED")


class SlurmJob:
    """A job, or a task of an array."""

    def __init__(self, rig, number):
        self.rig = rig
        self.number = number

    def task(self, index):
        return SlurmJob(self.rig, f"{self.number}_{index}")

    @property
    def log(self):
        path = self.rig.directory / f"{self.number}.log"
        return path.read_text() if path.exists() else ""

    @property
    def facts(self):
        """What Slurm says of the job."""
        line = self.rig.run("scontrol", "--oneliner", "show", "job", self.number)
        return dict(re.findall(r"(\w+)=(\S*)", line))

    @property
    def state(self):
        return self.facts["JobState"]

    def describe(self):
        return f"{self.facts}\n{self.rig.run('squeue', '--states=all')}\n{self.log}"

    def wait(self, *states, seconds=60):
        """Waits until the job is in one of the states; by default, until it is over."""
        return wait_until(
            lambda: (state := self.state) in (states or OVER) and state, seconds,
            lambda: f"{states or 'an end'} of {self.describe()}")

    def wait_for_log(self, pattern, seconds=60):
        def found():
            over = self.state in OVER
            if not (match := re.search(pattern, self.log)) and over:
                raise AssertionError(f"'{pattern}' is not in the log of {self.describe()}")
            return match

        return wait_until(found, seconds, lambda: f"'{pattern}' in the log of {self.describe()}")

    def signal(self, name):
        """Sends a signal to the batch script, as Slurm does before a time limit."""
        self.rig.run("scancel", "--batch", f"--signal={name}", self.number)

    def wait_for_requeue(self, restarts=1):
        """Waits until the job is back in the queue, and lets it start soon; Slurm would leave it there for two minutes."""

        def is_back():
            facts = self.facts
            if facts["JobState"] in OVER:
                raise AssertionError(f"there is no requeue {restarts} of {self.describe()}")
            # Counted at once, in the queue only when the last ranks are gone.
            return int(facts["Restarts"]) == restarts and facts["JobState"] != "COMPLETING" and facts

        facts = wait_until(is_back, 60, lambda: f"requeue {restarts} of {self.describe()}")
        if facts["JobState"] != "PENDING":  # After the loss of a node it may run already.
            return
        # Sooner than that, and within the same second, nodes still end its last life: Slurm's two minutes have a reason.
        wait_until(
            lambda: f"[{facts['JobId']}." not in self.rig.hosts("status"), 30, lambda: f"an end of {self.describe()}")
        time.sleep(2)
        if self.state == "PENDING":
            self.rig.run("scontrol", "update", f"JobId={self.number}", "StartTime=now")
