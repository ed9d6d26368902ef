/// How a record says its image's class, before the 3,072 bytes of pixels.
public enum RecordLayout: Sendable, Equatable, CaseIterable {
  /// CIFAR-10: one byte.
  case oneByte
  /// CIFAR-100: a byte with one of 20 coarse classes, then one with the fine class, which counts.
  case coarseAndFine
  /// dptrain's own, for more than 256 classes: two bytes, the higher one first.
  case twoBytes

  /// Bytes before the pixels.
  public var prefix: Int { self == .oneByte ? 1 : 2 }

  /// Bytes a record.
  public var size: Int { prefix + Record.imageSize }

  /// What has files of such records.
  var dataSet: String {
    switch self {
    case .oneByte: "CIFAR-10's binary version"
    case .coarseAndFine: "CIFAR-100's binary version"
    case .twoBytes: "a data set of more than 256 classes"
    }
  }

  /// The class that a record names.
  @inline(__always)
  func label(_ record: UnsafeRawPointer) -> Int {
    switch self {
    case .oneByte: Int(record.load(as: UInt8.self))
    case .coarseAndFine: Int(record.load(fromByteOffset: 1, as: UInt8.self))
    case .twoBytes: Int(record.load(as: UInt8.self)) << 8 | Int(record.load(fromByteOffset: 1, as: UInt8.self))
    }
  }
}

extension RecordLayout {
  /// The bytes that say a class before the pixels, where there are no coarse classes.
  public func labelBytes(_ label: Int) -> [UInt8] {
    let bytes = [UInt8(truncatingIfNeeded: label >> 8), UInt8(truncatingIfNeeded: label)]
    return self == .oneByte ? [bytes[1]] : bytes
  }
}
