"""Figures as text."""


def verdict(reached):
    return "reached" if reached else "**missed**"


def rate(spread):
    return f"{spread['median']:,.0f} ({spread['least']:,.0f}–{spread['most']:,.0f})"


def milliseconds(spread):
    return f"{1e3 * spread['median']:.1f} ({1e3 * spread['least']:.1f}–{1e3 * spread['most']:.1f})"


def percent(share):
    return f"{100 * share:.4g} %"


def table(columns, rows):
    """A table in Markdown. The columns' alignments are `-` for text and `>` for figures, before their titles."""
    yield "|" + "|".join(f" {column[1:]} " for column in columns) + "|"
    yield "|" + "|".join("---:" if column[0] == ">" else "---" for column in columns) + "|"
    for row in rows:
        yield "|" + "|".join(f" {cell} " for cell in row) + "|"


def models(part):
    """A sentence about each trained network that a part used."""
    for facts in part["models"]:
        text = f"The mask of `{facts['architecture']}` is that of a trained network (SHA-256 {facts['sha256'][:16]}…"
        if "data" in facts:
            images = f"{facts['training_images']:,} images of " if facts["training_images"] else ""
            epochs = "1 epoch" if facts["epochs"] == 1 else f"{facts['epochs']} epochs"
            text += f"; {epochs} on {images}{facts['data']}, {100 * facts['test_accuracy']:.2f} % dense"
        yield text + ")."
