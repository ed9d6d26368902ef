/// How an engine divides a batch: into microbatches, whose images are lanes, and single images, whose pixels are.
///
/// A pure function of the number of images.
package struct MicrobatchPlan: Equatable {
  /// The images that one pass handles at most.
  static let largest = 64
  /// From this many images on, sixteen lanes that are not all used take less time than the images one by one.
  static let fewestForLanes = 7

  /// The whole microbatches of ``largest`` images in front.
  package let wholes: Int
  /// The lanes of one more microbatch, 0 for none, and the images in it.
  package let lanes: Int
  package let images: Int
  /// The images left, one by one.
  package let singles: Int

  package init(count: Int) {
    wholes = count / Self.largest
    let rest = count % Self.largest
    let remainder = rest % 16
    let isPadded = remainder >= Self.fewestForLanes
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
