import Images
import Foundation
import Formats
import Inference
import Networks
import TestSupport
import Testing

/// A trained and pruned model on real images, where the environment names both: `DPTRAIN_TEST_MODEL`, a resnet18, and
/// `DPTRAIN_TEST_DATA`, a directory with CIFAR-10's binary files.
@Suite(.enabled(if: RealModel.isGiven, "DPTRAIN_TEST_MODEL and DPTRAIN_TEST_DATA name no model and no images"))
struct RealModelTests {
  @Test("Removed channels: the logits of real images stay the same")
  func removal() throws {
    let network = Network(.resnet18)
    try network.load(SafetensorsFile(path: RealModel.model))
    let images = RealModel.normalised(try CIFARDataset(directory: RealModel.data).test, count: 500)
    let expected = network.logits(images)
    let (smaller, report) = network.foldedWhole.removingDeadChannels()
    #expect(relativeDifference(InferenceEngine(smaller).logits(images), expected) < 1e-5)
    let engine = InferenceEngine(smaller)
    for image in 0..<20 {
      let one = Array(images[image * 3072..<(image + 1) * 3072])
      #expect(relativeDifference(engine.logits(one), Array(expected[image * 10..<(image + 1) * 10])) < 1e-5)
    }
    #expect(report.removedChannels > 0)
  }
}

enum RealModel {
  static let model = ProcessInfo.processInfo.environment["DPTRAIN_TEST_MODEL"] ?? ""
  static let data = ProcessInfo.processInfo.environment["DPTRAIN_TEST_DATA"] ?? ""
  static var isGiven: Bool { !model.isEmpty && !data.isEmpty }

  /// The first images of a set, `[image][3][32][32]`.
  static func normalised(_ images: ImageSet, count: Int) -> [Float] {
    var result = [Float](repeating: 0, count: count * 3072)
    result.withUnsafeMutableBufferPointer { result in
      guard let base = result.baseAddress else { return }
      ImageLoader(images).fillOneByOne((0..<count).map { Int32($0) }, into: base)
    }
    return result
  }
}
