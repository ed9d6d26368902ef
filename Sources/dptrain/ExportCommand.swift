import ArgumentParser
import Images
import Export
import Formats
import Foundation
import Inference
import Networks
import Reports
import Text
import Runs
import Training

extension PackedModel.Values: ExpressibleByArgument {}
extension StateNames: ExpressibleByArgument {}

/// `dptrain export`: a model for other programs and small devices.
struct ExportCommand: ParsableCommand {
  /// The words of `--format`.
  enum Format: String, CaseIterable, ExpressibleByArgument {
    case packed
    case c
    case onnx
    case pytorch
  }

  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Write a model for other programs and small devices.",
    discussion: """
      packed: survivors only, in a file that 'evaluate', 'predict' and 'inspect' read; docs/packed-format.md describes it. For \
      a resnet18 pruned to 98 %:

        dptrain export runs/…/pruned.safetensors --format packed --values fp16 --output small.packed

      c: one C99 file and its header, with the weights, a static buffer, and a function that takes an image's bytes:

        dptrain export runs/…/pruned.safetensors --format c --output network.c

      onnx: for ONNX Runtime and all else that reads it; weights with their zeros:

        dptrain export runs/…/pruned.safetensors --format onnx --output network.onnx

      In all of these batch normalization becomes part of the weights: keep the safetensors file for training.

      pytorch: safetensors for load_state_dict, under torchvision's or pytorch-cifar's names, with --masked as \
      torch.nn.utils.prune keeps them; docs/interchange.md shows both directions:

        dptrain export runs/…/pruned.safetensors --format pytorch --masked --output masked.safetensors
      """)

  @Argument(help: "The model: a safetensors file with torchvision's or pytorch-cifar's names, or a packed model.")
  var model: String

  @Option(help: "What to write: \(Format.allCases.map(\.rawValue).joined(separator: ", ")).")
  var format: Format

  @Option(
    help: ArgumentHelp(
      """
      The file to write; one that is there is replaced. For c, NAME.c, beside which NAME.h is written: NAME is what the \
      function's name begins with.
      """, valueName: "file"))
  var output: String

  @Option(help: "packed: how to keep weights: fp32 (exact), fp16, or int8 (with a factor an output channel).")
  var values: PackedModel.Values?

  @Flag(
    help: "onnx: leave out dead channels, which tell nothing of the image or are read by nobody. The others always do.")
  var removeDeadChannels = false

  @Option(help: "pytorch: whose names to use: torchvision (downsample, fc) or pytorch-cifar (shortcut, linear).")
  var names: StateNames?

  @Flag(help: "pytorch: write weight_orig and weight_mask, so that torch.nn.utils.prune goes on from these masks.")
  var masked = false

  mutating func validate() throws {
    try TrainingOptions.require(!output.isEmpty, "--output must name a file")
    try TrainingOptions.require(!isSameFile(model, output), "--output must not be the model itself")
    try TrainingOptions.require(values == nil || format == .packed, "--values is for --format packed")
    try TrainingOptions.require(
      !removeDeadChannels || format == .onnx,
      "--remove-dead-channels is for --format onnx; packed and c files hold no dead channels anyway")
    try requirePyTorch()
  }

  private func requirePyTorch() throws {
    try TrainingOptions.require(names == nil || format == .pytorch, "--names is for --format pytorch")
    try TrainingOptions.require(!masked || format == .pytorch, "--masked is for --format pytorch")
  }

  private func isSameFile(_ first: String, _ second: String) -> Bool {
    let paths = [first, second].map { URL(filePath: $0).resolvingSymlinksInPath().standardizedFileURL.path }
    return paths[0] == paths[1]
  }

  func run() throws {
    guard format != .pytorch else { return try writePyTorch() }
    let model = try InferenceModel(path: self.model, keepingDeadChannels: format == .onnx && !removeDeadChannels)
    print("\(self.model): \(model.summary)")
    switch format {
    case .packed: try writePacked(model)
    case .c: try writeC(model)
    case .onnx: try writeONNX(model)
    case .pytorch: break
    }
  }

  private func writePacked(_ model: InferenceModel) throws {
    let values = self.values ?? .fp32
    let packed = try PackedModel(model.network, model.architecture, values: values, metadata: model.metadata)
    let size = try packed.write(to: output)
    let dense = 4 * model.parameterCount
    let lost = model.network.survivorCount - packed.network.survivorCount
    print(
      """
      \(output): \(packed.network.survivorCount.grouped) weights as \(values.rawValue), \(size.grouped) bytes: \
      \(size.percent(of: dense)) of the dense \(dense.bytes), \((Double(dense) / Double(size)).factor) smaller
      """)
    if lost > 0 { print("\(lost.grouped) weights are too small for \(values.rawValue) and became zero") }
  }

  private func writeC(_ model: InferenceModel) throws {
    let split = output.lastIndex(of: "/").map { output.index(after: $0) } ?? output.startIndex
    let (directory, file) = (String(output[..<split]), output[split...])
    let name = String(file.hasSuffix(".c") ? file.dropLast(2) : file)
    let normalization = try normalization(of: model)
    let source = try CModel(
      model.network, name: name, title: title(model),
      normalization: .init(
        mean: (0..<3).map { normalization.mean[$0] },
        standardDeviation: (0..<3).map { normalization.standardDeviation[$0] }))
    try source.write(to: directory)
    print(
      """
      \(name).c and \(name).h: int \(name)_predict(const uint8_t image[3072], float logits[\(model.network.classes)]), \
      \(model.network.survivorCount.grouped) weights; \(source.tableSize.bytes) of constants, \
      \(source.bufferSize.bytes) of working memory
      """)
  }

  private func writeONNX(_ model: InferenceModel) throws {
    let normalization = try normalization(of: model)
    func text(_ numbers: SIMD3<Float>) -> String { (0..<3).map { "\(numbers[$0])" }.joined(separator: " ") }
    let file = try ONNXModel(
      model.network, description: title(model), version: Dptrain.version,
      metadata: [
        ("input", "pixels in [0, 1], less the mean, over the deviation; red, green, blue"),
        ("mean", text(normalization.mean)), ("deviation", text(normalization.standardDeviation)),
      ])
    try file.write(to: output)
    print(
      """
      \(output): input images [batch, 3, 32, 32], output logits [batch, \(model.network.classes)]; \
      \(file.bytes.count.bytes)
      """)
  }

  /// What the model's images were normalised by.
  private func normalization(of model: InferenceModel) throws -> Normalization {
    try ModelMetadata(model.metadata, path: self.model, classes: model.network.classes).normalization ?? .imageNet
  }

  private func writePyTorch() throws {
    let network = try Network(path: model)
    let tensors = network.stateDictionary(names: names ?? .torchvision, masked: masked)
    let metadata = try SafetensorsFile(path: model).metadata.merging(["format": "pt"]) { _, own in own }
    try SafetensorsFile.write(tensors, metadata: metadata, to: output)
    print("\(model): \(network.architecture.rawValue), \(network.layout.parameterCount.grouped) parameters")
    let masks = tensors.count { $0.name.hasSuffix("_mask") }
    print(
      "\(output): \(tensors.count) tensors under \((names ?? .torchvision).rawValue)'s names"
        + (masks == 0 ? "" : ", \(masks) of them masks"))
    if names == .pytorchCIFAR && network.architecture != .resnet18CIFAR {
      print("note: pytorch-cifar's ResNet18 is what dptrain calls resnet18-cifar; it cannot load this network's stem")
    }
  }

  private func title(_ model: InferenceModel) -> String {
    "\(model.architecture.rawValue) for \(model.network.classes) classes, \(model.network.survivorCount.grouped) weights"
  }
}
