import Foundation

/// The golden files of this module.
enum Golden {
  private struct File<Case: Decodable>: Decodable {
    let cases: [Case]
  }

  /// The cases of `Golden/NAME.json`.
  static func cases<Case: Decodable>(_ name: String, of type: Case.Type) throws -> [Case] {
    let url = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden/\(name).json")
    return try JSONDecoder().decode(File<Case>.self, from: Data(contentsOf: url)).cases
  }
}
