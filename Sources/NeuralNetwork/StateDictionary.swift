import Formats
import Kernels

extension Network {
  /// Everything the network has learned, under torchvision's names and shapes, as `state_dict()` returns it.
  public var stateDictionary: [NamedTensor] {
    var tensors = layout.parameters.map {
      NamedTensor(name: $0.name, shape: $0.shape, elements: .float32(values(of: $0)))
    }
    for statistics in layout.statistics {
      let channels = statistics.mean.count
      tensors.append(
        NamedTensor(
          name: "\(statistics.name).running_mean", shape: [channels],
          elements: .float32(Array(arena[statistics.mean]))))
      tensors.append(
        NamedTensor(
          name: "\(statistics.name).running_var", shape: [channels],
          elements: .float32(Array(arena[statistics.variance]))))
      tensors.append(
        NamedTensor(
          name: "\(statistics.name).num_batches_tracked", shape: [], elements: .int64([batchesTracked])))
    }
    return tensors
  }

  /// Loads what torchvision's `state_dict` holds.
  ///
  /// - Throws: `SafetensorsError` where a tensor is missing, unexpected, or of another shape or type. The network is unchanged
  ///   then.
  public func load(_ file: SafetensorsFile) throws(SafetensorsError) {
    let counters = layout.statistics.map { "\($0.name).num_batches_tracked" }
    let optional = counters.filter { !file.contains($0) }
    let names = stateNames.filter { !optional.contains($0) }
    try file.require(exactly: names)
    var loaded: [(Parameter, [Float])] = []
    for parameter in layout.parameters {
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
