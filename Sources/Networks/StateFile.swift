import Formats

/// A state dictionary in a file, read under torchvision's names whatever the file's own are.
///
/// A tensor may be there as itself, or as torch.nn.utils.prune leaves it: `weight_orig` times `weight_mask`.
struct StateFile {
  let file: SafetensorsFile
  private let names: StateNames
  private let head: String
  /// What `DataParallel` puts in front of all names, or nothing.
  private let prefix: String

  /// - Parameter head: torchvision's name of the network's last layer.
  init(_ file: SafetensorsFile, head: String) {
    self.file = file
    self.head = head
    func has(_ name: String) -> Bool { file.contains(name) || file.contains(name + Self.original) }
    prefix = file.names.allSatisfy { $0.hasPrefix("module.") } ? "module." : ""
    names = has(prefix + StateNames.pytorchCIFAR("\(head).weight", head: head)) ? .pytorchCIFAR : .torchvision
  }

  private static let original = "_orig"
  private static let mask = "_mask"

  /// The name in the file of the tensor that torchvision calls `name`.
  private func own(_ name: String) -> String { prefix + names(name, head: head) }

  /// Whether it is there as an original and a mask.
  private func isMasked(_ name: String) -> Bool {
    !file.contains(own(name)) && file.contains(own(name) + Self.original)
  }

  /// The tensors of the file that make up the one that torchvision calls `name`.
  private func parts(_ name: String) -> [String] {
    isMasked(name) ? [own(name) + Self.original, own(name) + Self.mask] : [own(name)]
  }

  func contains(_ name: String) -> Bool { file.contains(own(name)) || isMasked(name) }

  func shape(_ name: String) throws(SafetensorsError) -> [Int] { try file.shape(parts(name)[0]) }

  func require(shape: [Int], of name: String) throws(SafetensorsError) {
    for part in parts(name) { try file.require(shape: shape, of: part) }
  }

  /// The tensors that a file of a network must hold. Those that count batches need not be there.
  private func tensors(_ layout: ParameterLayout) -> [(name: String, shape: [Int])] {
    layout.stateTensors.filter { !$0.name.hasSuffix(StateNames.counter) || contains($0.name) }
  }

  /// Throws unless the file holds exactly a layout's tensors, each by itself or as an original and a mask.
  ///
  /// - Parameter skipped: parameters that may have any shape.
  func require(_ layout: ParameterLayout, except skipped: Set<String> = []) throws(SafetensorsError) {
    let tensors = tensors(layout)
    try file.require(exactly: tensors.flatMap { parts($0.name) })
    for (name, shape) in tensors where !skipped.contains(name) { try require(shape: shape, of: name) }
  }

  /// How many tensors are missing, unexpected, or of another shape than a layout's.
  func differences(from layout: ParameterLayout) -> Int {
    let expected = tensors(layout).flatMap { name, shape in parts(name).map { (name: $0, shape: shape) } }
    let there = expected.filter { file.contains($0.name) }
    let alike = there.count { (try? file.shape($0.name)) == $0.shape }
    return expected.count - alike + file.names.count - there.count
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
