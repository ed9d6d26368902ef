extension Network {
  /// Loads a model: one of dptrain's own, or any safetensors file with torchvision's names or pytorch-cifar's, which needs no
  /// metadata.
  ///
  /// - Parameter classes: the classes that the model must have; nil for any number.
  /// - Throws: `ModelError` or `UnknownArchitectureError` where the file holds no such model, `SafetensorsError` where it is
  ///   unsound.
  public convenience init(path: String, classes: Int? = nil) throws {
    let file = try ModelFile(path: path)
    try ModelError.require(classes: classes, found: file.classes, path: path)
    self.init(file.architecture, classes: file.classes)
    try load(file.state)
  }

  /// A new network that begins with the weights of a file. Where the file's classes are other ones, the classifier is drawn
  /// anew.
  ///
  /// - Parameter seed: of what is drawn.
  /// - Returns: the network, and the file's number of classes where it is another.
  /// - Throws: as ``init(path:classes:)``.
  public static func starting(
    from path: String, classes: Int, seed: UInt64
  ) throws -> (network: Network, otherClasses: Int?) {
    let file = try ModelFile(path: path)
    let network = Network(file.architecture, classes: classes)
    network.initialize(seed: seed)
    let isOther = file.classes != classes
    let head = file.architecture.head
    try network.load(file.state, except: isOther ? ["\(head).weight", "\(head).bias"] : [])
    return (network, isOther ? file.classes : nil)
  }
}
