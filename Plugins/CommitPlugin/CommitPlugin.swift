import Foundation
import PackagePlugin

/// Writes the commit that is checked out into a Swift file, again after each commit and checkout.
///
/// A manifest can ask git too (`Context.gitInformation`), but SwiftPM keeps its answer until the manifest's text changes.
@main
struct CommitPlugin: BuildToolPlugin {
  func createBuildCommands(context: PluginContext, target: Target) throws -> [Command] {
    let package = context.package.directoryURL
    let file = context.pluginWorkDirectoryURL.appending(path: "Commit.swift")
    return [
      .buildCommand(
        displayName: "Asking git for the commit", executable: URL(filePath: "/bin/sh"),
        arguments: ["-c", Self.script, "sh", package.path(percentEncoded: false), file.path(percentEncoded: false)],
        inputFiles: Self.traces(of: package), outputFiles: [file])
    ]
  }

  private static let script = """
    commit=$(git -C "$1" rev-parse HEAD 2>/dev/null) || commit=unknown
    echo "/// The commit that was checked out when the program was built; unknown outside a git repository.
    package let buildCommit = \\"$commit\\"" >"$2"
    """

  /// The files that git changes where another commit is checked out; none outside a repository.
  private static func traces(of package: URL) -> [URL] {
    var folder = package.appending(path: ".git")
    // In a worktree of its own `.git` is a file that names the folder.
    if let text = try? String(contentsOf: folder, encoding: .utf8), text.hasPrefix("gitdir: ") {
      folder = URL(filePath: text.dropFirst(8).trimmingCharacters(in: .whitespacesAndNewlines), relativeTo: package)
    }
    return ["HEAD", "logs/HEAD"].map { folder.appending(path: $0).absoluteURL }
      .filter { FileManager.default.fileExists(atPath: $0.path(percentEncoded: false)) }
  }
}
