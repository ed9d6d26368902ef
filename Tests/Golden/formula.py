"""Numbers that Python and Swift both make, bit for bit, so that golden files need to hold results only.

The Swift twin is `Tests/Support/Formula.swift`; the definition stands in `README.md`.
"""

import math

import numpy as np
import torch


def key(name):
    """FNV-1a, 32 bits, of the name's UTF-8 bytes."""
    value = 0x811C9DC5
    for byte in name.encode():
        value = ((value ^ byte) * 0x01000193) & 0xFFFFFFFF
    return value


def hashes(name, count):
    """Element i is lowbias32(key + i * 0x9E3779B9), all modulo 2^32."""
    x = np.arange(count, dtype=np.uint32) * np.uint32(0x9E3779B9) + np.uint32(key(name))
    x ^= x >> np.uint32(16)
    x *= np.uint32(0x7FEB352D)
    x ^= x >> np.uint32(15)
    x *= np.uint32(0x846CA68B)
    x ^= x >> np.uint32(16)
    return x


def uniform(name, shape, scale, offset=0.0):
    """offset + scale * (u - 0.5) in float32, where u is the hash's upper 24 bits over 2^24."""
    fraction = (hashes(name, math.prod(shape)) >> np.uint32(8)).astype(np.float32) * np.float32(2.0**-24)
    values = np.float32(offset) + np.float32(scale) * (fraction - np.float32(0.5))
    return torch.from_numpy(values.reshape(shape))


def integers(name, shape, bound):
    """(hash >> 8) modulo bound."""
    values = (hashes(name, math.prod(shape)) >> np.uint32(8)) % np.uint32(bound)
    return torch.from_numpy(values.astype(np.int64).reshape(shape))


def images(name, shape):
    """Uniform of mean 0 and variance 1."""
    return uniform(name, shape, math.sqrt(12))


def labels(name, count):
    return integers(name, [count], 10)


def parameter(name, shape):
    """A network's parameter or running statistic by torchvision's name, of a scale that keeps activations near 1."""
    if len(shape) == 4:
        return uniform(name, shape, math.sqrt(24 / math.prod(shape[1:])))
    if name == "fc.weight":
        return uniform(name, shape, 2 / math.sqrt(shape[1]))
    if name == "fc.bias":
        return uniform(name, shape, 0.25)
    if name.endswith((".weight", ".running_var")):
        return uniform(name, shape, 0.5, 1)
    return uniform(name, shape, 0.5)
