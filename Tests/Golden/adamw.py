"""Writes TrainingTests/Golden/adamw.json: weights and moving averages after ten steps of torch.optim.AdamW.

    python Tests/Golden/adamw.py        (needs torch; written with 2.13.0)

Computed in double precision. Weights, gradients and masks are made by the formula of README.md, so that the file holds
results only. L1 regularization, which AdamW does not have, is added to the gradient; after each step a mask is multiplied
into weights and averages. A dead weight has a gradient of zero.
"""

import json
import pathlib

import torch

import formula

COUNT = 45
STEPS = 10


def case(name, weight_decay, l1=0.0, masked=False, dead=False, beta1=0.9, beta2=0.999, epsilon=1e-8):
    weight = torch.nn.Parameter(formula.uniform("descent/weight", [COUNT], 2).double())
    mask = formula.integers("descent/mask", [COUNT], 3).clamp(max=1).double() if masked else torch.ones(COUNT).double()
    with torch.no_grad():
        weight *= mask
    optimizer = torch.optim.AdamW(
        [weight], lr=0.1, betas=(beta1, beta2), eps=epsilon, weight_decay=weight_decay, foreach=False)
    for step in range(STEPS):
        for group in optimizer.param_groups:
            group["lr"] = 0.1 / (step + 1)
        gradient = formula.uniform(f"descent/gradient/{step}", [COUNT], 4).double() / 8
        weight.grad = (0 if dead else 1) * gradient + l1 * weight.detach().sign()
        optimizer.step()
        state = optimizer.state[weight]
        with torch.no_grad():
            weight *= mask
            state["exp_avg"] *= mask
            state["exp_avg_sq"] *= mask
    return {
        "name": name, "weightDecay": weight_decay, "l1": l1, "masked": masked, "dead": dead, "beta1": beta1,
        "beta2": beta2, "epsilon": epsilon, "weights": weight.tolist(), "mean": state["exp_avg"].tolist(),
        "square": state["exp_avg_sq"].tolist(),
    }


def main():
    cases = [
        case("plain", 0.0),
        case("weight decay", 0.05),
        case("other betas", 0.05, beta1=0.8, beta2=0.95, epsilon=1e-3),
        case("L1", 0.05, l1=0.02),
        case("masked", 0.05, masked=True),
        case("dead", 0.05, dead=True),
        case("dead with L1", 0.05, l1=0.02, dead=True),
    ]
    golden = {"torch": torch.__version__, "count": COUNT, "steps": STEPS, "cases": cases}
    path = pathlib.Path(__file__).parent.parent / "TrainingTests" / "Golden" / "adamw.json"
    path.write_text(json.dumps(golden, indent=1) + "\n")


main()
