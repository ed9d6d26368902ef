import Foundation
import Synchronization
import TestSupport
import Testing
import Runs
import Training

/// Signals that stop a run: a checkpoint, status 75, and a run that goes on as if nothing had happened.
struct SignalTests {
  private static let arguments =
    ["train", "--arch", "resnet8", "--learning-rate", "0.01", "--epochs", "2000"] + Scratch.smallBatch

  /// Runs dptrain and signals one of its processes once its first epoch is done.
  ///
  /// - Parameters:
  ///   - rank: the rank to signal; nil for the launcher.
  ///   - signals: sent one after the other; of several the last one until the program ends, as two that come while the
  ///     program has no core become one.
  private func run(
    _ scratch: Scratch, _ arguments: [String], ranks: Int?, rank: Int?, signals: [Int32], after file: String,
    environment: [String: String?] = [:]
  ) throws -> ProcessResult {
    let mark = "\(UUID())"
    let path = scratch.path(file)
    // A thread of its own: the test's is busy with the job.
    let signaller = Thread {
      while !Thread.current.isCancelled {
        usleep(20_000)
        guard FileManager.default.contents(atPath: path)?.isEmpty == false else { continue }
        let found =
          rank.map { rankProcess(mark: mark, rank: $0) }
          ?? Self.process(mark: mark, named: ranks == nil ? "dptrain" : "mpirun")
        guard let process = found else { continue }
        for signal in signals {
          kill(process, signal)
          usleep(50_000)
        }
        while let last = signals.dropFirst().last, !Thread.current.isCancelled, kill(process, last) == 0 {
          usleep(50_000)
        }
        return
      }
    }
    signaller.start()
    defer { signaller.cancel() }
    var variables = environment
    variables["DPTRAIN_TEST_MARK"] = mark
    guard let ranks else {
      return try TestSupport.run(builtExecutable("dptrain"), arguments, environment: variables, timeout: 120)
    }
    return try mpirun(ranks: ranks, program: "dptrain", arguments: arguments, environment: variables, timeout: 120)
  }

  /// The process without a rank of the job that carries a mark in its environment: the launcher, or the program by itself.
  private static func process(mark: String, named name: String) -> pid_t? {
    let numbers = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    return numbers.compactMap { pid_t($0) }.first { process in
      guard let data = FileManager.default.contents(atPath: "/proc/\(process)/environ"),
        let found = FileManager.default.contents(atPath: "/proc/\(process)/comm")
      else { return false }
      let variables = data.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
      return variables.contains("DPTRAIN_TEST_MARK=\(mark)") && String(decoding: found, as: UTF8.self) == name + "\n"
    }
  }

