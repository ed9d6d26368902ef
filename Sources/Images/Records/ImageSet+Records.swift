extension ImageSet {
  /// The images of a record file whose contents are in memory.
  ///
  /// The layout is the first that fits the length and the labels: CIFAR-10's for up to 256 classes, then CIFAR-100's; the one of two
  /// bytes for more classes.
  ///
  /// - Parameters:
  ///   - name: what errors call the file.
  ///   - classCount: how many classes there are.
  /// - Throws: `CIFARError` where the bytes are no whole records, or a label has no class.
  public init(records bytes: [UInt8], name: String, classCount: Int) throws(CIFARError) {
    let layouts: [RecordLayout] = classCount > 256 ? [.twoBytes] : [.oneByte, .coarseAndFine]
    let fitting = layouts.filter { bytes.count % $0.size == 0 }
    // What does not fit at all is measured by CIFAR-10's records.
    var failure: CIFARError?
    for layout in fitting.isEmpty ? [layouts[0]] : fitting {
      do throws(CIFARError) {
        let block = try RecordBlock(copying: bytes, name: name, layout: layout, classCount: classCount)
        self.init([block])
        return
      } catch {
        failure = failure ?? error
      }
    }
    throw failure ?? .empty(name)
  }

  /// Images that no file has given a class; their labels are 0.
  ///
  /// - Parameter pixels: of each image, `[3][32][32]`.
  public init(pixels: [[UInt8]]) {
    precondition(pixels.allSatisfy { $0.count == Record.imageSize }, "pixels of 32×32 and three colours")
    self.init([
      RecordBlock(count: pixels.count) { memory in
        memory.initializeMemory(as: UInt8.self, repeating: 0)
        for (number, image) in pixels.enumerated() {
          UnsafeMutableRawBufferPointer(rebasing: memory[(number * Record.size + 1)..<((number + 1) * Record.size)])
            .copyBytes(from: image)
        }
      }
    ])
  }
}
