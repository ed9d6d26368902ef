import ArgumentParser
import Formats
import Reports

/// `dptrain report`: the page of a run, or of several.
struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report", abstract: "Make the page of a run again, or compare several runs on one.",
    discussion: """
      A run writes its page, report.html, by itself; this makes it again from config.json, metrics.jsonl and report.json, and \
      needs no data set. For several runs the page shows accuracy against sparsity and against time, and the settings in which \
      they differ. A page is one file that needs no network:

        dptrain report runs/20260101-120000-resnet18
        dptrain report runs/* --output comparison.html
      """)

  @Argument(help: "Run directories.")
  var runs: [String]

  @Option(
    help: ArgumentHelp(
      "Where the page goes (default: report.html in the run's directory; for several runs comparison.html here).",
      valueName: "file"))
  var output: String?

  mutating func validate() throws {
    try TrainingOptions.require(!runs.isEmpty, "name at least one run directory")
  }

  func run() throws {
    let found = try runs.map { try RunFiles(directory: $0) }
    if let run = found.first, found.count == 1 {
      if output == nil, run.isRunning {
        throw UsageError(
          description: "\(run.path) is still running, and writes its report.html itself; give another file by --output")
      }
      try write(ReportPage(run).html, to: output ?? "\(run.path)/report.html")
    } else {
      try write(ComparisonPage(found).html, to: output ?? "comparison.html")
    }
  }

  private func write(_ page: String, to path: String) throws {
    try AtomicFile.write(page, to: path)
    print("wrote \(path)")
  }
}
