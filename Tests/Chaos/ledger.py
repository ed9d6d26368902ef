"""What faults and trials did, one JSON object a line, and the table that is made of it."""

import json


class Ledger:
    def __init__(self, path):
        self.path = path

    def add(self, **record):
        with open(self.path, "a") as file:
            file.write(json.dumps(record) + "\n")
        if record["type"] == "fault":
            what = record["words"] if record["struck"] else "did not come about"
            print(
                f"  trial {record['trial']}, {record['configuration']} on {record['ranks']} ranks: {record['kind']} after "
                f"{record['moment']:.2f} s ({what}): status {record['status']} after {record['seconds']:.1f} s", flush=True)
        else:
            print(f"  trial {record['trial']}: {'; '.join(record['history'])}: {record['ending']}", flush=True)
        for problem in record["problems"]:
            print(f"  PROBLEM in trial {record['trial']}: {problem}", flush=True)

    @staticmethod
    def read(paths):
        return [json.loads(line) for path in paths for line in open(path)]


def table(records):
    """Markdown: a row a kind of fault, and the sums."""
    faults = [record for record in records if record["type"] == "fault" and record["struck"]]
    trials = {(record["seed"], record["trial"]): record for record in records if record["type"] == "trial"}

    def row(name, faults):
        ends = [trials.get((fault["seed"], fault["trial"])) for fault in faults]
        same = sum(end is not None and not end["problems"] for end in ends)
        hangs = sum(any(problem.startswith("hang") for problem in fault["problems"]) for fault in faults)
        others = sum(any(not problem.startswith("hang") for problem in fault["problems"]) for fault in faults)
        longest = max(fault["seconds"] for fault in faults)
        bound = max(fault["bound"] for fault in faults)
        return (f"| {name} | {len(faults)} | {same} | {len(faults) - same} | {hangs} | {others} | {longest:.1f} s | "
                f"{bound} s |")

    lines = [
        "| fault | times | same ending | other ending | hangs | other trouble | longest until all is gone | bound |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for name in dict.fromkeys(fault["kind"] for fault in sorted(faults, key=lambda fault: fault["kind"])):
        lines.append(row(name, [fault for fault in faults if fault["kind"] == name]))
    if faults:
        lines.append(row("**all**", faults))
    lines.append("")
    by_configuration = {}
    for trial in trials.values():
        by_configuration[trial["configuration"]] = by_configuration.get(trial["configuration"], 0) + 1
    lines.append(
        f"{len(trials)} runs ({', '.join(f'{count} {name}' for name, count in sorted(by_configuration.items()))}); "
        f"{sum(bool(trial['problems']) for trial in trials.values())} ended otherwise than the run that nothing interrupted.")
    return "\n".join(lines)


def problems(records):
    return [problem for record in records for problem in record["problems"]]
