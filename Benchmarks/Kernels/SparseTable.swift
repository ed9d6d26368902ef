import Foundation
import Kernels

/// Prints a table for each network and operation: a line a layer, a column a sparsity.
func printSparseTables(of figures: [SparseFigure], _ options: Options) {
  print(
    """

    \(options.lanes) lanes, \(options.rounds) rounds, weights pruned at random
    dense: GF/s of the fastest backend here
    then for each sparsity: GF/s of the survivors' multiply-adds (padding counts for nothing), and the dense convolution's \
    time divided by the sparse one's;
    in parentheses where networks run the dense kernel
    """)
  for network in figures.map(\.network).uniqued() {
    for operation in ConvolutionOperation.allCases.map(\.title) {
      let own = figures.filter { $0.network == network && $0.operation == operation }
      let sparsities = SparseFigure.sparsities.map { String(format: "%.0f %%", 100 * $0) }
      print("\n" + row(["\(network), \(operation)", "dense"] + sparsities))
      for layer in own.map(\.layer).uniqued() {
        let line = own.filter { $0.layer == layer }
        let dense = String(format: "%.0f", line.first?.denseGigaflops ?? 0)
        print(
          row(
            [layer, dense]
              + line.map { figure in
                let text = String(format: "%.0f  %.2f×", figure.gigaflops, figure.denseSeconds / figure.seconds)
                return figure.prefersSparse ? text : "(\(text))"
              }))
      }
    }
  }
}

/// A line of columns: the first to the left, the others to the right.
private func row(_ cells: [String]) -> String {
  cells.enumerated().map { column, text in
    let width = column == 0 ? 32 : column == 1 ? 7 : 14
    let space = String(repeating: " ", count: max(0, width - text.count))
    return column == 0 ? text + space : space + text
  }.joined()
}

extension [String] {
  /// Each string once, where it first stands.
  fileprivate func uniqued() -> [String] {
    var seen: Set<String> = []
    return filter { seen.insert($0).inserted }
  }
}
