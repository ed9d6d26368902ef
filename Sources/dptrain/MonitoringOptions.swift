import ArgumentParser
import Foundation

/// Who else watches a run.
struct MonitoringOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      Keep figures for Prometheus in this file, written anew every few seconds: the textfile collector of its node exporter \
      reads files of a folder whose names end in .prom.
      """, valueName: "file"))
  var prometheus: String?

  /// Throws where the file could not be written.
  func check() throws {
    guard let prometheus else { return }
    var isDirectory: ObjCBool = false
    let exists = FileManager.default.fileExists(atPath: prometheus, isDirectory: &isDirectory)
    if exists && isDirectory.boolValue {
      throw UsageError(
        description: "--prometheus \(prometheus): this is a directory; name a file in it, such as dptrain.prom")
    }
    let folder =
      prometheus.lastIndex(of: "/").map { $0 == prometheus.startIndex ? "/" : String(prometheus[..<$0]) } ?? "."
    guard access(folder, W_OK | X_OK) == 0 else {
      throw UsageError(
        description:
          "--prometheus \(prometheus): the folder \(folder) cannot be written: \(String(cString: strerror(errno)))")
    }
  }
}
