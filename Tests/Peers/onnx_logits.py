"""Checks an ONNX file with onnx's own checker and computes logits with ONNX Runtime.

    onnx_logits.py MODEL IMAGES LOGITS

IMAGES are raw 32-bit floats, N×3×32×32. LOGITS receives N rows computed as one batch, then N computed one by one.
"""

import sys

import numpy
import onnx
import onnxruntime


def main():
    path, images_path, logits_path = sys.argv[1:]
    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    print("producer", model.producer_name, "operators", *sorted({node.op_type for node in model.graph.node}))
    images = numpy.fromfile(images_path, dtype="<f4").reshape(-1, 3, 32, 32)
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    (entry,), (result,) = session.get_inputs(), session.get_outputs()
    print("input", entry.name, *entry.shape, "output", result.name, *result.shape)
    together = session.run(["logits"], {"images": images})[0]
    alone = [session.run(["logits"], {"images": images[i : i + 1]})[0] for i in range(len(images))]
    numpy.concatenate([together, *alone]).astype("<f4").tofile(logits_path)


if __name__ == "__main__":
    main()
