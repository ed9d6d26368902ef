"""Writes TrainingTests/Golden/schedules.json: the learning rate of every step as PyTorch's schedulers set it.

    python Tests/Golden/schedules.py        (needs torch; written with 2.13.0)

OneCycleLR and CosineAnnealingLR move with every step, MultiStepLR with every epoch.
"""

import json
import pathlib

import torch
from torch.optim import lr_scheduler

STEPS_PER_EPOCH = 3


def rates(peak, steps, make, steps_per_call=1):
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=peak)
    scheduler = make(optimizer)
    result = []
    for step in range(steps):
        result.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        # PyTorch's schedulers fail or wrap around beyond their last step.
        if (step + 1) % steps_per_call == 0 and step + 1 < steps:
            scheduler.step()
    return result


def case(schedule, peak, steps, make, steps_per_call=1, **numbers):
    return {
        "schedule": schedule, "peak": peak, "steps": steps, "stepsPerEpoch": STEPS_PER_EPOCH, **numbers,
        "rates": rates(peak, steps, make, steps_per_call),
    }


def main():
    cases = []
    for peak, epochs in [(0.4, 1), (0.4, 2), (0.2, 7), (1e-3, 25)]:
        steps = epochs * STEPS_PER_EPOCH
        for rise in [0.2, 0.3, 0.5]:
            for end in [None, 0.05]:
                # PyTorch counts from the first rate, a 25th of the peak.
                division = 1e4 if end is None else 1 / (25 * end)
                cases.append(case(
                    "one-cycle", peak, steps, rise=rise, **({} if end is None else {"end": end}),
                    make=lambda o: lr_scheduler.OneCycleLR(
                        o, max_lr=peak, total_steps=steps, pct_start=rise, cycle_momentum=False,
                        final_div_factor=division)))
        cases.append(case(
            "cosine", peak, steps, make=lambda o: lr_scheduler.CosineAnnealingLR(o, T_max=steps)))
        for milestones, factor in [([1, 5], 0.1), ([0, 3, 20], 0.5)]:
            # The epoch 0 is over before the first call of the scheduler; PyTorch counts its milestone then.
            cases.append(case(
                "multi-step", peak, steps, steps_per_call=STEPS_PER_EPOCH, milestones=milestones, factor=factor,
                make=lambda o: lr_scheduler.MultiStepLR(o, milestones=milestones, gamma=factor)))
    path = pathlib.Path(__file__).parent.parent / "TrainingTests" / "Golden" / "schedules.json"
    path.write_text(json.dumps({"torch": torch.__version__, "cases": cases}, indent=1) + "\n")


main()
