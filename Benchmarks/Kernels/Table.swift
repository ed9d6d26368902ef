import Foundation
import Kernels

/// Measures the layers, prints a line for each, and the time that a microbatch takes through all of them.
func printTable(of layers: [Layer], in network: String, _ options: Options) {
  let names = ["tiles", "Winograd", "OpenBLAS"]
  print("\n" + row([network, "forward", "", "", "input gradient", "", "", "weight gradient", "", ""]))
  print(row([""] + names + names + names))
  var totals: [ConvolutionOperation: [ConvolutionBackend: Double]] = [:]
  for layer in layers {
    let activations = Activations(layer.shape, lanes: options.lanes)
    let trials = ConvolutionBackend.allCases.filter { $0.suits(layer.shape) }.map {
      (backend: $0, trial: Trial(layer.shape, activations: activations, lanes: options.lanes, backend: $0))
    }
    var cells = ["\(layer.count == 1 ? "" : "\(layer.count) × ")\(layer.name)"]
    for operation in ConvolutionOperation.allCases {
      guard operation != .inputGradient || layer.hasInputGradient else {
        cells += ["–", "–", "–"]
        continue
      }
      var timings: [ConvolutionBackend: Timing] = [:]
      for (_, trial) in trials { trial.run(operation) }
      // In turn, so that whatever else the machine does meets both alike.
      for _ in 0..<options.rounds {
        for (backend, trial) in trials { timings[backend, default: Timing()].measure { trial.run(operation) } }
      }
      let gigaflops = 2e-9 * Double(layer.shape.multiplyAdds * options.lanes)
      for backend in ConvolutionBackend.allCases {
        guard let timing = timings[backend] else {
          cells.append("–")
          continue
        }
        cells.append(String(format: "%.0f (%.0f)", gigaflops / timing.median, gigaflops / timing.best))
        totals[operation, default: [:]][backend, default: 0] += timing.median * Double(layer.count)
      }
    }
    print(row(cells))
  }
  let milliseconds = ConvolutionOperation.allCases.flatMap { operation in
    [ConvolutionBackend.registerTiles, .openBLAS].flatMap { backend in
      let total = String(format: "%.1f ms", 1e3 * (totals[operation]?[backend] ?? 0))
      return backend == .registerTiles ? [total, ""] : [total]
    }
  }
  print(row(["all, one microbatch"] + milliseconds))
}

/// A line of columns: the first to the left, the others to the right.
private func row(_ cells: [String]) -> String {
  cells.enumerated().map { column, text in
    let width = column == 0 ? 28 : 14
    let space = String(repeating: " ", count: max(0, width - text.count))
    return column == 0 ? text + space : space + text
  }.joined()
}
