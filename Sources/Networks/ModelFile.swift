import Formats

/// A file of weights, with the architecture that it holds.
///
/// dptrain's own files name it. Of others all names and shapes are compared with every architecture's.
struct ModelFile {
  let state: StateFile
  let architecture: Architecture
  let classes: Int

  init(path: String) throws {
    if case .packed = try ModelFormat(path: path) {
      throw ModelError(
        description: """
          \(path): a packed model has no batch normalization and cannot be trained, pruned or exported as weights; take the \
          safetensors file that it was made from
          """)
    }
    let file = try SafetensorsFile(path: path)
    let size = "\(Architecture.imageSize)"
    if let found = file.metadata["image_size"], found != size {
      throw ModelError(description: "\(path): a model for images of \(found) pixels an edge; expected \(size)")
    }
    let named = file.metadata["architecture"].flatMap { Architecture(named: $0) }
    architecture = try named ?? Self.architecture(of: file, path: path)
    state = StateFile(file, head: architecture.head)
    classes = try Self.classes(of: state, architecture)
  }

  /// How many classes a file's network tells apart.
  private static func classes(of state: StateFile, _ architecture: Architecture) throws(SafetensorsError) -> Int {
    let weight = "\(architecture.head).weight"
    let found = try state.shape(weight).first ?? 0
    // A tensor without elements may claim any number of classes: memory is taken only for what the file's size proves.
    let features = architecture.graph(classes: 1).products[weight]?.inputChannels ?? 0
    try state.require(shape: [max(found, 1), features], of: weight)
    return found
  }

  /// The one architecture whose tensors a file holds.
  private static func architecture(of file: SafetensorsFile, path: String) throws -> Architecture {
    let candidates = Architecture.all.map { architecture in
      let state = StateFile(file, head: architecture.head)
      let classes = (try? classes(of: state, architecture)) ?? 1
      let layout = ParameterLayout(architecture.graph(classes: classes))
      return (architecture: architecture, differences: state.differences(from: layout), state: state, layout: layout)
    }
    let fitting = candidates.filter { $0.differences == 0 }.map(\.architecture)
    guard fitting.count < 2 else {
      let names = fitting.map(\.name).joined(separator: " and ")
      throw ModelError(
        description: "\(path): its tensors are those of \(names); name one as 'architecture' in its metadata")
    }
    guard let nearest = candidates.min(by: { $0.differences < $1.differences }) else {
      throw ModelError(description: "\(path): no architecture is known")
    }
    do throws(SafetensorsError) {
      _ = try classes(of: nearest.state, nearest.architecture)
      try nearest.state.require(nearest.layout)
      return nearest.architecture
    } catch {
      throw UnknownArchitectureError(nearest: nearest.architecture, differences: nearest.differences, first: error)
    }
  }
}

/// A file of weights that is that of no architecture that dptrain knows.
public struct UnknownArchitectureError: Error, CustomStringConvertible {
  public let nearest: Architecture
  /// How many tensors are missing, unexpected or of another shape than the nearest architecture's.
  public let differences: Int
  /// What differs first.
  public let first: SafetensorsError

  public var description: String {
    """
    \(first) (of no network that dptrain knows under torchvision's names or pytorch-cifar's; the nearest is \(nearest), \
    from which \(differences) tensors differ)
    """
  }
}

/// A model file that is readable but not a model dptrain knows.
public struct ModelError: Error, CustomStringConvertible {
  public let description: String

  public init(description: String) { self.description = description }

  /// Throws unless a model has the classes of the data, where that matters.
  package static func require(classes: Int?, found: Int, path: String) throws(ModelError) {
    guard let classes, classes != found else { return }
    throw ModelError(
      description: "\(path): the model has \(found) classes, the data \(classes); they must be the same")
  }
}
