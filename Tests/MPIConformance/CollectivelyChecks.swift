import MPI

/// What the checks and scenarios throw.
struct Mishap: ExitCoded, CustomStringConvertible, Equatable {
  let description: String
  var exitCode: Int32 = 1
}

let collectivelyChecks: [Check] = [
  Check("collectively returns what the body returns") { world in
    try expect(try world.collectively { world.rank * 2 }, world.rank * 2)
    let buffer = try world.collectively { MessageBuffer([Int32(world.rank)]) }
    try expect(buffer[0], Int32(world.rank), "a value that cannot be copied")
  },
  Check("collectively makes all ranks fail when one does") { world in
    for culprit in 0..<world.size {
      let mishap = Mishap(description: "no such file: ü\(culprit)", exitCode: 20 + Int32(culprit))
      do {
        try world.collectively { if world.rank == culprit { throw mishap } }
      } catch let error as Mishap {
        try expect([error], world.rank == culprit ? [mishap] : [])
        continue
      } catch let error as PeerFailed {
        try expect(error, PeerFailed(rank: culprit, message: mishap.description, exitCode: mishap.exitCode))
        continue
      }
      throw CheckFailed(description: "no error with culprit \(culprit)")
    }
  },
  Check("a failure that is passed on keeps its origin") { world in
    let last = world.size - 1
    var first: (any Error)?
    do {
      try world.collectively { if world.rank == last { throw Mishap(description: "origin") } }
    } catch {
      first = error
    }
    // Rank 0 forgets the failure; the others, of which all but the last only heard of it, throw it again.
    do {
      try world.collectively { if let first, world.rank > 0 || world.size == 1 { throw first } }
    } catch let error as PeerFailed {
      try expect(error, PeerFailed(rank: last, message: "origin", exitCode: 1))
      return
    } catch let error as Mishap {
      try expect([error.description, "\(world.rank)"], ["origin", "\(last)"])
      return
    }
    throw CheckFailed(description: "no error")
  },
  Check("the world works after a failure") { world in
    try expect(try world.allReduce(1, .sum), world.size)
  },
]
