import Kernels
import Machine
import Testing

@Suite struct MachineReportTests {
  @Test("The report names the machine's parts, one a line")
  func lines() {
    let lines = MachineReport.measure().lines
    #expect(Set(lines.map(\.label)).count == lines.count)
    #expect(lines.first?.text == Processor.description)
    for line in lines {
      #expect(!line.text.isEmpty && !line.text.contains("\n") && !line.text.contains("unknown"), "\(line)")
    }
  }

  #if arch(x86_64)
    @Test("Features are reported as lacking, as idle or as in use")
    func features() {
      let small = ProcessorFeatures(["sse3", "avx2"])
      let large = ProcessorFeatures(["sse3", "avx2", "avx512f"])
      let describe = MachineReport.describeFeatures
      #expect(describe(large, small) == "the CPU lacks what the program is built for: avx512f")
      #expect(describe(small, large) == "present but not built for: avx512f")
      #expect(describe(large, large) == "all in use")
    }
  #endif

  @Test("Memory is read as the kernel writes it")
  func memory() throws {
    let memory = try #require(Memory("MemTotal:       16384000 kB\nMemFree:  1 kB\nMemAvailable:    8192000 kB\n"))
    #expect(memory.bytes == 16_384_000 * 1024)
    #expect(memory.description == "15.6 GiB; 7.8 GiB available")
    #expect(Memory("MemTotal: many kB\nMemAvailable: 1 kB\n") == nil)
    #expect(Memory("") == nil)
  }
}
