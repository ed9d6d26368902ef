"""Prints as JSON what numpy finds in the training images of a data set that `dptrain data import` made.

    python dataset.py DIRECTORY
"""

import json
import sys
from pathlib import Path

import numpy

folder = Path(sys.argv[1])
names = (folder / "batches.meta.txt").read_text().splitlines()
records = numpy.fromfile(folder / "data_batch_1.bin", numpy.uint8).reshape(-1, 3073)
pixels = records[:, 1:].reshape(-1, 3, 1024) / 255
print(
    json.dumps(
        {
            "mean": pixels.mean((0, 2)).tolist(),
            "standardDeviation": pixels.std((0, 2)).tolist(),
            "counts": {name: int((records[:, 0] == label).sum()) for label, name in enumerate(names)},
        }
    )
)
