import ArgumentParser
import MPI

/// `dptrain doctor`: what this machine offers.
struct DoctorCommand: RankCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor", abstract: "Show what dptrain found: CPU, kernels, MPI, ranks, binding, rates, data.")

  func run(on world: Communicator) throws -> Int32 { 0 }
}
