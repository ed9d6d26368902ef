"""The modules of Sources: what each imports, whether it may, and a picture of it: modules.py check|draw.

The order of the modules stands in Package.swift: a module imports from those that are declared above it, and from no others. `check`
names every line that breaks this, `draw` writes docs/modules.svg. An arrow that others make needless is left out: where A imports B and B
imports C, nothing is drawn from A to C.
"""

import json
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
PICTURE = ROOT / "docs/modules.svg"
IMPORT = re.compile(
    r"^\s*(?:@\w+(?:\(\w+\))?\s+)*(?:public |package |internal |fileprivate |private )?"
    r"import (?:struct |class |enum |protocol |func |var |let |typealias )?(\w+)", re.MULTILINE)


class Module:
    def __init__(self, name, declared, in_sources=True):
        self.name, self.declared, self.in_sources = name, declared, in_sources
        self.imports = {}  # module: the first file that imports it

    def read(self, files):
        for file, text in files:
            for name in IMPORT.findall(text):
                self.imports.setdefault(name, file)


def manifest(root=ROOT):
    """Package.swift as SwiftPM reads it."""
    # A folder for its locks and caches of its own: a build that goes on meanwhile is not waited for.
    command = ["swift", "package", "--package-path", str(root), "--scratch-path", str(root / ".build/manifest"), "dump-package"]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)}\n{done.stderr}")
    return json.loads(done.stdout)


def declared(target):
    """The names of a target's dependencies in this package and in others."""
    return {next(iter(dependency.values()))[0] for dependency in target["dependencies"]}


def modules(package, root=ROOT):
    """The targets in the manifest's order, with what their files import."""
    programs = {target["name"] for target in package["targets"] if target["type"] in ("executable", "plugin")}
    found = []
    for target in package["targets"]:
        if target["type"] == "plugin":
            continue
        folder = root / (target.get("path") or f"{'Tests' if target['type'] == 'test' else 'Sources'}/{target['name']}")
        # That a program is built first is no import.
        module = Module(target["name"], declared(target) - programs, folder.parent == root / "Sources")
        module.read((str(file.relative_to(root)), file.read_text()) for file in sorted(folder.rglob("*.swift")))
        found.append(module)
    return found


def faults(modules):
    """What breaks the rule, each as a sentence."""
    places = {module.name: place for place, module in enumerate(modules)}
    found = []
    for place, module in enumerate(modules):
        for name, file in sorted(module.imports.items()):
            if name in places and places[name] >= place:
                found.append(f"{file}: {module.name} imports {name}, which Package.swift declares below it")
            if name in places and name not in module.declared:
                found.append(f"{file}: {module.name} imports {name}, which Package.swift does not name among its dependencies")
        for name in sorted(module.declared - set(module.imports)) if module.in_sources else []:
            found.append(f"Package.swift: {module.name} depends on {name}, which none of its files imports")
    return found


def reduced(modules):
    """The imports that do not follow from others, as a set of pairs."""
    below = {}
    for module in modules:  # those below come first
        near = {name for name in module.imports if name in below}
        below[module.name] = near.union(*(below[name] for name in near))
    return {
        (module.name, name)
        for module in modules
        for name in module.imports
        if name in below and not any(name in below[other] for other in module.imports if other in below)
    }


def is_c(name):
    return re.match("C[A-Zx]", name) is not None


def layers(modules, edges):
    """The rows of the picture from bottom to top. A row holds names, and pairs for arrows that pass through it."""
    height = {}
    for module in modules:
        lowest = 0 if is_c(module.name) else 1
        height[module.name] = max([lowest, *(height[name] + 1 for above, name in edges if above == module.name)])
    for module in modules:  # what imports nothing stands right below the first that imports it
        above = [height[name] for name, below in edges if below == module.name]
        if above and not module.imports.keys() & height.keys() and not is_c(module.name):
            height[module.name] = min(above) - 1
    rows = [[] for _ in range(max(height.values()) + 1)]
    for module in modules:
        rows[height[module.name]].append(module.name)
    for edge in sorted(edges):
        for row in range(height[edge[1]] + 1, height[edge[0]]):
            rows[row].append(edge)
    return rows, height


def path(edge, height):
    """What an arrow passes through, from top to bottom."""
    return [edge[0], *[edge] * (height[edge[0]] - height[edge[1]] - 1), edge[1]]


def links(edges, height):
    """The pieces of all arrows: ((row, upper), (row - 1, lower))."""
    pieces = []
    for edge in sorted(edges):
        places = path(edge, height)
        rows = range(height[edge[0]], height[edge[1]] - 1, -1)
        nodes = list(zip(rows, places))
        pieces += zip(nodes, nodes[1:])
    return pieces


