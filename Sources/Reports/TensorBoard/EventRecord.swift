import Foundation
import SwiftProtobuf

/// One record of a TensorBoard event file.
public struct EventRecord: Sendable {
  /// What one tag shows at one step.
  public enum Value: Sendable {
    case scalar(Double)
    /// A picture as a PNG file.
    case image(png: Data, width: Int, height: Int)
    case histogram(Histogram)
  }

  /// How many values lie between limits.
  public struct Histogram: Sendable, Equatable {
    public var least: Double
    public var most: Double
    public var sum: Double
    public var sumOfSquares: Double
    /// The upper limits of the bins, rising.
    public var limits: [Double]
    /// One a bin.
    public var counts: [Int]

    public init(least: Double, most: Double, sum: Double, sumOfSquares: Double, limits: [Double], counts: [Int]) {
      self.least = least
      self.most = most
      self.sum = sum
      self.sumOfSquares = sumOfSquares
      self.limits = limits
      self.counts = counts
    }
  }

  /// The moment, in seconds since 1970.
  public var wallTime: Double
  public var step: Int
  public var values: [(tag: String, value: Value)]

  public init(wallTime: Double, step: Int, values: [(tag: String, value: Value)]) {
    self.wallTime = wallTime
    self.step = step
    self.values = values
  }

  /// The record with its frame, as it stands in a file.
  public func framed() throws -> [UInt8] {
    var event = Tensorboard_Event()
    event.wallTime = wallTime
    event.step = Int64(step)
    event.summary.value = values.map { tag, value in
      var result = Tensorboard_Summary.Value()
      result.tag = tag
      switch value {
      case .scalar(let number): result.simpleValue = Float(number)
      case .image(let png, let width, let height):
        result.image.width = Int32(width)
        result.image.height = Int32(height)
        result.image.colorspace = 3
        result.image.encodedImageString = png
      case .histogram(let histogram): result.histo = histogram.message
      }
      return result
    }
    return Self.frame(try event.serializedBytes())
  }

  /// The record that a file begins with.
  ///
  /// - Parameter wallTime: in seconds since 1970.
  public static func head(wallTime: Double) throws -> [UInt8] {
    var event = Tensorboard_Event()
    event.wallTime = wallTime
    event.fileVersion = "brain.Event:2"
    return frame(try event.serializedBytes())
  }

  /// TFRecord's frame: the length, its checksum, the data, their checksum.
  static func frame(_ data: [UInt8]) -> [UInt8] {
    let length = (0..<8).map { UInt8(truncatingIfNeeded: data.count >> (8 * $0)) }
    func bytes(_ number: UInt32) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) } }
    return length + bytes(CRC32C.masked(length)) + data + bytes(CRC32C.masked(data))
  }
}

extension EventRecord.Histogram {
  fileprivate var message: Tensorboard_HistogramProto {
    var result = Tensorboard_HistogramProto()
    result.min = least
    result.max = most
    result.num = Double(counts.reduce(0, +))
    result.sum = sum
    result.sumSquares = sumOfSquares
    result.bucketLimit = limits
    result.bucket = counts.map(Double.init)
    return result
  }
}
