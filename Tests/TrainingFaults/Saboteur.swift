import Formats
import MPI
import Networks
import Runs
import Training

/// Watches a job, and does something to one rank's weights after one step.
final class Saboteur: JobObserver {
  enum Fault: String {
    /// Nothing.
    case none
    /// A weight is enormous, until the step that meets it is left out.
    case enormous
    /// A weight is not a number.
    case notANumber = "nan"
    /// The lowest bit of a weight changes.
    case flippedBit = "flipped-bit"
  }

  let fault: Fault
  let rank: Int
  let step: Int
  weak var job: Job?
  private var saved: Float = 0
  private var steps = 0
  private var hash: Hash128?

  init(_ fault: Fault, rank: Int, step: Int) {
    self.fault = fault
    self.rank = rank
    self.step = step
  }

  /// An element of layer2.0.conv1.weight.
  private var victim: UnsafeMutablePointer<Float>? {
    guard let job, let parameter = job.network.layout.parameters.first(where: { $0.name == "layer2.0.conv1.weight" })
    else { return nil }
    return job.network.arena.pointer + parameter.blocks[0].lowerBound
  }

  func stepEnded(_ progress: StepProgress) {
    steps += 1
    guard let job, let victim, steps == step else { return }
    hash = Hash128(job.network)
    guard job.communicator.rank == rank else { return }
    saved = victim.pointee
    switch fault {
    case .none: break
    case .enormous: victim.pointee = 3e38
    case .notANumber: victim.pointee = .nan
    case .flippedBit: victim.pointee = Float(bitPattern: saved.bitPattern ^ 1)
    }
  }

  func warned(_ message: String) {
    guard let job, let victim else { return }
    if job.communicator.rank == rank { victim.pointee = saved }
    if job.communicator.rank == 0 { print(message) }
    if hash != Hash128(job.network) { print("rank \(job.communicator.rank): the weights changed") }
  }

  func epochEnded(_ record: MetricsRecord, epochs: Int) {
    guard job?.communicator.rank == 0, let line = try? record.line() else { return }
    print(line)
  }
}

/// Short dense training with one fault: `training-faults FAULT RANK STEP POLICY`.
func sabotage(_ words: [String], _ world: Communicator) throws -> Int32 {
  guard words.count == 4, let fault = Saboteur.Fault(rawValue: words[0]), let rank = Int(words[1]),
    let step = Int(words[2]), let choice = RunPolicy.NonFinite(rawValue: words[3])
  else { return 2 }
  var configuration = SmallRun.configuration
  configuration.kind = .train
  var policy = RunPolicy()
  policy.onNonFinite = choice
  policy.verifySteps = 2
  let saboteur = Saboteur(fault, rank: rank, step: step)
  let job = try Job(
    configuration, policy: policy, start: .network(SmallRun.network), data: SmallRun.data(), communicator: world,
    observer: saboteur)
  saboteur.job = job
  try job.run()
  if world.rank == 0 { print("weights \(Hash128(job.network)), \(job.state.skippedSteps) left out") }
  return 0
}
