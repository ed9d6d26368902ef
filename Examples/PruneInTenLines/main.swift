// Trains a small network on the built-in images, prunes nine tenths of it and fine-tunes the rest, on any number of ranks:
// mpirun -n 2 .build/release/prune-in-ten-lines
import Foundation
import Images
import MPI
import Networks
import Runs

exit(
  MPIEnvironment.run { world in
    var configuration = Recipe.quick.syntheticConfiguration
    (configuration.architecture, configuration.trainingImages, configuration.batchSize) = (.resnet8, 2_048, 256)
    (configuration.dense.epochs, configuration.finetune.epochs) = (2, 1)
    configuration.pruning.course = .rounds(1, to: .fraction(0.9))
    let network = Network(.resnet8)
    network.initialize(seed: configuration.seed)
    let job = try Job(configuration, start: .network(network), data: CIFARDataset(.synthetic), communicator: world)
    try job.run()
    guard world.rank == 0 else { return 0 }
    for result in job.state.results { print("\(100 * result.accuracy) % right \(result.name)") }
    print("weights \(job.hash), \(job.place.sparsity) of them pruned")
    return 0
  })
