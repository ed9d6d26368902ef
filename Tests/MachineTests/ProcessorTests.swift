import Foundation
import Kernels
import Machine
import Testing

@Suite struct ProcessorTests {
  @Test("What a program is built for and the CPU lacks is named, and nothing else")
  func missing() {
    let builtFor = ProcessorFeatures(["fma", "avx2", "avx512f", "avx512bf16"])
    let haswell = ProcessorFeatures(["sse4_2", "fma", "avx", "avx2", "bmi2"])
    #expect(Processor.missing(builtFor: builtFor, available: haswell) == ["avx512f", "avx512bf16"])
    #expect(Processor.missing(builtFor: haswell, available: builtFor) == ["sse4_2", "bmi2", "avx"])
    #expect(Processor.missing(builtFor: builtFor, available: builtFor).isEmpty)
    #expect(Processor.missing(builtFor: ProcessorFeatures([]), available: haswell).isEmpty)
  }

  @Test("A set of features keeps their names; unknown ones have no place in it")
  func names() {
    #expect(ProcessorFeatures(["avx512f", "cx16", "warp-drive"]).names == ["cx16", "avx512f"])
    #expect(ProcessorFeatures.serverAVX512.names == ["avx512f", "avx512bw", "avx512dq", "avx512vl"])
  }

  @Test("The CPU that runs this has all that it is built for")
  func thisProcessor() {
    #expect(Processor.missing(builtFor: .builtFor, available: .available).isEmpty)
    Processor.exitIfUnsupported()
  }

  #if arch(x86_64)
    @Test("What the CPU has agrees with what the kernel lists")
    func againstKernel() throws {
      let text = try String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)
      let line = try #require(text.split(separator: "\n").first { $0.hasPrefix("flags") })
      let flags = Set(line.split(separator: " ").map { $0.replacingOccurrences(of: "_", with: "") })
      let differentlyNamed = [
        "sse3": "pni", "lzcnt": "abm", "bmi": "bmi1", "lahf": "lahflm", "prfchw": "3dnowprefetch",
        "pclmul": "pclmulqdq",
        "sha": "shani", "egpr": "apx", "avx10_2": "-",
      ]
      for name in ProcessorFeatures.allNames where differentlyNamed[name] != "-" {
        let flag = (differentlyNamed[name] ?? name).replacingOccurrences(of: "_", with: "")
        #expect(ProcessorFeatures.available.names.contains(name) == flags.contains(flag), "\(name)")
      }
      #expect(text.contains("\t: \(Processor.name)\n"))
      func number(_ label: String) -> Substring? {
        text.split(separator: "\n").first { $0.hasPrefix("\(label)\t") }?.split(separator: " ").last
      }
      let (family, model) = (try #require(number("cpu family")), try #require(number("model")))
      #expect(Processor.description == "\(Processor.name) (family \(family), model \(model))")
    }

    @Test(
      "Built for this machine, the kernels use its vectors, whatever this test is built for",
      .enabled(if: ProcessInfo.processInfo.environment["DPTRAIN_MARCH"] == nil))
    func builtForThisMachine() {
      for name in ["avx", "avx2", "fma", "avx512f", "avx512vl"] {
        let feature = ProcessorFeatures([name])
        #expect(
          ProcessorFeatures.builtFor.contains(feature) == ProcessorFeatures.available.contains(feature), "\(name)")
      }
      #expect(Processor.widestVectorBuiltFor == Processor.widestVector)
    }
  #endif

  @Test("Cores and hardware threads are counted")
  func cores() throws {
    #expect(Processor.physicalCores >= 1)
    #expect(Processor.physicalCores <= Processor.logicalProcessors)
    #expect(Processor.allowedCores <= Processor.physicalCores)
    let allowed = try #require(Processor.allowed)
    #expect(allowed.count == ProcessInfo.processInfo.activeProcessorCount)
  }
}
