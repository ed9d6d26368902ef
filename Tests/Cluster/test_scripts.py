"""What the batch scripts do, with stand-ins for Slurm's and Open MPI's commands: needs neither of them, nor root."""

import os
import shutil
import signal
import subprocess
import tempfile
import unittest
from pathlib import Path

from rig import ROOT, environment, wait_until

# Says what it was called with; a launcher also waits for a signal where it is told to.
STAND_IN = """#!/usr/bin/env bash
echo "${0##*/} $*" >>"$CALLS"
case ${0##*/} in
  scontrol) exit "${SCONTROL_STATUS:-0}" ;;
  mpirun | srun)
    env | grep '^OMPI_' >>"$CALLS"
    if [ -n "${WAITS:-}" ]; then
      trap 'echo "told to stop" >>"$CALLS"; exit 75' USR1
      touch "$CALLS.waits"
      while :; do sleep 0.05; done
    fi
    exit "${LAUNCHER_STATUS:-0}"
    ;;
esac
"""


class ScriptTestCase(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="dptrain-")
        self.addCleanup(directory.cleanup)
        self.directory = Path(directory.name)
        shutil.copytree(ROOT / "cluster", self.directory / "cluster")
        commands = self.directory / "commands"
        commands.mkdir()
        for name in ("sbatch", "scontrol", "mpirun", "srun", "dptrain"):
            (commands / name).write_text(STAND_IN)
            (commands / name).chmod(0o755)
        self.calls = self.directory / "calls"
        self.variables = environment(
            PATH=f"{commands}:{os.environ['PATH']}", CALLS=str(self.calls), DPTRAIN_PROGRAM=str(commands / "dptrain"))

    def start(self, *command, **variables):
        process = subprocess.Popen(
            command, env={**self.variables, **variables}, cwd=self.directory, text=True, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.kill)
        return process

    def run_to_end(self, *command, **variables):
        process = self.start(*command, **variables)
        text, _ = process.communicate(timeout=20)
        return process.returncode, text

    def called(self):
        return self.calls.read_text().splitlines() if self.calls.exists() else []


class SubmitTests(ScriptTestCase):
    def test_the_sites_settings_come_before_the_users_options(self):
        status, _ = self.run_to_end(
            "cluster/submit", "--nodes=3", "cluster/prune.sbatch", "--epochs", "3", DPTRAIN_PARTITION="long",
            DPTRAIN_ACCOUNT="physics", DPTRAIN_QOS="normal", DPTRAIN_RANKS_PER_NODE="4", DPTRAIN_TIME="1:00:00")
        self.assertEqual(status, 0)
        self.assertEqual(
            self.called(),
            ["sbatch --partition=long --account=physics --qos=normal --ntasks-per-node=4 --time=1:00:00 --nodes=3 "
             "cluster/prune.sbatch --epochs 3"])

    def test_settings_that_are_empty_are_left_to_the_script(self):
        self.run_to_end("cluster/submit", "cluster/prune.sbatch")
        self.assertEqual(self.called(), ["sbatch cluster/prune.sbatch"])

    def test_it_works_in_any_folder(self):
        status, _ = self.run_to_end("sh", "-c", f"cd / && {self.directory}/cluster/submit cluster/prune.sbatch")
        self.assertEqual(status, 0)

    def test_without_a_script_it_says_how_it_is_used(self):
        status, text = self.run_to_end("cluster/submit")
        self.assertEqual((status, self.called()), (64, []))
        self.assertIn("cluster/submit [options of sbatch] cluster/SCRIPT.sbatch", text)


