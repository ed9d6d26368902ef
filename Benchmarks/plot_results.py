"""Draws kept results: accuracy against sparsity, against the measured time of inference, and over the time of training."""

from statistics import mean

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt  # noqa: E402  (the backend is chosen first)
from matplotlib.ticker import FixedLocator, NullLocator  # noqa: E402

# Groups of docs/results.md whose rows are networks pruned from equally trained ones.
GROUPS = {
    "amounts": ("global L1", "#1f6feb", "o"),
    "longer": ("… with longer fine-tuning", "#15803d", "D"),
    "scores": ("other scores", "#c2410c", "s"),
    "ways": ("other ways", "#7c3aed", "^"),
}
CURVE_COLORS = ("#555555", "#1f6feb", "#c2410c")
SPARSITIES = (0.9, 0.95, 0.98, 0.99, 0.995)


def points(labels, place):
    """(place, mean accuracy, label) of each label, from left to right."""
    found = [(place(same), mean(run.final for run in same), label) for label, same in labels.items()]
    return sorted(point for point in found if point[0] is not None)


def lighten(axes):
    axes.grid(axis="y", linewidth=0.4)
    axes.spines[["top", "right"]].set_visible(False)


def axes_of(title, xlabel):
    figure, axes = plt.subplots(figsize=(8, 4.2), layout="constrained")
    axes.set(xlabel=xlabel, ylabel="test accuracy, %", title=title)
    lighten(axes)
    return figure, axes


def draw_groups(axes, groups, place):
    for group, (name, color, marker) in GROUPS.items():
        found = points(groups.get(group, {}), place)
        if not found:
            continue
        places, accuracies, _ = zip(*found)
        joined = group == "amounts"
        axes.plot(places, accuracies, color=color, marker=marker, markersize=5, linewidth=1.5 if joined else 0, label=name)
        # The ways lie too close together to be told apart here; the table names them.
        if group == "scores":
            for x, y, label in found:
                axes.annotate(label, (x, y), textcoords="offset points", xytext=(6, -3), fontsize=8, color=color)
    level = mean(run.accuracies()[0] for same in groups["amounts"].values() for run in same)
    axes.axhline(level, color="#888888", linewidth=1, linestyle=":")
    axes.annotate(f"dense {level:.2f} %", (0.99, level), xycoords=("axes fraction", "data"), xytext=(0, 4),
                  textcoords="offset points", fontsize=8, color="#555555", ha="right")  # fmt: skip
    axes.legend(frameon=False)


def draw_curves(labels, path):
    """Accuracy after each epoch, and what was pruned by then, over the minutes that training took."""
    figure, (above, below) = plt.subplots(2, sharex=True, figsize=(8, 5.2), height_ratios=(3, 1), layout="constrained")
    above.set(ylabel="test accuracy, %", title="resnet18-cifar, CIFAR-10 (JPEG round trip)")
    below.set(xlabel="minutes on two cores", ylabel="pruned, %", ylim=(-4, 104))
    for color, (label, runs) in zip(CURVE_COLORS, labels.items()):
        epochs = [line for line in runs[0].metrics if line["phase"] != "prune"]
        minutes = [line["seconds"] / 60 for line in epochs]
        above.plot(minutes, [100 * line["test_accuracy"] for line in epochs], color=color, marker="o", markersize=3, label=label)
        below.plot(minutes, [100 * line["sparsity"] for line in epochs], color=color, marker="o", markersize=3)
    for axes in (above, below):
        lighten(axes)
    above.legend(frameon=False, loc="lower right")
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)


def draw(groups, folder):
    """Writes accuracy-sparsity.svg, accuracy-time.svg and cifar.svg, where there are runs to draw."""
    matplotlib.rcParams.update({"font.family": "sans-serif", "svg.hashsalt": "dptrain", "font.size": 10})
    if "cifar" in groups:
        draw_curves(groups["cifar"], folder / "cifar.svg")
    if "amounts" not in groups:
        return
    # The first seed only: most rows have no other, and seeds differ by more than many rows do.
    groups = {group: {label: runs[:1] for label, runs in labels.items()} for group, labels in groups.items()}
    figure, axes = axes_of("ResNet18, CIFAR-10 (JPEG round trip), seed 0", "convolution weights pruned")
    axes.set_xscale("log")
    draw_groups(axes, groups, lambda same: 1 - mean(run.sparsity for run in same))
    axes.set_xlim(0.15, 0.004)
    axes.xaxis.set_major_locator(FixedLocator([1 - sparsity for sparsity in SPARSITIES]))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.set_xticklabels([f"{100 * sparsity:g} %" for sparsity in SPARSITIES])
    figure.savefig(folder / "accuracy-sparsity.svg", metadata={"Date": None})
    plt.close(figure)

    figure, axes = axes_of("ResNet18, CIFAR-10 (JPEG round trip), seed 0", "inference, times as fast as dense (64 images at once, one core)")

    def factor(same):
        factors = [run.end["speed"]["pruned"] / run.end["speed"]["dense"] for run in same if run.end.get("speed")]
        return mean(factors) if factors else None

    draw_groups(axes, groups, factor)
    axes.set_xlim(left=1)
    figure.savefig(folder / "accuracy-time.svg", metadata={"Date": None})
    plt.close(figure)
