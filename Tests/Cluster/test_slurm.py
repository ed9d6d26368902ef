"""Every batch script on a real Slurm with emulated nodes: on one and many, as an array, stopped and requeued, failing.

    python3 -m unittest discover --start-directory Tests/Cluster

To stop a job in the middle without waiting for a long one, links are slowed until it is stopped.
"""

import os
import re
import signal
import socket
import time
import unittest

from rig import ENDLESS, PROGRAM, SLOW_LINK, SMALL, Slurm, output, uninterrupted, wait_until, weights

TWO_NODES = ["--nodes=2", "--ntasks-per-node=1"]
# A job that takes a minute on slow links, and a few seconds on others.
STOPPABLE = [*SMALL, "--epochs", "6"]


def setUpModule():
    Slurm.require()


class SlurmTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.rig = Slurm(4)
        cls.addClassCleanup(cls.rig.stop)

    def setUp(self):
        self.rig.hosts("rate", "all", "none")

    def tearDown(self):
        # Nothing of a test reaches the next.
        self.rig.run("scancel", "--user=root")
        wait_until(lambda: not self.rig.run("squeue", "--noheader"), 60, lambda: self.rig.run("squeue"))

    def slow_down(self, rate=SLOW_LINK):
        self.rig.hosts("rate", "all", rate)

    def speed_up(self):
        self.rig.hosts("rate", "all", "none")

    def assertEndsWith(self, job, expected, arguments=SMALL, seconds=60):
        """The job completes with the weights that one rank ends with that nobody stopped."""
        self.assertEqual(job.wait(seconds=seconds), "COMPLETED", job.describe())
        self.assertEqual(weights(job.log), uninterrupted(*arguments))
        self.assertIn(expected, job.log)

    # --- Scripts that run to their end --------------------------------------------------------------------------------

    def test_one_node(self):
        for launcher in ("mpirun", "srun"):
            with self.subTest(launcher=launcher):
                job = self.rig.submit(
                    "--ntasks-per-node=2", "cluster/prune.sbatch", *SMALL, DPTRAIN_LAUNCHER=launcher)
                self.assertEndsWith(job, "2 ranks on 1 host")
                self.assertIn("ends with status 0", job.log)
                self.assertTrue((self.rig.directory / f"runs/dptrain-{job.number}/report.txt").exists())

    def test_many_nodes(self):
        for launcher in ("mpirun", "srun"):
            with self.subTest(launcher=launcher):
                job = self.rig.submit(
                    "--ntasks-per-node=1", "cluster/many-nodes.sbatch", *SMALL, DPTRAIN_LAUNCHER=launcher)
                self.assertEndsWith(job, "4 ranks on 4 hosts")

    def test_a_sweep_follows_the_training_it_depends_on(self):
        training = self.rig.submit("--ntasks-per-node=1", "cluster/prune.sbatch", "train", *SMALL[:-2])
        model = self.rig.directory / f"runs/dptrain-{training.number}/dense.safetensors"
        sweep = self.rig.submit(
            f"--dependency=afterok:{training.number}", "--array=0-2", "--ntasks-per-node=2", "cluster/sweep.sbatch",
            model, *SMALL, DPTRAIN_AMOUNTS="0.5 0.9")
        for index, amount in enumerate(("0.5", "0.9")):
            task = sweep.task(index)
            self.assertEndsWith(task, "2 ranks on 1 host", ("prune", str(model), "--prune", amount, *SMALL))
            self.assertTrue((self.rig.directory / f"runs/sweep-{sweep.number}/{amount}/report.txt").exists())
        self.assertEqual(sweep.task(2).wait(), "FAILED")
        self.assertEqual(sweep.task(2).facts["ExitCode"], "64:0")
        self.assertIn("submit with --array=0-1", sweep.task(2).log)

    def test_a_sweep_without_a_model_trains_in_each_task(self):
        sweep = self.rig.submit(
            "--array=0", "--ntasks-per-node=2", "cluster/sweep.sbatch", *SMALL, DPTRAIN_AMOUNTS="0.8")
        self.assertEndsWith(sweep.task(0), "2 ranks on 1 host", ("--prune", "0.8", *SMALL))

    # --- Jobs that are stopped and requeued ---------------------------------------------------------------------------

    def test_a_time_limit_stops_the_job_and_requeues_it(self):
        self.slow_down("1mbit")
        job = self.rig.submit(
            *TWO_NODES, "--time=1", "--signal=B:USR1@50", "cluster/preemptible.sbatch", *STOPPABLE)
        job.wait_for_log("got USR1", seconds=70)
        job.wait_for_log("status 75: job .* is back in the queue, 1 of at most 20 times")
        self.speed_up()
        job.wait_for_requeue()
        self.assertEndsWith(job, "start 2", STOPPABLE)

    def test_a_stopped_job_goes_on_under_both_launchers(self):
        for launcher in ("mpirun", "srun"):
            with self.subTest(launcher=launcher):
                self.slow_down()
                job = self.rig.submit(
                    *TWO_NODES, "cluster/preemptible.sbatch", *STOPPABLE, DPTRAIN_LAUNCHER=launcher)
                self.wait_for_steps(job)
                job.signal("USR1")
                job.wait_for_log("status 75: job .* is back in the queue")
                self.speed_up()
                job.wait_for_requeue()
                self.assertEndsWith(job, "start 2", STOPPABLE)

    def test_a_preempted_job_makes_way_and_goes_on_with_fewer_ranks(self):
        self.slow_down()
        job = self.rig.submit(
            "--partition=preemptible", "--nodes=4", "--ntasks-per-node=1", "cluster/preemptible.sbatch", *STOPPABLE)
        self.wait_for_steps(job)
        self.assertIn("4 ranks on 4 hosts", job.log)
        urgent = self.rig.submit(
            "--partition=urgent", "--nodes=2", "--ntasks-per-node=8", "--wrap", "sleep 20")
        job.wait_for_log("status 75: job .* is back in the queue")
        urgent.wait("RUNNING")
        self.rig.run("scontrol", "update", f"JobId={job.number}", "NumNodes=2", "NumTasks=2")
        self.speed_up()
        job.wait_for_requeue()
        self.assertEndsWith(job, "2 ranks on 2 hosts", STOPPABLE)
        self.assertEqual(urgent.state, "RUNNING")

    def test_a_task_of_an_array_requeues_itself_alone(self):
        self.slow_down()
        sweep = self.rig.submit(
            *TWO_NODES, "--array=0-1", "--requeue", "cluster/sweep.sbatch", *STOPPABLE,
            DPTRAIN_AMOUNTS="0.5 0.9", DPTRAIN_REQUEUES="1")
        for index in (0, 1):
            self.wait_for_steps(sweep.task(index))
        sweep.task(1).signal("USR1")
        sweep.task(1).wait_for_log(f"status 75: job {sweep.number}_1 is back in the queue")
        self.speed_up()
        sweep.task(1).wait_for_requeue()
        for index, amount in enumerate(("0.5", "0.9")):
            self.assertEndsWith(sweep.task(index), f"start {index + 1}", ("--prune", amount, *STOPPABLE))
            self.assertEqual(sweep.task(index).facts["Restarts"], str(index))

    def test_requeues_have_a_cap(self):
        job = self.rig.submit(
            "--ntasks-per-node=2", "cluster/preemptible.sbatch", *SMALL, "--stop-after-steps", "3", DPTRAIN_REQUEUES="1")
        job.wait_for_requeue()
        self.assertEqual(job.wait(), "FAILED")
        self.assertEqual(job.facts["ExitCode"], "75:0")
        self.assertIn("status 75: not requeued, after 1 of at most 1 times", job.log)

    def test_where_slurm_may_not_requeue_the_job_ends_with_75(self):
        job = self.rig.submit(
            "--ntasks-per-node=2", "--no-requeue", "cluster/preemptible.sbatch", *SMALL, "--stop-after-steps", "3")
        self.assertEqual(job.wait(), "FAILED")
        self.assertEqual(job.facts["ExitCode"], "75:0")
        self.assertIn(f"Slurm does not requeue job {job.number}. Submit it again with --output", job.log)
        # What it says to do works.
        again = self.rig.submit(
            "--ntasks-per-node=1", "cluster/prune.sbatch", *SMALL, "--output",
            self.rig.directory / f"runs/dptrain-{job.number}")
        self.assertEndsWith(again, "start 1")

    def test_the_program_requeues_its_own_job(self):
        """`--requeue`, for scripts without cluster/job.sh: mpirun alone takes the signal."""
        self.slow_down()
        command = f"exec mpirun {PROGRAM} {' '.join(STOPPABLE)} --output {self.rig.directory}/own --resume --requeue 1"
        job = self.rig.submit(*TWO_NODES, "--requeue", "--open-mode=append", "--wrap", command)
        self.wait_for_steps(job)
        job.signal("USR1")
        self.speed_up()
        job.wait_for_requeue()
        self.assertEndsWith(job, "weights", STOPPABLE)
        self.assertEqual(job.facts["Restarts"], "1")

    def test_a_cancelled_job_stays_cancelled(self):
        self.slow_down()
        job = self.rig.submit(*TWO_NODES, "cluster/preemptible.sbatch", *ENDLESS)
        self.wait_for_steps(job)
        self.rig.run("scancel", job.number)
        self.assertEqual(job.wait(), "CANCELLED")
        wait_until(lambda: not self.rig.ranks("node1") + self.rig.ranks("node2"), 30, "an end of all ranks")
        time.sleep(1)
        self.assertEqual((job.state, job.facts["Restarts"]), ("CANCELLED", "0"), job.describe())

    # --- Jobs that fail -----------------------------------------------------------------------------------------------

    def test_a_rank_that_dies_ends_the_job(self):
        # srun ends the other ranks by SIGTERM or SIGKILL and passes on their status.
        for launcher, codes in (("mpirun", ["137:0"]), ("srun", ["137:0", "143:0"])):
            with self.subTest(launcher=launcher):
                job = self.rig.submit(
                    *TWO_NODES, "cluster/many-nodes.sbatch", *ENDLESS, DPTRAIN_LAUNCHER=launcher)
                self.wait_for_steps(job)
                began = time.monotonic()
                os.kill(self.rig.ranks("node2")[0], signal.SIGKILL)
                self.assertEqual(job.wait(), "FAILED", job.describe())
                self.assertLess(time.monotonic() - began, 10)  # Five of them are KillWait.
                self.assertIn(job.facts["ExitCode"], codes, job.describe())
                self.assertFalse(self.rig.ranks("node1") + self.rig.ranks("node2"))

    def test_a_rank_that_hangs_is_named(self):
        job = self.rig.submit(*TWO_NODES, "cluster/many-nodes.sbatch", *ENDLESS, "--timeout", "3")
        self.wait_for_steps(job)
        os.kill(self.rig.ranks("node2")[0], signal.SIGSTOP)
        self.assertEqual(job.wait(), "FAILED", job.describe())
        self.assertEqual(job.facts["ExitCode"], "76:0", job.describe())
        self.assertRegex(job.log, "missing: rank 1 on host node2")

    def test_srun_is_called_again_where_it_starts_nothing(self):
        # What a requeued job's last step may have left; srun fails on it, and says 0.
        first = self.rig.submit("--ntasks-per-node=1", "--wrap", "true")
        step = f"{int(first.number) + 1}.0"
        spool = self.rig.directory / "rig/node1/spool"
        (spool / f"pmix.{step}").mkdir()
        with socket.socket(socket.AF_UNIX) as left:
            left.bind(str(spool / f"stepd.slurm.pmix.{step}"))
        job = self.rig.submit(
            "--nodelist=node1", "--ntasks-per-node=2", "cluster/prune.sbatch", *SMALL, DPTRAIN_LAUNCHER="srun")
        self.assertEqual(f"{job.number}.0", step)
        self.assertEndsWith(job, "srun has not started rank 0 (status 0, attempt 1 of 3)")

    def test_a_refusal_is_final(self):
        job = self.rig.submit("--ntasks-per-node=3", "cluster/preemptible.sbatch", *SMALL)
        self.assertEqual(job.wait(), "FAILED")
        self.assertIn("cannot be split evenly over 3 ranks", job.log)
        self.assertEqual(job.facts["Restarts"], "0")
        self.assertNotIn(job.facts["ExitCode"], ["0:0", "75:0"])

    def test_a_job_goes_on_without_a_node_that_died(self):
        self.slow_down()
        job = self.rig.submit(*TWO_NODES, "cluster/preemptible.sbatch", *STOPPABLE, DPTRAIN_LINK_SECONDS="6")
        self.wait_for_steps(job)
        lost = job.facts["NodeList"].replace("[1-2]", "2")
        self.assertEqual(lost, "node2")
        self.rig.rig("fail", lost)
        self.addCleanup(self.wait_for_node, lost)
        self.addCleanup(self.rig.rig, "repair", lost)
        job.wait_for_log("status 205: job .* is back in the queue", seconds=30)
        self.speed_up()
        job.wait_for_requeue()
        self.assertEndsWith(job, "start 2", STOPPABLE, seconds=90)
        self.assertNotIn(lost, job.facts["NodeList"])

    def test_what_is_set_wrongly_is_said(self):
        for variables, status, message in [
            ({"DPTRAIN_LAUNCHER": "orterun"}, 64, "must be mpirun or srun"),
            ({"DPTRAIN_PROGRAM": "nowhere/dptrain"}, 69, "there is no program at nowhere/dptrain. Run 'make build'"),
        ]:
            with self.subTest(variables=variables):
                job = self.rig.submit("--ntasks-per-node=1", "cluster/prune.sbatch", *SMALL, **variables)
                self.assertEqual(job.wait(), "FAILED")
                self.assertEqual(job.facts["ExitCode"], f"{status}:0")
                self.assertIn(message, job.log)

    # --- The rig ------------------------------------------------------------------------------------------------------

    def test_nothing_listens_outside_the_rig(self):
        processes = [
            int(line.split()[1]) for line in self.rig.hosts("status").splitlines()
            if re.search(r" (slurmctld|slurmd|munged) ", line)
        ]
        self.assertEqual(len(processes), 6)
        own = os.readlink("/proc/self/ns/net")
        for process in processes:
            self.assertNotEqual(os.readlink(f"/proc/{process}/ns/net"), own)

    def wait_for_steps(self, job):
        """Waits until a job trains."""
        job.wait_for_log("Dense training:")
        time.sleep(2)

    def wait_for_node(self, name):
        wait_until(lambda: self.rig.run("sinfo", "-h", "-n", name, "-o", "%T", "-p", "main").strip() == "idle", 30, name)


class StoppedRigTests(unittest.TestCase):
    def test_nothing_is_left(self):
        rig = Slurm(1)
        self.addCleanup(rig.stop)
        processes = [line.split()[1] for line in rig.hosts("status").splitlines() if " up, " not in line]
        self.assertGreaterEqual(len(processes), 3)
        rig.rig("stop")
        self.assertEqual([entry.name for entry in rig.directory.iterdir()], [])
        alive = output(["sh", "-c", f"ps -o pid=,stat= -p {','.join(processes)} || true"])
        self.assertFalse([line for line in alive.splitlines() if "Z" not in line.split()[1]], alive)


if __name__ == "__main__":
    unittest.main()
