"""Writes resnet8-state.safetensors: resnet8's state_dict with the formula's values after 7 training steps.

    pip install torch==2.13.0 numpy safetensors
    python3 state_dictionary.py
"""

from pathlib import Path

import torch
from safetensors.torch import save_file

import networks

state = networks.network("resnet8", torch.float32).state_dict()
for name, value in state.items():
    if name.endswith("num_batches_tracked"):
        value.fill_(7)
save_file(state, Path(__file__).parent / "resnet8-state.safetensors", metadata={"format": "pt"})
