"""What `make results` makes of a run directory: the kept log, and the tables of docs/results.md.

    python3 -m unittest discover --start-directory Tests/Benchmarks

The figures here are made up. The plots need matplotlib, and are not drawn.
"""

import argparse
import contextlib
import io
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
    folder.mkdir(parents=True)
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


class KeptResultsTests(unittest.TestCase):
    def test_every_kept_log_is_a_row_of_the_document(self):
        document = results.DOCUMENT.read_text()
        for run in results.load():
            with self.subTest(run=run.name):
                self.assertIn(f"(results/runs/{run.name}.jsonl)", document)


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
        results.keep(self.folder / f"run-{seed}", f"a-{seed}", "g", "a label")

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
        results.tables()
        text = self.document.read_text()
        row = next(line for line in text.splitlines() if line.startswith("| a label "))
        cells = [cell.strip() for cell in row.strip("|").split("|")]
        self.assertEqual(cells[1:5], ["2", "75.00 ± 0.00", "25.00 ± 0.00", "81.00 ± 1.41"])
        # 100 of 1,000; of the 400 live ones 80; multiply-adds 1,000 of 4,000.
        self.assertEqual(cells[5:9], ["100 (10 %)", "20 %", "25 %", "62 s"])
        self.assertIn("- a label: `mpirun -n 2 dptrain run --data DIR --prune 0.9` with `--seed 0`, … (0123456789abcdef)", text)
        self.assertTrue(text.startswith("before\n") and "old" not in text and "\nkept\n" in text)
        once = text
        results.tables()
        self.assertEqual(self.document.read_text(), once)

    def test_runs_that_only_train_show_their_losses(self):
        self.keep(0, 0.8)
        path = self.folder / "kept" / "a-0.jsonl"
        lines = path.read_text().splitlines()
        path.write_text("\n".join([lines[0], lines[1], lines[-1]]))
        self.document.write_text("<!-- table: g -->\n<!-- end -->\n")
        results.tables()
        self.assertIn("| a label | 1 | 75.00 | 1.000 | 1.235 | 62 s | [0](results/runs/a-0.jsonl) |", self.document.read_text())

    def test_rows_that_are_missing_are_run_and_kept(self):
        rows = self.folder / "rows.toml"
        rows.write_text(
            '[[row]]\nname = "whole"\ngroup = "g"\nlabel = "a whole job"\narguments = "--prune 0.9"\nseeds = [0, 3]\n'
            '[[row]]\nname = "part"\ngroup = "g"\nlabel = "from its network"\nfrom = "whole"\narguments = "--prune 0.8"\n'
        )
        calls = []

        def dptrain(words, **_):
            calls.append(" ".join(words).replace(str(self.folder), "F"))
            output = Path(words[words.index("--output") + 1])
            if output.name != "whole-3":
                write_run(output, 0, 0.8)

        def run(*names, runs="runs"):
            """What the call printed or ended with, its runs."""
            calls.clear()
            options = argparse.Namespace(names=names, data="D", runs=self.folder / runs, ranks=2, program="dptrain")
            with contextlib.redirect_stdout(io.StringIO()):
                try:
                    results.run(options)
                except SystemExit as end:
                    return str(end), [*calls]
            return "", [*calls]

        whole = "mpirun -n 2 dptrain --data D --prune 0.9 --output F/runs/whole-0 --resume"
        third = "mpirun -n 2 dptrain --data D --prune 0.9 --seed 3 --output F/runs/whole-3 --resume"
        part = "mpirun -n 2 dptrain prune F/runs/whole-0/dense.safetensors --data D --prune 0.8 --output F/runs/part-0 --resume"
        with mock.patch.object(results, "ROWS", rows), mock.patch.object(results.subprocess, "run", dptrain):
            said, made = run()
            self.assertIn("not finished: whole-3; ", said)
            self.assertEqual(made, [whole, third, part])
            self.assertEqual([kept.name for kept in results.load()], ["whole-0", "part-0"])
            # What is kept is not run again; what did not finish is.
            self.assertEqual(run()[1], [third])
            self.assertEqual(run("part-0", "whole-3")[1], [third])
            # Elsewhere, the network that a row prunes is made first, though its own log is kept.
            (self.folder / "kept" / "part-0.jsonl").unlink()
            self.assertEqual(run("part", runs="other")[1], [line.replace("F/runs", "F/other") for line in (whole, part)])
            self.assertEqual(run("misspelt"), ("rows.toml has no row misspelt; it has whole, part", []))

    def test_rows_name_each_kept_log_once(self):
        rows = results.rows()
        self.assertEqual(len({row["name"] for row in rows}), len(rows))
        self.assertEqual(len({(row["group"], row["label"]) for row in rows}), len(rows))
        made_before = set()
        for row in rows:
            self.assertIn(row.get("from", row["name"]), made_before | {row["name"]})
            made_before.add(row["name"])

    def test_a_run_that_goes_on_is_not_kept(self):
        with self.assertRaises(SystemExit) as refusal:
            self.keep(0, 0.8, state="running")
        self.assertIn("is running, not finished", str(refusal.exception))
        self.assertFalse((self.folder / "kept").exists())


if __name__ == "__main__":
    unittest.main()
