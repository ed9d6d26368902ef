import Kernels

extension NetworkGraph {
  /// The products of all layers with weights, by the weight's name.
  public var products: [String: ConvolutionShape] {
    Dictionary(
      uniqueKeysWithValues: nodes.compactMap { node in node.layer.product.map { ("\(node.layer.name).weight", $0) } })
  }

  /// For each weight, by name, for each of its blocks: the multiply-adds that one of its elements takes for an image.
  public var weightCosts: [String: [Int]] { products.mapValues(\.outputsPerTap) }

  /// The floats that layers without weights read and write for one image in inference, shortcuts included.
  public var floatsMoved: Int { nodes.reduce(0) { $0 + $1.layer.floatsMoved } }

  /// Whether the result still depends on the image where the named weights are all gone.
  public func dependsOnImage(without empty: Set<String>) -> Bool {
    var depends = [Bool](repeating: false, count: values.count)
    depends[0] = true
    for node in nodes {
      let isEmpty = node.layer.product != nil && empty.contains("\(node.layer.name).weight")
      depends[node.output] = !isEmpty && node.inputs.contains { depends[$0] }
    }
    return depends[values.count - 1]
  }
}
