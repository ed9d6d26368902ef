import Formats

/// Under which names a state dictionary holds a network's tensors.
public enum StateNames: String, CaseIterable, Sendable {
  /// torchvision's: `layer2.0.downsample.0.weight`, `fc.weight`.
  case torchvision
  /// Those of https://github.com/kuangliu/pytorch-cifar: `layer2.0.shortcut.0.weight`, `linear.weight`.
  case pytorchCIFAR = "pytorch-cifar"

  /// The name of the tensor that torchvision calls `name`.
  public func callAsFunction(_ name: String) -> String {
    switch self {
    case .torchvision: name
    case .pytorchCIFAR:
      (name.hasPrefix("fc.") ? "linear." + name.dropFirst(3) : name).replacing(".downsample.", with: ".shortcut.")
    }
  }
}

/// A state dictionary in a file, read under torchvision's names whatever the file's own are.
///
/// A tensor may be there as itself, or as torch.nn.utils.prune leaves it: `weight_orig` times `weight_mask`.
struct StateFile {
  let file: SafetensorsFile
  private let names: StateNames
  /// What `DataParallel` puts in front of all names, or nothing.
  private let prefix: String

  init(_ file: SafetensorsFile) {
    self.file = file
    func has(_ name: String) -> Bool { file.contains(name) || file.contains(name + Self.original) }
    prefix = file.names.allSatisfy { $0.hasPrefix("module.") } ? "module." : ""
    names = has(prefix + StateNames.pytorchCIFAR("fc.weight")) ? .pytorchCIFAR : .torchvision
  }

  private static let original = "_orig"
  private static let mask = "_mask"

  /// The name in the file of the tensor that torchvision calls `name`.
  private func own(_ name: String) -> String { prefix + names(name) }

  /// Whether it is there as an original and a mask.
  private func isMasked(_ name: String) -> Bool {
    !file.contains(own(name)) && file.contains(own(name) + Self.original)
  }

  func contains(_ name: String) -> Bool { file.contains(own(name)) || isMasked(name) }

  func shape(_ name: String) throws(SafetensorsError) -> [Int] {
    try file.shape(own(name) + (isMasked(name) ? Self.original : ""))
  }

  func require(shape: [Int], of name: String) throws(SafetensorsError) {
    guard isMasked(name) else { return try file.require(shape: shape, of: own(name)) }
    try file.require(shape: shape, of: own(name) + Self.original)
    try file.require(shape: shape, of: own(name) + Self.mask)
  }

  /// Throws unless the file holds exactly these tensors, each by itself or as an original and a mask.
  func require(exactly names: [String]) throws(SafetensorsError) {
    try file.require(
      exactly: names.flatMap { name in
        isMasked(name) ? [own(name) + Self.original, own(name) + Self.mask] : [own(name)]
      })
  }

  /// A tensor's elements, zeros where its mask says so.
  func floats(_ name: String) throws(SafetensorsError) -> [Float] {
    guard isMasked(name) else { return try file.floats(own(name)) }
    let values = try file.floats(own(name) + Self.original)
    let mask = own(name) + Self.mask
    let isKept: [Bool]
    switch try file.type(mask) {
    case .bool, .uint8: isKept = try file.integers(mask).map { $0 != 0 }
    default: isKept = try file.floats(mask).map { $0 != 0 }
    }
    // A product would make a NaN of what is masked out and infinite.
    return zip(values, isKept).map { $1 ? $0 : 0 }
  }

  func integers(_ name: String) throws(SafetensorsError) -> [Int64] { try file.integers(own(name)) }
}
