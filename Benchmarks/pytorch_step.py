"""Measures PyTorch's training step and prints one JSON object. A process of its own, so that nothing else is in it."""

import argparse
import json
import os
import resource
import statistics
import sys
import time
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).parent.parent / "Tests" / "Golden"))
import resnet  # noqa: E402


def parser(description):
    result = argparse.ArgumentParser(description=description)
    result.add_argument("--batch-size", type=int, default=128)
    result.add_argument("--layout", choices=["channels_last", "contiguous"], default="channels_last")
    result.add_argument("--compile", action="store_true")
    result.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    result.add_argument("--warm-up", type=int, default=3)
    result.add_argument("--steps", type=int, default=10)
    return result


def measure(model, options, learning_rate):
    """Steps of SGD with Nesterov momentum on one batch of random images, again and again."""
    layout = torch.channels_last if options.layout == "channels_last" else torch.contiguous_format
    torch.set_num_threads(options.threads)
    model = model.to(memory_format=layout).train()
    optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate, momentum=0.9, nesterov=True, weight_decay=5e-4)
    images = torch.randn(options.batch_size, 3, 32, 32).contiguous(memory_format=layout)
    labels = torch.randint(0, 10, (options.batch_size,))
    forward = torch.compile(model) if options.compile else model

    seconds = []
    for _ in range(options.warm_up + options.steps):
        start = time.perf_counter()
        optimizer.zero_grad()
        loss = torch.nn.functional.cross_entropy(forward(images), labels)
        loss.backward()
        optimizer.step()
        seconds.append(time.perf_counter() - start)
    median = statistics.median(seconds[options.warm_up :])
    return {
        "images_per_second": options.batch_size / median,
        "step_seconds_median": median,
        "resident_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
        "layout": options.layout + (", compiled" if options.compile else ""),
        "threads": options.threads,
        "torch": torch.__version__,
    }


def main():
    arguments = parser(__doc__)
    arguments.add_argument("--arch", default="resnet18")
    options = arguments.parse_args()
    torch.manual_seed(0)
    print(json.dumps(measure(resnet.build(options.arch), options, learning_rate=0.1)))


if __name__ == "__main__":
    main()
