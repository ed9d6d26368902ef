"""Measures PyTorch's fine-tuning step of a pruned network and prints one JSON object.

The network is a trained one, pruned by `torch.nn.utils.prune.global_unstructured`, whose hooks multiply every weight by its
mask before each forward pass: what PyTorch's own tutorial does.
"""

import json

import torch

import network
import pytorch_step


def main():
    arguments = pytorch_step.parser(__doc__)
    arguments.add_argument("--model", required=True, help="safetensors file of a trained network")
    arguments.add_argument("--prune", type=float, default=0.98, help="pruned share of the convolution weights")
    options = arguments.parse_args()
    torch.manual_seed(0)
    model = network.load(options.model)
    network.mask(model, options.prune)
    # The layout is chosen afterwards, so that the masks get it too: otherwise each forward pass converts them.
    result = pytorch_step.measure(model, options, learning_rate=1e-3)
    zeros = sum(int((module.weight_mask == 0).sum()) for module, _ in network.convolutions(model))
    weights = sum(module.weight_mask.numel() for module, _ in network.convolutions(model))
    print(json.dumps(result | {"sparsity": zeros / weights}))


if __name__ == "__main__":
    main()
