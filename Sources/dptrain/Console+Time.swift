import Foundation
import MPI
import Networks
import Runs
import Training

extension Console {
  /// Says what may hang or end the job before its time, and compares, after some steps, the time that the run takes with the
  /// time that Slurm gives it.
  func watchTime(of setup: JobSetup, hosts: Int) {
    let environment = ProcessInfo.processInfo.environment
    if let note = MPIImplementation.current.launchNote(hosts: hosts, reading: { environment[$0] }) { announce(note) }
    guard speaks, let seconds = SlurmTime.secondsLeft(reading: { environment[$0] }) else { return }
    let plan = setup.plan
    let layout = ParameterLayout(setup.configuration.architecture.graph(classes: setup.data.classNames.count))
    guard let steps = try? RunSteps(setup.configuration, epoch: plan.stepsPerEpoch, layout: layout) else { return }
    pace = RunPace(
      steps: steps, testImages: setup.data.test.count, imagesPerEpoch: plan.stepsPerEpoch * plan.batchSize,
      end: now + seconds)
  }
}
