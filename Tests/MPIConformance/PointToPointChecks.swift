import MPI

let pointToPointChecks: [Check] = [
  Check("send and receive along a chain") { world in
    var token: [Int64] = [100]
    if world.rank > 0 {
      token = try world.receive(Int64.self, from: world.rank - 1, tag: 7)
    }
    token.append(Int64(world.rank))
    if world.rank < world.size - 1 {
      try world.send(token, to: world.rank + 1, tag: 7)
    }
    try expect(token, [100] + (0...world.rank).map(Int64.init))
  },
  Check("send and receive around a ring") { world in
    let right = (world.rank + 1) % world.size
    let left = (world.rank + world.size - 1) % world.size
    let outgoing: [Double] = samples(world.rank, 10_000)
    var incoming = [Double](repeating: 0, count: 10_001)
    let status = try outgoing.withUnsafeBufferPointer { outgoing in
      try incoming.withUnsafeMutableBufferPointer {
        try world.sendReceive(outgoing, to: right, into: $0, from: left, tag: 3)
      }
    }
    try expect(incoming, samples(left, 10_000) + [0])
    try expect([status.source, status.tag, status.count], [left, 3, 10_000])
  },
  Check("receive from any rank, under any tag; probe") { world in
    guard world.rank == 0 else {
      try world.send([UInt8](repeating: UInt8(world.rank), count: world.rank), to: 0, tag: 50 + world.rank)
      return
    }
    var seen: Set<Int> = []
    for _ in 1..<max(world.size, 1) {
      let found = try world.probe(UInt8.self, from: nil, tag: nil)
      let bytes = try world.receive(UInt8.self, from: found.source, tag: found.tag)
      try expect([found.tag, found.count], [50 + found.source, found.source])
      try expect(bytes, [UInt8](repeating: UInt8(found.source), count: found.source))
      seen.insert(found.source)
    }
    try expect(seen, Set(1..<max(world.size, 1)))
  },
  Check("tags keep messages apart") { world in
    let outgoing = try world.startSend(MessageBuffer([Int32(1)]), to: world.rank, tag: 1)
    let other = try world.startSend(MessageBuffer([Int32(2)]), to: world.rank, tag: 2)
    try expect(try world.receive(Int32.self, from: world.rank, tag: 2), [2])
    try expect(try world.receive(Int32.self, from: world.rank, tag: 1), [1])
    _ = try outgoing.wait()
    _ = try other.wait()
  },
  Check("a message longer than the buffer") { world in
    let outgoing = try world.startSend(MessageBuffer([Int32(1), 2, 3]), to: world.rank)
    var incoming: [Int32] = [0]
    try expectError(of: "MPI_Recv", saying: ["MPI_ERR_TRUNCATE", "room for 1 elements"]) {
      _ = try incoming.withUnsafeMutableBufferPointer { try world.receive(into: $0, from: world.rank) }
    }
    _ = try outgoing.wait()
  },
]
