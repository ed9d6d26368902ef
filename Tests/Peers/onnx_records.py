"""Logits of the images in a record file by ONNX Runtime, normalised by what the ONNX file itself says.

    onnx_records.py MODEL RECORDS LOGITS

RECORDS are CIFAR-10's: a label and 3072 bytes each. LOGITS receives N rows of raw 32-bit floats.
"""

import sys

import numpy
import onnxruntime


def main():
    path, records_path, logits_path = sys.argv[1:]
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    said = session.get_modelmeta().custom_metadata_map
    mean, deviation = (numpy.array(said[name].split(), "<f4").reshape(3, 1, 1) for name in ("mean", "deviation"))
    records = numpy.fromfile(records_path, dtype="u1").reshape(-1, 3073)
    pixels = records[:, 1:].reshape(-1, 3, 32, 32).astype("<f4") / numpy.float32(255)
    session.run(["logits"], {"images": (pixels - mean) / deviation})[0].astype("<f4").tofile(logits_path)


if __name__ == "__main__":
    main()
