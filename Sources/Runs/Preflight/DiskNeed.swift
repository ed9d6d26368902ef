import Foundation
import Networks
import Text
import Training

/// What a run's files take at most.
public struct DiskNeed: Sendable, Equatable, CustomStringConvertible {
  /// Of a model in full shape, pruned or not.
  public let modelBytes: Int
  /// The models that stay: dense, pruned, and one a round.
  public let models: Int
  /// Of a checkpoint of the dense network with the optimizer's slices; later ones are smaller.
  public let checkpointBytes: Int
  /// The checkpoints that are there at the same time.
  public let checkpoints: Int

  /// Of `report.json`, which checkpoints hold too.
  public let recordBytes: Int

  /// What else a run writes: settings, metrics, texts.
  private static let rest = 1_000_000
  /// `report.json`, `report.html` and TensorBoard's events, and what is being written of the first two.
  private static let reports = 5
  /// The pictures and predictions of a report, and one look at the network.
  private static let (picturesBytes, stageBytes) = (250_000, 25_000)
  /// The head of a safetensors file.
  private static let head = 20_000

  /// - Parameters:
  ///   - layout: of the dense network.
  ///   - rounds: of pruning.
  ///   - keptCheckpoints: how many stay; one more is the best, and one is being written.
  ///   - rewinds: whether the weights of an epoch are kept to go back to.
  ///   - optimizerSlices: the floats that the optimizer keeps for each parameter.
  ///   - averages: whether a moving average of the weights is kept.
  public init(
    layout: ParameterLayout, rounds: Int, keptCheckpoints: Int, optimizerSlices: Int = 1, rewinds: Bool = false,
    averages: Bool = false
  ) {
    let word = MemoryLayout<Float>.stride
    modelBytes = layout.count * word + Self.head
    models = 1 + (rounds > 0 ? rounds + 1 : 0) + (rewinds ? 1 : 0)
    recordBytes = Self.picturesBytes + (2 * rounds + 1) * Self.stageBytes
    checkpointBytes =
      (layout.count + (optimizerSlices + (averages ? 1 : 0)) * layout.liveCount) * word + Self.head + recordBytes
    checkpoints = keptCheckpoints + 2
  }

  /// In all.
  public var bytes: Int { models * modelBytes + checkpoints * checkpointBytes + Self.reports * recordBytes + Self.rest }

  public var description: String {
    "\(models.counted("model")) of \(modelBytes.bytes), up to \(checkpoints) checkpoints of "
      + "\(checkpointBytes.bytes) at a time"
  }

  /// Throws unless the file system of a run directory has room for the run.
  ///
  /// - Parameter path: the directory; where it does not exist yet, the nearest one above it counts.
  /// - Returns: what is free there; nil where that cannot be known.
  @discardableResult
  public func check(path: String) throws(PreflightError) -> Int? {
    var place = path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
    var status = statvfs()
    while statvfs(place, &status) != 0 {
      // What is wrong with the place itself, whoever makes the directory says.
      guard errno == ENOENT, let slash = place.lastIndex(of: "/"), slash > place.startIndex else { return nil }
      place = String(place[..<slash])
    }
    // File systems such as /proc have no blocks at all.
    guard status.f_blocks > 0 else { return nil }
    let free = Int(status.f_bavail) * Int(status.f_frsize)
    let there = Self.size(of: path)
    guard free + there < bytes else { return free }
    throw .disk(path: path, need: self, free: free)
  }

  /// What a run to be resumed has written already.
  private static func size(of path: String) -> Int {
    ["", "checkpoints"].reduce(0) { sum, folder in
      let place = folder.isEmpty ? path : "\(path)/\(folder)"
      let names = (try? FileManager.default.contentsOfDirectory(atPath: place)) ?? []
      return names.filter { $0.hasSuffix(".safetensors") }.reduce(sum) { sum, name in
        var status = stat()
        return stat("\(place)/\(name)", &status) == 0 ? sum + Int(status.st_size) : sum
      }
    }
  }
}
