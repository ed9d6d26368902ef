/// Under which names a state dictionary holds a network's tensors.
public enum StateNames: String, CaseIterable, Sendable {
  /// torchvision's: `layer2.0.downsample.0.weight`, `fc.weight`.
  case torchvision
  /// Those of https://github.com/kuangliu/pytorch-cifar: `layer2.0.shortcut.0.weight`, `linear.weight`.
  case pytorchCIFAR = "pytorch-cifar"

  /// What follows a normalization's name where a file counts its batches. A file need not.
  static let counter = ".num_batches_tracked"

  /// The name of the tensor that torchvision calls `name`.
  ///
  /// - Parameter head: torchvision's name of the network's last layer.
  public func callAsFunction(_ name: String, head: String) -> String {
    switch self {
    case .torchvision: name
    case .pytorchCIFAR:
      (name.hasPrefix("\(head).") ? "linear." + name.dropFirst(head.count + 1) : name)
        .replacing(".downsample.", with: ".shortcut.")
    }
  }
}
