/// Labelled images of 32×32 pixels and three colours, numbered from 0 over all their files.
public struct ImageSet: Sendable {
  private let blocks: [RecordBlock]
  /// The number of the first image of each block.
  private let starts: [Int]
  /// The number, over all blocks, of the first image of the set.
  private let first: Int
  /// The number of images.
  public let count: Int
  /// What the pixels are normalised by.
  public let normalization: Normalization

  init(_ blocks: [RecordBlock], normalization: Normalization = .imageNet) {
    self.blocks = blocks
    self.normalization = normalization
    var starts: [Int] = []
    var count = 0
    for block in blocks {
      starts.append(count)
      count += block.count
    }
    self.starts = starts
    self.count = count
    first = 0
  }

  /// A part of a set, numbered from 0 again.
  init(_ range: Range<Int>, of whole: ImageSet) {
    precondition(range.lowerBound >= 0 && range.upperBound <= whole.count, "images \(range) of \(whole.count)")
    blocks = whole.blocks
    starts = whole.starts
    first = whole.first + range.lowerBound
    count = range.count
    normalization = whole.normalization
  }

  /// The class of image `index`.
  public func label(_ index: Int) -> Int {
    let (block, record) = locate(index)
    return block.label(record)
  }

  /// A copy of the pixels of image `index`, `[3][32][32]`, from 0 (black) to 255.
  public func pixels(_ index: Int) -> [UInt8] {
    let (block, record) = locate(index)
    return Array(UnsafeBufferPointer(start: block.pixels(record), count: Record.imageSize))
  }

  /// Label and pixels in place; valid while this set is.
  @inline(__always)
  func record(_ index: Int) -> (label: Int, pixels: UnsafePointer<UInt8>) {
    let (block, record) = locate(index)
    return (block.label(record), block.pixels(record))
  }

  @inline(__always)
  private func locate(_ index: Int) -> (block: RecordBlock, record: Int) {
    precondition(index >= 0 && index < count, "image \(index) of \(count)")
    let place = first + index
    var number = blocks.count - 1
    while starts[number] > place { number -= 1 }
    return (blocks[number], place - starts[number])
  }
}
