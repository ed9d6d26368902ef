import Foundation

/// The path of an executable of this package, as built with the tests that are running.
///
/// Test bundles and executables share one build folder, but how deep the bundle lies in it differs between platforms,
/// so the folders above the running test binary are searched from the inside out.
///
/// - Throws: `LaunchFailure.notBuilt` when there is none.
public func builtExecutable(_ name: String) throws -> String {
  let start = Bundle.main.executableURL ?? URL(fileURLWithPath: CommandLine.arguments[0])
  var folder = start.resolvingSymlinksInPath().deletingLastPathComponent()
  var searched: [String] = []
  while folder.path != "/" && searched.count < 6 {
    let candidate = folder.appendingPathComponent(name).path
    var isDirectory: ObjCBool = false
    if FileManager.default.fileExists(atPath: candidate, isDirectory: &isDirectory), !isDirectory.boolValue,
      FileManager.default.isExecutableFile(atPath: candidate)
    {
      return candidate
    }
    searched.append(folder.path)
    folder.deleteLastPathComponent()
  }
  throw LaunchFailure.notBuilt(name: name, searched: searched)
}
