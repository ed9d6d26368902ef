import MPI

/// One property of the wrapper, checked together by all ranks.
struct Check: Sendable {
  let name: String
  let body: @Sendable (Communicator) throws -> Void

  init(_ name: String, _ body: @escaping @Sendable (Communicator) throws -> Void) {
    self.name = name
    self.body = body
  }
}

/// A property that does not hold.
struct CheckFailed: Error, CustomStringConvertible {
  let description: String
}

/// Throws unless both values are equal.
func expect<Value: Equatable>(
  _ found: Value, _ expected: Value, _ what: String = "value", line: Int = #line
) throws {
  guard found == expected else {
    throw CheckFailed(description: "line \(line): \(what) is \(found), expected \(expected)")
  }
}

/// Throws unless `body` throws an `MPIError` of this routine whose text has all the given parts.
func expectError(
  of routine: String, saying parts: [String], line: Int = #line, _ body: () throws -> Void
) throws {
  do {
    try body()
  } catch let error as MPIError {
    try expect(error.routine, routine, "the routine", line: line)
    for part in parts where !error.description.contains(part) {
      throw CheckFailed(description: "line \(line): '\(error)' does not say '\(part)'")
    }
    return
  }
  throw CheckFailed(description: "line \(line): \(routine) did not fail")
}

/// Runs all checks; rank 0 prints a line for each.
func runChecks(_ world: Communicator) throws -> Int32 {
  let checks =
    reductionChecks + broadcastChecks + gatherChecks + allToAllChecks + pointToPointChecks + nonblockingChecks
    + communicatorChecks + refusalChecks + collectivelyChecks
  for check in checks {
    do {
      try check.body(world)
    } catch {
      throw CheckFailed(description: "\(check.name): \(error)")
    }
    try world.barrier()
    if world.rank == 0 {
      print("ok \(check.name)")
    }
  }
  if world.rank == 0 {
    print("\(checks.count) checks hold on \(world.size) ranks")
  }
  return 0
}

/// What rank `rank` puts at index `index`: from 1 to 11, so that eight ranks' sum fits every type.
func sample<Scalar: MPIScalar>(_ rank: Int, _ index: Int) -> Scalar {
  Scalar(exactly: (rank * 7 + index * 3) % 11 + 1) ?? .zero
}

func samples<Scalar: MPIScalar>(_ rank: Int, _ count: Int) -> [Scalar] {
  (0..<count).map { sample(rank, $0) }
}