class JobTests(ScriptTestCase):
    def setUp(self):
        super().setUp()
        self.variables.update(
            SLURM_SUBMIT_DIR=str(self.directory), SLURM_JOB_NAME="dptrain", SLURM_JOB_ID="17", SLURM_NTASKS="8",
            SLURM_JOB_NODELIST="n[1-2]", SLURM_JOB_NUM_NODES="2", SLURM_NTASKS_PER_NODE="4")

    def launch(self):
        return next(line for line in self.called() if line.startswith(("mpirun ", "srun ")))

    def test_mpirun_starts_all_ranks_with_resume_in_the_jobs_own_directory(self):
        status, text = self.run_to_end("bash", "cluster/prune.sbatch", "--epochs", "3", DPTRAIN_DATA="images")
        self.assertEqual(status, 0, text)
        self.assertEqual(
            self.launch(),
            f"mpirun -n 8 --map-by core --bind-to core {self.variables['DPTRAIN_PROGRAM']} run "
            "--output runs/dptrain-17 --resume --data images --epochs 3")

    def test_srun_is_told_not_to_wait_for_dead_ranks(self):
        self.run_to_end("bash", "cluster/prune.sbatch", DPTRAIN_LAUNCHER="srun")
        self.assertIn("srun -n 8 --mpi=pmix --cpus-per-task=1 --kill-on-bad-exit=1 --wait=30 --cpu-bind=cores ", self.launch())

    def test_a_job_that_got_fewer_nodes_starts_fewer_ranks(self):
        for nodes, per_node, ranks in [("1", "4", 4), ("2", "4", 8), ("4", "4", 8), ("2", None, 8)]:
            with self.subTest(nodes=nodes, per_node=per_node):
                self.calls.unlink(missing_ok=True)
                self.variables.pop("SLURM_NTASKS_PER_NODE", None)
                given = {"SLURM_NTASKS_PER_NODE": per_node} if per_node else {}
                self.run_to_end("bash", "cluster/prune.sbatch", SLURM_JOB_NUM_NODES=nodes, **given)
                self.assertTrue(self.launch().startswith(f"mpirun -n {ranks} "), self.launch())

    def test_other_commands_get_no_flags_of_jobs(self):
        self.run_to_end("bash", "cluster/prune.sbatch", "resume", "runs/dptrain-12")
        self.assertTrue(self.launch().endswith("dptrain resume runs/dptrain-12"), self.launch())

    def test_what_keeps_open_mpi_from_hanging_is_set(self):
        self.run_to_end(
            "bash", "cluster/prune.sbatch", DPTRAIN_LINK_SECONDS="30", DPTRAIN_INTERFACE="ib0",
            OMPI_MCA_oob_tcp_keepalive_probes="7")
        for setting in ("keepalive_time=15", "keepalive_intvl=5", "keepalive_probes=7", "if_include=ib0"):
            self.assertIn(f"OMPI_MCA_oob_tcp_{setting}", self.called())
        self.assertIn("OMPI_MCA_btl_tcp_if_include=ib0", self.called())

    def test_modules_are_loaded_before(self):
        module = '() { echo "module $*" >>"$CALLS"; }'
        self.run_to_end(
            "bash", "cluster/prune.sbatch", DPTRAIN_MODULES="gcc/12 openmpi/4.1", **{"BASH_FUNC_module%%": module})
        self.assertEqual(self.called()[0], "module load gcc/12 openmpi/4.1")

    def test_tasks_of_a_sweep_have_their_own_amount_and_directory(self):
        task = {"SLURM_JOB_NAME": "sweep", "SLURM_ARRAY_JOB_ID": "16", "SLURM_ARRAY_TASK_ID": "3"}
        self.run_to_end("bash", "cluster/sweep.sbatch", "a model.safetensors", "--epochs", "3", **task)
        self.assertTrue(
            self.launch().endswith(
                "dptrain prune --output runs/sweep-16/0.95 --resume a model.safetensors --prune 0.95 --epochs 3"))

    def test_statuses_that_another_start_cures_are_requeued(self):
        for status, requeues in [(0, 0), (1, 0), (64, 0), (75, 1), (76, 1), (130, 0), (137, 0), (205, 1)]:
            with self.subTest(status=status):
                self.calls.unlink(missing_ok=True)
                found, text = self.run_to_end("bash", "cluster/preemptible.sbatch", LAUNCHER_STATUS=str(status))
                self.assertEqual(found, status, text)
                self.assertEqual(self.called().count("scontrol requeue 17"), requeues)

    def test_only_where_it_is_allowed_and_so_often(self):
        for script, restarts, requeues in [
            ("prune", "0", 0), ("many-nodes", "0", 0), ("preemptible", "1", 1), ("preemptible", "2", 0),
            ("preemptible", "3", 0),
        ]:
            with self.subTest(script=script, restarts=restarts):
                self.calls.unlink(missing_ok=True)
                limit = {"DPTRAIN_REQUEUES": "2"} if script == "preemptible" else {}
                status, text = self.run_to_end(
                    "bash", f"cluster/{script}.sbatch", LAUNCHER_STATUS="75", SLURM_RESTART_COUNT=restarts, **limit)
                self.assertEqual(status, 75)
                self.assertEqual(self.called().count("scontrol requeue 17"), requeues)
                if requeues == 0:
                    self.assertIn("not requeued", text)

    def test_a_task_of_an_array_requeues_itself(self):
        self.run_to_end(
            "bash", "cluster/sweep.sbatch", LAUNCHER_STATUS="75", DPTRAIN_REQUEUES="1", SLURM_ARRAY_JOB_ID="16",
            SLURM_ARRAY_TASK_ID="3")
        self.assertIn("scontrol requeue 16_3", self.called())

    def test_where_slurm_refuses_it_says_how_to_go_on(self):
        status, text = self.run_to_end(
            "bash", "cluster/preemptible.sbatch", LAUNCHER_STATUS="75", SCONTROL_STATUS="1")
        self.assertEqual(status, 75)
        self.assertIn("Submit it again with --output", text)

    def test_a_signal_reaches_the_launcher_and_its_status_comes_back(self):
        # USR1 is Slurm's warning; after TERM it is Slurm who decides whether the job comes back.
        for name, requeues in (("USR1", 1), ("TERM", 0)):
            with self.subTest(signal=name):
                self.calls.unlink(missing_ok=True)
                job = self.start("bash", "cluster/preemptible.sbatch", WAITS="yes")
                waits = Path(f"{self.calls}.waits")
                wait_until(waits.exists, 10, "a launcher that waits")
                waits.unlink()
                job.send_signal(getattr(signal, f"SIG{name}"))
                text, _ = job.communicate(timeout=10)
                self.assertEqual(job.returncode, 75, text)
                self.assertIn("told to stop", self.called())
                self.assertIn(f"got {name}", text)
                self.assertEqual(self.called().count("scontrol requeue 17"), requeues)

    def test_what_ends_otherwise_after_a_signal_counts_as_stopped(self):
        # As under srun, which kills the ranks when the first has left with 75.
        (self.directory / "commands/srun").write_text(STAND_IN.replace("exit 75", "exit 143"))
        job = self.start("bash", "cluster/preemptible.sbatch", WAITS="yes", DPTRAIN_LAUNCHER="srun")
        wait_until(Path(f"{self.calls}.waits").exists, 10, "a launcher that waits")
        job.send_signal(signal.SIGUSR1)
        text, _ = job.communicate(timeout=10)
        self.assertEqual(job.returncode, 75, text)
        self.assertIn("status 143 after it was told to stop: counted as 75", text)
        self.assertIn("scontrol requeue 17", self.called())


if __name__ == "__main__":
    unittest.main()
