"""What `make bench` makes of figures: the tables, the verdicts, and that a part can be measured anew by itself.

    python3 -m unittest discover --start-directory Tests/Benchmarks

The figures here are made up and go nowhere else. No measured program runs, so this needs neither PyTorch nor the build.
"""

import contextlib
import importlib.util
import io
import json
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

ROOT = Path(__file__).parent.parent.parent
sys.path.insert(0, str(ROOT / "Benchmarks"))
import bench  # noqa: E402
import machine  # noqa: E402
import measurement  # noqa: E402
import report  # noqa: E402

KERNEL_BENCH = f"""#!{sys.executable}
import json, sys
figures = [
    dict(network="resnet18", layer="3×3 64→64 on 8×8", operation="forward", sparsity=sparsity, gigaflops=gigaflops,
         best_gigaflops=gigaflops + 1, seconds=0.5e-3, dense_seconds=1e-3)
    for sparsity, gigaflops in ((0.5, 131.0), (0.7, 129.0), (0.98, 50.0))
]
with open(sys.argv[sys.argv.index("--json") + 1], "w") as file:
    json.dump(dict(tile_gigaflops=115.0, figures=figures), file)
print("a table")
"""


def option(command, name, otherwise=None):
    return command[command.index(name) + 1] if name in command else otherwise


def answer(command):
    """What a measured program would print, from the words of its command."""
    command = [str(word) for word in command]
    sparsity = float(option(command, "--prune", 0))
    if "exchange" in command:
        return {"bytes": 17_000_000, "tree_seconds": 0.007, "native_seconds": 0.005}
    if "select" in command:
        return {"weights": 11_166_912, "seconds": 0.027}
    if "Benchmarks/pytorch_prune.py" in command:
        return {"seconds": 1.7}
    if "Benchmarks/peer_inference.py" in command:
        rate = {"pytorch": 2_000, "onnxruntime": 3_000, "openvino": 4_000}[option(command, "--peer")]
        return {"images_per_second": rate, "variant": "parallel", "trials": {"one batch": 1_000, "parallel": rate}}
    if "infer" in command:
        # Three times OpenVINO at batch 64, less at 256.
        return {"images_per_second": 12_000 if option(command, "--batch") == "64" else 11_900, "resident_bytes": 1e8}
    step = {"step_seconds_median": 0.1, "resident_bytes": 2e8, "sparsity": sparsity, "survivors": 223_338}
    if "step" in command:
        moved = {"exchange_bytes": 500_000 if sparsity else 17_000_000, "exchange_seconds": 0.005}
        return step | moved | {"images_per_second": 3_500 if sparsity else 1_600}
    rate = 700 if option(command, "--layout") == "contiguous" else 600
    return step | {"images_per_second": rate, "layout": option(command, "--layout")}


