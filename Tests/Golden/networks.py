"""Makes layers.safetensors and a file for each of resnet8, resnet18, resnet34 and resnet50; README.md explains them.

    pip install torch==2.13.0 numpy safetensors
    python3 networks.py [NAME...]
"""

import sys
from pathlib import Path

import torch
from torch.nn import functional

import formula
import record
import resnet

HERE = Path(__file__).parent
LANES = 16
KERNELS = [(3, 1), (3, 2), (1, 1), (1, 2), (7, 2)]


def convolutions(dtype):
    for kernel, stride in KERNELS:
        for size in range(1, 10):
            inputs = [1, 3, 5][size % 3]
            outputs = [3, 7, 5][(size + kernel) % 3]
            case = f"convolution/k{kernel}s{stride}h{size}"
            x = formula.uniform(f"{case}/input", [LANES, inputs, size, size], 2).to(dtype).requires_grad_()
            w = formula.uniform(f"{case}/weight", [outputs, inputs, kernel, kernel], 2).to(dtype).requires_grad_()
            y = functional.conv2d(x, w, stride=stride, padding=kernel // 2)
            y.backward(formula.uniform(f"{case}/output-gradient", list(y.shape), 2).to(dtype))
            yield f"{case}/output", y
            yield f"{case}/input-gradient", x.grad
            yield f"{case}/weight-gradient", w.grad


def normalizations(dtype):
    """Batch normalization with momentum 0.1, alone ("plain"), under a ReLU, and under an addition and a ReLU."""
    for form in ["plain", "relu", "residual"]:
        for channels, size in [(5, 1), (3, 4), (7, 9)]:
            case = f"normalization/{form}-h{size}"
            shape = [LANES, channels, size, size]
            x = formula.uniform(f"{case}/input", shape, 4, 0.5).to(dtype).requires_grad_()
            added = formula.uniform(f"{case}/residual", shape, 4).to(dtype).requires_grad_()
            scale = formula.uniform(f"{case}/scale", [channels], 1, 1).to(dtype).requires_grad_()
            shift = formula.uniform(f"{case}/shift", [channels], 1).to(dtype).requires_grad_()
            mean = formula.uniform(f"{case}/running-mean", [channels], 1).to(dtype)
            variance = formula.uniform(f"{case}/running-variance", [channels], 1, 1).to(dtype)

            def finish(y):
                if form == "residual":
                    y = y + added
                return y if form == "plain" else functional.relu(y)

            yield f"{case}/evaluation-output", finish(functional.batch_norm(x, mean, variance, scale, shift))
            y = finish(functional.batch_norm(x, mean, variance, scale, shift, training=True, momentum=0.1))
            y.backward(formula.uniform(f"{case}/output-gradient", shape, 2).to(dtype))
            yield f"{case}/output", y
            yield f"{case}/input-gradient", x.grad
            if form == "residual":
                yield f"{case}/residual-gradient", added.grad
            yield f"{case}/scale-gradient", scale.grad
            yield f"{case}/shift-gradient", shift.grad
            yield f"{case}/running-mean", mean
            yield f"{case}/running-variance", variance


def poolings(dtype):
    """Max pooling 3×3, stride 2, padding 1, on distinct values and on -1, 0, 1 (ties everywhere: the first in row order
    takes the gradient); global average pooling."""
    channels = 3
    for size in range(1, 10):
        shape = [LANES, channels, size, size]
        for form in ["distinct", "ties"]:
            case = f"max-pooling/{form}-h{size}"
            x = formula.uniform(f"{case}/input", shape, 2)
            if form == "ties":
                x = formula.integers(f"{case}/input", shape, 3) - 1
            x = x.to(dtype).requires_grad_()
            y = functional.max_pool2d(x, 3, 2, 1)
            y.backward(formula.uniform(f"{case}/output-gradient", list(y.shape), 2).to(dtype))
            yield f"{case}/output", y
            yield f"{case}/input-gradient", x.grad
    for size in [1, 2, 5, 8]:
        case = f"average-pooling/h{size}"
        x = formula.uniform(f"{case}/input", [LANES, channels, size, size], 2).to(dtype).requires_grad_()
        y = functional.adaptive_avg_pool2d(x, 1)
        y.backward(formula.uniform(f"{case}/output-gradient", [LANES, channels, 1, 1], 2).to(dtype))
        yield f"{case}/output", y.flatten(1)
        yield f"{case}/input-gradient", x.grad


def linears(dtype):
    for features, classes in [(64, 10), (7, 3), (1, 1)]:
        case = f"linear/f{features}c{classes}"
        x = formula.uniform(f"{case}/input", [LANES, features], 2).to(dtype).requires_grad_()
        w = formula.uniform(f"{case}/weight", [classes, features], 1).to(dtype).requires_grad_()
        b = formula.uniform(f"{case}/bias", [classes], 1).to(dtype).requires_grad_()
        y = functional.linear(x, w, b)
        y.backward(formula.uniform(f"{case}/output-gradient", [LANES, classes], 2).to(dtype))
        yield f"{case}/output", y
        yield f"{case}/input-gradient", x.grad
        yield f"{case}/weight-gradient", w.grad
        yield f"{case}/bias-gradient", b.grad


def losses(dtype):
    """Mean cross-entropy over the batch; "large" has logits up to ±200, where a naive softmax overflows."""
    for form, scale, smoothing in [("plain", 8, 0.0), ("smoothed", 8, 0.1), ("large", 400, 0.1)]:
        case = f"cross-entropy/{form}"
        x = formula.uniform(f"{case}/logits", [LANES, 10], scale).to(dtype).requires_grad_()
        loss = functional.cross_entropy(x, formula.labels(f"{case}/labels", LANES), label_smoothing=smoothing)
        loss.backward()
        yield f"{case}/loss", loss.reshape(1)
        yield f"{case}/gradient", x.grad


def formulas(dtype):
    """What Swift's side of the formula is held against."""
    yield "formula/uniform", formula.uniform("formula/uniform", [200], 3.7, 0.1).to(dtype)
    yield "formula/integers", formula.integers("formula/integers", [200], 10).to(dtype)
    yield "formula/sampled", formula.uniform("formula/sampled", [1000], 1).to(dtype)
    yield "formula/images/0", formula.images("images/0", [1, 3, 8, 8]).to(dtype)
    yield "formula/labels/1", formula.labels("labels/1", 64).to(dtype)
    yield "formula/parameter/layer1.0.conv1.weight", formula.parameter("layer1.0.conv1.weight", [2, 3, 3, 3]).to(dtype)
    yield "formula/parameter/fc.weight", formula.parameter("fc.weight", [2, 10]).to(dtype)
    for name in ["bn1.weight", "bn1.bias", "bn1.running_mean", "bn1.running_var", "fc.bias"]:
        yield f"formula/parameter/{name}", formula.parameter(name, [20]).to(dtype)


def layers(dtype):
    yield from formulas(dtype)
    yield from convolutions(dtype)
    yield from normalizations(dtype)
    yield from poolings(dtype)
    yield from linears(dtype)
    yield from losses(dtype)


def network(architecture, dtype):
    """Parameters and running statistics by the formula, keyed by torchvision's names."""
    model = resnet.build(architecture).to(dtype)
    state = {
        name: value if name.endswith("num_batches_tracked") else formula.parameter(name, list(value.shape)).to(dtype)
        for name, value in model.state_dict().items()
    }
    model.load_state_dict(state)
    return model


def running_statistics(model):
    return {name: value for name, value in model.named_buffers() if not name.endswith("num_batches_tracked")}


def accumulate(model, images, labels, microbatches):
    """Gradients and running statistics of one batch, and the mean loss and the logits.

    The batch's images are split in order into equal microbatches, each normalised by its own statistics. The gradient is
    the mean of the microbatches' gradients. The running statistics make one step a batch: every microbatch starts from
    the old ones, r' = 0.9 r + 0.1 s with s its mean and its unbiased variance, and the results are averaged, which is the
    step with the averaged s.
    """
    before = {name: value.clone() for name, value in running_statistics(model).items()}
    total = {name: torch.zeros_like(value) for name, value in before.items()}
    model.zero_grad()
    model.train()
    outputs, loss = [], 0
    for x, y in zip(images.chunk(microbatches), labels.chunk(microbatches)):
        for name, value in running_statistics(model).items():
            value.copy_(before[name])
        logits = model(x)
        part = functional.cross_entropy(logits, y) / microbatches
        part.backward()
        loss += part.detach()
        outputs.append(logits.detach())
        for name, value in running_statistics(model).items():
            total[name] += value
    for name, value in running_statistics(model).items():
        value.copy_(total[name] / microbatches)
    return torch.cat(outputs), loss


def training(architecture, dtype, case, batch, microbatches, steps):
    """The first step's logits, loss, gradients and running statistics, then everything after `steps` steps of SGD.

    Without any step of SGD the first three are all.
    """
    model = network(architecture, dtype)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9, nesterov=True, weight_decay=5e-4)
    for step in range(max(steps, 1)):
        images = formula.images(f"images/{step}", [batch, 3, 32, 32]).to(dtype)
        logits, loss = accumulate(model, images, formula.labels(f"labels/{step}", batch), microbatches)
        yield f"{case}/loss/{step}", loss.clone().reshape(1)
        if step == 0:
            yield f"{case}/logits", logits
            for name, value in model.named_parameters():
                yield f"{case}/gradient/{name}", value.grad.clone()
            if steps == 0:
                return
            for name, value in running_statistics(model).items():
                yield f"{case}/after-1/{name}", value.clone()
        optimizer.step()
    for name, value in model.named_parameters():
        yield f"{case}/after-{steps}/{name}", value.clone()
    for name, value in running_statistics(model).items():
        yield f"{case}/after-{steps}/{name}", value.clone()


def evaluation(architecture, dtype, batch):
    model = network(architecture, dtype).eval()
    with torch.no_grad():
        yield "evaluation/logits", model(formula.images("images/0", [batch, 3, 32, 32]).to(dtype))


def resnet8(dtype):
    yield from evaluation("resnet8", dtype, 32)
    yield from training("resnet8", dtype, "whole", 32, 1, 10)
    yield from training("resnet8", dtype, "halves", 32, 2, 10)


def resnet18(dtype):
    yield from evaluation("resnet18", dtype, 64)
    yield from training("resnet18", dtype, "whole", 64, 1, 1)


def resnet34(dtype):
    yield from evaluation("resnet34", dtype, 32)
    yield from training("resnet34", dtype, "whole", 32, 1, 0)


def resnet50(dtype):
    yield from evaluation("resnet50", dtype, 32)
    yield from training("resnet50", dtype, "whole", 32, 1, 0)


if __name__ == "__main__":
    torch.use_deterministic_algorithms(True)
    for make in [layers, resnet8, resnet18, resnet34, resnet50]:
        if make.__name__ in (sys.argv[1:] or [make.__name__]):
            record.write(HERE / f"{make.__name__}.safetensors", make)
