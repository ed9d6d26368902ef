"""Trains ResNet18 on CIFAR-10 with PyTorch and prints one JSON object an epoch, with the wall time so far.

The recipe that docs/results.md compares with: batch 128, SGD with Nesterov momentum, a one-cycle learning rate with its peak of
0.1 at 20 % of the steps, weight decay 5e-4, random crops with padding 4 and flips. All images stay in memory, and a whole batch is
augmented at once.
"""

import argparse
import json
import os
import sys
import time
from pathlib import Path

import numpy
import torch
from torch.nn import functional

sys.path.insert(0, str(Path(__file__).parent.parent / "Tests" / "Golden"))
import resnet  # noqa: E402

BATCH = 128
PADDING = 4
EDGE = 32


def build():
    """torchvision's ResNet18 for ten classes, with its initial weights."""
    model = resnet.build("resnet18")
    for module in model.modules():
        if isinstance(module, torch.nn.Conv2d):
            torch.nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
    return model


def read(folder, names):
    """Labels and normalized images, `[N, 3, 32, 32]`, of files in CIFAR-10's binary format."""
    records = numpy.concatenate([numpy.fromfile(folder / name, numpy.uint8) for name in names]).reshape(-1, 3073)
    images = torch.from_numpy(records[:, 1:].reshape(-1, 3, EDGE, EDGE)).float() / 255
    mean, deviation = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
    normalized = (images - torch.tensor(mean).view(3, 1, 1)) / torch.tensor(deviation).view(3, 1, 1)
    return torch.from_numpy(records[:, 0].astype(numpy.int64)), normalized


def augment(images):
    """Random crops, with black around the images as torchvision pads them before it normalizes, and flips of a batch."""
    black = images.new_tensor([-0.485 / 0.229, -0.456 / 0.224, -0.406 / 0.225]).view(3, 1, 1)
    padded = functional.pad(images - black, [PADDING] * 4) + black
    count = len(images)
    rows = torch.randint(0, 2 * PADDING + 1, (count, 1)) + torch.arange(EDGE)
    columns = torch.randint(0, 2 * PADDING + 1, (count, 1)) + torch.arange(EDGE)
    columns = torch.where(torch.rand(count, 1) < 0.5, columns.flip(1), columns)
    image = torch.arange(count).view(-1, 1, 1, 1)
    channel = torch.arange(3).view(1, -1, 1, 1)
    return padded[image, channel, rows.view(count, 1, EDGE, 1), columns.view(count, 1, 1, EDGE)]


def evaluate(model, labels, images, layout):
    """The share of right predictions."""
    model.eval()
    with torch.inference_mode():
        parts = [model(part.contiguous(memory_format=layout)).argmax(1) for part in images.split(500)]
    return (torch.cat(parts) == labels).float().mean().item()


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--data", type=Path, required=True, help="CIFAR-10 in its binary format")
    arguments.add_argument("--epochs", type=int, default=20)
    arguments.add_argument("--stop-after", type=int, help="end after so many of them, where only the time is wanted")
    arguments.add_argument("--layout", choices=["channels_last", "contiguous"], default="channels_last")
    arguments.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    arguments.add_argument("--seed", type=int, default=0)
    options = arguments.parse_args()
    torch.manual_seed(options.seed)
    torch.set_num_threads(options.threads)
    layout = torch.channels_last if options.layout == "channels_last" else torch.contiguous_format

    start = time.perf_counter()
    labels, images = read(options.data, [f"data_batch_{number}.bin" for number in range(1, 6)])
    test_labels, test_images = read(options.data, ["test_batch.bin"])
    model = build().to(memory_format=layout)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9, nesterov=True, weight_decay=5e-4)
    batches = len(images) // BATCH
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, max_lr=0.1, total_steps=options.epochs * batches, pct_start=0.2, cycle_momentum=False)

    for epoch in range(1, (options.stop_after or options.epochs) + 1):
        model.train()
        total = 0.0
        for chosen in torch.randperm(len(images))[: batches * BATCH].split(BATCH):
            optimizer.zero_grad()
            batch = augment(images[chosen]).contiguous(memory_format=layout)
            loss = functional.cross_entropy(model(batch), labels[chosen])
            loss.backward()
            optimizer.step()
            schedule.step()
            total += loss.item()
        trained = time.perf_counter() - start
        accuracy = evaluate(model, test_labels, test_images, layout)
        seconds = time.perf_counter() - start
        print(json.dumps({
            "epoch": epoch, "train_loss": total / batches, "test_accuracy": accuracy, "seconds": seconds,
            "evaluation_seconds": seconds - trained, "layout": options.layout, "threads": options.threads,
            "torch": torch.__version__}), flush=True)


if __name__ == "__main__":
    main()
