import ArgumentParser
import MPI

/// The program: its subcommands and its help.
struct Dptrain: ParsableCommand {
  static let version = "0.2.0"

  /// What the manual page is dated; CHANGELOG.md has both.
  static let versionDate = "December 1, 2026"

  /// The commit that this program was built from, or `unknown`.
  static let commit = buildCommit

  static let configuration = CommandConfiguration(
    commandName: "dptrain",
    abstract: "Train ResNet18 on CIFAR-10 over MPI ranks, prune it, fine-tune it, and say what it cost.",
    discussion: """
      The main job, on eight ranks and on one:

        \(MPIImplementation.current.launcher) -n 8 dptrain --prune 0.98
        dptrain --prune 0.98

      Without a subcommand dptrain does the whole job (the subcommand `run`). Without --data it takes \
      data/cifar-10-batches-bin where `make data` put it, else a built-in synthetic set. Results do not depend on the \
      number of ranks: 1, 2, 4 and 8 ranks end with the same bits.
      """,
    version: "dptrain \(version) (commit \(commit))",
    subcommands: [
      RunCommand.self, TrainCommand.self, PruneCommand.self, ResumeCommand.self, EvaluateCommand.self,
      PredictCommand.self, InspectCommand.self, ExportCommand.self, ReportCommand.self, DataCommand.self,
      ConfigCommand.self, PlanCommand.self, DoctorCommand.self, ManualCommand.self, BenchCommand.self,
    ],
    defaultSubcommand: RunCommand.self)
}

/// A command that runs on all ranks together.
protocol RankCommand: ParsableCommand {
  /// How long a rank may wait for another, in seconds; 0 for ever.
  var timeout: Double { get }

  /// Whether all ranks must have the same program, libraries and kernels.
  var requiresSameProgram: Bool { get }

  /// Runs the command and returns the exit status.
  func run(on world: Communicator) throws -> Int32
}

extension RankCommand {
  var timeout: Double { WatchOptions.defaultTimeout }
  var requiresSameProgram: Bool { true }
}

/// A mistake in the options that only shows once files or ranks are known.
struct UsageError: Error, ExitCoded, CustomStringConvertible {
  let description: String
  var exitCode: Int32 { 2 }
}
