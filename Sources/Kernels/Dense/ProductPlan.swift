/// A fixed list of matrix products, worked out once for a layer and run for every microbatch.
///
/// Convolution in `[channel][pixel][lane]` is, for each destination pixel, a sum over the taps that meet a pixel:
/// `C[pixel] = Σ_tap W[tap] · X[pixel + tap]`, with no im2col and nothing spent on padding. A plan holds for every
/// destination the products to add, cut into groups that fit the first-level cache. Forward, input gradient and weight
/// gradient differ in what they list, not in how it is run.
final class ProductPlan: Sendable {
  /// The rows of the lane operand that one group reads: 64 rows of four vectors are 16 KiB, half of a first-level cache.
  static let groupDepth = 64

  /// Everything that is added into one block of columns of the result.
  struct Destination: Sendable {
    /// Offset of the result's first float.
    let result: Int
    /// Ranges of `runs`, each run through all row blocks before the next one.
    let groups: Range<Int>
  }

  let destinations: [Destination]
  private let groups: [Range<Int>]
  private let runs: [TileRun]

  /// - Parameter products: for each destination its offset in the result and the runs to add. Runs longer than
  ///   ``groupDepth`` are cut; `stepStride` and `laneStride` are the operands' distances from one product to the next.
  init(products: [(result: Int, runs: [TileRun])], stepStride: Int, laneStride: Int) {
    var destinations: [Destination] = []
    var groups: [Range<Int>] = []
    var runs: [TileRun] = []
    for product in products {
      let firstGroup = groups.count
      var groupStart = runs.count
      var depth = 0
      for run in product.runs {
        var done = 0
        while done < run.count {
          if depth == Self.groupDepth {
            groups.append(groupStart..<runs.count)
            groupStart = runs.count
            depth = 0
          }
          let count = min(run.count - done, Self.groupDepth - depth)
          runs.append(
            TileRun(scalars: run.scalars + done * stepStride, lanes: run.lanes + done * laneStride, count: count))
          done += count
          depth += count
        }
      }
      if groupStart < runs.count { groups.append(groupStart..<runs.count) }
      destinations.append(Destination(result: product.result, groups: firstGroup..<groups.count))
    }
    self.destinations = destinations
    self.groups = groups
    self.runs = runs
  }

  /// Runs the plan over `columns` floats of each destination.
  ///
  /// - Parameters:
  ///   - rows: the rows of the result, `resultStride` floats apart.
  ///   - columns: a multiple of ``vectorWidth``.
  ///   - adding: whether to add to what the result holds. Otherwise a destination without products becomes zero.
  func run(
    rows: Int, columns: Int, operands: TileOperands, result: UnsafeMutablePointer<Float>, resultStride: Int,
    adding: Bool
  ) {
    runs.withUnsafeBufferPointer { runs in
      for destination in destinations {
        forEachLaneBlock(of: columns) { column, vectors in
          let c = result + destination.result + column
          let operands = operands.at(row: 0, column: column)
          if destination.groups.isEmpty && !adding {
            for row in 0..<rows { (c + row * resultStride).update(repeating: 0, count: vectors * vectorWidth) }
          }
          var adds = adding
          for group in groups[destination.groups] {
            let part = UnsafeBufferPointer(rebasing: runs[group])
            switch RegisterTile.keepsWideBlocks ? vectors : 1 {
            case 4:
              RegisterTile.multiplyRows(rows, 1, of: LaneBlock4.self, part, operands, c, resultStride, adding: adds)
            case 2:
              RegisterTile.multiplyRows(rows, 1, of: LaneBlock2.self, part, operands, c, resultStride, adding: adds)
            default:
              RegisterTile.multiplyRows(
                rows, vectors, of: LaneBlock1.self, part, operands, c, resultStride, adding: adds)
            }
            adds = true
          }
        }
      }
    }
  }
}
