import Formats
import Kernels

extension Network {
  /// Everything the network has learned, under torchvision's names and shapes, as `state_dict()` returns it.
  public var stateDictionary: [NamedTensor] { stateDictionary(names: .torchvision, masked: false) }

  /// Everything the network has learned, as `state_dict()` of a module in PyTorch returns it.
  ///
  /// - Parameter masked: whether convolutions, and the linear layer if it is pruned, are there as torch.nn.utils.prune keeps
  ///   them: `weight_orig`, and a `weight_mask` of ones where a weight is not zero.
  public func stateDictionary(names: StateNames, masked: Bool) -> [NamedTensor] {
    var tensors = layout.parameters.flatMap { parameter -> [NamedTensor] in
      let (name, values) = (names(parameter.name), values(of: parameter))
      func tensor(_ suffix: String, _ values: [Float]) -> NamedTensor {
        NamedTensor(name: name + suffix, shape: parameter.shape, elements: .float32(values))
      }
      let isPruned =
        parameter.role == .convolutionWeight || parameter.role == .linearWeight && values.contains(0)
      guard masked, isPruned else { return [tensor("", values)] }
      return [tensor("_orig", values), tensor("_mask", values.map { $0 == 0 ? 0 : 1 })]
    }
    for statistics in layout.statistics {
      let channels = statistics.mean.count
      let name = names(statistics.name)
      tensors.append(
        NamedTensor(
          name: "\(name).running_mean", shape: [channels],
          elements: .float32(Array(arena[statistics.mean]))))
      tensors.append(
        NamedTensor(
          name: "\(name).running_var", shape: [channels],
          elements: .float32(Array(arena[statistics.variance]))))
      tensors.append(
        NamedTensor(
          name: "\(name).num_batches_tracked", shape: [], elements: .int64([batchesTracked])))
    }
    return tensors
  }

  /// Loads a state dictionary with torchvision's names, or with pytorch-cifar's; weights may be masked.
  ///
  /// - Throws: `SafetensorsError` where a tensor is missing, unexpected, or of another shape or type. The network is unchanged
  ///   then.
  public func load(_ file: SafetensorsFile) throws(SafetensorsError) { try load(StateFile(file)) }

  /// - Parameter skipped: parameters that stay as they are, whatever the file holds of them.
  func load(_ file: StateFile, except skipped: Set<String> = []) throws(SafetensorsError) {
    let counters = layout.statistics.map { "\($0.name).num_batches_tracked" }
    let optional = counters.filter { !file.contains($0) }
    try file.require(exactly: stateNames.filter { !optional.contains($0) })
    var loaded: [(Parameter, [Float])] = []
    for parameter in layout.parameters where !skipped.contains(parameter.name) {
      try file.require(shape: parameter.shape, of: parameter.name)
      loaded.append((parameter, try file.floats(parameter.name)))
    }
    var running: [(Range<Int>, [Float])] = []
    for statistics in layout.statistics {
      for (name, range) in [("running_mean", statistics.mean), ("running_var", statistics.variance)] {
        try file.require(shape: [range.count], of: "\(statistics.name).\(name)")
        running.append((range, try file.floats("\(statistics.name).\(name)")))
      }
    }
    var steps: Int64 = 0
    for name in counters where file.contains(name) {
      try file.require(shape: [], of: name)
      steps = max(steps, try file.integers(name).first ?? 0)
    }

    for (parameter, values) in loaded { store(values, in: parameter) }
    for (range, values) in running { for (place, value) in zip(range, values) { arena.pointer[place] = value } }
    batchesTracked = steps
  }

  /// The names of ``stateDictionary``'s tensors.
  private var stateNames: [String] {
    layout.parameters.map(\.name)
      + layout.statistics.flatMap { statistics in
        ["running_mean", "running_var", "num_batches_tracked"].map { "\(statistics.name).\($0)" }
      }
  }
}
