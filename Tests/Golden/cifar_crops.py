"""Writes Tests/ImagesTests/Records/Golden: a record and what torchvision's transforms make of it (pip install torchvision numpy).

    python3 Tests/Golden/cifar_crops.py

`crops.bin` holds, in little-endian float32, the record's pixels normalised as they are, then after each placement of
PLACEMENTS: (left, top) of the crop in the padded image, then whether it is flipped. Only the middle channel is kept of
the crops, and of the image all three.
"""

from pathlib import Path

import numpy as np
from PIL import Image
from torchvision.transforms import functional

PLACEMENTS = [(0, 0, False), (8, 8, False), (4, 4, True), (1, 7, True), (8, 3, True), (3, 0, True)]

folder = Path(__file__).parent.parent / "ImagesTests" / "Records" / "Golden"
folder.mkdir(parents=True, exist_ok=True)
# Every byte value occurs in every channel.
planes = (np.arange(3 * 1024) * 37 % 256).astype(np.uint8).reshape(3, 32, 32)
image = Image.fromarray(planes.transpose(1, 2, 0))


def normalised(picture):
    tensor = functional.to_tensor(picture)
    return functional.normalize(tensor, (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)).numpy()


parts = [normalised(image)]
for left, top, flipped in PLACEMENTS:
    crop = functional.crop(functional.pad(image, 4), top, left, 32, 32)
    parts.append(normalised(functional.hflip(crop) if flipped else crop)[1])
np.concatenate([part.ravel() for part in parts]).astype("<f4").tofile(folder / "crops.bin")
