"""A run that faults interrupt, and that is resumed on one rank count after another until it is finished."""

import hashlib
import json
import random
import shutil
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

import faults
from job import Job, checkpoints, partial_files

# Short runs of every kind; resnet18 alone has dead taps, and checkpoints that take a while to write.
SMALL = ["--data", "synthetic", "--training-images", "512", "--batch-size", "128", "--microbatch", "16"]
CONFIGURATIONS = {
    "dense": ["train", "--arch", "resnet8", *SMALL, "--epochs", "8"],
    "rounds": ["run", "--arch", "resnet8", *SMALL, "--epochs", "3", "--finetune-epochs", "2", "--iterations", "2",
               "--prune", "0.9"],
    "gradual": ["run", "--arch", "resnet8", *SMALL, "--epochs", "6", "--finetune-epochs", "2", "--schedule", "cubic",
                "--prune", "0.95"],
    "masked": ["run", "--arch", "resnet8", *SMALL, "--epochs", "3", "--finetune-epochs", "3", "--prune", "0.9",
               "--masked", "--l1", "0.0001"],
    "resnet18": ["run", "--arch", "resnet18", "--data", "synthetic", "--training-images", "512", "--batch-size", "128",
                 "--microbatch", "16", "--epochs", "2", "--finetune-epochs", "1", "--prune", "0.98"],
}
FIRST_RANKS = (2, 4)
# Seconds for a start that nothing interrupts.
PATIENCE = 120
# What the clock says, and what a rank has to send.
TIMED = {"seconds", "images_per_second", "exchange_share", "exchange_seconds", "exchange_bytes"}


@dataclass
class Ending:
    """How a run ended: what must not depend on whether it was interrupted."""

    weights: str
    metrics: list
    files: dict
    seconds: float = field(compare=False, default=0)

    @staticmethod
    def of(output, text, seconds=0):
        weights = [line for line in text.splitlines() if line.startswith("weights ")]
        metrics = [json.loads(line) for line in (output / "metrics.jsonl").read_text().splitlines()]
        files = {
            name: hashlib.sha256((output / name).read_bytes()).hexdigest()
            for name in ("dense.safetensors", "pruned.safetensors") if (output / name).exists()
        }
        return Ending(
            weights[-1] if weights else "no weights",
            [{key: value for key, value in record.items() if key not in TIMED} for record in metrics], files, seconds)

    def differences(self, other):
        found = []
        if self.weights != other.weights:
            found.append(f"{self.weights}, expected {other.weights}")
        if len(self.metrics) != len(other.metrics):
            found.append(f"{len(self.metrics)} lines of metrics.jsonl, expected {len(other.metrics)}")
        for number, (mine, theirs) in enumerate(zip(self.metrics, other.metrics), 1):
            if mine != theirs:
                found.append(f"line {number} of metrics.jsonl is {mine}, expected {theirs}")
                break
        if self.files != other.files:
            found.append("model files of other contents")
        return found


class Driver:
    """Runs trials and writes down what they did."""

    def __init__(self, program, scratch, kept, kinds, hosts, ledger, seed, latest):
        self.program = program
        self.scratch = scratch
        self.kept = kept
        self.kinds = kinds
        self.hosts = hosts
        self.ledger = ledger
        self.seed = seed
        # The last moment at which a fault strikes, as a part of what is left of a run.
        self.latest = latest
        self.references = {}

    def command(self, configuration, ranks, output, more=()):
        return ["mpirun", "-n", str(ranks), str(self.program), *CONFIGURATIONS[configuration], "--output", str(output),
                "--resume", *more]

    def start(self, words, output):
        tmp = self.scratch / "tmp"
        shutil.rmtree(tmp, ignore_errors=True)
        tmp.mkdir(parents=True)
        return Job(words, output, output.parent / "log", tmp)

    def reference(self, configuration):
        """The ending of the run that nothing interrupts."""
        if configuration not in self.references:
            output = self.scratch / f"reference-{configuration}" / "run"
            output.parent.mkdir(parents=True)
            job = self.start(self.command(configuration, 2, output), output)
            status = job.wait(PATIENCE)
            if status != 0:
                job.kill()
                raise SystemExit(f"chaos: the run that nothing interrupts failed ({status}): see {job.log}")
            self.references[configuration] = Ending.of(output, job.text(), job.seconds)
        return self.references[configuration]

    def trial(self, number, configuration=None, kinds=None):
        """Interrupts one run by some faults, or by one of each of `kinds`. Returns how many came about."""
        choose = random.Random(f"{self.seed}/{number}")
        configuration = configuration or choose.choice(list(CONFIGURATIONS))
        kinds = kinds or [choose.choice(self.kinds) for _ in range(choose.randint(1, 4))]
        reference = self.reference(configuration)
        directory = self.scratch / f"trial-{number}"
        directory.mkdir()
        small_disk = faults.FullDisk in kinds
        if small_disk:
            # As much as the preflight wants for four checkpoints, and little enough to be filled in a moment.
            size = "520m" if configuration == "resnet18" else "24m"
            subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "chaos", directory], check=True)
        trial = Trial(self, number, configuration, reference, directory, choose)
        try:
            trial.run(kinds)
            if trial.problems:
                kept = self.kept / f"{self.seed}-{number}"
                shutil.copytree(directory, kept, dirs_exist_ok=True)
                print(f"  kept in {kept}", flush=True)
        finally:
            if small_disk:
                subprocess.run(["umount", "-l", directory], check=True)
            shutil.rmtree(directory)
        return trial.struck