def ordered(rows, pieces):
    """The rows with few crossings: each item goes, again and again, to the middle of what it is linked with."""

    def crossings(rows):
        at = {(row, item): place for row, items in enumerate(rows) for place, item in enumerate(items)}
        spans = {}
        for upper, lower in pieces:
            spans.setdefault(upper[0], []).append((at[upper], at[lower]))
        return sum(
            (a - c) * (b - d) < 0 for span in spans.values() for n, (a, b) in enumerate(span) for c, d in span[:n])

    best = [list(row) for row in rows]
    rows = [list(row) for row in rows]
    for turn in range(40):
        sweep = range(1, len(rows)) if turn % 2 == 0 else range(len(rows) - 2, -1, -1)
        for row in sweep:
            other = row - 1 if turn % 2 == 0 else row + 1
            share = {item: (place + 0.5) / len(rows[other]) for place, item in enumerate(rows[other])}
            middle = {}
            for place, item in enumerate(rows[row]):
                near = [
                    share[b[1] if a == (row, item) else a[1]]
                    for a, b in pieces
                    if (a == (row, item) and b[0] == other) or (b == (row, item) and a[0] == other)
                ]
                middle[item] = sum(near) / len(near) if near else (place + 0.5) / len(rows[row])
            rows[row].sort(key=lambda item: middle[item])
        if crossings(rows) < crossings(best):
            best = [list(row) for row in rows]
    return best


WIDTH, ROW, BOX = 880, 74, 30


def picture(modules):
    modules = [module for module in modules if module.in_sources]
    edges = reduced(modules)
    rows, height = layers(modules, edges)
    rows = ordered(rows, links(edges, height))
    places, sizes = {}, {}
    for row, items in enumerate(rows):
        widths = [10 if isinstance(item, tuple) else 24 + 9 * len(item) for item in items]
        gap = (WIDTH - 20 - sum(widths)) / max(len(items), 1)
        x = 10 + gap / 2
        for item, width in zip(items, widths):
            places[row, item], sizes[row, item] = x + width / 2, width
            x += width + gap
    total = len(rows) * ROW
    y = lambda row: total - row * ROW - ROW / 2
    lines, boxes = [], []
    for edge in sorted(edges):
        names = path(edge, height)
        nodes = list(zip(range(height[edge[0]], height[edge[1]] - 1, -1), names))
        shape = ""
        for (upper, above), (lower, below) in zip(nodes, nodes[1:]):
            x1, x2 = places[upper, above], places[lower, below]
            y1 = y(upper) + (BOX / 2 if isinstance(above, str) else 0)
            y2 = y(lower) - (BOX / 2 + 5 if isinstance(below, str) else 0)
            middle = (y1 + y2) / 2
            shape += f"M{x1:.0f} {y1:.0f}" if not shape else ""
            shape += f"C{x1:.0f} {middle:.0f} {x2:.0f} {middle:.0f} {x2:.0f} {y2:.0f}"
        lines.append(f'<path d="{shape}"/>')
    for (row, item), x in sorted(places.items(), key=str):
        if isinstance(item, tuple):
            continue
        width, kind = sizes[row, item], ' class="c"' if is_c(item) else ""
        boxes.append(
            f'<rect{kind} x="{x - width / 2:.0f}" y="{y(row) - BOX / 2:.0f}" width="{width:.0f}" height="{BOX}" rx="5"/>'
            f'<text x="{x:.0f}" y="{y(row) + 5:.0f}">{item}</text>')
    text = "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {total}" role="img">',
        "<title>The modules of dptrain: an arrow goes from a module to one that it imports</title>",
        "<style>path{fill:none;stroke:#8a94a0;stroke-width:1.3;marker-end:url(#head)}"
        "rect{fill:#e8f0fa;stroke:#3d6ea5}rect.c{fill:#f3efe4;stroke:#a08a4a}"
        "text{font:15px -apple-system,'Segoe UI','DejaVu Sans',sans-serif;fill:#1b2530;text-anchor:middle}</style>",
        '<defs><marker id="head" viewBox="0 0 8 8" refX="4" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
        '<path d="M0 0L8 4L0 8z" style="fill:#8a94a0;stroke:none;marker-end:none"/></marker></defs>',
        f'<rect width="{WIDTH}" height="{total}" style="fill:#fff;stroke:none"/>',
        *lines, *boxes, "</svg>", ""])
    return text


def main(arguments):
    if arguments not in (["check"], ["draw"]):
        raise SystemExit("usage: modules.py check|draw")
    found = modules(manifest())
    if arguments == ["draw"]:
        PICTURE.write_text(picture(found))
        return 0
    problems = faults(found)
    if PICTURE.read_text() != picture(found):
        problems.append("docs/modules.svg shows other modules or imports; draw it anew: python3 Tests/Modules/modules.py draw")
    print("\n".join(problems) or f"{len(found)} targets import from those above them in Package.swift, and declare what they import")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
