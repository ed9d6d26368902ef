"""ResNet as torchvision builds it: the same names, shapes and arithmetic, without needing torchvision."""

from torch import nn


class BasicBlock(nn.Module):
    expansion = 1

    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.relu = nn.ReLU(inplace=True)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.downsample = None
        if stride != 1 or inputs != outputs:
            self.downsample = nn.Sequential(
                nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs)
            )

    def forward(self, x):
        identity = x if self.downsample is None else self.downsample(x)
        y = self.relu(self.bn1(self.conv1(x)))
        return self.relu(self.bn2(self.conv2(y)) + identity)


class Bottleneck(nn.Module):
    """Version 1.5: the stride stands in the 3x3 convolution."""

    expansion = 4

    def __init__(self, inputs, width, stride):
        super().__init__()
        outputs = width * self.expansion
        self.conv1 = nn.Conv2d(inputs, width, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, stride, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        self.conv3 = nn.Conv2d(width, outputs, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(outputs)
        self.relu = nn.ReLU(inplace=True)
        self.downsample = None
        if stride != 1 or inputs != outputs:
            self.downsample = nn.Sequential(
                nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs)
            )

    def forward(self, x):
        identity = x if self.downsample is None else self.downsample(x)
        y = self.relu(self.bn1(self.conv1(x)))
        y = self.relu(self.bn2(self.conv2(y)))
        return self.relu(self.bn3(self.conv3(y)) + identity)


class ResNet(nn.Module):
    """`widths` and `blocks` describe the stages; the first keeps the resolution, each later one halves it."""

    def __init__(self, widths, blocks, small_stem, block=BasicBlock, classes=10):
        super().__init__()
        self.stages = len(widths)
        channels = widths[0]
        if small_stem:
            self.conv1 = nn.Conv2d(3, channels, 3, 1, 1, bias=False)
        else:
            self.conv1 = nn.Conv2d(3, channels, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.relu = nn.ReLU(inplace=True)
        self.maxpool = nn.Identity() if small_stem else nn.MaxPool2d(3, 2, 1)
        for stage, (width, count) in enumerate(zip(widths, blocks), 1):
            layers = []
            for number in range(count):
                layers.append(block(channels, width, 2 if stage > 1 and number == 0 else 1))
                channels = width * block.expansion
            setattr(self, f"layer{stage}", nn.Sequential(*layers))
        self.avgpool = nn.AdaptiveAvgPool2d((1, 1))
        self.fc = nn.Linear(channels, classes)

    def forward(self, x):
        x = self.maxpool(self.relu(self.bn1(self.conv1(x))))
        for stage in range(1, self.stages + 1):
            x = getattr(self, f"layer{stage}")(x)
        return self.fc(self.avgpool(x).flatten(1))


WIDTHS = [64, 128, 256, 512]
ARCHITECTURES = {
    "resnet8": lambda: ResNet([16, 32, 64], [1, 1, 1], small_stem=True),
    "resnet18": lambda: ResNet(WIDTHS, [2, 2, 2, 2], small_stem=False),
    "resnet18-cifar": lambda: ResNet(WIDTHS, [2, 2, 2, 2], small_stem=True),
    "resnet34": lambda: ResNet(WIDTHS, [3, 4, 6, 3], small_stem=False),
    "resnet50": lambda: ResNet(WIDTHS, [3, 4, 6, 3], small_stem=False, block=Bottleneck),
}


def build(architecture):
    if architecture not in ARCHITECTURES:
        raise ValueError(f"no architecture is called {architecture}: {', '.join(ARCHITECTURES)}")
    return ARCHITECTURES[architecture]()
