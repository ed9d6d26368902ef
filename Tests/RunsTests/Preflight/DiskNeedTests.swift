import Foundation
import Networks
import Runs
import TestSupport
import Testing
import Training

/// What a run's files take.
struct DiskNeedTests {
  private let layout = Network(.resnet18).layout

  @Test func modelsAndCheckpointsAreCounted() {
    let need = DiskNeed(layout: layout, rounds: 2, keptCheckpoints: 3)
    // dense, pruned, two rounds; three newest, the best, and the one that is being written.
    #expect(need.models == 4 && need.checkpoints == 5)
    #expect(need.bytes == 4 * need.modelBytes + 5 * need.checkpointBytes + 5 * need.recordBytes + 1_000_000)
    #expect(DiskNeed(layout: layout, rounds: 0, keptCheckpoints: 1).models == 1)
    let twoSlices = DiskNeed(layout: layout, rounds: 2, keptCheckpoints: 3, optimizerSlices: 2)
    #expect(twoSlices.checkpointBytes - need.checkpointBytes == 4 * layout.liveCount)
  }

  /// Against a file: what the estimate is of.
  @Test func aModelIsAsLargeAsItsFile() throws {
    let scratch = try TemporaryDirectory()
    let network = Network(.resnet8)
    let path = scratch.url.appending(path: "model.safetensors").path()
    try network.save(to: path, classNames: [String](repeating: "a class", count: 10))
    let size = try #require(try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int)
    let need = DiskNeed(layout: network.layout, rounds: 1, keptCheckpoints: 3)
    #expect(size <= need.modelBytes && need.modelBytes - size < 30_000)
    #expect(need.checkpointBytes > need.modelBytes)
  }

  @Test func aDiskWithRoomIsAccepted() throws {
    let scratch = try TemporaryDirectory()
    let need = DiskNeed(layout: Network(.resnet8).layout, rounds: 1, keptCheckpoints: 1)
    try need.check(path: scratch.url.path())
    // A directory that is still to be made counts as the one above it.
    try need.check(path: scratch.url.appending(path: "a/b/c").path())
    try need.check(path: "no-such-directory/run")
  }
}
