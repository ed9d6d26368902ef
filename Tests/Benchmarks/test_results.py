"""What `make results` makes of a run directory: the kept log, and the tables of docs/results.md.

    python3 -m unittest discover --start-directory Tests/Benchmarks

The figures here are made up. The plots need matplotlib, and are not drawn.
"""

import argparse
import contextlib
import json
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

ROOT = Path(__file__).parent.parent.parent
sys.path.insert(0, str(ROOT / "Benchmarks"))
import results  # noqa: E402


def layer(name, survivors, dead_survivors, is_convolution=True):
    return {
        "name": name, "is_convolution": is_convolution, "weights": 1000, "dead_weights": 600, "survivors": survivors,
        "dead_survivors": dead_survivors, "multiply_adds": 4000, "survivor_multiply_adds": 10 * survivors, "shape": [],
    }  # fmt: skip


def write_run(folder, seed, final, state="finished"):
    folder.mkdir()
    lines = [
        {"phase": "dense", "round": 0, "epoch": 1, "test_accuracy": 0.75, "test_loss": 1.0, "train_loss": 1.23456789, "sparsity": 0, "seconds": 10.0},
        {"phase": "prune", "round": 1, "epoch": 0, "test_accuracy": 0.25, "test_loss": 2.0, "sparsity": 0.9, "seconds": 11.0},
        {"phase": "finetune", "round": 1, "epoch": 1, "test_accuracy": final, "test_loss": 1.1, "train_loss": 1.0, "sparsity": 0.9, "seconds": 15.0},
    ]  # fmt: skip
    (folder / "metrics.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    (folder / "config.json").write_text(json.dumps({"seed": seed, "architecture": "resnet18", "data": "/some/where"}))
    (folder / "report.txt").write_text(f"trained\nweights {seed:032x}\n")
    stages = [
        {"kind": kind, "round": 1, "accuracy": accuracy, "sparsity": 0.9, "layers": layers}
        for kind, accuracy, layers in [
            ("dense", 0.75, [layer("conv", 1000, 600)]),
            ("finetuned", final, [layer("conv", 100, 20), layer("fc", 1000, 0, is_convolution=False)]),
        ]
    ]
    session = {
        "command": f"mpirun -n 2 /some/build/dptrain run --data /some/where --seed {seed} --prune 0.9 --output /some/run --resume",
        "ranks": 2, "began": "2026-01-01T00:00:00Z", "processor": "a processor", "hosts": ["host"], "first_step": 0,
    }  # fmt: skip
    record = {
        "state": state, "sessions": [session], "version": "0.1.0 (commit 0123456789abcdef)", "seconds": 61.5,
        "data": {"description": "CIFAR-10 from /some/where: 50,000 images"}, "stages": stages,
        "speed": {"batch": 64, "dense": 100.0, "pruned": 250.0},
    }  # fmt: skip
    (folder / "report.json").write_text(json.dumps(record))


class ResultsTests(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.folder = Path(scratch.name)
        self.document = self.folder / "results.md"
        stack = contextlib.ExitStack()
        stack.enter_context(mock.patch.object(results, "KEPT", self.folder / "kept"))
        stack.enter_context(mock.patch.object(results, "DOCUMENT", self.document))
        stack.enter_context(mock.patch.dict(sys.modules, plot_results=mock.Mock()))
        self.addCleanup(stack.close)

    def keep(self, seed, final, **options):
        write_run(self.folder / f"run-{seed}", seed, final, **options)
        results.keep(argparse.Namespace(run=self.folder / f"run-{seed}", name=f"a-{seed}", group="g", label="a label"))

    def test_a_kept_log_has_nothing_of_one_machine(self):
        self.keep(7, 0.8)
        lines = (self.folder / "kept" / "a-7.jsonl").read_text().splitlines()
        head, end = json.loads(lines[0]), json.loads(lines[-1])
        self.assertNotIn("/some", "".join(lines))
        self.assertEqual(head["command"], "mpirun -n 2 dptrain run --data DIR --seed 7 --prune 0.9")
        self.assertEqual((head["seed"], head["ranks"], head["group"]), (7, 2, "g"))
        self.assertEqual(len(lines), 5)
        self.assertEqual(json.loads(lines[1])["train_loss"], 1.23457)
        # The linear layer is not among the convolutions.
        self.assertEqual((end["weights"], end["survivors"], end["dead_survivors"]), (1000, 100, 20))
        self.assertEqual(end["weights_hash"], f"{7:032x}")

    def test_runs_of_one_label_are_seeds(self):
        self.keep(0, 0.80)
        self.keep(1, 0.82)
        self.document.write_text("before\n<!-- table: g -->\nold\n<!-- end -->\nafter\n<!-- table: h -->\nkept\n<!-- end -->\n")
        results.tables(None)
        text = self.document.read_text()
        row = next(line for line in text.splitlines() if line.startswith("| a label "))
        cells = [cell.strip() for cell in row.strip("|").split("|")]
        self.assertEqual(cells[1:5], ["2", "75.00 ± 0.00", "25.00 ± 0.00", "81.00 ± 1.41"])
        # 100 of 1,000; of the 400 live ones 80; multiply-adds 1,000 of 4,000.
        self.assertEqual(cells[5:9], ["100 (10 %)", "20 %", "25 %", "62 s"])
        self.assertIn("- a label: `mpirun -n 2 dptrain run --data DIR --prune 0.9` with `--seed 0`, … (0123456789abcdef)", text)
        self.assertTrue(text.startswith("before\n") and "old" not in text and "\nkept\n" in text)
        once = text
        results.tables(None)
        self.assertEqual(self.document.read_text(), once)

    def test_a_run_that_goes_on_is_not_kept(self):
        with self.assertRaises(SystemExit) as refusal:
            self.keep(0, 0.8, state="running")
        self.assertIn("is running, not finished", str(refusal.exception))
        self.assertFalse((self.folder / "kept").exists())


if __name__ == "__main__":
    unittest.main()
