import Runs
import Testing

/// How much time a job has.
struct SlurmTimeTests {
  @Test(arguments: [
    ("5:00", 300.0), ("1:05:00", 3_900), ("1-02:03:04", 93_784), ("12:34\n", 754), ("10-00:00:00", 864_000),
    ("0:00", 0),
  ])
  func timesAreRead(text: String, seconds: Double) {
    #expect(SlurmTime.seconds(text) == seconds)
  }

  @Test(arguments: ["UNLIMITED", "NOT_SET", "INVALID", "", "5", "1:2:3:4", "a:b", "-5:00", "1-2-3:00", "1:-5"])
  func otherWordsAreNoTime(text: String) {
    #expect(SlurmTime.seconds(text) == nil)
  }

  private func left(_ environment: [String: String], squeue: String? = nil) -> Double? {
    SlurmTime.secondsLeft(reading: { environment[$0] }, now: 1_000, squeue: { $0 == "17" ? squeue : nil })
  }

  @Test func theEnvironmentComesFirst() {
    #expect(left(["SLURM_JOB_ID": "17", "SLURM_JOB_END_TIME": "4600"], squeue: "1:00") == 3_600)
    #expect(left(["SLURM_JOB_ID": "17", "SLURM_JOB_END_TIME": "900"]) == 0)
    #expect(left(["SLURM_JOB_ID": "17"], squeue: "1:00") == 60)
    #expect(left(["SLURM_JOB_ID": "17"], squeue: "UNLIMITED") == nil)
    #expect(left(["SLURM_JOB_ID": "17"]) == nil)
    #expect(left(["SLURM_JOB_END_TIME": "4600"], squeue: "1:00") == nil, "not in a job")
    #expect(left(["SLURM_JOB_ID": "--all"], squeue: "1:00") == nil)
  }
}
