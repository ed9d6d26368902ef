import MPI

let refusalChecks: [Check] = [
  Check("MPI's own errors come with the routine and MPI's text") { world in
    var values: [Float] = [1]
    let root = "root \(world.size) of \(world.size) ranks"
    try expectError(of: "MPI_Bcast", saying: ["MPI_Bcast: MPI_ERR_ROOT: ", root]) {
      try values.withUnsafeMutableBufferPointer { try world.broadcast($0, root: world.size) }
    }
    try expectError(of: "MPI_Bcast", saying: ["MPI_ERR_ROOT", "root -1"]) {
      _ = try world.broadcast(1, root: -1)
    }
    try expectError(of: "MPI_Reduce", saying: ["MPI_ERR_ROOT: "]) {
      try world.reduce(&values, .sum, root: Int.max)
    }
    try expectError(of: "MPI_Allreduce", saying: ["MPI_ERR_OP: ", "bitwiseAnd of Float"]) {
      try world.allReduce(&values, .bitwiseAnd)
    }
    try expectError(of: "MPI_Send", saying: ["MPI_ERR_RANK: ", "to rank 99"]) {
      try world.send([1], to: 99)
    }
    for rank in [-1, -2, world.size] {
      try expectError(of: "MPI_Recv", saying: ["MPI_ERR_RANK: ", "from rank \(rank)"]) {
        _ = try values.withUnsafeMutableBufferPointer { try world.receive(into: $0, from: rank) }
      }
    }
    try expectError(of: "MPI_Send", saying: ["MPI_ERR_TAG: ", "tag -1"]) {
      try world.send([1], to: 0, tag: -1)
    }
    try expectError(of: "MPI_Iallreduce", saying: ["MPI_ERR_OP"]) {
      _ = try world.startAllReduce(MessageBuffer([1.5]), .logicalOr)
    }
    try expect(values, [1], "what the failed calls left")
    try expect(try world.allReduce(1, .sum), world.size, "the communicator afterwards")
  },
  Check("an error knows its rank and its code") { world in
    do throws(MPIError) {
      _ = try world.broadcast(1, root: world.size)
    } catch {
      try expect(error.rank, world.rank)
      try expect(error.code != 0, true)
      try expect(error.detail.isEmpty, false)
      return
    }
    throw CheckFailed(description: "no error")
  },
  Check("counts beyond 2^31 - 1 are refused") { world in
    // The memory is never touched, so a pointer to one byte can stand for two gibibytes.
    var byte: UInt8 = 0
    try withUnsafeMutablePointer(to: &byte) { pointer in
      let huge = UnsafeMutableBufferPointer(start: pointer, count: 1 << 31)
      let parts = ["2147483648 elements", "2147483647", "several calls"]
      try expectError(of: "MPI_Bcast", saying: parts) { try world.broadcast(huge, root: 0) }
      try expectError(of: "MPI_Allreduce", saying: parts) { try world.allReduce(huge, .sum) }
      try expectError(of: "MPI_Reduce", saying: parts) { try world.reduce(huge, .sum, root: 0) }
      try expectError(of: "MPI_Send", saying: parts) { try world.send(UnsafeBufferPointer(huge), to: 0) }
      try expectError(of: "MPI_Recv", saying: parts) { try world.receive(into: huge, from: 0) }
      try expectError(of: "MPI_Allgather", saying: parts) {
        try world.allGather(UnsafeBufferPointer(huge), into: huge)
      }
      let blocks = UnsafeMutableBufferPointer(start: pointer, count: (1 << 31) * world.size)
      try expectError(of: "MPI_Alltoall", saying: parts) {
        try world.allToAll(UnsafeBufferPointer(blocks), into: blocks)
      }
      try expectError(of: "MPI_Ibcast", saying: parts) {
        let owner = CheckOwner()
        _ = try world.startBroadcast(MessageBuffer(over: huge, keepingAlive: owner), root: 0)
      }
    }
    try expectError(of: "MPI block layout", saying: ["block 1", "2147483647"]) {
      _ = try BlockLayout(counts: [Int(Int32.max), 1])
    }
    try expectError(of: "MPI block layout", saying: ["-1 elements"]) { _ = try BlockLayout(counts: [1, -1]) }
    try expectError(of: "MPI block layout", saying: ["1 counts but 2"]) {
      _ = try BlockLayout(counts: [1], displacements: [0, 1])
    }
    try expectError(of: "MPI block layout", saying: ["into 0 blocks"]) { _ = try BlockLayout(dividing: 3, into: 0) }
    try expectError(of: "MPI block layout", saying: ["block 0"]) {
      _ = try BlockLayout(counts: [Int.max], displacements: [Int.max])
    }
  },
  Check("buffers that do not fit together are refused") { world in
    var values = [Float](repeating: 0, count: 2 * world.size + 1)
    let layout = try BlockLayout(counts: [Int](repeating: 3, count: world.size))
    let foreign = try BlockLayout(counts: [Int](repeating: 1, count: world.size + 1))
    try values.withUnsafeMutableBufferPointer { buffer in
      let tooShort = UnsafeMutableBufferPointer(rebasing: buffer[..<(2 * world.size)])
      let constant = UnsafeBufferPointer(buffer)
      try expectError(of: "MPI_Allgather", saying: ["expected \((2 * world.size + 1) * world.size)"]) {
        try world.allGather(constant, into: tooShort)
      }
      try expectError(of: "MPI_Alltoall", saying: ["\(2 * world.size - 1) elements, expected \(2 * world.size)"]) {
        try world.allToAll(
          UnsafeBufferPointer(tooShort), into: UnsafeMutableBufferPointer(rebasing: tooShort.dropLast()))
      }
      if world.size > 1 {
        try expectError(of: "MPI_Alltoall", saying: ["\(world.size) equal blocks"]) {
          try world.allToAll(constant, into: buffer)
        }
        try expectError(of: "MPI_Allgather", saying: ["\(world.size) equal blocks"]) {
          try world.allGather(inPlace: buffer)
        }
      }
      try expectError(of: "MPI_Allgatherv", saying: ["ends at element \(3 * world.size)"]) {
        try world.allGather(inPlace: tooShort, layout: layout)
      }
      try expectError(of: "MPI_Alltoallv", saying: ["\(world.size + 1) blocks for \(world.size) ranks"]) {
        try world.allToAll(constant, foreign, into: buffer, foreign)
      }
    }
    try expectError(of: "MPI_Comm_split", saying: ["color -1"]) { _ = try world.split(color: -1) }
  },
]

private final class CheckOwner {}
