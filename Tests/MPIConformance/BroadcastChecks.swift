import MPI

let broadcastChecks: [Check] = [
  Check("broadcast a buffer from each root") { world in
    for root in 0..<world.size {
      var values: [Float] = samples(world.rank, 1_000)
      try values.withUnsafeMutableBufferPointer { try world.broadcast($0, root: root) }
      try expect(values, samples(root, 1_000), "root \(root)")
    }
  },
  Check("broadcast an array whose length only the root knows") { world in
    let root = world.size - 1
    var values: [UInt16] = world.rank == root ? samples(root, 333) : [1]
    try world.broadcast(&values, root: root)
    try expect(values, samples(root, 333))
    var none: [Int] = world.rank == root ? [] : [1, 2, 3]
    try world.broadcast(&none, root: root)
    try expect(none, [])
  },
  Check("broadcast a value and a text") { world in
    let root = world.size / 2
    try expect(try world.broadcast(Double(world.rank) + 0.5, root: root), Double(root) + 0.5)
    try expect(try world.broadcast("rank \(world.rank): größer", root: root), "rank \(root): größer")
    try expect(try world.broadcast("", root: root), "")
  },
]
