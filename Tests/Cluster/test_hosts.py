"""Several hosts: the same bits as on one, and an end where a link fails.

    python3 -m unittest discover --start-directory Tests/Cluster
"""

import re
import subprocess
import time
import unittest

from rig import ENDLESS, PROGRAM, ROOT, SLOW_LINK, SMALL, Hosts, output, uninterrupted, wait_until, weights


def setUpModule():
    Hosts.require()


def links():
    """The network devices and addresses of the machine itself."""
    return output(["ip", "-brief", "address"])


class HostsTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.before = links()
        cls.rig = Hosts(4)
        cls.addClassCleanup(cls.rig.stop)

    def tearDown(self):
        # Nothing of a test reaches the next.
        for number in range(1, 5):
            self.rig.rig("fail", f"node{number}")
            self.rig.rig("repair", f"node{number}")
        self.rig.rig("rate", "all", "none")

    def break_off(self, *words):
        """Takes away a link or a host."""
        self.rig.rig(*words)
        # A job that is started right after the repair, by the next test, finds hosts out of reach.
        self.addCleanup(time.sleep, 3)

    def train(self, ranks, *arguments, **variables):
        """Starts a job, ranks by turns on the hosts. What it says goes to a file: processes that wait for a dead host, as ssh
        would, hold a pipe open."""
        directory = self.rig.directory / f"{self.id()}-{ranks}"
        log = open(f"{directory}.log", "w+")
        self.addCleanup(log.close)
        job = self.rig.start(
            "run", "mpirun", "-n", ranks, "--map-by", "node", PROGRAM, *arguments, "--output", directory, log=log,
            **variables)
        self.addCleanup(job.kill)
        job.log = log
        return job

    def ended(self, job, seconds=60):
        """Waits for a job's end and returns what it said."""
        job.wait(timeout=seconds)
        job.log.seek(0)
        return job.log.read()

    def wait_for_ranks(self, job, *hosts):
        def said():
            job.log.seek(0)
            return f"ranks on {hosts}; {job.args} said:\n{job.log.read()}\n{self.rig.rig('status')}"

        def are_there():
            if job.poll() is not None:
                self.fail(f"the job ended before there were {said()}")
            return all(self.rig.ranks(host) for host in hosts)

        wait_until(are_there, 30, said)
        time.sleep(2)  # So that steps are under way.

    def test_hosts_end_with_the_bits_of_one_rank(self):
        for ranks in (2, 4):
            with self.subTest(hosts=ranks):
                text = self.ended(self.train(ranks, *SMALL))
                self.assertIn(f"{ranks} ranks on {ranks} hosts", text)
                self.assertEqual(weights(text), uninterrupted(*SMALL))

    def test_several_ranks_a_host_end_with_the_same_bits(self):
        arguments = [*SMALL, "--batch-size", "128"]
        job = self.train(8, *arguments)
        text = self.ended(job)
        self.assertIn("8 ranks on 4 hosts", text)
        self.assertEqual(weights(text), uninterrupted(*arguments))

    def test_a_link_that_goes_down_ends_the_job(self):
        self.rig.rig("rate", "all", SLOW_LINK)
        job = self.train(4, *ENDLESS, DPTRAIN_LINK_SECONDS="6")
        self.wait_for_ranks(job, "node1", "node2", "node3", "node4")
        began = time.monotonic()
        self.break_off("link", "node3", "down")
        text = self.ended(job, 30)
        self.assertLess(time.monotonic() - began, 15, text)
        self.assertEqual(job.returncode, 205, text)
        self.assertIn("lost communication with a remote daemon", text)
        self.assertIn("on node node3", text)
        wait_until(
            lambda: not any(self.rig.ranks(f"node{number}") for number in (1, 2, 3, 4)), 20, "an end of all ranks")

    def test_where_mpirun_does_not_notice_the_ranks_do(self):
        self.rig.rig("rate", "all", SLOW_LINK)
        job = self.train(4, *ENDLESS, "--timeout", "5", DPTRAIN_LINK_SECONDS="600")
        self.wait_for_ranks(job, "node1", "node2", "node3", "node4")
        began = time.monotonic()
        self.break_off("link", "node3", "down")
        text = self.ended(job)
        self.assertLess(time.monotonic() - began, 30, text)
        self.assertNotEqual(job.returncode, 0, text)
        self.assertRegex(text, "missing: rank 2 on host node3: no answer")
        wait_until(
            lambda: not any(self.rig.ranks(f"node{number}") for number in (1, 2, 3, 4)), 30, "an end of all ranks")

    def test_a_link_that_comes_back_soon_does_no_harm(self):
        self.rig.rig("rate", "all", SLOW_LINK)
        job = self.train(2, *SMALL, DPTRAIN_LINK_SECONDS="30")
        self.wait_for_ranks(job, "node1", "node2")
        self.break_off("link", "node2", "down")
        time.sleep(2)
        self.assertIsNone(job.poll(), "the job ended before the link came back")
        self.rig.rig("link", "node2", "up")
        self.rig.rig("rate", "all", "none")
        text = self.ended(job)
        self.assertEqual(weights(text), uninterrupted(*SMALL))

    def test_a_host_that_dies_ends_the_job(self):
        self.rig.rig("rate", "all", SLOW_LINK)
        job = self.train(4, *ENDLESS, DPTRAIN_LINK_SECONDS="6")
        self.wait_for_ranks(job, "node1", "node2", "node3", "node4")
        began = time.monotonic()
        self.break_off("fail", "node4")
        text = self.ended(job, 30)
        self.assertLess(time.monotonic() - began, 15, text)
        self.assertEqual(job.returncode, 205, text)

    def test_the_rate_is_a_limit(self):
        # 2 MB at 8 Mbit/s take two seconds, less what the limit lets through at once.
        receive = "import socket; s = socket.create_server(('10.77.0.2', 7777)); c = s.accept()[0]; print('ready')\n"
        receive += "while c.recv(65536): pass"
        send = "import socket, time; t = time.monotonic(); s = socket.create_connection(('10.77.0.2', 7777))\n"
        send += "s.sendall(bytes(2_000_000)); s.shutdown(socket.SHUT_WR); s.recv(1); print(time.monotonic() - t)"

        def seconds():
            server = self.rig.start("on", "node2", "python3", "-c", receive)
            wait_until(
                lambda: "7777" in self.rig.rig("on", "node2", "cat", "/proc/net/tcp").replace("1E61", "7777"), 10,
                "somebody who listens")
            result = float(self.rig.rig("on", "node1", "python3", "-c", send))
            server.wait(timeout=10)
            return result

        unlimited = seconds()
        self.rig.rig("rate", "all", "8mbit")
        limited = seconds()
        self.assertLess(unlimited, 1)
        self.assertGreater(limited, 1.7)
        self.assertLess(limited, 3)

    def test_nothing_of_it_is_seen_outside(self):
        self.assertEqual(links(), self.before)

    def test_commands_that_make_no_sense_are_refused(self):
        for command, message in [
            (("up", "0"), "a number of hosts"),
            (("up", "2"), "there are hosts in"),
            (("link", "node9", "down"), "there is no host node9"),
            (("link", "node1", "sideways"), "up or down"),
            (("on", "node1"), "a host and a command"),
            (("fly",), "Several hosts out of one machine"),
        ]:
            with self.subTest(command=command):
                result = subprocess.run(
                    [ROOT / "cluster/rig-hosts", *command], env=self.rig.variables, text=True,
                    stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
                self.assertNotEqual(result.returncode, 0)
                self.assertIn(message, result.stdout)


class TwoRigsTests(unittest.TestCase):
    def test_a_second_rig_leaves_the_first_alone(self):
        first = Hosts(2)
        self.addCleanup(first.stop)
        second = Hosts(1)
        self.addCleanup(second.stop)
        sleeper = second.start("on", "node1", "sleep", "60")
        self.addCleanup(sleeper.kill)
        wait_until(lambda: "sleep 60" in second.rig("status"), 10, "a sleeping process")
        self.assertNotIn("sleep 60", first.rig("status"))
        first.stop()
        self.assertIsNone(sleeper.poll())
        second.rig("down")
        self.assertEqual(sleeper.wait(timeout=10), -9)
        self.assertEqual([entry.name for entry in second.directory.iterdir()], [])

    def test_what_a_crash_left_is_cleared(self):
        rig = Hosts(1)
        self.addCleanup(rig.stop)
        process = int((rig.directory / "rig/node1.pid").read_text().split()[0])
        output(["kill", "-KILL", process])
        wait_until(
            lambda: not re.search("^State:.[^Z]", status(process), re.MULTILINE), 10, "the end of the host")
        result = subprocess.run(
            [ROOT / "cluster/rig-hosts", "on", "node1", "true"], env=rig.variables, text=True, stderr=subprocess.PIPE)
        self.assertNotEqual(result.returncode, 0)
        self.assertIn("is gone", result.stderr)
        rig.rig("down")
        rig.rig("up", "1")


def status(process):
    try:
        with open(f"/proc/{process}/status") as file:
            return file.read()
    except OSError:
        return ""


if __name__ == "__main__":
    unittest.main()
