"""docs/benchmarks.md from the measurements."""

import shlex


def verdict(reached):
    return "reached" if reached else "**missed**"


def rate(spread):
    return f"{spread['median']:,.0f} ({spread['least']:,.0f}–{spread['most']:,.0f})"


def milliseconds(spread):
    return f"{1e3 * spread['median']:.1f} ({1e3 * spread['least']:.1f}–{1e3 * spread['most']:.1f})"


def training_table(cases):
    yield "| network | batch | dptrain, images/s | PyTorch, images/s | its layout | ratio | target | |"
    yield "|---|---:|---:|---:|---|---:|---:|---|"
    for case in cases:
        rates = case["images_per_second"]
        yield (
            f"| `{case['architecture']}` | {case['batch_size']} | {rate(rates['dptrain'])} | {rate(rates['pytorch'])} "
            f"| {case['pytorch_layout']} | **{case['ratio']:.2f}** | {case['target_ratio']} "
            f"| {verdict(case['ratio'] >= case['target_ratio'])} |"
        )


def memory_table(cases):
    yield "| network | batch | microbatch | dptrain, MB a rank | target | | PyTorch, MB |"
    yield "|---|---:|---:|---:|---:|---|---:|"
    for case in cases:
        resident = case["resident_bytes"]
        judged = case["architecture"] == "resnet18"
        target = "600" if judged else "–"
        reached = verdict(resident["dptrain"] <= 600e6) if judged else ""
        yield (
            f"| `{case['architecture']}` | {case['batch_size']} | {case['microbatch']} | {resident['dptrain'] / 1e6:,.0f} "
            f"| {target} | {reached} | {resident['pytorch'] / 1e6:,.0f} |"
        )


def exchange_table(exchanges, step):
    yield "| ranks | MB | tree, ms | `MPI_Allreduce`, ms | tree / `MPI_Allreduce` | share of a step | target | |"
    yield "|---:|---:|---:|---:|---:|---:|---:|---|"
    for case in exchanges:
        tree, native = case["tree_seconds"], case["native_seconds"]
        ranks = f"{case['ranks']}{' (more than cores)' if case['oversubscribed'] else ''}"
        comparison = f"{tree['median'] / native['median']:.2f}"
        share, target, reached = "–", "–", ""
        if case["ranks"] == step["ranks"]:
            part = tree["median"] / step["step_seconds"]["dptrain"]["median"]
            share, target, reached = f"{100 * part:.1f} %", "10 %", verdict(part <= 0.1)
        yield (
            f"| {ranks} | {case['bytes'] / 1e6:.1f} | {milliseconds(tree)} | {milliseconds(native)} | {comparison} "
            f"| {share} | {target} | {reached} |"
        )


def commands(result):
    for case in result["training"]:
        yield from case["commands"].values()
    for case in result["exchange"]:
        yield case["command"]
    yield from result["selection"]["commands"].values()


def render(result):
    machine, selection = result["machine"], result["selection"]
    step = next(case for case in result["training"] if case["batch_size"] == 128)
    chosen = selection["seconds"]
    lines = [
        "# Benchmarks",
        "",
        "Written by `make bench`; the raw figures are in `Benchmarks/results/latest.json`.",
        "",
        f"Each figure is the median of {result['repetitions']} measurements, with the least and the most. dptrain and PyTorch",
        "are measured in turn, each in a process of its own: dptrain with one rank a core, PyTorch with all cores and the",
        "layout that is fastest here.",
        "",
        "| | |",
        "|---|---|",
        f"| measured | {machine['date']}, commit {machine['commit']} |",
        f"| CPU | {machine['cpu']} ({machine['cpu_model']}), {machine['cores']} cores, {machine['vector_instructions']}, "
        f"{machine['memory_gib']} GiB memory; virtual: {machine['virtual']} |",
        f"| system | {machine['system']}; load before the start {machine['load_before']} |",
        f"| software | Swift {machine['swift']}, Open MPI {machine['open_mpi']}, OpenBLAS {machine['openblas']}, "
        f"PyTorch {machine['pytorch']}, Python {machine['python']} |",
        "",
        "## Training",
        "",
        "Forward, backward and SGD with Nesterov momentum on 32×32 images. dptrain's step also reads, crops, flips and",
        "normalizes its images and exchanges gradients; PyTorch gets one batch again and again, ready in memory.",
        "",
        *training_table(result["training"]),
        "",
        "## Memory",
        "",
        "The most that was resident, without memory-mapped data files; PyTorch is one process for all cores.",
        "",
        *memory_table(result["training"]),
        "",
        "## Exchange of the gradient",
        "",
        "The fixed tree, whose result does not depend on the number of ranks, against `MPI_Allreduce`, on one host. The share",
        f"is of a step of `{step['architecture']}` with a batch of {step['batch_size']} on as many ranks.",
        "",
        *exchange_table(result["exchange"], step),
        "",
        "## Selection",
        "",
        f"98 % of {selection['weights']:,} weights by magnitude over all convolutions, and the broadcast of the mask.",
        "",
        "| dptrain, ms | target | | `torch.nn.utils.prune`, ms |",
        "|---:|---:|---|---:|",
        f"| {milliseconds(chosen['dptrain'])} | {1e3 * selection['target_seconds']:.0f} "
        f"| {verdict(chosen['dptrain']['median'] <= selection['target_seconds'])} | {milliseconds(chosen['pytorch'])} |",
        "",
        "## Commands",
        "",
        *[f"    {shlex.join(command)}" for command in commands(result)],
        "",
    ]
    return "\n".join(lines)