class Trial:
    def __init__(self, driver, number, configuration, reference, directory, choose):
        self.driver = driver
        self.number = number
        self.configuration = configuration
        self.reference = reference
        self.output = directory / "run"
        self.random = choose
        self.problems = []
        self.struck = 0
        self.history = []
        # The name of a damaged checkpoint that the next start must speak of.
        self.damaged = None

    def run(self, kinds):
        finished = False
        for kind in kinds:
            finished = self.interrupt(kind)
            if finished:
                break
        self.resume_to_the_end(finished)

    def interrupt(self, kind):
        """Starts the run and lets a fault strike. Returns whether it came to its end all the same."""
        hosts = self.driver.hosts
        fault = kind(self.random, hosts) if kind is faults.LinkDown else kind(self.random)
        ranks = self.random.choice([count for count in fault.ranks if self.history or count in FIRST_RANKS])
        steps = str(self.random.choice([1, 2, 3, 5]))
        words = self.driver.command(
            self.configuration, ranks, self.output,
            ["--checkpoint-steps", steps, "--keep-checkpoints", self.random.choice("234"), *fault.arguments()])
        if kind is faults.LinkDown:
            words = hosts.command([words[0], "--map-by", "node", *words[1:]])
        job = self.driver.start(words, self.output)
        moment = self.random.uniform(0, self.driver.latest) * self.seconds_left()
        while job.is_running() and job.seconds < moment:
            time.sleep(0.005)
        what = fault.strike(job)
        struck = time.monotonic()
        status = job.wait(fault.bound)
        gone = time.monotonic() - struck
        problems = []
        if status is None:
            problems.append(f"hang: not gone {fault.bound} s after the fault")
            job.kill()
        text = job.text()
        finished = status == 0
        after = fault.afterwards(job) if what is not None and not finished else what
        came_about = what is not None and after is not None
        self.look_at(text, problems)
        if came_about and status is not None and not finished:
            allowed = fault.statuses or range(1, 256)
            if status not in allowed:
                problems.append(f"status {status}")
            if fault.expected_words and fault.expected_words not in text:
                problems.append(f"nothing said of '{fault.expected_words}'")
        if not came_about and status not in (0, None) and what is None:
            problems.append(f"status {status} without a fault")
        self.damaged = getattr(fault, "damaged", None)
        self.history.append(f"{fault.name} on {ranks}")
        self.struck += came_about
        self.note(fault, ranks, moment, [what, after], status, gone, came_about, problems)
        return finished

    def seconds_left(self):
        """A guess at how long the run would take from where it stands."""
        found = checkpoints(self.output)
        if not found or not self.reference.metrics:
            return self.reference.seconds
        done = int(found[-1].stem.removeprefix("step-")) / self.reference.metrics[-1]["step"]
        return 0.5 + self.reference.seconds * max(0, 1 - done)

    def resume_to_the_end(self, finished):
        """Goes on without faults, and compares the ending with that of the run that nothing interrupted."""
        problems = []
        text = ""
        ranks = self.random.choice((1, 2, 4, 8))
        # A finished run says so once more.
        job = self.driver.start(self.driver.command(self.configuration, ranks, self.output), self.output)
        status = job.wait(PATIENCE)
        if status is None:
            problems.append(f"hang: not finished after {PATIENCE} s")
            job.kill()
        text = job.text()
        self.look_at(text, problems)
        if status == 0:
            try:
                problems += Ending.of(self.output, text).differences(self.reference)
            except (OSError, ValueError) as error:
                problems.append(f"unreadable results: {error}")
            problems += [f"left behind: {path.name}" for path in partial_files(self.output)]
        elif status is not None:
            problems.append(f"status {status} from a start without a fault")
        self.problems += problems
        self.driver.ledger.add(
            type="trial", seed=self.driver.seed, trial=self.number, configuration=self.configuration,
            history=self.history + [f"to the end on {ranks}"], ending=self.reference.weights, problems=problems,
            faults=self.struck)

    def look_at(self, text, problems):
        """Finds in what a job said that it crashed, or said nothing of a damaged checkpoint that it met."""
        for word in ("Fatal error", "Segmentation fault", "Illegal instruction"):
            if word in text:
                problems.append(f"crash: {word}")
        # A job that ended before it came to look for checkpoints says nothing, rightly.
        if self.damaged and ("going on from" in text or "begins afresh" in text):
            if self.damaged.name not in text:
                problems.append(f"nothing said of the damaged {self.damaged.name}")
            self.damaged = None

    def note(self, fault, ranks, moment, words, status, gone, came_about, problems):
        self.problems += problems
        self.driver.ledger.add(
            type="fault", seed=self.driver.seed, trial=self.number, configuration=self.configuration, kind=fault.name,
            ranks=ranks, moment=round(moment, 3), words=", ".join(word for word in words if word), status=status,
            seconds=round(gone, 2), bound=fault.bound, struck=came_about, problems=problems)
