"""Draws the time an image takes against the pruned share of the weights: fine-tuning and inference, with the peers."""

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt  # noqa: E402  (the backend is chosen first)
from matplotlib.ticker import FixedLocator, NullLocator  # noqa: E402

NAMES = {"dptrain": "dptrain", "pytorch": "PyTorch", "onnxruntime": "ONNX Runtime", "openvino": "OpenVINO"}
COLORS = {"dptrain": "#1f6feb", "pytorch": "#c2410c", "onnxruntime": "#6b7280", "openvino": "#7c3aed"}
TITLES = {"finetuning": "Fine-tuning, batch {}", "inference": "Inference, batch {}"}
# The end of the axis: the share that is left.
MOST = 0.0092


def draw(part, path):
    """Writes the SVG file.

    `part` is the sweep of latest.json. The axis of the sparsity is logarithmic in what is left, so that 90 to 99 % have as
    much room as 0 to 90 %; time begins at zero.
    """
    matplotlib.rcParams.update({"font.family": "sans-serif", "svg.hashsalt": "dptrain", "font.size": 10})
    figure, panels = plt.subplots(1, 2, figsize=(11.5, 4.2), layout="constrained")
    for axes, kind in zip(panels, TITLES):
        draw_panel(axes, part[kind], TITLES[kind].format(part[kind]["batch"]))
    panels[0].set_ylabel(f"microseconds an image, {part['ranks']} cores")
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)


def draw_panel(axes, panel, title):
    microseconds = {}
    for name, points in panel["lines"].items():
        left = [1 - point["sparsity"] for point in points]
        times = microseconds[name] = [1e6 / point["images_per_second"]["median"] for point in points]
        ends = [[1e6 / point["images_per_second"][end] for point in points] for end in ("most", "least")]
        if name == "dptrain":
            axes.fill_between(left, *ends, color=COLORS[name], alpha=0.15, linewidth=0)
            axes.plot(left, times, color=COLORS[name], marker="o", markersize=4, linewidth=2, zorder=3)
        else:
            # Measured at its marks, and the same beyond.
            axes.plot(left, times, color=COLORS[name], marker="o", markersize=3.5, linewidth=0, zorder=2)
            axes.plot([*left, MOST], [*times, times[-1]], color=COLORS[name], linewidth=1.2, linestyle="--")
    height = 1.1 * max(max(times) for times in microseconds.values())
    axes.set(title=title, xlabel="convolution weights pruned", xscale="log", ylim=(0, height), xlim=(0.56, MOST))
    ticks = [point["sparsity"] for point in panel["lines"]["dptrain"]]
    axes.xaxis.set_major_locator(FixedLocator([1 - tick for tick in ticks]))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.set_xticklabels([f"{100 * tick:.0f} %" for tick in ticks])
    axes.grid(axis="y", linewidth=0.4)
    axes.spines[["top", "right"]].set_visible(False)
    label_lines(axes, microseconds, height)
    mark_gain(axes, panel, microseconds)


def label_lines(axes, microseconds, height):
    """Names every line at its right end, pushing names apart that would meet."""
    distance = 0.055 * height
    names = sorted(microseconds, key=lambda name: microseconds[name][-1])
    places = [microseconds[name][-1] for name in names]
    for _ in range(100):
        for lower in range(len(places) - 1):
            missing = distance - (places[lower + 1] - places[lower])
            if missing > 0:
                places[lower] -= missing / 2
                places[lower + 1] += missing / 2
    for name, place in zip(names, places):
        axes.annotate(
            NAMES[name], (MOST, place), textcoords="offset points", xytext=(6, 0), color=COLORS[name], fontsize=9,
            fontweight="bold" if name == "dptrain" else "normal", va="center", annotation_clip=False,
        )  # fmt: skip


def mark_gain(axes, panel, microseconds):
    """Writes at 98 % how many times as fast as the fastest peer dptrain is."""
    at = {
        name: dict(zip((point["sparsity"] for point in panel["lines"][name]), times))
        for name, times in microseconds.items()
    }
    peers = {name: times[0.98] for name, times in at.items() if name != "dptrain" and 0.98 in times}
    if 0.98 not in at["dptrain"] or not peers:
        return
    best = min(peers, key=peers.get)
    ours = at["dptrain"][0.98]
    arrow = {"arrowstyle": "->", "color": "#555555", "linewidth": 0.9, "shrinkA": 3, "shrinkB": 4}
    axes.annotate("", (0.02, ours), (0.02, peers[best]), arrowprops=arrow)
    axes.text(
        0.0213, (ours + peers[best]) / 2, f"{peers[best] / ours:.1f}× as fast\nas {NAMES[best]}", ha="right",
        va="center", fontsize=9, color="#333333",
    )  # fmt: skip