  /// Expects a run that was stopped to be where its last line says, and to go on from there to the same bits.
  private func expectResumable(_ scratch: Scratch, _ result: ProcessResult, by signal: String) throws {
    #expect(result.ending == .exited(75), "\(result)")
    let stop = try #require(
      result.standardOutput.firstMatch(of: /stopped by (SIG\w+) after step (\d+); go on with: dptrain resume/),
      "\(result)")
    #expect(stop.1 == signal)
    let steps = try #require(Int(stop.2))
    #expect(steps >= 5)
    let resumed = try dptrain(["resume", scratch.path("run"), "--stop-after-steps", "3"])
    #expect(resumed.ending == .exited(75), "\(resumed)")
    let digits = String(steps + 3)
    let name = "checkpoints/step-\(String(repeating: "0", count: 8 - digits.count))\(digits).safetensors"
    let whole = try dptrain(
      Self.arguments + [
        "--data", scratch.path("images"), "--output", scratch.path("whole"), "--stop-after-steps", digits,
      ])
    #expect(whole.ending == .exited(75), "\(whole)")
    let models = try ["run/", "whole/"].map { try Checkpoint(path: scratch.path($0 + name)) }
    #expect(models[0].hasSameTensors(as: models[1]), "\(result)")
  }

  @Test(arguments: [(SIGTERM, "SIGTERM"), (SIGINT, "SIGINT"), (SIGUSR1, "SIGUSR1")])
  func aSignalStopsTheProgram(signal: Int32, name: String) throws {
    let scratch = try Scratch()
    let arguments = Self.arguments + ["--data", try scratch.writeImages(), "--output", scratch.path("run")]
    let result = try run(scratch, arguments, ranks: nil, rank: nil, signals: [signal], after: "run/metrics.jsonl")
    try expectResumable(scratch, result, by: name)
  }

  @Test func aSignalToOneRankStopsAll() throws {
    let scratch = try Scratch()
    let arguments = Self.arguments + ["--data", try scratch.writeImages(), "--output", scratch.path("run")]
    let result = try run(scratch, arguments, ranks: 4, rank: 2, signals: [SIGTERM], after: "run/metrics.jsonl")
    try expectResumable(scratch, result, by: "SIGTERM")
  }

  @Test func theLauncherPassesUSR1On() throws {
    let scratch = try Scratch()
    let arguments = Self.arguments + ["--data", try scratch.writeImages(), "--output", scratch.path("run")]
    let result = try run(scratch, arguments, ranks: 2, rank: nil, signals: [SIGUSR1], after: "run/metrics.jsonl")
    try expectResumable(scratch, result, by: "SIGUSR1")
  }

  /// Steps of some seconds: the first signal waits for the end of one, the second does not.
  @Test func aSecondInterruptEndsAtOnce() throws {
    let scratch = try Scratch()
    let arguments = [
      "train", "--arch", "resnet18-cifar", "--data", "synthetic", "--batch-size", "4096", "--output",
      scratch.path("run"),
    ]
    let result = try run(
      scratch, arguments, ranks: nil, rank: nil, signals: [SIGINT, SIGINT], after: "run/config.json")
    #expect(result.ending == .exited(130), "\(result)")
    #expect(scratch.names("run/checkpoints") == [])
  }

  /// A `scontrol` that takes note of what it is asked.
  private func slurm(_ scratch: Scratch, answering text: String = "JobState=RUNNING", status: Int = 0) throws -> String
  {
    let script = "#!/bin/sh\necho \"$@\" >> \(scratch.path("asked"))\necho \(text)\nexit \(status)\n"
    try scratch.write(Data(script.utf8), "script")
    try FileManager.default.createDirectory(atPath: scratch.path("bin"), withIntermediateDirectories: true)
    // Written by another process: while a child that a test beside this one has just forked holds it open too, a file
    // written here could not be started ("Text file busy").
    let copy = ["-m", "755", scratch.path("script"), scratch.path("bin/scontrol")]
    #expect(try TestSupport.run("/usr/bin/install", copy).succeeded)
    return scratch.path("bin") + ":" + (ProcessInfo.processInfo.environment["PATH"] ?? "")
  }

  static let requeues: [(name: String, signal: Int32, variables: [String: String], asked: String, said: String)] = [
    ("a job", SIGUSR1, ["SLURM_JOB_ID": "42"], "requeue 42\n", "requeued job 42, for the 1. of 2 times"),
    (
      "a task of an array", SIGUSR1,
      ["SLURM_JOB_ID": "42", "SLURM_ARRAY_JOB_ID": "40", "SLURM_ARRAY_TASK_ID": "7", "SLURM_RESTART_COUNT": "1"],
      "requeue 40_7\n", "requeued job 40_7, for the 2. of 2 times"
    ),
    ("preempted", SIGTERM, ["SLURM_JOB_ID": "42"], "show job -o 42\nrequeue 42\n", "requeued job 42"),
    ("often enough", SIGUSR1, ["SLURM_JOB_ID": "42", "SLURM_RESTART_COUNT": "2"], "", "--requeue allows 2"),
    ("no job", SIGUSR1, [:], "", "SLURM_JOB_ID is not set"),
    ("somebody is there", SIGINT, ["SLURM_JOB_ID": "42"], "", "stopped by SIGINT"),
  ]

  @Test(arguments: requeues.indices)
  func aJobGoesBackToTheQueue(index: Int) throws {
    let example = Self.requeues[index]
    let (result, asked) = try requeue(example.signal, example.variables, "JobState=RUNNING", 0)
    #expect(asked == example.asked)
    #expect(result.standardOutput.contains(example.said), "\(result)")
  }

  @Test func aCancelledJobStaysCancelled() throws {
    let (result, asked) = try requeue(SIGTERM, ["SLURM_JOB_ID": "42"], "JobId=42 JobState=CANCELLED Reason=None", 0)
    #expect(asked == "show job -o 42\n")
    #expect(result.standardOutput.contains("not requeued: job 42 was cancelled"), "\(result)")
  }

  @Test func aRefusalIsPassedOn() throws {
    let (result, _) = try requeue(SIGUSR1, ["SLURM_JOB_ID": "42"], "Requested operation is presently disabled", 1)
    #expect(
      result.standardOutput.contains(
        "warning: job 42 could not be requeued: scontrol ended with 1: Requested operation is presently disabled"),
      "\(result)")
  }

  private func requeue(_ signal: Int32, _ variables: [String: String], _ answer: String, _ status: Int) throws -> (
    ProcessResult, asked: String
  ) {
    let scratch = try Scratch()
    var environment: [String: String?] = [
      "SLURM_JOB_ID": nil, "SLURM_ARRAY_JOB_ID": nil, "SLURM_ARRAY_TASK_ID": nil, "SLURM_RESTART_COUNT": nil,
    ]
    environment.merge(variables) { $1 }
    environment["PATH"] = try slurm(scratch, answering: answer, status: status)
    let arguments = Self.arguments + ["--data", try scratch.writeImages(), "--output", scratch.path("run")]
    let result = try run(
      scratch, arguments + ["--requeue", "2"], ranks: nil, rank: nil, signals: [signal], after: "run/metrics.jsonl",
      environment: environment)
    #expect(result.ending == .exited(75), "\(result)")
    return (result, (try? String(contentsOfFile: scratch.path("asked"), encoding: .utf8)) ?? "")
  }
}
