import ArgumentParser
import Export
import Formats
import Networks
import Pruning
import Reports
import Text

/// `dptrain inspect`: what a model costs.
struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect", abstract: "Show what each layer of a model holds and costs.",
    discussion: """
      For every layer: shape, surviving weights, the share in dead taps (weights that only ever meet padding at 32×32), the \
      multiply-adds of one image without padding and for survivors only, and its share of the predicted time of inference. \
      Below, for a model that is not pruned or with --prune: what pruning to that amount leaves of multiply-adds and time, \
      by each score. Of a packed model: the channels and survivors that are left, and their multiply-adds.
      """)

  @Argument(
    help: "The model: a safetensors file with torchvision's names, or a packed model.", completion: .file())
  var model: String

  @Option(help: "Compare the scores at this fraction of pruned convolution weights, in [0, 1) (dense models: 0.98).")
  var prune: Double?

  mutating func validate() throws {
    try TrainingOptions.require(
      prune.map { $0 >= 0 && $0 < 1 }, "--prune must be in [0, 1): 0.98 prunes 98 % of the weights")
  }

  func run() throws {
    if case .packed = try ModelFormat(path: model) { return try showPacked() }
    let network = try Network(path: model)
    let layout = network.layout
    let mask = try Mask(survivorsOf: UnsafeBufferPointer(network.arena[0..<layout.count]), layout: layout)
    let table = CostTable(graph: network.graph, layout: layout, mask: mask)
    print("\(model): \(network.architecture.rawValue), \(network.classes) classes\n")
    print(table)
    let isDense = table.convolutions.survivors == table.convolutions.parameters
    guard let amount = prune ?? (isDense ? 0.98 : nil) else { return }
    print(try ScoreTable(network, mask: mask, amount: amount))
  }

  private func showPacked() throws {
    guard prune == nil else {
      throw ModelError(description: "\(model): a packed model cannot be pruned; leave out --prune")
    }
    let packed = try InferenceModel(path: model)
    print("\(model): \(packed.summary); \(packed.network.classes) classes\n")
    print(FoldedTable(packed.network))
  }
}
