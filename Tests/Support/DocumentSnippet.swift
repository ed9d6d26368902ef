import Foundation

/// The code blocks of a document of this project, so that tests run what people read.
///
/// - Parameters:
///   - document: a path below the project's folder, such as `docs/interchange.md`.
///   - language: what stands behind the fence.
public func codeBlocks(of document: String, language: String) throws -> [String] {
  let text = try String(contentsOf: projectDirectory.appending(path: document), encoding: .utf8)
  let pattern = try Regex("```\(language)\\n(.*?)```").dotMatchesNewlines()
  return text.matches(of: pattern).compactMap { $0.output[1].substring.map(String.init) }
}

/// The project's folder.
public let projectDirectory = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  .deletingLastPathComponent()
