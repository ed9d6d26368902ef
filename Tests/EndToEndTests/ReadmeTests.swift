import Foundation
import TestSupport
import Testing

/// What README.md tells people to type works.
struct ReadmeTests {
  private static let readme = page("README.md")

  private static func page(_ name: String) -> String {
    (try? String(contentsOf: projectDirectory.appending(path: name), encoding: .utf8)) ?? ""
  }

  /// The lines of the page's shell blocks that start dptrain themselves, without their comments.
  static let commands: [String] = readme.matches(of: /```sh\n(.*?)```/.dotMatchesNewlines())
    .flatMap { $0.1.split(separator: "\n") }
    .map { String($0.prefix { $0 != "#" }).trimmingCharacters(in: .whitespaces) }
    .filter { $0.contains("dptrain") && !$0.hasPrefix("make ") && !$0.hasPrefix("sbatch ") }

  @Test func thereAreCommands() {
    #expect(Self.commands.contains { $0.hasPrefix("mpirun -n 8 ") } && Self.commands.count >= 2)
  }

  /// Each runs as it stands, from a folder like the project's: the program at its place, images where `make data` puts
  /// them. To make it short, the small network and fewer epochs are appended to jobs; a model file that a command names is the
  /// small network's, and a command that looks at runs finds two.
  @Test(arguments: commands)
  func theCommandWorks(command: String) throws {
    let scratch = try Scratch()
    try scratch.writeImages("data/cifar-10-batches-bin")
    let picture = projectDirectory.appending(path: "Tests/ImagesTests/Pictures/Golden/rgb.png")
    try scratch.write(Data(contentsOf: picture), "photo.png")
    let program = URL(filePath: try builtExecutable("dptrain"))
    let place = scratch.url.appending(path: ".build/release")
    try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(at: place.appending(path: "dptrain"), withDestinationURL: program)
    var line = command
    for model in command.matches(of: /\S+\.safetensors/).map({ String($0.0) }) {
      line = line.replacing(model, with: try FinishedRun.on(ranks: 2).path("dense.safetensors"))
    }
    if line.contains("dptrain report") {
      try FileManager.default.createDirectory(atPath: scratch.path("runs"), withIntermediateDirectories: true)
      for ranks in [1, 2] {
        try FileManager.default.createSymbolicLink(
          atPath: scratch.path("runs/\(ranks)"), withDestinationPath: FinishedRun.on(ranks: ranks).url.path())
      }
    }
    let isJob =
      !line.contains(/dptrain (evaluate|predict|inspect|export|report|doctor|help|--)/)
      || line.contains("dptrain --prune")
    if isJob {
      line += " --arch resnet8 --batch-size 128 --microbatch 16 --epochs 1"
      if !line.contains("dptrain train") { line += " --finetune-epochs 1" }
    }
    var environment: [String: String?] = [
      "PATH": "\(place.path()):\(ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin")",
      "OMPI_MCA_rmaps_base_oversubscribe": "1", "OMPI_MCA_hwloc_base_binding_policy": "none",
      "OMPI_MCA_mpi_yield_when_idle": "1", "OMPI_MCA_btl_vader_single_copy_mechanism": "none",
    ]
    if geteuid() == 0 {
      environment["OMPI_ALLOW_RUN_AS_ROOT"] = "1"
      environment["OMPI_ALLOW_RUN_AS_ROOT_CONFIRM"] = "1"
    }
    let result = try run("sh", ["-c", line], environment: environment, directory: scratch.url, timeout: 240)
    #expect(result.succeeded, "\(result)")
    guard isJob, !line.contains("dptrain train") else { return }
    #expect(result.outputLines.first?.hasPrefix("CIFAR-10 from data/cifar-10-batches-bin: 320 training") == true)
    // A line that names no run directory gets one of its own.
    let reports = scratch.names().filter { $0.hasSuffix("/report.txt") }
    #expect(reports.count == 1, "\(result)")
    #expect(reports[0].contains(/^runs\/\d{8}-\d{6}-resnet8\//) || line.contains("--output"))
  }

  @Test func everyCommandOfTheTableHasHelp() throws {
    let names = Self.readme.matches(of: /\| `dptrain (\[run\]|[a-z]+)` \|/)
      .map { $0.1.trimmingCharacters(in: CharacterSet(charactersIn: "[]")) }
    #expect(names.count >= 5)
    for name in names {
      for arguments in [["help", name], [name, "--help"]] {
        let result = try dptrain(arguments)
        #expect(result.succeeded && result.standardError.isEmpty, "\(result)")
        #expect(result.standardOutput.contains("USAGE: dptrain \(name)"), "\(result)")
      }
    }
    let overview = try dptrain(["--help"])
    #expect(overview.succeeded && names.allSatisfy { overview.standardOutput.contains("\n  \($0)") }, "\(overview)")
  }

  /// In README.md what stands under "Commands": other sections name flags of other programs.
  @Test(arguments: [("README.md", 10), ("docs/flags.md", 50)])
  func everyFlagOfThePagesIsInTheHelp(name: String, least: Int) throws {
    let page = Self.page(name)
    let section = page.firstMatch(of: /\n## Commands\n(.*?)\n##\s/.dotMatchesNewlines())?.1 ?? page[...]
    let help = try dptrain(["help", "run"]).standardOutput
    let known = Set(help.matches(of: /--[a-z0-9-]+/).map { String($0.0) })
    let flags = Set(section.matches(of: /`(--[a-z0-9-]+)[^`]*`/).map { String($0.1) })
    #expect(flags.count > least && flags.contains("--masked"))
    for flag in flags { #expect(known.contains(flag), "\(flag) is in \(name), not in 'dptrain help run'") }
  }

  @Test func theChangelogBeginsWithThisVersion() throws {
    let heading = try #require(Self.page("CHANGELOG.md").firstMatch(of: /\n## ([0-9.]+), (\w+ \d+, \d+)\n/))
    let version = try dptrain(["--version"]).standardOutput
    #expect(version.hasPrefix("dptrain \(heading.1) "), "\(version)")
    let manual = try dptrain(["manual"]).standardOutput
    #expect(manual.hasPrefix(".Dd \(heading.2)\n"))
  }

  /// It is for a newcomer, who reads one page.
  @Test func thePageIsShort() {
    #expect(Self.readme.split(separator: "\n", omittingEmptySubsequences: false).count <= 150)
  }
}
