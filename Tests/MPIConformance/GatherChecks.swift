import MPI

let gatherChecks: [Check] = [
  Check("all-gather of equal blocks") { world in
    let everything = (0..<world.size).flatMap { samples($0, 5) as [Float] }
    let block: [Float] = samples(world.rank, 5)
    var all = [Float](repeating: -1, count: 5 * world.size)
    try block.withUnsafeBufferPointer { block in
      try all.withUnsafeMutableBufferPointer { try world.allGather(block, into: $0) }
    }
    try expect(all, everything, "apart")

    var inPlace = [Float](repeating: -1, count: 5 * world.size)
    inPlace.replaceSubrange(5 * world.rank..<5 * world.rank + 5, with: block)
    try inPlace.withUnsafeMutableBufferPointer { try world.allGather(inPlace: $0) }
    try expect(inPlace, everything, "in place")
    try expect(try world.allGather(world.rank * world.rank), (0..<world.size).map { $0 * $0 }, "values")
  },
  Check("all-gather of varying blocks with gaps between them") { world in
    // Rank r has r + 1 elements, none if it is rank 1; one element lies unused behind each block.
    let counts = (0..<world.size).map { $0 == 1 ? 0 : $0 + 1 }
    let displacements = counts.indices.map { counts[..<$0].reduce(0, +) + $0 }
    let layout = try BlockLayout(counts: counts, displacements: displacements)
    let length = layout.end + 1
    var expected = [Int32](repeating: -1, count: length)
    for rank in 0..<world.size {
      expected.replaceSubrange(layout[rank], with: samples(rank, counts[rank]) as [Int32])
    }
    let block: [Int32] = samples(world.rank, counts[world.rank])
    var all = [Int32](repeating: -1, count: length)
    try block.withUnsafeBufferPointer { block in
      try all.withUnsafeMutableBufferPointer { try world.allGather(block, into: $0, layout: layout) }
    }
    try expect(all, expected, "apart")

    var inPlace = [Int32](repeating: -1, count: length)
    inPlace.replaceSubrange(layout[world.rank], with: block)
    try inPlace.withUnsafeMutableBufferPointer { try world.allGather(inPlace: $0, layout: layout) }
    try expect(inPlace, expected, "in place")
  },
  Check("gather arrays and texts to each root") { world in
    for root in 0..<world.size {
      let bytes = [UInt8](repeating: UInt8(world.rank), count: world.rank * 3)
      let arrays = try world.gather(bytes, root: root)
      let texts = try world.gather("host \(world.rank)" + String(repeating: "!", count: world.rank), root: root)
      if world.rank == root {
        try expect(arrays, (0..<world.size).map { [UInt8](repeating: UInt8($0), count: $0 * 3) })
        try expect(texts, (0..<world.size).map { "host \($0)" + String(repeating: "!", count: $0) })
      } else {
        try expect(arrays, nil)
        try expect(texts, nil)
      }
    }
  },
  Check("gather texts everywhere") { world in
    let texts = try world.allGather("host \(world.rank)" + String(repeating: "ü", count: world.rank))
    try expect(texts, (0..<world.size).map { "host \($0)" + String(repeating: "ü", count: $0) })
    try expect(try world.allGather(""), [String](repeating: "", count: world.size))
  },
  Check("block layouts") { world in
    let divided = try BlockLayout(dividing: 11, into: 4)
    try expect((0..<4).map { divided[$0] }, [0..<3, 3..<6, 6..<9, 9..<11])
    try expect(divided.end, 11)
    try expect(try BlockLayout(counts: [2, 0, 3], displacements: [4, 4, 0]).end, 6)
    let none = try BlockLayout(dividing: 2, into: 3)
    try expect(none[2], 2..<2)
  },
]
