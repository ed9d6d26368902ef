import Foundation
import MPI
import Runs

extension Console {
  /// Says what may hang or end the job before its time, and compares, after some steps, the time that the run takes with the
  /// time that Slurm gives it.
  func watchTime(of setup: JobSetup, hosts: Int) {
    let environment = ProcessInfo.processInfo.environment
    if let note = MPIImplementation.current.launchNote(hosts: hosts, reading: { environment[$0] }) { announce(note) }
    guard speaks, let seconds = SlurmTime.secondsLeft(reading: { environment[$0] }) else { return }
    let (plan, steps) = (setup.outline.plan, RunSteps(setup.configuration, outline: setup.outline))
    pace = RunPace(
      steps: steps, testImages: setup.data.test.count, imagesPerEpoch: plan.stepsPerEpoch * plan.batchSize,
      end: now + seconds)
  }
}
