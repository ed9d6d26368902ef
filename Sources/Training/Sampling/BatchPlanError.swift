import Kernels
import Text

/// Numbers of images and ranks that do not divide, with those that would.
public enum BatchPlanError: Error, Equatable, CustomStringConvertible {
  case microbatch(Int)
  case batch(Int, microbatch: Int)
  case ranks(Int, batchSize: Int, microbatch: Int)
  case tooFewImages(Int, batchSize: Int)

  public var description: String {
    switch self {
    case .microbatch(let microbatch):
      return "microbatch \(microbatch) is not a positive multiple of \(vectorWidth); "
        + "\(Self.list(Self.neighbours(microbatch, of: vectorWidth))) would fit"
    case .batch(let batch, let microbatch):
      let microbatches = Self.microbatches(of: batch)
      return "batch \(batch) is not a positive multiple of microbatch \(microbatch); --batch-size "
        + "\(Self.list(Self.neighbours(batch, of: microbatch))) would fit"
        + (microbatches.isEmpty ? "" : ", or --microbatch \(Self.list(microbatches))")
    case .ranks(let ranks, let batch, let microbatch):
      let count = batch / microbatch
      let fitting = (1...max(1, count)).filter { count % $0 == 0 }
      let microbatches = ranks < 1 ? [] : Self.microbatches(of: batch).filter { batch / $0 % ranks == 0 }
      let batches = ranks < 1 ? [] : Self.neighbours(batch, of: ranks * microbatch)
      return "\(count.counted("microbatch", "microbatches")) cannot be split evenly over \(ranks) ranks; "
        + "\(Self.list(fitting)) \(fitting == [1] ? "rank" : "ranks") would fit"
        + (microbatches.isEmpty ? "" : ", or --microbatch \(Self.list(microbatches))")
        + (batches.isEmpty ? "" : ", or --batch-size \(Self.list(batches))")
    case .tooFewImages(let images, let batch):
      return "the \(images) training images do not make one batch of \(batch); choose a smaller --batch-size"
    }
  }

  /// The positive multiples of `divisor` just below and above `number`.
  private static func neighbours(_ number: Int, of divisor: Int) -> [Int] {
    let below = max(0, number) / divisor
    return [below, below + 1].compactMap { factor in
      let (multiple, overflow) = factor.multipliedReportingOverflow(by: divisor)
      return overflow || multiple == 0 ? nil : multiple
    }
  }

  /// The microbatches that divide `batch`, the largest eight.
  private static func microbatches(of batch: Int) -> [Int] {
    guard batch >= vectorWidth else { return [] }
    return stride(from: vectorWidth, through: min(batch, 4096), by: vectorWidth).filter { batch % $0 == 0 }.suffix(8)
  }

  private static func list(_ numbers: [Int]) -> String { numbers.map(String.init).alternatives }
}
