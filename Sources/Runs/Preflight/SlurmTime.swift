import Foundation

/// How long Slurm lets a job run.
public enum SlurmTime {
  /// The seconds that the job has left; nil outside of Slurm, without a limit, or where Slurm does not answer.
  ///
  /// - Parameters:
  ///   - variable: reads the environment.
  ///   - now: the time, in seconds since 1970.
  ///   - squeue: asks `squeue` for the time that a job has left, in its own words.
  public static func secondsLeft(
    reading variable: (String) -> String?, now: Double = Date().timeIntervalSince1970,
    squeue: (_ job: String) -> String? = squeueTimeLeft
  ) -> Double? {
    guard let job = variable("SLURM_JOB_ID"), !job.isEmpty, job.allSatisfy({ $0.isASCII && $0.isNumber }) else {
      return nil
    }
    // Newer versions of Slurm say it themselves.
    if let end = variable("SLURM_JOB_END_TIME").flatMap(Double.init) { return max(0, end - now) }
    return squeue(job).flatMap(seconds)
  }

  /// The seconds of a time as Slurm writes it: `minutes:seconds`, `hours:minutes:seconds`, with `days-` before; nil for words
  /// such as `UNLIMITED`.
  public static func seconds(_ text: String) -> Double? {
    let text = text.trimmingCharacters(in: .whitespacesAndNewlines)
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    let days = parts.count == 2 ? Int(parts[0]) : 0
    let clock = (parts.last ?? "").split(separator: ":", omittingEmptySubsequences: false).map { Int($0) }
    guard let days, parts.count <= 2, (2...3).contains(clock.count) else { return nil }
    var seconds = 0
    for part in clock {
      guard let part, part >= 0 else { return nil }
      seconds = 60 * seconds + part
    }
    return Double(86_400 * days + seconds)
  }

  /// What `squeue` says of the time that a job has left. It gets three seconds: nothing depends on its answer.
  public static func squeueTimeLeft(of job: String) -> String? {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["timeout", "3", "squeue", "--noheader", "--jobs", job, "--format", "%L"]
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    process.standardInput = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return nil }
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { return nil }
    return String(decoding: data, as: UTF8.self)
  }
}
