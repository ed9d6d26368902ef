import MPI
import Testing

@Suite struct LaunchEnvironmentTests {
  private func place(_ variables: [String: String]) -> [Int?] {
    [LaunchEnvironment.rank { variables[$0] }, LaunchEnvironment.size { variables[$0] }]
  }

  @Test func eachLauncherIsUnderstood() {
    #expect(place(["OMPI_COMM_WORLD_RANK": "3", "OMPI_COMM_WORLD_SIZE": "8"]) == [3, 8])
    #expect(place(["PMI_RANK": "1", "PMI_SIZE": "2"]) == [1, 2])
    #expect(place(["PMIX_RANK": "5"]) == [5, nil])
    #expect(place(["SLURM_PROCID": "4", "SLURM_STEP_NUM_TASKS": "6"]) == [4, 6])
  }

  @Test func mpirunWithinASlurmJobIsWhatCounts() {
    let both = [
      "SLURM_PROCID": "0", "SLURM_NTASKS": "4", "OMPI_COMM_WORLD_RANK": "2", "OMPI_COMM_WORLD_SIZE": "3",
    ]
    #expect(place(both) == [2, 3])
  }

  @Test func withoutALauncherNothingIsKnown() {
    #expect(place([:]) == [nil, nil])
    #expect(place(["OMPI_COMM_WORLD_RANK": "", "PMI_RANK": "-1", "PMI_SIZE": "many"]) == [nil, nil])
  }

  /// A batch script is one process, whatever the job around it asked for.
  @Test func aBatchScriptIsNoStep() {
    #expect(place(["SLURM_PROCID": "0", "SLURM_NTASKS": "16"])[1] == nil)
  }
}
