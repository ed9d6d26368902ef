"""Writes the golden files of Tests/FormatsTests with the reference implementation (pip install safetensors numpy torch).

    python3 Tests/Golden/safetensors_files.py
"""

from pathlib import Path

import numpy as np
import torch
from safetensors.numpy import save_file
from safetensors.torch import save_file as save_torch_file

folder = Path(__file__).parent.parent / "FormatsTests" / "Golden"
folder.mkdir(parents=True, exist_ok=True)

# The types the project writes, names that need escapes, a scalar, an empty tensor: rewritten byte for byte by the tests.
save_file(
    {
        "conv1.weight": (np.arange(24, dtype=np.float32) - 11.5).reshape(2, 3, 2, 2) / 7,
        "bn1.running_mean": np.array([1.5, -0.0, np.inf, 1e-45], np.float32),
        "bn1.num_batches_tracked": np.array(12345678901, np.int64),
        "conv1.mask": np.array([True, False, True]),
        "bytes": np.arange(250, 260, dtype=np.int64).astype(np.uint8),
        "steps": np.array([-1, 2**31 - 1], np.int32),
        "hash": np.array([2**64 - 1, 0], np.uint64),
        "loss": np.array([[0.1], [1e300]], np.float64),
        "empty": np.zeros((3, 0, 2), np.float32),
        'quoted "name" \\ \n\t\x01 é/😀\x7f': np.array([2.0], np.float32),
        "Z": np.array([3.0], np.float32),
    },
    folder / "written_by_reference.safetensors",
    metadata={"format": "pt"},
)

# Types that are only read.
halves = torch.tensor([0.0, -0.0, 1.0, -2.5, 65504.0, 6e-8, 6.1e-5, np.inf, -np.inf, 0.333], dtype=torch.float16)
brains = torch.tensor([0.0, 1.0, -2.5, 3.0e38, 1e-40, np.inf], dtype=torch.bfloat16)
save_torch_file(
    {
        "half": halves,
        "bfloat": brains,
        "short": torch.tensor([-3, 300], dtype=torch.int16),
        "byte": torch.tensor([-3, 127], dtype=torch.int8),
        "word": torch.tensor([2**32 - 1], dtype=torch.uint32),
    },
    folder / "other_types.safetensors",
)
print(halves.float().tolist())
print(brains.float().tolist())
