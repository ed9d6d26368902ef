import Images
import Networks
import Runs
import Training

/// What the runs here train: six steps an epoch.
enum SmallRun {
  static var configuration: RunConfiguration {
    var configuration = Recipe.quick.syntheticConfiguration
    configuration.architecture = .resnet8
    configuration.trainingImages = 384
    (configuration.batchSize, configuration.microbatch) = (64, 16)
    configuration.dense.epochs = 1
    configuration.finetune.epochs = 1
    return configuration
  }

  static var network: Network {
    let network = Network(.resnet8)
    network.initialize(seed: 1)
    return network
  }

  static func data() throws -> CIFARDataset { try CIFARDataset(.synthetic) }
}
