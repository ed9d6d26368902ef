"""Hosts out of network namespaces, made and taken apart by cluster/rig-hosts."""

import os
import subprocess
from pathlib import Path

RIG = Path(__file__).resolve().parents[2] / "cluster" / "rig-hosts"


class Hosts:
    names = ["node1", "node2"]

    def __init__(self, directory):
        self.environment = dict(os.environ, RIG_DIRECTORY=str(directory))
        self._rig("up", str(len(self.names)))

    @staticmethod
    def problem():
        """Why no such hosts can be made here; None where they can."""
        if not RIG.exists():
            return "there is no cluster/rig-hosts"
        result = subprocess.run([RIG, "check"], capture_output=True, text=True)
        return None if result.returncode == 0 else result.stderr.strip()

    def _rig(self, *words):
        subprocess.run([RIG, *words], env=self.environment, check=True, capture_output=True, text=True)

    def command(self, words):
        """`words`, to be run on the first host; mpirun starts ranks on all of them by turns."""
        return ["env", f"RIG_DIRECTORY={self.environment['RIG_DIRECTORY']}", str(RIG), "run"] + words

    def link(self, host, state):
        self._rig("link", host, state)

    def down(self):
        self._rig("down")
