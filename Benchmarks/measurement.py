"""Running what is measured: each time a process of its own, whose last line of output is a JSON object."""

import json
import os
import shlex
import statistics
import subprocess
import sys

import machine


def run(command):
    """The JSON object in the last line of a command's output."""
    command = [str(word) for word in command]
    completed = subprocess.run(command, cwd=machine.ROOT, capture_output=True, text=True)
    lines = completed.stdout.strip().splitlines()
    try:
        if completed.returncode == 0:
            return json.loads(lines[-1])
    except (IndexError, json.JSONDecodeError):
        pass
    sys.exit(
        f"bench: {shlex.join(command)}\n"
        f"  ended with status {completed.returncode} and no JSON object in its last line.\n"
        + completed.stdout[-2000:]
        + completed.stderr[-4000:]
    )


def in_turn(commands, repetitions, key):
    """Runs commands one after the other, as often as `repetitions` says, so that whatever else the machine does meets all.

    `commands` maps names to commands; `key` is the figure to show of each.
    """
    samples = {name: [] for name in commands}
    for repetition in range(repetitions):
        for name, command in commands.items():
            samples[name].append(run(command))
        figures = ", ".join(f"{name} {samples[name][-1][key]:,.6g}" for name in commands)
        print(f"  {repetition + 1}: {figures}", flush=True)
    return samples


def spread(samples, key):
    values = [sample[key] for sample in samples]
    return {"median": statistics.median(values), "least": min(values), "most": max(values)}


def spreads(samples, key):
    return {name: spread(of_one, key) for name, of_one in samples.items()}


def mpirun(ranks):
    command = ["mpirun", "-n", str(ranks)]
    if os.getuid() == 0:
        command.append("--allow-run-as-root")
    if ranks > machine.usable_cores():
        command.append("--oversubscribe")
    return command


def ours(options, ranks, *rest):
    return [*mpirun(ranks), options.program, "bench", *map(str, rest), "--json"]


def step(options, architecture, batch, steps, *rest):
    """dptrain's training steps, with one rank a core."""
    return ours(
        options, options.ranks, "step", "--arch", architecture, "--batch-size", batch,
        "--microbatch", microbatch(options, batch), "--steps", steps, *rest,
    )  # fmt: skip


def microbatch(options, batch):
    return min(64, batch // options.ranks)


def peer(script, *rest):
    return [sys.executable, f"Benchmarks/{script}", *map(str, rest)]


def fastest(commands):
    """The command with the most images a second of those given, and all their answers."""
    trials = [run(command) for command in commands]
    best = max(range(len(trials)), key=lambda index: trials[index]["images_per_second"])
    return commands[best], trials


def pytorch_steps(options, script, *rest):
    """PyTorch's step in the layout, compiled or not, that is fastest here, and the trials that say so."""
    commands = [
        peer(script, *rest, "--layout", layout, *extra)
        for layout in ("channels_last", "contiguous")
        for extra in ([[], ["--compile"]] if options.compile else [[]])
    ]
    command, trials = fastest(commands)
    for trial in trials:
        print(f"  PyTorch, {trial['layout']}: {trial['images_per_second']:.0f} images/s", flush=True)
    return command, trials


def shown(options, commands):
    """Commands as a reader would type them: the same on every machine."""
    names = {
        sys.executable: "python3",
        options.program: ".build/release/dptrain",
        options.kernel_program: ".build/release/kernel-bench",
    }
    for architecture, given in options.models.items():
        names[given] = f"{architecture}.safetensors"
    return list(dict.fromkeys(shlex.join(names.get(word, word) for word in map(str, command)) for command in commands))
