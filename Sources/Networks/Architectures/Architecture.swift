/// A network's description: blocks in a row, then the average over all pixels and a linear layer.
///
/// It is what its name says: two of the same name are the same.
public struct Architecture: Sendable {
  /// What flags, configurations and model files call it.
  public let name: String
  /// What it is, in a few words.
  public let summary: String
  /// What turns the image into features, in the order of computation.
  public let blocks: [any Block]
  /// torchvision's name of the linear layer.
  public let head: String

  public init(_ name: String, summary: String, blocks: [any Block], head: String = "fc") {
    self.name = name
    self.summary = summary
    self.blocks = blocks
    self.head = head
  }

  /// The one of that name that dptrain knows.
  public init?(named name: String) {
    guard let known = Self.all.first(where: { $0.name == name }) else { return nil }
    self = known
  }

  /// The pixels of an image's edge that files and commands take.
  public static let imageSize = 32

  /// The network's layers, with torchvision's names.
  public func graph(classes: Int, height: Int = imageSize, width: Int = imageSize) -> NetworkGraph {
    var graph = NetworkGraph(image: .init(channels: 3, height: height, width: width))
    let features = blocks.reduce(0) { $1.append(to: &graph, reading: $0) }
    let average = graph.append(features) { AveragePoolingLayer("avgpool", $0) }
    _ = graph.append(average) { LinearLayer(head, $0, outputs: classes) }
    return graph
  }
}

/// Some layers of an architecture that follow each other.
public protocol Block: Sendable {
  /// Appends the layers.
  ///
  /// - Parameter input: the value that the first of them reads.
  /// - Returns: the value that the last one computes.
  func append(to graph: inout NetworkGraph, reading input: NetworkGraph.ValueIndex) -> NetworkGraph.ValueIndex
}

extension Architecture: Hashable, CustomStringConvertible {
  public static func == (first: Self, second: Self) -> Bool { first.name == second.name }
  public func hash(into hasher: inout Hasher) { hasher.combine(name) }
  public var description: String { name }
}

/// Its name stands for it in files and on command lines.
extension Architecture: RawRepresentable, CaseIterable {
  public init?(rawValue: String) { self.init(named: rawValue) }
  public var rawValue: String { name }
  public static var allCases: [Architecture] { all }
}
