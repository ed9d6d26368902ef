import Foundation

extension Golden {
  private struct File<Case: Decodable>: Decodable {
    let cases: [Case]
  }

  /// The cases of `Golden/NAME.json` beside the test that asks.
  public static func cases<Case: Decodable>(
    _ name: String, of type: Case.Type, beside test: String = #filePath
  ) throws -> [Case] {
    let url = URL(filePath: test).deletingLastPathComponent().appending(path: "Golden/\(name).json")
    return try JSONDecoder().decode(File<Case>.self, from: Data(contentsOf: url)).cases
  }
}
