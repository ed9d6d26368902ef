import Formats
import Foundation
import Inference
import Kernels
import SwiftProtobuf

/// A folded network in ONNX's format, for ONNX Runtime and all else that reads it.
///
/// Input `images`, `[batch, 3, 32, 32]` of 32-bit floats, normalised; output `logits`, `[batch, classes]`. The batch may have any
/// size. Weights are written out with their zeros, as ONNX's operators take them.
public struct ONNXModel: Sendable {
  /// Of ONNX 1.8; whatever is newer reads it too.
  static let operatorSet: Int64 = 13
  static let format: Int64 = 7

  /// The contents of the file.
  public let bytes: Data

  /// - Parameters:
  ///   - description: what the file says that it is.
  ///   - version: the program's.
  ///   - metadata: what else the file says of itself, by name.
  public init(
    _ network: FoldedNetwork, description: String, version: String, metadata: [(key: String, value: String)]
  ) throws {
    var builder = ONNXGraph(network)
    builder.build()
    var model = ONNXModelProto()
    model.irVersion = Self.format
    model.producerName = "dptrain"
    model.producerVersion = version
    model.docString = description
    model.opsetImport = [
      .with {
        $0.domain = ""; $0.version = Self.operatorSet
      }
    ]
    model.graph = builder.graph
    model.metadataProps = metadata.map { entry in
      .with {
        $0.key = entry.key; $0.value = entry.value
      }
    }
    bytes = try model.serializedData()
  }

  /// Writes the file, which appears whole or not at all.
  public func write(to path: String) throws(FileError) { try AtomicFile.write(Array(bytes), to: path) }
}

/// Collects the nodes of an exported network.
private struct ONNXGraph {
  private let network: FoldedNetwork
  private(set) var graph = ONNXGraphProto()

  init(_ network: FoldedNetwork) {
    self.network = network
    graph.name = "dptrain"
    graph.input = [Self.value("images", ["batch"] + Self.sizes(network.image))]
    graph.output = [Self.value("logits", ["batch", "\(network.classes)"])]
  }

  mutating func build() {
    for node in network.nodes {
      let (input, output) = (name(node.input), name(node.output))
      switch node.operation {
      case .convolution(let layer): addConvolution(layer, input, output, network.values[node.output])
      case .linear(let layer): addLinear(layer, input, output)
      case .maxPooling(let kernel, let stride, let padding):
        add(
          "MaxPool", "maxpool", [input], output,
          [
            Self.integers("kernel_shape", [kernel, kernel]), Self.integers("strides", [stride, stride]),
            Self.integers("pads", [Int](repeating: padding, count: 4)),
          ])
      case .averagePooling: add("GlobalAveragePool", "avgpool", [input], output)
      }
    }
  }

  private func name(_ value: FoldedNetwork.ValueIndex) -> String {
    value == 0 ? "images" : value == network.values.count - 1 ? "logits" : "value\(value)"
  }

  /// `max(0, W ∗ x + bias + residual)`, without the parts that are not there.
  private mutating func addConvolution(
    _ layer: FoldedLayer, _ input: String, _ output: String, _ value: FoldedNetwork.Value
  ) {
    let (shape, name) = (layer.shape, layer.name)
    var terms: [String] = []
    var biasIsAdded = false
    let isAll = layer.residual == nil && layer.bias.pixels == 1 && !layer.rectifies
    let product = isAll ? output : "\(name).product"
    if layer.weights.count > 0 {
      var inputs = [
        input,
        tensor(
          "\(name).weight", Self.weights(layer),
          [shape.outputChannels, shape.inputChannels, shape.kernel, shape.kernel]),
      ]
      if layer.bias.pixels == 1 {
        inputs.append(tensor("\(name).bias", layer.bias.values, [shape.outputChannels]))
        biasIsAdded = true
      }
      add(
        "Conv", name, inputs, product,
        [
          Self.integers("kernel_shape", [shape.kernel, shape.kernel]),
          Self.integers("strides", [shape.stride, shape.stride]),
          Self.integers("pads", [Int](repeating: shape.padding, count: 4)),
        ])
      if isAll { return }
      terms.append(product)
    }
    if let residual = layer.residual { terms.append(addResidual(residual, name)) }
    if !biasIsAdded {
      let (height, width) = layer.bias.pixels == 1 ? (1, 1) : (value.height, value.width)
      let bias = tensor("\(name).bias", layer.bias.values, [1, shape.outputChannels, height, width])
      terms.append(terms.isEmpty ? addConstant(bias, name, value) : bias)
    }
    addSum(terms, name, output, rectifies: layer.rectifies)
  }

  /// The sum of some terms, rectified or not, as a value of its own.
  private mutating func addSum(_ terms: [String], _ name: String, _ output: String, rectifies: Bool) {
    var sum = terms[0]
    for (number, term) in terms.enumerated().dropFirst() {
      let isLast = number == terms.count - 1 && !rectifies
      let next = isLast ? output : "\(name).sum\(number)"
      add("Add", "\(name).add\(number)", [sum, term], next)
      sum = next
    }
    if rectifies {
      add("Relu", "\(name).relu", [sum], output)
    } else if terms.count == 1 {
      add("Identity", "\(name).identity", [sum], output)
    }
  }

