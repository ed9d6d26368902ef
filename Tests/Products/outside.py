"""A package outside the tree, as somebody else would write it, which depends on this one by url and version, without flags of its own.

Packages by path may have unsafe flags and those by version only from tools version 6.2 on, so this one is depended on as a repository
with a tag. For each library that the package offers there is a program: the example with which its DocC article begins.
"""

import os
import pathlib
import re
import shutil
import subprocess
import textwrap

ROOT = pathlib.Path(__file__).resolve().parents[2]

# Each rank infers its share of the images; all ranks end with the same logits.
RANKS = """\
import Inference
import MPI
import Networks

func infer(_ world: Communicator) throws -> Int32 {
  let network = Network(.resnet8, classes: 10)
  network.initialize(seed: 1)
  let engine = InferenceEngine(try FoldedNetwork(network))
  var logits = [Float](repeating: 0, count: 8 * 10)
  for image in 0..<8 where image % world.size == world.rank {
    let pixels = [Float](repeating: Float(image) / 4 - 1, count: 3 * 32 * 32)
    logits.withUnsafeMutableBufferPointer { engine(images: pixels, count: 1, logits: $0.baseAddress! + image * 10) }
  }
  let all = try logits.map { try world.allReduce($0, .sum) }
  if world.rank == 0 { print(world.size, all.map(\\.bitPattern).reduce(0) { ($0 &* 31) ^ $1 }) }
  return 0
}
"""


def run(*command, directory, **more):
    done = subprocess.run([str(word) for word in command], cwd=directory, capture_output=True, text=True, **more)
    if done.returncode:
        raise AssertionError(f"{' '.join(map(str, command))}: status {done.returncode}\n{done.stdout[-6000:]}{done.stderr[-6000:]}")
    return done.stdout


def version():
    """What `dptrain --version` says."""
    return re.search(r'static let version = "([0-9.]+)"', (ROOT / "Sources/dptrain/Dptrain.swift").read_text())[1]


def tagged_clone(place):
    """A clone of this repository, with what is not committed yet, and the version as its tag."""
    run("git", "clone", "--quiet", ROOT, place, directory=ROOT)
    listed = run("git", "ls-files", "--cached", "--others", "--exclude-standard", "-z", directory=ROOT).split("\0")
    for name in filter(None, listed):
        if (ROOT / name).is_file():
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, place / name)
        else:
            (place / name).unlink(missing_ok=True)
    identity = ["-c", "user.name=test", "-c", "user.email=test@localhost"]
    run("git", "add", "--all", directory=place)
    run("git", *identity, "commit", "--quiet", "--allow-empty", "--message", "What stands in the working tree", directory=place)
    run("git", "tag", "--force", version(), directory=place)


def article(product):
    return ROOT / f"Sources/{product}/{product}.docc/{product}.md"


class Example:
    """The program with which an article begins, how it is started, and what it prints."""

    def __init__(self, product):
        text = article(product).read_text()
        found = re.search(r"((?:```swift\n.*?```.*?)+)\n    \$ (.*?)\n((?:    [^\n]*\n)+)", text, re.DOTALL)
        if not found:
            raise AssertionError(f"{article(product)}: no example with a line '    $ program' and what it prints")
        self.product = product
        blocks = re.findall(r"```swift\n(.*?)```", found[1], re.DOTALL)
        self.files = {"main.swift": blocks[-1]}
        if len(blocks) == 2:
            self.files = {"Example.swift": blocks[0], "main.swift": f"import Foundation\nimport {product}\n\n{blocks[1]}"}
        self.ranks = int((re.search(r"-n (\d+)", found[2]) or [0, 0])[1])
        self.output = textwrap.dedent(found[3])


class Outside:
    """The package, built once in a folder that its owner removes."""

    def __init__(self, folder, products):
        self.folder, self.package = folder, folder / "package"
        tagged_clone(folder / "dptrain")
        self.examples = [Example(product) for product in products]
        for example in self.examples:
            self.write(f"{example.product}Example", example.files)
        self.write("Ranks", {"Ranks.swift": RANKS, "main.swift": "import Foundation\nimport MPI\n\nexit(MPIEnvironment.run(infer))\n"})
        uses = {f"{product}Example": [product] for product in products} | {"Ranks": ["Inference", "MPI", "Networks"]}
        targets = "".join(
            f'    .executableTarget(name: "{name}", dependencies: ['
            + ", ".join(f'.product(name: "{product}", package: "dptrain")' for product in used) + "]),\n"
            for name, used in uses.items())
        (self.package / "Package.swift").write_text(
            "// swift-tools-version: 6.2\nimport PackageDescription\n\nlet package = Package(\n"
            f'  name: "outside",\n  dependencies: [.package(url: "file://{folder}/dptrain", exact: "{version()}")],\n'
            f"  targets: [\n{targets}  ]\n)\n")
        # What SwiftPM keeps of repositories stays out of the user's own cache: this one's is gone with the test.
        cache = ROOT / ".build/outside-cache"
        run("swift", "build", "-c", "release", "--cache-path", cache, "--security-path", folder / "security",
            directory=self.package)
        for kept in (cache / "repositories").glob("dptrain-*"):
            shutil.rmtree(kept, ignore_errors=True)

    def write(self, target, files):
        place = self.package / "Sources" / target
        place.mkdir(parents=True)
        for name, text in files.items():
            (place / name).write_text(text)

    def start(self, program, ranks=0):
        command = [self.package / ".build/release" / program]
        if ranks:
            command = ["mpirun", "--oversubscribe", "--bind-to", "none", "-n", ranks, *command]
        settings = {"OMPI_MCA_mpi_yield_when_idle": "1", "OMPI_MCA_btl_vader_single_copy_mechanism": "none"}
        if os.geteuid() == 0:
            settings |= {"OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"}
        return run(*command, directory=self.folder, env=os.environ | settings, timeout=120)

    def interface(self, product):
        """The module's public declarations, as the compiler gives them: a list of (kind, name, declaration)."""
        checkout = self.package / ".build/checkouts/dptrain/Sources"
        flags = [word for map in sorted(checkout.glob("*/module.modulemap")) + sorted(checkout.glob("*/include/module.modulemap"))
                 for word in ("-Xcc", f"-fmodule-map-file={map}", "-Xcc", f"-I{map.parent}")]
        for library in ("openblas", "libxxhash", os.environ.get("DPTRAIN_MPI", "ompi-c")):
            for word in run("pkg-config", "--cflags", library, directory=self.folder).split():
                flags += ["-Xcc", word]
        target = run("swift", "-print-target-info", directory=self.folder)
        triple = re.search(r'"unversionedTriple" *: *"([^"]+)"', target)[1]
        output = self.folder / "symbols"
        output.mkdir(exist_ok=True)
        run("swift", "symbolgraph-extract", "-module-name", product, "-I", self.package / ".build/release/Modules", "-target", triple,
            "-minimum-access-level", "public", "-output-dir", output, *flags, directory=self.folder)
        return output / f"{product}.symbols.json"
