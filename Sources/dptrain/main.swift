import ArgumentParser
import Foundation
import Kernels
import MPI

// First of all: code that follows may use instructions that this CPU lacks, and OpenBLAS chooses its kernels when the
// process starts.
Processor.exitIfUnsupported()
OpenBLAS.reexecuteWithBestKernels()
OpenBLAS.useOneThread()

/// Every rank parses the same words; one of them speaks.
let speaks = (LaunchEnvironment.rank ?? 0) == 0

let command: any ParsableCommand
do {
  command = try Dptrain.parseAsRoot()
} catch {
  let isFailure = Dptrain.exitCode(for: error) != .success
  if speaks {
    let text = Dptrain.fullMessage(for: error)
    FileHandle(fileDescriptor: isFailure ? STDERR_FILENO : STDOUT_FILENO).write(Data((text + "\n").utf8))
  }
  exit(isFailure ? 2 : 0)
}

if let job = command as? any RankCommand {
  exit(MPIEnvironment.run { try job.run(on: $0) })
}
var plain = command
do {
  try plain.run()
} catch {
  if speaks { FileHandle.standardError.write(Data("\(Dptrain.fullMessage(for: error))\n".utf8)) }
  exit(Dptrain.exitCode(for: error) == .success ? 0 : 2)
}
