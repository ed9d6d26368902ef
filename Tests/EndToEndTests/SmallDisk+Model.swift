import Foundation
import TestSupport

extension SmallDisk {
  /// A disk on which a run of resnet8 fills the last kilobytes although the preflight finds it large enough: the preflight takes
  /// models in the run's directory for what a run has written already, and there is a large one.
  convenience init(kilobytes: Int, besidesModelIn folder: String) throws {
    let modelKilobytes = 9_000
    try self.init(kilobytes: kilobytes + modelKilobytes)
    try FileManager.default.createDirectory(atPath: path(folder), withIntermediateDirectories: false)
    try Data(count: modelKilobytes << 10).write(to: URL(fileURLWithPath: path("\(folder)/other.safetensors")))
  }
}
