import MPI

/// An owner of memory, to see how long it lives.
private final class Arena {
  let memory = UnsafeMutableBufferPointer<Float>.allocate(capacity: 1_000)

  init() {
    memory.initialize(repeating: 0)
  }

  deinit {
    memory.deallocate()
  }
}

let nonblockingChecks: [Check] = [
  Check("nonblocking all-reduce, completed by test") { world in
    let request = try world.startAllReduce(MessageBuffer(samples(world.rank, 100_000) as [Float]), .sum)
    while try !request.test() {}
    try expect(try request.test(), true, "a second test")
    let sums = try request.wait()
    for index in stride(from: 0, to: sums.count, by: 101) {
      try expect(sums[index], (0..<world.size).map { sample($0, index) }.reduce(0, +), "element \(index)")
    }
  },
  Check("nonblocking reduce, broadcast and barrier, three at a time") { world in
    let root = world.size - 1
    let reduction = try world.startReduce(MessageBuffer(samples(world.rank, 9) as [Int32]), .max, root: root)
    let broadcast = try world.startBroadcast(MessageBuffer(samples(world.rank, 50) as [Double]), root: root)
    let barrier = try world.startBarrier()
    try barrier.wait()
    try expect(try broadcast.wait().copyToArray(), samples(root, 50))
    let maxima = (0..<9).map { index in (0..<world.size).map { sample($0, index) as Int32 }.max() ?? 0 }
    let reduced = try reduction.wait().copyToArray()
    try expect(reduced, world.rank == root ? maxima : samples(world.rank, 9))
  },
  Check("nonblocking all-gather, equal and varying") { world in
    let buffer = MessageBuffer<UInt32>(count: 4 * world.size)
    for index in 0..<4 {
      buffer[4 * world.rank + index] = sample(world.rank, index)
    }
    let all = try world.startAllGather(inPlace: buffer).wait()
    try expect(all.copyToArray(), (0..<world.size).flatMap { samples($0, 4) as [UInt32] })

    let layout = try BlockLayout(counts: (0..<world.size).map { $0 + 1 })
    let varying = MessageBuffer<UInt32>(count: layout.end)
    for (index, element) in layout[world.rank].enumerated() {
      varying[element] = sample(world.rank, index)
    }
    let gathered = try world.startAllGather(inPlace: varying, layout: layout).wait()
    try expect(gathered.copyToArray(), (0..<world.size).flatMap { samples($0, $0 + 1) as [UInt32] })
  },
  Check("nonblocking all-to-all, equal and varying, a pair used twice") { world in
    let outgoing = (0..<world.size).flatMap { to in (0..<3).map { parcel(world.rank, to, $0) } }
    let expected = (0..<world.size).flatMap { from in (0..<3).map { parcel(from, world.rank, $0) } }
    var pair = MessagePair(outgoing: MessageBuffer(outgoing), incoming: MessageBuffer(count: outgoing.count))
    for _ in 0..<2 {
      pair.incoming[0] = -1
      pair = try world.startAllToAll(pair).wait()
      try expect(pair.incoming.copyToArray(), expected)
    }

    let (parcels, sendLayout) = try outgoingParcels(world.rank, of: world.size)
    let (arriving, receiveLayout) = try incomingParcels(world.rank, of: world.size)
    let varying = MessagePair(outgoing: MessageBuffer(parcels), incoming: MessageBuffer(count: arriving.count))
    let received = try world.startAllToAll(varying, sendLayout, receiveLayout).wait().takeIncoming()
    try expect(received.copyToArray(), arriving)
  },
  Check("nonblocking send and receive around a ring") { world in
    let right = (world.rank + 1) % world.size
    let left = (world.rank + world.size - 1) % world.size
    let receive = try world.startReceive(into: MessageBuffer<Int16>(count: 100), from: left, tag: nil)
    let send = try world.startSend(MessageBuffer(samples(world.rank, 60) as [Int16]), to: right, tag: 9)
    var status: MessageStatus?
    let received = try receive.wait(&status)
    try expect(try send.wait().copyToArray(), samples(world.rank, 60))
    try expect(status.map { [$0.source, $0.tag, $0.count] }, [left, 9, 60])
    try expect(received.copyToArray(), samples(left, 60) + [Int16](repeating: 0, count: 40))
  },
  Check("a request keeps the owner of its memory alive") { world in
    weak var watched: Arena?
    let request: Request<MessageBuffer<Float>>
    do {
      let arena = Arena()
      watched = arena
      arena.memory[999] = Float(world.rank)
      request = try world.startAllReduce(MessageBuffer(over: arena.memory, keepingAlive: arena), .sum)
    }
    try expect(watched == nil, false, "whether the owner is gone in flight")
    try expect(try request.wait()[999], Float(world.size * (world.size - 1) / 2))
    try expect(watched == nil, true, "whether the owner is gone afterwards")
  },
  Check("a dropped request is waited for") { world in
    let arena = Arena()
    let memory = arena.memory
    if world.rank == 0 {
      for peer in 1..<max(world.size, 1) {
        _ = try world.startReceive(into: MessageBuffer(over: memory, keepingAlive: arena), from: peer, tag: 5)
        try expect(memory[500], Float(peer), "what rank \(peer) sent, after the drop")
      }
    } else {
      memory[500] = Float(world.rank)
      _ = try world.startSend(MessageBuffer(over: memory, keepingAlive: arena), to: 0, tag: 5)
    }
  },
  Check("message buffers begin at a cache line") { _ in
    for count in [0, 1, 3, 1_000] {
      let buffer = MessageBuffer<Float>(count: count)
      let address = buffer.withUnsafeMutableBufferPointer { UInt(bitPattern: $0.baseAddress) }
      try expect(address % 64, 0, "the offset")
      try expect(buffer.copyToArray(), [Float](repeating: 0, count: count))
    }
  },
]
