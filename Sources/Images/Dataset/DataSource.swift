import Foundation

/// Where the images come from.
public enum DataSource: Sendable, Equatable {
  /// A directory of record files.
  case directory(String)
  /// The images that the program generates itself.
  case synthetic

  /// Where `make data` puts CIFAR-10.
  public static let defaultDirectory = "data/\(DatasetFiles.cifar10Directory)"

  /// The source for the option `--data`: the directory that it names, or the synthetic set for the word `synthetic`; without
  /// the option `data/cifar-10-batches-bin` of the current directory where it exists, else the synthetic set.
  public static func resolve(option: String?) -> DataSource {
    if let option { return option == "synthetic" ? .synthetic : .directory(option) }
    return FileManager.default.fileExists(atPath: defaultDirectory) ? .directory(defaultDirectory) : .synthetic
  }
}

extension DataSource: CustomStringConvertible {
  /// What the option `--data` would name it by.
  public var description: String {
    switch self {
    case .directory(let path): path
    case .synthetic: "synthetic"
    }
  }
}
