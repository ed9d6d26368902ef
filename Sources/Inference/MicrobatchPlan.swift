/// How an engine divides a batch: into microbatches, whose images are lanes, and single images, whose pixels are.
///
/// A pure function of the number of images and of the network.
package struct MicrobatchPlan: Equatable {
  /// The images that one pass handles at most.
  static let largest = 64
  /// From how many images on sixteen lanes, not all of them used, take less time than the images one by one.
  ///
  /// A Zen 4 core takes 3.0 ms for sixteen lanes of resnet18 at 98 % and 0.27 ms for one image; dense, 7.4 ms and 1.4 ms.
  static func fewestForLanes(_ network: FoldedNetwork) -> Int {
    let dense = network.layers.reduce(0) { $0 + $1.shape.multiplyAdds }
    return 2 * network.multiplyAdds < dense ? 12 : 6
  }

  /// The whole microbatches of ``largest`` images in front.
  package let wholes: Int
  /// The lanes of one more microbatch, 0 for none, and the images in it.
  package let lanes: Int
  package let images: Int
  /// The images left, one by one.
  package let singles: Int

  package init(count: Int, fewestForLanes: Int) {
    wholes = count / Self.largest
    let rest = count % Self.largest
    let remainder = rest % 16
    let isPadded = remainder >= fewestForLanes
    lanes = rest - remainder + (isPadded ? 16 : 0)
    singles = isPadded ? 0 : remainder
    images = rest - singles
  }

  package init(wholes: Int, lanes: Int, images: Int, singles: Int) {
    self.wholes = wholes
    self.lanes = lanes
    self.images = images
    self.singles = singles
  }
}
