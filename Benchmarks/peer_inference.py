"""Measures the inference of PyTorch, ONNX Runtime or OpenVINO and prints one JSON object.

The images lie ready in memory, and every runtime folds batch norm by itself. Each offers several ways to use the cores;
without --variant all are tried for a short time and the fastest is measured.
"""

import argparse
import concurrent.futures
import io
import json
import os
import statistics
import threading
import time
import warnings

import torch

import network


def pytorch(model, images, threads, variant):
    """Functions of no argument, one a caller, that infer one batch each."""
    torch.set_num_threads(1 if variant == "optimized, parallel" else threads)
    model = model.to(memory_format=torch.channels_last)
    images = images.contiguous(memory_format=torch.channels_last)
    if variant != "eager":
        model = torch.jit.freeze(torch.jit.trace(model, images))
    if variant.startswith("optimized"):
        model = torch.jit.optimize_for_inference(model)

    def infer():
        with torch.inference_mode():
            return model(images).numpy()

    return [infer] * (threads if variant == "optimized, parallel" else 1)


def exported(model, images):
    """The network in ONNX's format, for batches of this size."""
    file = io.BytesIO()
    torch.onnx.export(
        model, (images,), file, dynamo=False, do_constant_folding=True, input_names=["images"], output_names=["logits"]
    )
    return file.getvalue()


def onnx_runtime(model, images, threads, variant):
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
    options.intra_op_num_threads = 1 if variant == "parallel" else threads
    session = onnxruntime.InferenceSession(exported(model, images), options, providers=["CPUExecutionProvider"])

    def caller():
        binding = session.io_binding()
        binding.bind_cpu_input("images", images.numpy())
        binding.bind_output("logits")

        def infer():
            session.run_with_iobinding(binding)
            return binding

        return infer

    return [caller() for _ in range(threads if variant == "parallel" else 1)]


def openvino(model, images, threads, variant):
    import openvino as runtime

    core = runtime.Core()
    # Where the processor has bfloat16, OpenVINO would compute in it: the others all use float32.
    settings = {
        "PERFORMANCE_HINT": variant.upper(), "INFERENCE_NUM_THREADS": threads, "INFERENCE_PRECISION_HINT": "f32"
    }  # fmt: skip
    compiled = core.compile_model(core.read_model(exported(model, images)), "CPU", settings)
    callers = compiled.get_property("OPTIMAL_NUMBER_OF_INFER_REQUESTS") if variant == "throughput" else 1

    def caller():
        request = compiled.create_infer_request()
        request.set_input_tensor(runtime.Tensor(images.numpy(), shared_memory=True))

        def infer():
            request.infer(share_outputs=True)
            return request

        return infer

    return [caller() for _ in range(callers)]


PEERS = {
    "pytorch": (pytorch, ["eager", "frozen", "optimized", "optimized, parallel"]),
    "onnxruntime": (onnx_runtime, ["one batch", "parallel"]),
    "openvino": (openvino, ["latency", "throughput"]),
}


def logits(peer, answer):
    if peer == "onnxruntime":
        return answer.copy_outputs_to_cpu()[0]
    return answer.get_output_tensor().data if peer == "openvino" else answer


def measure(callers, batch, seconds):
    """Lets all callers infer batch after batch, and returns images a second over all and the median batch's seconds."""
    together = threading.Barrier(len(callers))

    def repeat(infer):
        together.wait()
        times = []
        start = now = time.perf_counter()
        while now < start + seconds or len(times) < 5:
            infer()
            last, now = now, time.perf_counter()
            times.append(now - last)
        return times

    if len(callers) == 1:
        median = statistics.median(repeat(callers[0]))
    else:
        with concurrent.futures.ThreadPoolExecutor(len(callers)) as pool:
            median = statistics.median(sum(pool.map(repeat, callers), []))
    return len(callers) * batch / median, median


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peer", choices=PEERS, required=True)
    parser.add_argument("--model", required=True, help="safetensors file of a trained network")
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--prune", type=float, default=0, help="share of the convolution weights that become zeros")
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--seconds", type=float, default=2, help="how long to measure (default 2)")
    parser.add_argument("--variant", help="how the peer uses the cores (default: the fastest)")
    options = parser.parse_args()
    variants = PEERS[options.peer][1]
    if options.variant not in [None, *variants]:
        parser.error(f"--variant of {options.peer} is one of {variants}, not {options.variant}")
    return options


def main():
    warnings.simplefilter("ignore", DeprecationWarning)
    options = arguments()
    make, variants = PEERS[options.peer]
    if options.variant:
        variants = [options.variant]
    elif options.threads == 1:
        variants = [variant for variant in variants if "parallel" not in variant]
    torch.manual_seed(0)
    torch.set_num_threads(options.threads)
    model = network.load(options.model).eval()
    if options.prune > 0:
        network.zero(model, options.prune)
    model.requires_grad_(False)
    images = torch.randn(options.batch, 3, 32, 32)
    expected = model(images)

    callers, trials = {}, {}
    for variant in variants:
        callers[variant] = make(model, images, options.threads, variant)
        found = torch.from_numpy(logits(options.peer, callers[variant][0]()).copy())
        torch.testing.assert_close(found, expected, rtol=1e-3, atol=1e-3)
        trials[variant] = measure(callers[variant], options.batch, options.seconds / 4)[0]
    fastest = max(trials, key=trials.get)
    if options.peer == "pytorch":
        torch.set_num_threads(1 if "parallel" in fastest else options.threads)
    rate, median = measure(callers[fastest], options.batch, options.seconds)
    result = {
        "peer": options.peer,
        "images_per_second": rate,
        "seconds_median": median,
        "batch": options.batch,
        "threads": options.threads,
        "callers": len(callers[fastest]),
        "variant": fastest,
        "trials": trials,
        "sparsity": options.prune,
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
