#!/usr/bin/env python3
"""Interrupts short training runs by faults at random moments, resumes them, and compares how they end.

A run that was killed, stopped, damaged or cut off and then resumed, any number of times and on any rank count, must end with the
same weights, models and metrics as one that nothing interrupted; and no fault may leave anything waiting. Needs Linux
and mpirun; as root also a small disk and hosts of their own.
"""

import argparse
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import faults
from hosts import Hosts
from ledger import Ledger, problems, table
from trial import CONFIGURATIONS, Driver

PROGRAM = Path(__file__).resolve().parents[2] / ".build" / "release" / "dptrain"


def main():
    options = arguments()
    if options.table:
        print(table(Ledger.read(options.table)))
        return 0
    seed = options.seed if options.seed is not None else random.SystemRandom().randrange(1 << 32)
    print(f"chaos: seed {seed}", flush=True)
    os.umask(0o077)
    scratch = Path(tempfile.mkdtemp(prefix="chaos-", dir=options.scratch))
    ledger = Ledger(options.ledger or scratch.with_suffix(".jsonl"))
    kinds = possible_kinds(options)
    hosts = Hosts(scratch / "hosts") if faults.LinkDown in kinds else None
    begun = len(Ledger.read([ledger.path])) if os.path.exists(ledger.path) else 0
    try:
        kept = scratch.with_suffix(".failed")
        # Late faults meet a run that has ended, and are tried again: quick runs have no time for that.
        latest = 0.6 if options.quick else 0.95
        driver = Driver(options.program, scratch / "trials", kept, kinds, hosts, ledger, seed, latest)
        missed = quick(driver, kinds) if options.quick else go_on(driver, options)
    finally:
        if hosts:
            hosts.down()
        shutil.rmtree(scratch, ignore_errors=True)
    records = Ledger.read([ledger.path])[begun:]
    print(f"\n{table(records)}\n\nchaos: seed {seed}; every fault is in {ledger.path}")
    for kind in missed:
        print(f"chaos: '{kind.name}' did not come about")
    # Whether a fault meets a run in time is chance; that hardly any does is a mistake.
    return 1 if problems(records) or len(missed) > 2 else 0


def go_on(driver, options):
    """Trials until the time is over, or enough faults have come about."""
    end = time.monotonic() + 60 * options.minutes
    number = struck = 0
    while time.monotonic() < end and (options.faults is None or struck < options.faults):
        struck += driver.trial(number, configuration=options.configuration)
        number += 1
    return []


def quick(driver, kinds):
    """Each kind of fault once, in runs of every kind by turns. One that came too late is tried again, twice at most.

    Returns the kinds that came too late each time.
    """
    names = list(CONFIGURATIONS)
    missed = []
    for number, kind in enumerate(kinds):
        tries = (
            driver.trial(10 * number + attempt, configuration=names[number % len(names)], kinds=[kind])
            for attempt in range(3))
        if not any(tries):
            missed.append(kind)
    return missed


def possible_kinds(options):
    """The kinds of fault that this machine and this program allow; says which are left out, and why."""
    kinds = list(faults.ON_ONE_HOST)
    left_out = []
    if os.geteuid() != 0 or not can_mount():
        kinds.remove(faults.FullDisk)
        left_out.append((faults.FullDisk, "no file system can be mounted here"))
    usage = subprocess.run([options.program, "help", "run"], capture_output=True, text=True, check=True).stdout
    if "--timeout" not in usage:
        kinds.remove(faults.StopRank)
        left_out.append((faults.StopRank, "this dptrain has no --timeout"))
    problem = Hosts.problem() or ("this dptrain has no --timeout" if "--timeout" not in usage else None)
    if problem:
        left_out.append((faults.LinkDown, problem))
    else:
        kinds.append(faults.LinkDown)
    for kind, reason in left_out:
        print(f"chaos: without '{kind.name}': {reason}", flush=True)
    if options.kind:
        kinds = [kind for kind in kinds if options.kind in kind.name]
    if not kinds:
        raise SystemExit("chaos: no kind of fault is left")
    return kinds


def can_mount():
    with tempfile.TemporaryDirectory() as directory:
        result = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "chaos", directory], capture_output=True)
        return result.returncode == 0 and subprocess.run(["umount", directory]).returncode == 0


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=10, help="begin no run after so many minutes (default: 10)")
    parser.add_argument("--faults", type=int, help="begin no run after so many faults")
    parser.add_argument("--seed", type=int, help="what all moments and choices follow from (default: drawn, and printed)")
    parser.add_argument("--quick", action="store_true", help="each kind of fault once, in less than two minutes")
    parser.add_argument("--kind", help="only kinds of fault with this in their name")
    parser.add_argument("--configuration", choices=CONFIGURATIONS, help="only runs of this kind")
    parser.add_argument("--program", type=Path, default=PROGRAM, help="dptrain (default: the one in .build/release)")
    parser.add_argument("--scratch", help="where runs go and are removed again (default: the system's place)")
    parser.add_argument("--ledger", help="a file that every fault is added to, one JSON object a line")
    parser.add_argument("--table", nargs="+", metavar="LEDGER", help="print the table of such files, and do nothing else")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
