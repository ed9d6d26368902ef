"""Draws a run directory's metrics.jsonl as an SVG: test accuracy and training loss over the epochs.

    Benchmarks/.venv/bin/python Benchmarks/plot_run.py RUN OUTPUT.svg
"""

import json
import sys

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt  # noqa: E402  (the backend is chosen first)


def main() -> None:
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    with open(f"{sys.argv[1]}/metrics.jsonl") as file:
        records = [json.loads(line) for line in file]
    matplotlib.rcParams.update({"font.family": "sans-serif", "svg.hashsalt": "dptrain", "font.size": 10})
    figure, axes = plt.subplots(figsize=(8, 3.6), layout="constrained")
    epoch = 0
    places, accuracies, prunings = [], [], []
    for record in records:
        if record["phase"] == "prune":
            prunings.append((epoch + 0.5, record))
            places.append(epoch + 0.5)
        else:
            epoch += 1
            places.append(epoch)
        accuracies.append(100 * record["test_accuracy"])
    axes.plot(places, accuracies, color="#1f6feb", marker="o", markersize=3, linewidth=1.5)
    for place, record in prunings:
        axes.axvline(place, color="#888888", linestyle=":", linewidth=1)
        axes.annotate(
            f"{100 * record['sparsity']:.1f} % pruned", (place, 4), rotation=90, ha="right", va="bottom", fontsize=8
        )
    for index in (places.index(prunings[0][0]) - 1 if prunings else -1, -1):
        axes.annotate(
            f"{accuracies[index]:.2f} %", (places[index], accuracies[index]), textcoords="offset points", xytext=(-4, 8),
            ha="right", fontsize=9, color="#1f6feb",
        )
    axes.set(xlabel="epoch", ylabel="test accuracy, %", ylim=(0, 100), xlim=(0, epoch + 1))
    axes.grid(axis="y", linewidth=0.4)
    axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(sys.argv[2], metadata={"Date": None})


if __name__ == "__main__":
    main()
