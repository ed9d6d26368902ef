import MPI

let reductionChecks: [Check] = [
  Check("all-reduce, every type") { world in
    try reduceEveryWay(Float.self, world)
    try reduceEveryWay(Double.self, world)
    try reduceEveryWay(Int8.self, world)
    try reduceEveryWay(Int16.self, world)
    try reduceEveryWay(Int32.self, world)
    try reduceEveryWay(Int64.self, world)
    try reduceEveryWay(Int.self, world)
    try reduceEveryWay(UInt8.self, world)
    try reduceEveryWay(UInt16.self, world)
    try reduceEveryWay(UInt32.self, world)
    try reduceEveryWay(UInt64.self, world)
    try reduceEveryWay(UInt.self, world)
  },
  Check("all-reduce, product and values of the type's full width") { world in
    try expect(try world.allReduce(Double(world.rank + 1), .product), (1...world.size).map(Double.init).reduce(1, *))
    try expect(try world.allReduce(UInt64.max - UInt64(world.rank), .max), UInt64.max)
    try expect(try world.allReduce(Int64.min + Int64(world.rank), .min), Int64.min)
    try expect(try world.allReduce(-Float.greatestFiniteMagnitude, .min), -Float.greatestFiniteMagnitude)
  },
  Check("all-reduce, bitwise and logical") { world in
    let masks = (0..<world.size).map { UInt64(0xff00_ff00_ff00_ff00) ^ (1 << UInt64($0)) }
    try expect(try world.allReduce(masks[world.rank], .bitwiseAnd), masks.reduce(.max, &), "and")
    try expect(try world.allReduce(masks[world.rank], .bitwiseOr), masks.reduce(0, |), "or")
    try expect(try world.allReduce(masks[world.rank], .bitwiseXor), masks.reduce(0, ^), "xor")
    let isLast: Int32 = world.rank == world.size - 1 ? 5 : 0
    try expect(try world.allReduce(isLast, .logicalOr) != 0, true, "logical or")
    try expect(try world.allReduce(isLast, .logicalAnd) != 0, world.size == 1, "logical and")
  },
  Check("all-reduce, a million elements and none") { world in
    var large = (0..<1_000_003).map { Float(($0 + world.rank) % 1024) }
    try world.allReduce(&large, .sum)
    for index in stride(from: 0, to: large.count, by: 997) {
      let sum = (0..<world.size).map { Float((index + $0) % 1024) }.reduce(0, +)
      try expect(large[index], sum, "element \(index)")
    }
    var none: [Double] = []
    try world.allReduce(&none, .sum)
    try expect(none, [])
  },
  Check("reduce to each root") { world in
    for root in 0..<world.size {
      var values: [Int32] = samples(world.rank, 17)
      try world.reduce(&values, .sum, root: root)
      let sums = (0..<17).map { index in (0..<world.size).map { sample($0, index) as Int32 }.reduce(0, +) }
      try expect(values, world.rank == root ? sums : samples(world.rank, 17), "root \(root)")
    }
  },
]

private func reduceEveryWay<Scalar: MPIScalar & Comparable>(_ type: Scalar.Type, _ world: Communicator) throws {
  let columns = (0..<13).map { index in (0..<world.size).map { sample($0, index) as Scalar } }
  var sums: [Scalar] = samples(world.rank, 13)
  var minima = sums
  var maxima = sums
  try world.allReduce(&sums, .sum)
  try world.allReduce(&minima, .min)
  try world.allReduce(&maxima, .max)
  try expect(sums, columns.map { $0.reduce(.zero, +) }, "sum of \(type)")
  try expect(minima, columns.map { $0.min() ?? .zero }, "minimum of \(type)")
  try expect(maxima, columns.map { $0.max() ?? .zero }, "maximum of \(type)")
  try expect(try world.allReduce(sample(world.rank, 1) as Scalar, .sum), sums[1], "sum of one \(type)")
}