class BenchTests(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)
        (self.root / "docs" / "results").mkdir(parents=True)
        (self.root / "Benchmarks" / "results").mkdir(parents=True)
        self.kernel_bench = self.root / "kernel-bench"
        self.kernel_bench.write_text(KERNEL_BENCH)
        self.kernel_bench.chmod(0o755)
        self.models = [self.root / "dense.safetensors", self.root / "cifar.safetensors"]
        for model in self.models:
            model.write_bytes(b"weights")
        self.commands = []

        def run(command):
            self.commands.append(command)
            return answer(command)

        modules = [measurement, report.inference, report.exchange]
        for target in [mock.patch.object(module, "run", run) for module in modules] + [
            mock.patch.object(machine, "ROOT", self.root),
            mock.patch.object(report, "LATEST", self.root / "Benchmarks" / "results" / "latest.json"),
            mock.patch.object(machine, "usable_cores", lambda: 2),
        ]:
            target.start()
            self.addCleanup(target.stop)

    def measure(self, *words):
        words = [*words, "--repetitions", "3", "--kernel-program", str(self.kernel_bench)]
        words += ["--model", str(self.models[0]), "--cifar-model", str(self.models[1])]
        plot = mock.MagicMock()
        with mock.patch.object(sys, "argv", ["bench.py", *words]), mock.patch.dict(sys.modules, plot_sparsity=plot):
            with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
                bench.main()
        return json.loads(report.LATEST.read_text()), (self.root / "docs" / "benchmarks.md").read_text()

    def row(self, document, *beginning):
        rows = [line for line in document.splitlines() if line.startswith("| " + " | ".join(beginning) + " |")]
        self.assertEqual(len(rows), 1, f"{beginning} in\n{document}")
        return rows[0]

    def test_every_part_has_its_table(self):
        results, document = self.measure()
        self.assertEqual(list(results), list(report.PARTS))
        for title in report.TITLES.values():
            self.assertIn(f"\n## {title}\n", document)
        self.assertTrue(self.row(document, "`resnet18`", "128", "1,600 (1,600–1,600)").endswith("| 2.2 | reached |"))
        # 3,500 images/s are 5 times the 700 of PyTorch's better layout.
        self.assertIn("| **5.00** | 5 | reached |", self.row(document, "`resnet18`", "98 %", "128"))
        self.assertIn("| **5.00** | 3.5 | reached |", self.row(document, "`resnet18`", "90 %", "512"))
        self.assertIn("| **3.00** | 3 | reached |", self.row(document, "64", "2"))
        self.assertIn("| **2.98** | 3 | **missed** |", self.row(document, "256", "2"))
        self.assertIn("| 2.94 % | 3 % | reached |", self.row(document, "pruned", "500,000"))
        self.assertIn("| 131 (best 132) | 130 | reached | 2.00 |", self.row(document, "3×3 64→64 on 8×8", "50 %"))
        self.assertIn("| 130 | **missed** |", self.row(document, "3×3 64→64 on 8×8", "70 %"))
        self.assertEqual((self.root / "docs" / "results" / "sparse-kernels.txt").read_text(), "a table\n")

    def test_the_fastest_peer_is_the_one_to_beat(self):
        results, document = self.measure("--only", "inference")
        self.assertEqual({case["best_peer"] for case in results["inference"]["cases"]}, {"openvino"})
        self.assertIn("**4,000 (4,000–4,000)**", document)

    def test_one_core_means_one_core(self):
        self.measure("--only", "inference")
        single = [command for command in self.commands if option(command, "--threads") == "1"]
        self.assertTrue(single)
        self.assertTrue(all(command[:2] == ["taskset", "-c"] for command in single))
        self.assertFalse(any("taskset" in command for command in self.commands if command not in single))

    def test_a_part_measured_anew_leaves_the_others(self):
        before, _ = self.measure("--only", "selection", "--only", "training")
        self.assertEqual(list(before), ["selection", "training"])
        after, document = self.measure("--only", "exchange")
        self.assertEqual(after["selection"], before["selection"])
        self.assertEqual(after["training"], before["training"])
        self.assertIn("## Training", document)
        self.assertIn("## Exchange of the gradient", document)

    def test_documents_name_no_place_of_this_machine(self):
        results, document = self.measure()
        for place in (str(self.root), sys.executable):
            self.assertNotIn(place, document)
        self.assertNotIn(str(self.root), json.dumps(results))
        self.assertIn("--model resnet18.safetensors", document)
        self.assertIn("--model resnet18-cifar.safetensors", document)

    def test_other_machines_are_told_apart(self):
        results, _ = self.measure("--only", "selection", "--only", "exchange")
        self.assertEqual(len(report.machines(results)), 1)
        results["selection"]["machine"]["cpu"] = "another"
        self.assertEqual([names for _, names in report.machines(results)], [["exchange"], ["selection"]])
        self.assertIn("| measured here | selection |", report.render(results))

    def test_a_missing_model_is_refused(self):
        with self.assertRaises(SystemExit), contextlib.redirect_stderr(io.StringIO()) as said:
            bench.arguments(["--model", "nowhere.safetensors"])
        self.assertIn("nowhere.safetensors", said.getvalue())

    @unittest.skipUnless(importlib.util.find_spec("matplotlib"), "needs matplotlib")
    def test_the_plot_is_drawn(self):
        import plot_sparsity

        results, _ = self.measure("--only", "sweep")
        path = self.root / "sparsity.svg"
        plot_sparsity.draw(results["sweep"], path)
        self.assertTrue(path.read_text().rstrip().endswith("</svg>"))


if __name__ == "__main__":
    unittest.main()
