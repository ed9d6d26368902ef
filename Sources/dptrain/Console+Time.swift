import CIFAR
import Foundation
import NeuralNetwork
import Preflight
import Training

extension Console {
  /// Says what may hang or end the job before its time, and compares, after some steps, the time that the run takes with the
  /// time that Slurm gives it.
  func watchTime(
    of configuration: RunConfiguration, plan: BatchPlan, testImages: Int, layout: ParameterLayout, hosts: Int
  ) {
    let environment = ProcessInfo.processInfo.environment
    if let note = LaunchNotes.keepalive(hosts: hosts, reading: { environment[$0] }) { announce(note) }
    guard speaks, let seconds = SlurmTime.secondsLeft(reading: { environment[$0] }),
      let steps = try? RunSteps(configuration, epoch: plan.stepsPerEpoch, layout: layout)
    else { return }
    pace = RunPace(
      steps: steps, testImages: testImages, imagesPerEpoch: plan.stepsPerEpoch * plan.batchSize, end: now + seconds)
  }
}
