#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif
import MPI

/// Runs one way of ending a job, by name, and returns the exit status.
func runScenario(_ arguments: [String]) throws -> Int32 {
  let rank = arguments.count > 1 ? Int(arguments[1]) ?? 0 : 0
  let status = arguments.count > 2 ? Int32(arguments[2]) ?? 0 : 0
  switch arguments[0] {
  case "example": return MPIEnvironment.run(example)
  case "environment": return try useEnvironment()
  case "silent": return 0
  default: return MPIEnvironment.run { try end(arguments[0], rank: rank, status: status, $0) }
  }
}

private func end(_ scenario: String, rank: Int, status: Int32, _ world: Communicator) throws -> Int32 {
  let isCulprit = world.rank == rank
  let mishap = Mishap(description: "cannot read batch 7 of rank \(world.rank)", exitCode: status)
  switch scenario {
  case "throw":
    // The others wait for the culprit, which never comes.
    if isCulprit { throw mishap }
    try world.barrier()
  case "throw-in-flight":
    // The culprit leaves a request behind that nobody will ever complete.
    let request = try world.startReceive(into: MessageBuffer<Float>(count: 10), from: world.rank, tag: 1)
    if isCulprit { throw mishap }
    try world.barrier()
    _ = try request.wait()
  case "throw-everywhere":
    throw mishap
  case "collectively":
    try world.collectively { if isCulprit { throw mishap } }
  case "collectively-everywhere":
    try world.collectively { throw mishap }
  case "collectively-late":
    // The culprit's peers need a while before they leave, as when they clean up; it must be patient.
    do {
      try world.collectively { if isCulprit { throw mishap } }
    } catch {
      if !isCulprit { sleep(3) }
      throw error
    }
  case "collectively-caught":
    do {
      try world.collectively { if isCulprit { throw mishap } }
    } catch {
      let messages = try world.gather("\(error)", root: 0) ?? []
      messages.forEach { print($0) }
    }
  case "mpi-error":
    if isCulprit { _ = try world.broadcast(1, root: world.size) }
    try world.barrier()
  case "abort":
    print("last words")
    if isCulprit { world.abort(code: status) }
    try world.barrier()
  case "status":
    return isCulprit ? status : 0
  default:
    throw Mishap(description: "no scenario \(scenario)", exitCode: 2)
  }
  return 0
}

/// The life of an environment without `run`.
private func useEnvironment() throws -> Int32 {
  let environment = try MPIEnvironment(threads: .serialized)
  let world = environment.world
  let total = try world.allReduce(1, .sum)
  let isFirst = world.rank == 0
  do {
    let second = try MPIEnvironment()
    try second.finalize()
  } catch  where isFirst {
    print("second: \(error)")
  } catch {}
  try environment.finalize()
  do {
    try world.barrier()
  } catch  where isFirst {
    print("afterwards: \(error)")
  } catch {}
  if isFirst {
    print("total: \(total)")
  }
  return 0
}
