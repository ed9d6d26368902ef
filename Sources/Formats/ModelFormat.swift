/// The kinds of files that models come in, told apart by their first bytes.
public enum ModelFormat: Sendable {
  /// Survivors of a folded network, for inference only.
  case packed
  /// Safetensors, as far as the first bytes tell: they are the length of a header.
  case safetensors

  /// What a packed model begins with. As the length of a safetensors header it would be beyond all limits.
  public static let packedMagic: [UInt8] = [0x89] + Array("dptpack".utf8)

  /// Looks at the file at `path`.
  public init(path: String) throws(FileError) {
    let file = try ReadableFile(path: path)
    let count = Self.packedMagic.count
    guard file.size >= count else {
      self = .safetensors
      return
    }
    self = try file.read(UInt8.self, count: count, at: 0) == Self.packedMagic ? .packed : .safetensors
  }
}
