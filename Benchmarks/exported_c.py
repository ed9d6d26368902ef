"""Times the C file that `dptrain export --format c` writes against dptrain's own inference, one image at a time on one core.

    python3 Benchmarks/exported_c.py MODEL [--rounds N]

Both sides run in turn, pinned to the same core; printed are the medians over all rounds.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import tempfile
from pathlib import Path

PROGRAM = Path(__file__).parent.parent / ".build" / "release" / "dptrain"
MAIN = r"""
#define _POSIX_C_SOURCE 199309L
#include <stdio.h>
#include <time.h>
#include "network.h"

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

int main(void) {
  static uint8_t image[3072];
  float logits[NETWORK_CLASSES];
  unsigned random = 1;
  int i, round, sum = 0;
  for (i = 0; i < 3072; i++) image[i] = (uint8_t)((random = random * 1664525u + 1013904223u) >> 24);
  for (round = -3; round < 51; round++) {
    const double start = now();
    for (i = 0; i < 64; i++) sum += network_predict(image, logits);
    if (round >= 0) printf("%.9f\n", (now() - start) / 64);
  }
  return sum < 0;
}
"""


def output(*command, **options):
    return subprocess.run(command, check=True, text=True, stdout=subprocess.PIPE, **options).stdout


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    core = min(os.sched_getaffinity(0))
    pinned = ["taskset", "-c", str(core)]
    own = [*pinned, PROGRAM, "bench", "infer", options.model.resolve(), "--batch", "1", "--json"]
    with tempfile.TemporaryDirectory() as folder:
        output(PROGRAM, "export", options.model.resolve(), "--format", "c", "--output", f"{folder}/network.c")
        Path(folder, "main.c").write_text(MAIN)
        sides = {"dptrain": lambda: json.loads(output(*own))["seconds_median"]}
        for compiler in ["gcc", "clang"]:
            if not shutil.which(compiler):
                continue
            flags = ["-std=c99", "-O3", "-march=native"]
            output(compiler, *flags, "network.c", "main.c", "-o", compiler, cwd=folder)
            version = output(compiler, "--version").splitlines()[0]
            sides[version] = lambda compiler=compiler: statistics.median(
                map(float, output(*pinned, f"{folder}/{compiler}").split())
            )
        times = {name: [] for name in sides}
        for _ in range(options.rounds):
            for name, measure in sides.items():
                times[name].append(measure())
    medians = {name: statistics.median(values) for name, values in times.items()}
    for name, seconds in medians.items():
        print(f"{1e6 * seconds:7.1f} µs an image, {seconds / medians['dptrain']:.2f} times dptrain's: {name}")


if __name__ == "__main__":
    main()
