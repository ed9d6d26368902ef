import Inference

extension FoldedLayer: ExportableOperation {
  func addNodes(to graph: inout ONNXGraph, _ node: FoldedNetwork.Node) {
    let (input, output) = (graph.name(node.input), graph.name(node.output))
    if isLinear {
      graph.addLinear(self, input, output)
    } else {
      graph.addConvolution(self, input, output, graph.network.values[node.output])
    }
  }

  func addCalls(to plan: inout CPlan, _ node: FoldedNetwork.Node) {
    let layer = CLayer(self)
    plan.add(layer)
    plan.call(
      "convolve",
      [
        "&\(layer.name)", plan.place(node.input), residual.map { plan.place($0.value) } ?? "NULL",
        plan.place(node.output),
      ])
  }

  /// The weights in ONNX's order, `[O, I, kh, kw]`, zeros where no survivor is.
  fileprivate var denseWeights: [Float] {
    var dense = [Float](repeating: 0, count: shape.weights)
    for (tap, positions) in weights.positions.enumerated() {
      for (position, value) in zip(positions, weights.values[tap]) { dense[Int(position) * shape.taps + tap] = value }
    }
    return dense
  }
}

extension ONNXGraph {
  /// `max(0, W ∗ x + bias + residual)`, without the parts that are not there.
  fileprivate mutating func addConvolution(
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
          "\(name).weight", layer.denseWeights,
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

  fileprivate mutating func addLinear(_ layer: FoldedLayer, _ input: String, _ output: String) {
    let (shape, name) = (layer.shape, layer.name)
    guard layer.weights.count > 0 else {
      let value = FoldedNetwork.Value(origins: Array(0..<shape.outputChannels), height: 1, width: 1)
      let bias = tensor("\(name).bias", layer.bias.values, [1, shape.outputChannels, 1, 1])
      add("Flatten", "\(name).flatten", [addConstant(bias, name, value)], output)
      return
    }
    add("Flatten", "flatten", [input], "features")
    let weights = tensor("\(name).weight", layer.denseWeights, [shape.outputChannels, shape.inputChannels])
    let bias = tensor("\(name).bias", layer.bias.values, [shape.outputChannels])
    add("Gemm", name, ["features", weights, bias], output, [Self.integer("transB", 1)])
  }
}
