import ArgumentParser
import Foundation
import Kernels
import Machine
import MPI
import Runs
import Training
import Watchdog

// First of all: code that follows may use instructions that this CPU lacks, and OpenBLAS chooses its kernels when the
// process starts.
Processor.exitIfUnsupported()
OpenBLAS.reexecuteWithBestKernels()
OpenBLAS.useOneThread()

/// Every rank parses the same words; one of them speaks.
let speaks = (LaunchEnvironment.rank ?? 0) == 0

/// Ends a program that has not come to MPI: help goes to standard output, what went wrong to standard error, with status 2
/// where the words on the command line are to blame.
func end(with error: any Error) -> Never {
  let code = Dptrain.exitCode(for: error)
  if speaks {
    var text = code == .failure ? "dptrain: \(error)" : Dptrain.fullMessage(for: error)
    if let explanation = try? CommandSettings.given.get().explanation(of: text), !explanation.isEmpty {
      text += "\n" + explanation
    }
    let stream = code == .success ? FileHandle.standardOutput : FileHandle.standardError
    stream.write(Data((text + "\n").utf8))
  } else if code != .success {
    // mpirun ends all ranks as soon as one fails: the one that speaks must have spoken.
    sleep(1)
  }
  exit(code == .success ? 0 : code == .failure ? 1 : 2)
}

/// Ends a program whose configuration file or environment cannot be used, which may be so on this rank's host alone.
func end(with error: SettingsError) -> Never {
  let rank = LaunchEnvironment.rank ?? 0
  // Where the first rank has found the same, it has spoken, and mpirun ends the others meanwhile.
  if rank > 0 { sleep(1) }
  let place = rank > 0 ? "rank \(rank) on host \(ProcessInfo.processInfo.hostName): " : ""
  FileHandle.standardError.write(Data("dptrain: \(place)\(error)\n".utf8))
  exit(2)
}

var command: any ParsableCommand
do {
  let given = try CommandSettings.given.get()
  if speaks {
    for note in given.notes { FileHandle.standardError.write(Data("dptrain: note: \(note)\n".utf8)) }
  }
  command = try Dptrain.parseAsRoot(given.arguments)
} catch let error as SettingsError {
  end(with: error)
} catch {
  end(with: error)
}

if let job = command as? any RankCommand {
  // From the start on: a signal that comes while a run is being prepared is not to end it without a word.
  if job is any RunMakingCommand { StopSignals.listen() }
  exit(
    MPIEnvironment.run { world in
      try JobWatchdog.start(world, timeout: job.timeout, program: "dptrain")
      let name = type(of: job).configuration.commandName ?? "\(type(of: job))"
      if job.requiresSameProgram { try Preflight.checkProgram(command: name, world) }
      return try job.run(on: world)
    })
}
// What needs no ranks is done by one.
guard speaks else { exit(0) }
do {
  try command.run()
} catch {
  end(with: error)
}
