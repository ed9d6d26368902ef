import MPI

/// What rank `from` sends to rank `to` at `index`.
func parcel(_ from: Int, _ to: Int, _ index: Int) -> Float { Float(from * 10_000 + to * 100 + index) }

/// How many elements rank `from` has for rank `to`: from none to many, and not symmetric.
func parcelCount(_ from: Int, _ to: Int) -> Int { (from * 5 + to * 3) % 7 }

/// The buffer and layout that a rank sends by `parcelCount`.
func outgoingParcels(_ rank: Int, of size: Int) throws -> ([Float], BlockLayout) {
  let values = (0..<size).flatMap { to in (0..<parcelCount(rank, to)).map { parcel(rank, to, $0) } }
  return (values, try BlockLayout(counts: (0..<size).map { parcelCount(rank, $0) }))
}

/// The buffer and layout that a rank must receive by `parcelCount`, with the blocks in reverse order of the ranks.
func incomingParcels(_ rank: Int, of size: Int) throws -> ([Float], BlockLayout) {
  let order = (0..<size).reversed()
  let values = order.flatMap { from in (0..<parcelCount(from, rank)).map { parcel(from, rank, $0) } }
  let displacements = (0..<size).map { from in order.prefix { $0 > from }.map { parcelCount($0, rank) }.reduce(0, +) }
  return (values, try BlockLayout(counts: (0..<size).map { parcelCount($0, rank) }, displacements: displacements))
}

let allToAllChecks: [Check] = [
  Check("all-to-all of equal blocks") { world in
    for length in [0, 1, 3, 40_000] {
      let outgoing = (0..<world.size).flatMap { to in (0..<length).map { parcel(world.rank, to, $0 % 100) } }
      var incoming = [Float](repeating: -1, count: outgoing.count)
      try outgoing.withUnsafeBufferPointer { outgoing in
        try incoming.withUnsafeMutableBufferPointer { try world.allToAll(outgoing, into: $0) }
      }
      let expected = (0..<world.size).flatMap { from in (0..<length).map { parcel(from, world.rank, $0 % 100) } }
      guard incoming == expected else { throw CheckFailed(description: "blocks of \(length) differ") }
    }
  },
  Check("all-to-all of varying blocks") { world in
    let (outgoing, sendLayout) = try outgoingParcels(world.rank, of: world.size)
    let (expected, receiveLayout) = try incomingParcels(world.rank, of: world.size)
    var incoming = [Float](repeating: -1, count: expected.count)
    try outgoing.withUnsafeBufferPointer { outgoing in
      try incoming.withUnsafeMutableBufferPointer { try world.allToAll(outgoing, sendLayout, into: $0, receiveLayout) }
    }
    try expect(incoming, expected)
  },
]
