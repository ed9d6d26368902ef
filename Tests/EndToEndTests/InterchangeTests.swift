import Formats
import Foundation
import Networks
import TestSupport
import Testing

/// What docs/interchange.md tells people to type works, block after block.
@Suite(.peer("safetensors.torch"), .peer("torchvision_models"))
struct InterchangeTests {
  /// torchvision itself, of which `Tests/Peers/torchvision_models.py` gets the models where its compiled operators do not load.
  private static let prelude = """
    import sys
    sys.path.insert(0, sys.argv[1])
    import torch, torchvision_models
    torch.manual_seed(3)

    """

  /// Ends with status 1 where the way through dptrain changed anything.
  private static let checks = """

    images = torch.randn(2, 3, 32, 32)
    first, state = load_file("masked.safetensors"), load_file("masked-again.safetensors")
    kept = {name: mask for name, mask in first.items() if name.endswith("_mask")}
    assert len(kept) == 20 and set(first) == set(state)
    for name in first:
        if name.endswith("_orig"):
            assert torch.equal(first[name] * first[name.replace("_orig", "_mask")], state[name])
        else:
            assert torch.equal(first[name], state[name]), name
    total = sum(mask.numel() for mask in kept.values())
    left = sum(int(mask.sum()) for mask in kept.values())
    assert left == total - round(0.8 * total)
    again = [module.weight_mask for module, _ in convolutions(model)]
    assert sum(int(mask.sum()) for mask in again) == left - round(0.5 * left)
    names = {module: name for name, module in model.named_modules()}
    gone, stayed = [], []
    for module, _ in convolutions(model):
        before = first[names[module] + ".weight_mask"]
        assert bool((module.weight_mask <= before).all())
        size = module.weight_orig.detach().abs()
        gone.append(size[(before == 1) & (module.weight_mask == 0)])
        stayed.append(size[module.weight_mask == 1])
    assert float(torch.cat(gone).max()) <= float(torch.cat(stayed).min())
    reference = resnet18(num_classes=10)
    reference.load_state_dict({
        name.removesuffix("_orig"): value * first[name.replace("_orig", "_mask")] if name.endswith("_orig") else value
        for name, value in first.items() if not name.endswith("_mask")
    })
    with torch.inference_mode():
        assert torch.equal(reference.eval()(images), plain.eval()(images))

    # What torchvision's own network makes of some bytes of pixels.
    pixels = torch.randint(256, (4, 3, 32, 32), dtype=torch.uint8)
    with open("records.bin", "wb") as records:
        for image in pixels:
            records.write(bytes([0]) + image.numpy().tobytes())
    mean, deviation = (torch.tensor(x).reshape(3, 1, 1) for x in ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)))
    with torch.inference_mode():
        logits = plain.eval()((pixels / 255 - mean) / deviation)
    open("logits", "wb").write(logits.numpy().astype("<f4").tobytes())

    """

  @Test func theDocumentsBlocksWork() throws {
    let scratch = try Scratch()
    let blocks = try codeBlocks(of: "docs/interchange.md", language: "python")
    let shell = try #require(try codeBlocks(of: "docs/interchange.md", language: "sh").first)
    try #require(blocks.count == 3)
    // One program: the second block goes on where the first ended, after the shell's.
    let peers = projectDirectory.appending(path: "Tests/Peers").path()
    let program =
      Self.prelude + blocks[0]
      + "import subprocess\nsubprocess.run(['sh', '-ec', sys.argv[2]], check=True, stdout=subprocess.DEVNULL)\n"
      + blocks[1] + Self.checks + blocks[2]
    try scratch.write(Data(program.utf8), "program.py")
    let place = URL(filePath: try builtExecutable("dptrain")).deletingLastPathComponent().path()
    let path = "\(place):\(ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin")"
    let result = try run(
      Peer.interpreter, ["program.py", peers, shell], environment: ["PATH": path], directory: scratch.url,
      timeout: 240)
    #expect(result.succeeded, "\(result)")

    // Our exports load strictly, and torchvision computes from them what we do.
    let logits = LogProbabilities(logits: try scratch.contents("logits"), classes: 10)
    for model in ["masked.safetensors", "masked-again.safetensors", "zeros.safetensors"] {
      let predicted = try LogProbabilities(of: model, records: "records.bin", scratch)
      #expect(predicted.largestDifference(from: logits) < 1e-4, "\(model)")
    }

    // The last block's file begins a run.
    try scratch.writeImages()
    let training = try dptrain(
      ["train", "--start", "imagenet.safetensors", "--data", "images", "--output", "run", "--learning-rate", "1e-6"]
        + Scratch.smallBatch + ["--epochs", "1"], directory: scratch.url)
    #expect(training.succeeded, "\(training)")
    #expect(
      training.outputLines.contains(
        "training begins with the weights of imagenet.safetensors; its classifier of 1,000 classes is replaced by a new one of 10"
      ), "\(training)")
    let (start, end) = (
      try SafetensorsFile(path: scratch.path("imagenet.safetensors")),
      try SafetensorsFile(path: scratch.path("run/dense.safetensors"))
    )
    #expect(try end.shape("fc.weight") == [10, 512])
    let (before, after) = (try start.floats("layer1.0.conv1.weight"), try end.floats("layer1.0.conv1.weight"))
    #expect(zip(before, after).allSatisfy { ($0 - $1).magnitude < 1e-3 } && before != after)
  }
}
