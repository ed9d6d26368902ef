import ArgumentParser
import NeuralNetwork
import Pruning
import Reporting

/// `dptrain inspect`: what a model costs.
struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect", abstract: "Show what each layer of a model holds and costs.",
    discussion: """
      For every layer: shape, surviving weights, dead taps (weights that only ever meet padding at 32×32), and the \
      multiply-adds of one image with padding, without it, and for survivors only.
      """)

  @Argument(help: "The model: a safetensors file with torchvision's names.")
  var model: String

  func run() throws {
    let network = try Network(path: model)
    let layout = network.layout
    let mask = try Mask(survivorsOf: UnsafeBufferPointer(network.arena[0..<layout.count]), layout: layout)
    let table = CostTable(graph: network.graph, layout: layout, mask: mask)
    print("\(model): \(network.architecture.rawValue), \(network.classes) classes\n")
    print(table)
  }
}
