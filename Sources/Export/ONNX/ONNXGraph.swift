import Foundation
import Inference
import SwiftProtobuf

/// Collects the nodes of an exported network.
struct ONNXGraph {
  let network: FoldedNetwork
  private(set) var graph = ONNXGraphProto()

  init(_ network: FoldedNetwork) {
    self.network = network
    graph.name = "dptrain"
    graph.input = [Self.value("images", ["batch"] + Self.sizes(network.image))]
    graph.output = [Self.value("logits", ["batch", "\(network.classes)"])]
  }

  func name(_ value: FoldedNetwork.ValueIndex) -> String {
    value == 0 ? "images" : value == network.values.count - 1 ? "logits" : "value\(value)"
  }

  mutating func add(
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
  mutating func tensor(_ name: String, _ values: [Float], _ shape: [Int]) -> String {
    add(name, .float, shape, values.map { $0.bitPattern.littleEndian }.withUnsafeBytes { Data($0) })
  }

  mutating func integers(_ name: String, _ values: [Int]) -> String {
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

  static func integer(_ name: String, _ value: Int) -> ONNXAttributeProto {
    .with {
      $0.name = name
      $0.type = .int
      $0.i = Int64(value)
    }
  }

  static func integers(_ name: String, _ values: [Int]) -> ONNXAttributeProto {
    .with {
      $0.name = name
      $0.type = .ints
      $0.ints = values.map { Int64($0) }
    }
  }
}
