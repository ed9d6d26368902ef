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
      let (name, values) = (names(parameter.name, head: architecture.head), values(of: parameter))
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
      let name = names(statistics.name, head: architecture.head)
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
  public func load(_ file: SafetensorsFile) throws(SafetensorsError) {
    try load(StateFile(file, head: architecture.head))
  }

  /// - Parameter skipped: parameters that stay as they are, whatever the file holds of them.
  func load(_ file: StateFile, except skipped: Set<String> = []) throws(SafetensorsError) {
    try file.require(layout, except: skipped)
    var loaded: [(Parameter, [Float])] = []
    for parameter in layout.parameters where !skipped.contains(parameter.name) {
      loaded.append((parameter, try file.floats(parameter.name)))
    }
    var running: [(Range<Int>, [Float])] = []
    var steps: Int64 = 0
    for statistics in layout.statistics {
      running.append((statistics.mean, try file.floats("\(statistics.name).running_mean")))
      running.append((statistics.variance, try file.floats("\(statistics.name).running_var")))
      let counter = "\(statistics.name)" + StateNames.counter
      if file.contains(counter) { steps = max(steps, try file.integers(counter).first ?? 0) }
    }

    for (parameter, values) in loaded { store(values, in: parameter) }
    for (range, values) in running { for (place, value) in zip(range, values) { arena.pointer[place] = value } }
    batchesTracked = steps
  }
}

extension ParameterLayout {
  /// The tensors of the `state_dict`, by torchvision's names.
  var stateTensors: [(name: String, shape: [Int])] {
    parameters.map { ($0.name, $0.shape) }
      + statistics.flatMap { statistics in
        [
          ("\(statistics.name).running_mean", [statistics.mean.count]),
          ("\(statistics.name).running_var", [statistics.variance.count]),
          ("\(statistics.name)" + StateNames.counter, []),
        ]
      }
  }
}
