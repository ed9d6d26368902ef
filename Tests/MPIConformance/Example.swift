import MPI

/// The mean of a million samples, of which each rank makes its share.
func example(_ world: Communicator) throws -> Int32 {
  let shares = try BlockLayout(dividing: 1_000_000, into: world.size)
  let samples = shares[world.rank].map { Double($0 % 100) }

  let sum = try world.allReduce(samples.reduce(0, +), .sum)
  if world.rank == 0 {
    print("mean \(sum / 1_000_000)")
  }

  // A request owns its buffer until `wait()` hands it back.
  let request = try world.startAllReduce(MessageBuffer(samples.prefix(4)), .max)
  let maxima = try request.wait()
  if world.rank == 0 {
    print("maxima \(maxima.copyToArray())")
  }
  return 0
}
