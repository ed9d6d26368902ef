"""Writes TrainingTests/Golden/gradient_descent.json: weights and momentum after some steps of torch.optim.SGD.

    python Tests/Golden/gradient_descent.py        (needs torch; written with 2.13.0)

Computed in double precision. Weights, gradients and masks are made by the formula of README.md, so that the file holds
results only. L1 regularization, which SGD does not have, is added to the gradient; after each step a mask is multiplied
into weights and momentum.
"""

import json
import pathlib

import torch

import formula

COUNT = 45
STEPS = 6


def case(name, momentum, nesterov, weight_decay, l1, masked):
    weight = torch.nn.Parameter(formula.uniform("descent/weight", [COUNT], 2).double())
    mask = formula.integers("descent/mask", [COUNT], 3).clamp(max=1).double() if masked else torch.ones(COUNT).double()
    with torch.no_grad():
        weight *= mask
    optimizer = torch.optim.SGD(
        [weight], lr=0.1, momentum=momentum, nesterov=nesterov, weight_decay=weight_decay)
    for step in range(STEPS):
        for group in optimizer.param_groups:
            group["lr"] = 0.1 / (step + 1)
        gradient = formula.uniform(f"descent/gradient/{step}", [COUNT], 4).double() / 8
        weight.grad = gradient + l1 * weight.detach().sign()
        optimizer.step()
        with torch.no_grad():
            weight *= mask
            if momentum:
                optimizer.state[weight]["momentum_buffer"] *= mask
    velocity = optimizer.state[weight]["momentum_buffer"].tolist() if momentum else None
    return {
        "name": name, "momentum": momentum, "nesterov": nesterov, "weightDecay": weight_decay, "l1": l1,
        "masked": masked, "weights": weight.tolist(), "velocity": velocity,
    }


def main():
    cases = [
        case("plain", 0.0, False, 0.0, 0.0, False),
        case("momentum", 0.9, False, 0.0, 0.0, False),
        case("weight decay", 0.9, False, 1e-2, 0.0, False),
        case("Nesterov", 0.9, True, 5e-2, 0.0, False),
        case("L1", 0.9, True, 5e-2, 0.02, False),
        case("masked", 0.9, False, 1e-2, 0.0, True),
        case("masked Nesterov with L1", 0.9, True, 5e-2, 0.02, True),
    ]
    golden = {"torch": torch.__version__, "count": COUNT, "steps": STEPS, "cases": cases}
    path = pathlib.Path(__file__).parent.parent / "TrainingTests" / "Golden" / "gradient_descent.json"
    path.write_text(json.dumps(golden, indent=1) + "\n")


main()
