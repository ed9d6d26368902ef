"""ResNet18 as https://github.com/kuangliu/pytorch-cifar builds it (the same names, shapes and arithmetic), and its state_dict.

    pytorch_cifar.py save FILE IMAGES LOGITS [masked] [parallel]    a random network, perhaps pruned, perhaps in DataParallel
    pytorch_cifar.py load FILE IMAGES LOGITS                        a network from a file, with its masks if it has some

IMAGES are raw 32-bit floats, N×3×32×32; LOGITS receives N rows of ten.
"""

import sys

import numpy
import torch
from safetensors.torch import load_file, save_file
from torch import nn
from torch.nn import functional
from torch.nn.utils import prune


class BasicBlock(nn.Module):
    def __init__(self, in_planes, planes, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(in_planes, planes, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(planes)
        self.conv2 = nn.Conv2d(planes, planes, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(planes)
        self.shortcut = nn.Sequential()
        if stride != 1 or in_planes != planes:
            self.shortcut = nn.Sequential(
                nn.Conv2d(in_planes, planes, 1, stride, bias=False), nn.BatchNorm2d(planes)
            )

    def forward(self, x):
        out = functional.relu(self.bn1(self.conv1(x)))
        return functional.relu(self.bn2(self.conv2(out)) + self.shortcut(x))


class ResNet18(nn.Module):
    def __init__(self):
        super().__init__()
        self.in_planes = 64
        self.conv1 = nn.Conv2d(3, 64, 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.layer1 = self.layer(64, 1)
        self.layer2 = self.layer(128, 2)
        self.layer3 = self.layer(256, 2)
        self.layer4 = self.layer(512, 2)
        self.linear = nn.Linear(512, 10)

    def layer(self, planes, stride):
        first = BasicBlock(self.in_planes, planes, stride)
        self.in_planes = planes
        return nn.Sequential(first, BasicBlock(planes, planes, 1))

    def forward(self, x):
        out = functional.relu(self.bn1(self.conv1(x)))
        out = self.layer4(self.layer3(self.layer2(self.layer1(out))))
        return self.linear(functional.avg_pool2d(out, 4).flatten(1))


def main():
    action, path, images_path, logits_path, *options = sys.argv[1:]
    images = torch.from_numpy(numpy.fromfile(images_path, dtype="<f4").reshape(-1, 3, 32, 32))
    torch.manual_seed(1)
    model = ResNet18()
    if action == "save":
        for module in model.modules():
            if isinstance(module, nn.BatchNorm2d):
                nn.init.uniform_(module.weight, 0.5, 1.5)
                nn.init.uniform_(module.running_mean, -0.5, 0.5)
                nn.init.uniform_(module.running_var, 0.5, 1.5)
        convolutions = [(module, "weight") for module in model.modules() if isinstance(module, nn.Conv2d)]
        if "masked" in options:
            prune.global_unstructured(convolutions, prune.L1Unstructured, amount=0.9)
        saved = nn.DataParallel(model) if "parallel" in options else model
        save_file(saved.state_dict(), path)
    else:
        state = load_file(path)
        for name in state:
            if name.endswith(".weight_mask"):
                prune.identity(model.get_submodule(name.removesuffix(".weight_mask")), "weight")
        model.load_state_dict(state)
    with torch.inference_mode():
        model.eval()(images).numpy().astype("<f4").tofile(logits_path)


if __name__ == "__main__":
    main()