  /// The shortcut with a channel for each of the output's; where none is added, a channel of zeros.
  private mutating func addResidual(_ residual: FoldedLayer.Residual, _ name: String) -> String {
    let count = network.values[residual.value].channels
    var source = self.name(residual.value)
    if residual.isWhole(of: count) { return source }
    if residual.channels.contains(-1) {
      let pads = integers("\(name).pads", [0, 0, 0, 0, 0, 1, 0, 0])
      add("Pad", "\(name).pad", [source, pads], "\(name).padded")
      source = "\(name).padded"
    }
    let indices = integers("\(name).channels", residual.channels.map { $0 < 0 ? count : Int($0) })
    add("Gather", "\(name).gather", [source, indices], "\(name).shortcut", [Self.integer("axis", 1)])
    return "\(name).shortcut"
  }

  /// The same numbers for each image: added to nothing but zeros, of which there are as many as images.
  private mutating func addConstant(_ bias: String, _ name: String, _ value: FoldedNetwork.Value) -> String {
    add(
      "ReduceMean", "\(name).mean", ["images"], "\(name).means",
      [Self.integers("axes", [1, 2, 3]), Self.integer("keepdims", 1)])
    let zero = tensor("\(name).zero", [0], [1])
    add("Mul", "\(name).zeros", ["\(name).means", zero], "\(name).nothing")
    let shape = integers("\(name).shape", [1, value.channels, value.height, value.width])
    add("Expand", "\(name).expand", ["\(name).nothing", shape], "\(name).expanded")
    add("Add", "\(name).constant", ["\(name).expanded", bias], "\(name).constants")
    return "\(name).constants"
  }

  private mutating func addLinear(_ layer: FoldedLayer, _ input: String, _ output: String) {
    let (shape, name) = (layer.shape, layer.name)
    guard layer.weights.count > 0 else {
      let value = FoldedNetwork.Value(origins: Array(0..<shape.outputChannels), height: 1, width: 1)
      let bias = tensor("\(name).bias", layer.bias.values, [1, shape.outputChannels, 1, 1])
      add("Flatten", "\(name).flatten", [addConstant(bias, name, value)], output)
      return
    }
    add("Flatten", "flatten", [input], "features")
    let weights = tensor("\(name).weight", Self.weights(layer), [shape.outputChannels, shape.inputChannels])
    let bias = tensor("\(name).bias", layer.bias.values, [shape.outputChannels])
    add("Gemm", name, ["features", weights, bias], output, [Self.integer("transB", 1)])
  }

  private mutating func add(
    _ type: String, _ name: String, _ inputs: [String], _ output: String, _ attributes: [ONNXAttributeProto] = []
  ) {
    graph.node.append(
      .with {
        $0.opType = type
        $0.name = name
        $0.input = inputs
        $0.output = [output]
        $0.attribute = attributes
      })
  }

  /// Adds a constant and returns its name.
  private mutating func tensor(_ name: String, _ values: [Float], _ shape: [Int]) -> String {
    add(name, .float, shape, values.map { $0.bitPattern.littleEndian }.withUnsafeBytes { Data($0) })
  }

  private mutating func integers(_ name: String, _ values: [Int]) -> String {
    add(name, .int64, [values.count], values.map { Int64($0).littleEndian }.withUnsafeBytes { Data($0) })
  }

  private mutating func add(_ name: String, _ type: ONNXTensorProto.DataType, _ shape: [Int], _ data: Data) -> String {
    graph.initializer.append(
      .with {
        $0.name = name
        $0.dataType = type
        $0.dims = shape.map { Int64($0) }
        $0.rawData = data
      })
    return name
  }

  /// A layer's weights in ONNX's order, `[O, I, kh, kw]`, zeros where no survivor is.
  private static func weights(_ layer: FoldedLayer) -> [Float] {
    let taps = layer.shape.taps
    var weights = [Float](repeating: 0, count: layer.shape.weights)
    for (tap, positions) in layer.weights.positions.enumerated() {
      for (position, value) in zip(positions, layer.weights.values[tap]) { weights[Int(position) * taps + tap] = value }
    }
    return weights
  }

  private static func sizes(_ value: FoldedNetwork.Value) -> [String] {
    ["\(value.channels)", "\(value.height)", "\(value.width)"]
  }

  private static func value(_ name: String, _ sizes: [String]) -> ONNXValueInfoProto {
    .with { value in
      value.name = name
      value.type.tensorType.elemType = .float
      value.type.tensorType.shape.dim = sizes.map { size in
        .with { if let number = Int64(size) { $0.dimValue = number } else { $0.dimParam = size } }
      }
    }
  }

  private static func integer(_ name: String, _ value: Int) -> ONNXAttributeProto {
    .with {
      $0.name = name
      $0.type = .int
      $0.i = Int64(value)
    }
  }

  private static func integers(_ name: String, _ values: [Int]) -> ONNXAttributeProto {
    .with {
      $0.name = name
      $0.type = .ints
      $0.ints = values.map { Int64($0) }
    }
  }
}
