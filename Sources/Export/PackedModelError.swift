import Formats
import Networks

/// A packed model that cannot be made, or a file that holds none.
public struct PackedModelError: Error, Equatable, CustomStringConvertible {
  public enum Problem: Error, Sendable, Equatable {
    case file(FileError)
    /// The file begins with something else.
    case magic
    case tooShort(size: Int)
    case version(UInt32)
    case length(announced: UInt64, found: Int)
    case checksum
    case values(UInt32)
    case architecture(String)
    /// A network that is not what an architecture folds to, or of a name that the format has no room for.
    case anotherArchitecture(String)
    case imageSize(height: Int, width: Int)
    case classes(UInt32)
    /// A value or layer reaches beyond the file's contents.
    case end
    case notText
    case channels(String)
    case pooling
    case logits
    case biasKind(UInt8)
    case riceParameter(UInt8)
    /// More survivors than places, or than the bits that follow could hold.
    case survivors(UInt32, most: Int)
    case position
    case infinite
    case zero
    case trailingBits
    case trailingBytes(Int)
    case notFinite(layer: String)
    case outOfRange(layer: String, value: Float, values: PackedModel.Values)
  }

  /// `nil` where no file is involved.
  public let path: String?
  /// The byte of the file where the lie stands, where it stands at one.
  public let offset: Int?
  public let problem: Problem

  public init(path: String?, offset: Int? = nil, _ problem: Problem) {
    self.path = path
    self.offset = offset
    self.problem = problem
  }

  public var description: String {
    if case .file(let error) = problem { return error.description }
    let place = [path, offset.map { "byte \($0)" }].compactMap { $0 }.joined(separator: ", ")
    return place.isEmpty ? problem.description : "\(place): \(problem)"
  }
}

extension PackedModelError.Problem: CustomStringConvertible {
  public var description: String {
    switch self {
    case .file(let error): error.description
    case .magic: "this is no packed model: it does not begin with the bytes 89 'dptpack'"
    case .tooShort(let size): "\(size) bytes are no packed model; the file is truncated"
    case .version(let version):
      "format version \(version); this program reads version \(PackedLayout.version): use the program that wrote the file, "
        + "or pack the model again"
    case .length(let announced, let found):
      "\(announced) bytes are announced, the file has \(found): it is truncated, or something was appended"
    case .checksum: "the checksum does not match: the file is damaged; pack the model again, or copy it again"
    case .values(let code): "unknown kind of values \(code); known are 0 (fp32), 1 (fp16) and 2 (int8)"
    case .architecture(let name): "unknown architecture '\(name)'"
    case .anotherArchitecture(let name): "the network is not what a packed file can hold of \(name)"
    case .imageSize(let height, let width):
      "made for images of \(height)×\(width), expected \(Architecture.imageSize)×\(Architecture.imageSize)"
    case .classes(let count): "a network of \(count) classes; expected 1 to \(PackedReader.mostClasses)"
    case .end: "something here reaches beyond the contents"
    case .notText: "a text that is not UTF-8"
    case .channels(let name): "the bitmap of the channels of \(name) has bits behind its end"
    case .pooling: "a pooling keeps other channels than what it pools"
    case .logits: "logits are missing; all classes must be kept"
    case .biasKind(let kind): "unknown kind of bias \(kind); known are 0 (a channel) and 1 (a pixel)"
    case .riceParameter(let parameter):
      "Rice parameter \(parameter), expected at most \(RiceCode.largestParameter)"
    case .survivors(let count, let most): "\(count) survivors, expected at most \(most)"
    case .position: "a survivor lies outside its layer"
    case .infinite: "a number is not finite"
    case .zero: "a surviving weight is zero"
    case .trailingBits: "bits follow the last weight of a layer"
    case .trailingBytes(let count): "\(count) bytes follow the last layer"
    case .notFinite(let layer): "\(layer) has weights or biases that are not finite; the model cannot be packed"
    case .outOfRange(let layer, let value, let values):
      "\(layer) has a folded weight of \(value), which \(values.rawValue) cannot hold; take --values fp32"
    }
  }
}
