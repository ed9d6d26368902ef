import Foundation

/// The pictures of a folder of class folders.
public struct PictureFolder: Sendable, Equatable {
  /// A picture of a class.
  public struct File: Sendable, Equatable {
    /// Its path below the folder of all classes, with its class: what decides its place.
    public let name: String
    public let path: String
    /// The number of its class.
    public let label: Int
  }

  /// The folders' names, sorted by their UTF-8 bytes: the classes in the order of their numbers.
  public let classNames: [String]
  /// The pictures by class, then by name.
  public let training: [File]
  /// The same of the folder's own test pictures; nil where it has none apart.
  public let test: [File]?
  /// Files that have no name of a picture.
  public let otherFiles: [String]

  static let deepest = 16

  /// Finds the pictures below `path`: `CLASS/…/NAME.png` (or `.jpg`, `.jpeg`, in any case), or `train/CLASS/…` and `test/CLASS/…`
  /// (or `val/CLASS/…`). What begins with a dot is passed over.
  public init(path: String) throws(ImportError) {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue else {
      throw .noFolder(path)
    }
    var others: [String] = []
    let top = try Self.folders(path)
    let testName = ["test", "val"].first(where: top.contains)
    if let testName, top.contains("train"), try Self.holdsClasses("\(path)/train") {
      classNames = try Self.classes("\(path)/train")
      training = try Self.files("\(path)/train", classNames, &others)
      for name in try Self.folders("\(path)/\(testName)") where !classNames.contains(name) {
        throw .unknownClass("\(path)/\(testName)/\(name)", notIn: "\(path)/train")
      }
      let present = try Self.folders("\(path)/\(testName)")
      test = try Self.files("\(path)/\(testName)", classNames, only: present, &others)
    } else {
      classNames = try Self.classes(path)
      training = try Self.files(path, classNames, &others)
      test = nil
    }
    otherFiles = others
    let labels = Set(training.map(\.label))
    if let empty = classNames.indices.first(where: { !labels.contains($0) }) {
      throw .emptyClass("\(path)/\(test == nil ? "" : "train/")\(classNames[empty])")
    }
    if test?.isEmpty == true { throw .noTestPictures }
  }

  private static func classes(_ path: String) throws(ImportError) -> [String] {
    let names = try folders(path)
    guard (2...65_536).contains(names.count) else { throw .classCount(path, found: names) }
    for name in names {
      let place = "\(path)/\(name)"
      guard !name.contains(where: \.isNewline) else { throw .className(place, reason: "its name has several lines") }
      guard name == name.trimmingCharacters(in: .whitespaces) else {
        throw .className(place, reason: "its name begins or ends with a space")
      }
      guard name.utf8.count <= 255 else { throw .className(place, reason: "its name is longer than 255 bytes") }
    }
    return names
  }

  /// The pictures of each class.
  private static func files(
    _ path: String, _ classes: [String], only present: [String]? = nil, _ others: inout [String]
  ) throws(ImportError) -> [File] {
    var files: [File] = []
    for (label, name) in classes.enumerated() where present?.contains(name) ?? true {
      for file in try walk("\(path)/\(name)", depth: 1) {
        let full = "\(path)/\(name)/\(file)"
        let ending = file.split(separator: ".").last.map { $0.lowercased() } ?? ""
        guard file.contains("."), PictureFormat.nameEndings.contains(ending) else {
          others.append(full)
          continue
        }
        files.append(File(name: "\(name)/\(file)", path: full, label: label))
      }
    }
    return files
  }

  /// The paths of all files below a folder, sorted.
  private static func walk(_ path: String, depth: Int) throws(ImportError) -> [String] {
    guard depth <= deepest else { throw .tooDeep(path) }
    var files: [String] = []
    for name in try names(path) {
      if isFolder("\(path)/\(name)") {
        files += try walk("\(path)/\(name)", depth: depth + 1).map { "\(name)/\($0)" }
      } else {
        files.append(name)
      }
    }
    return files.sorted(by: precedes)
  }

  private static func folders(_ path: String) throws(ImportError) -> [String] {
    try names(path).filter { isFolder("\(path)/\($0)") }
  }

  private static func holdsClasses(_ path: String) throws(ImportError) -> Bool { try !folders(path).isEmpty }

  private static func isFolder(_ path: String) -> Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
  }

  /// The names in a folder, sorted, without those that begin with a dot.
  private static func names(_ path: String) throws(ImportError) -> [String] {
    do {
      return try FileManager.default.contentsOfDirectory(atPath: path).filter { !$0.hasPrefix(".") }.sorted(
        by: precedes)
    } catch {
      let below = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError
      throw .folder(path, code: Int32((below ?? error as NSError).code))
    }
  }

  /// By bytes: `String`'s own order calls texts equal that differ in bytes.
  private static func precedes(_ one: String, _ other: String) -> Bool {
    one.utf8.lexicographicallyPrecedes(other.utf8)
  }
}
