import MPI

let communicatorChecks: [Check] = [
  Check("the world") { world in
    try expect(try world.allGather(world.rank), Array(0..<world.size), "the ranks")
    if let rank = LaunchEnvironment.rank {
      try expect(rank, world.rank, "the launcher's rank")
    }
    try expect(LaunchEnvironment.size ?? 1, world.size, "the launcher's size")
    try expect(Communicator.hostName.isEmpty, false, "whether the host has no name")
    try expect(MPIEnvironment.libraryVersion.isEmpty, false, "whether the library has no version")
    try expect(MPIEnvironment.standardVersion.split(separator: ".").count, 2, "parts of the standard's version")
  },
  Check("a duplicate keeps its messages apart") { world in
    let twin = try world.duplicate()
    try expect([twin.rank, twin.size], [world.rank, world.size])
    let first = try world.startSend(MessageBuffer([Int32(1)]), to: world.rank)
    let second = try twin.startSend(MessageBuffer([Int32(2)]), to: world.rank)
    try expect(try twin.receive(Int32.self, from: twin.rank), [2])
    try expect(try world.receive(Int32.self, from: world.rank), [1])
    _ = try first.wait()
    _ = try second.wait()
    try twin.free()
  },
  Check("split by color, in the order of the keys") { world in
    let color = world.rank % 2
    guard let part = try world.split(color: color, key: -world.rank) else {
      throw CheckFailed(description: "no communicator")
    }
    let members = (0..<world.size).filter { $0 % 2 == color }
    try expect(part.size, members.count)
    try expect(part.rank, members.filter { $0 > world.rank }.count)
    try expect(try part.allReduce(world.rank, .sum), members.reduce(0, +))
    try part.free()
  },
  Check("split without a color") { world in
    let part = try world.split(color: world.rank == 0 ? nil : 3)
    try expect(part?.size, world.rank == 0 ? nil : world.size - 1)
    if let part {
      try expect(try part.allReduce(1, .sum), world.size - 1)
      try part.free()
    }
  },
  Check("split by node") { world in
    let node = try world.splitByNode()
    let hosts = try world.broadcast(
      (try world.gather(Communicator.hostName, root: 0) ?? []).joined(separator: "\n"), root: 0)
    let ranksHere = hosts.split(separator: "\n").count { $0 == Communicator.hostName }
    try expect(node.size, ranksHere)
    try expect(try node.allReduce(1, .sum), ranksHere)
    try node.free()
  },
  Check("calls leave their mark") { world in
    let before = world.activity.sample
    try world.barrier()
    let after = world.activity.sample
    try expect(before.isInCall || after.isInCall, false, "in a call")
    try expect(after.routine, "MPI_Barrier")
    try expect(after.moment, before.moment + 2, "the moment")
    try expect(world.activity.sample, after, "an idle moment")
    world.activity.begin(work: "checks")
    world.activity.note(steps: 3)
    try expect(world.activity.progress.work, "checks")
    try expect(world.activity.progress.steps, 3)
  },
  Check("communicators that are freed come without end") { world in
    // Alone more than MPICH has at a time; with others fewer, as ranks that share a core wait for each other in each.
    for _ in 0..<(world.size == 1 ? 2_100 : 20) {
      let twin = try world.duplicate()
      try expect(try twin.allReduce(1, .sum), world.size)
      try twin.free()
    }
  },
  Check("a communicator is freed after its requests, and then refuses calls") { world in
    let twin = try world.duplicate()
    let request = try twin.startAllReduce(MessageBuffer([1]), .sum)
    try expectError(of: "MPI_Comm_free", saying: ["1 requests are under way"]) { try twin.free() }
    try expect(try request.wait()[0], world.size)
    try twin.free()
    try expectError(of: "MPI_Barrier", saying: ["communicator that was freed"]) { try twin.barrier() }
    try expectError(of: "MPI_Comm_free", saying: ["communicator that was freed"]) { try twin.free() }
  },
]
