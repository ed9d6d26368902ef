import Text
import ArgumentParser
import Images
import Kernels
import Machine
import MPI

/// `dptrain doctor`: what this machine offers.
struct DoctorCommand: RankCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor", abstract: "Show what dptrain found: CPU, kernels, MPI, ranks, binding, rates, data.",
    discussion: """
      Run it as you would run a job, such as `\(MPIImplementation.current.launcher) -n 8 dptrain doctor`: all ranks measure at \
      once, and one that is slower than the others, or shares its core, shows.
      """)

  @Option(
    help: ArgumentHelp(
      "Directory with CIFAR's binary files or an imported data set, or 'synthetic' for the built-in images.",
      valueName: "directory"), completion: .directory)
  var data: String?

  /// Hosts that differ are a finding, not a failure.
  var requiresSameProgram: Bool { false }

  func run(on world: Communicator) throws -> Int32 {
    let node = try world.splitByNode()
    let report = MachineReport.measure()
    let lines = report.lines.map { "  \(Self.padded($0.label))\($0.text)" }.joined(separator: "\n")
    // One report a host, by its first rank: the ranks of a host share everything but their binding.
    let heading = "\(Communicator.hostName): \(node.size.counted("rank"))"
    let texts = try world.gather(node.rank == 0 ? heading + "\n" + lines : "", root: 0)
    let binding = Processor.allowed.map { "\($0)" } ?? "unknown"
    let rate = report.lines.first { $0.label == "GEMM rate" }?.text ?? "unknown"
    let places = try world.gather(
      "rank \(world.rank) on \(Communicator.hostName), processors \(binding): \(rate)", root: 0)
    guard world.rank == 0 else { return 0 }
    print("dptrain \(Dptrain.version) (commit \(Dptrain.commit.prefix(12)))")
    print("  \(Self.padded("MPI"))\(MPIEnvironment.libraryVersion) (MPI \(MPIEnvironment.standardVersion))")
    let hosts = (texts ?? []).count { !$0.isEmpty }
    print("  \(Self.padded("ranks"))\(world.size) on \(hosts.counted("host"))")
    print("  \(Self.padded("data"))\(dataLine)")
    for text in texts ?? [] where !text.isEmpty { print("\n\(text)") }
    if world.size > 1 { print("\n" + (places ?? []).map { "  " + $0 }.joined(separator: "\n")) }
    return 0
  }

  /// What a run would train on; a data set that cannot be read is a finding, not a failure.
  private var dataLine: String {
    do {
      return try CIFARDataset(DataSource.resolve(option: data)).description
    } catch {
      return "not usable: \(error)"
    }
  }

  private static func padded(_ label: String) -> String {
    label + String(repeating: " ", count: max(2, 16 - label.count))
  }
}
