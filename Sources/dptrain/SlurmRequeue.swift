import Foundation

/// Puts the Slurm job that runs this process back into the queue, where that is wanted.
struct SlurmRequeue {
  /// How often a job may be put back; 0 for never.
  let limit: Int
  var environment = ProcessInfo.processInfo.environment

  /// The seconds that Slurm's controller may take to answer.
  private static let patience = 60.0

  /// The job as `scontrol` names it: for a task of an array, that task alone.
  var job: String? {
    if let array = environment["SLURM_ARRAY_JOB_ID"], let task = environment["SLURM_ARRAY_TASK_ID"] {
      return "\(array)_\(task)"
    }
    return environment["SLURM_JOB_ID"]
  }

  /// How often the job has been put back so far.
  var restarts: Int { environment["SLURM_RESTART_COUNT"].flatMap { Int($0) } ?? 0 }

  /// Requeues the job after a signal has stopped its run; the checkpoint must be on the disk, for Slurm may end the job at once.
  ///
  /// A job that somebody sits in front of, or has cancelled, is not put back.
  ///
  /// - Returns: what was done, in words; nil where nothing was to be done.
  func afterStop(by signal: String) -> String? {
    guard limit > 0, signal != "SIGINT" else { return nil }
    guard let job else { return "not requeued: this is no Slurm job (SLURM_JOB_ID is not set)" }
    guard restarts < limit else {
      return "not requeued: job \(job) was requeued \(restarts) times, --requeue allows \(limit)"
    }
    // A cancelled job gets SIGTERM like a preempted one.
    if signal == "SIGTERM", case (0, let text) = scontrol(["show", "job", "-o", job]),
      text.contains("JobState=CANCELLED")
    {
      return "not requeued: job \(job) was cancelled"
    }
    let (status, text) = scontrol(["requeue", job])
    return status == 0
      ? "requeued job \(job), for the \(restarts + 1). of \(limit) times"
      : "warning: job \(job) could not be requeued: scontrol ended with \(status): \(text)"
  }

  /// Runs `scontrol` and returns its status and what it wrote.
  private func scontrol(_ arguments: [String]) -> (status: Int32, text: String) {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["scontrol"] + arguments
    let output = Pipe()
    process.standardOutput = output
    process.standardError = output
    let ended = DispatchSemaphore(value: 0)
    process.terminationHandler = { _ in ended.signal() }
    do { try process.run() } catch { return (127, "\(error)") }
    guard ended.wait(timeout: .now() + Self.patience) == .success else {
      process.terminate()
      return (124, "no answer in \(Int(Self.patience)) s")
    }
    let text = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
    return (process.terminationStatus, text.trimmingCharacters(in: .whitespacesAndNewlines))
  }
}
