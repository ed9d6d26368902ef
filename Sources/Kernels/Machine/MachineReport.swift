import Machine
import Foundation

/// What this machine and its libraries offer to the kernels, as lines to print.
public struct MachineReport: Sendable {
  /// One fact. Text of several parts separates them by semicolons.
  public struct Line: Sendable, Equatable {
    public let label: String
    public let text: String

    public init(_ label: String, _ text: String) {
      self.label = label
      self.text = text
    }
  }

  public let lines: [Line]

  /// Looks at the machine and measures it, on one core, for about a tenth of a second.
  ///
  /// OpenBLAS is reported and measured as it is set up: call ``OpenBLAS/useOneThread()`` before.
  public static func measure() -> MachineReport {
    MachineReport(lines: [
      Line("CPU", Processor.description),
      Line("cores", describeCores()),
      Line("binding", describeBinding()),
      Line("memory", Memory(contentsOfFile: "/proc/meminfo")?.description ?? "unknown"),
      Line("vectors", "\(Processor.widestVector); built for \(Processor.widestVectorBuiltFor)"),
      Line("features", describeFeatures(builtFor: .builtFor, available: .available)),
      Line("OpenBLAS", "\(OpenBLAS.version); \(OpenBLAS.coreName) kernels; \(counted(OpenBLAS.threads, "thread"))"),
      Line("GEMM rate", "\(formatted(GEMMRate.measure())) GF/s by OpenBLAS, 512×512 matrices"),
      Line("tile rate", "\(formatted(TileRate.measure())) GF/s by the register tiles, in the first-level cache"),
      Line("convolutions", describeConvolutions()),
    ])
  }

  /// What the features mean for the program: those it lacks, or those that it was not built to use.
  public static func describeFeatures(builtFor: ProcessorFeatures, available: ProcessorFeatures) -> String {
    let missing = Processor.missing(builtFor: builtFor, available: available)
    if !missing.isEmpty { return "the CPU lacks what the program is built for: \(missing.joined(separator: ", "))" }
    #if arch(x86_64)
      let unused = available.subtracting(builtFor).names
      return unused.isEmpty ? "all in use" : "present but not built for: \(unused.joined(separator: ", "))"
    #else
      return "not examined on this architecture"
    #endif
  }

  private static func describeCores() -> String {
    "\(counted(Processor.physicalCores, "core")); \(counted(Processor.logicalProcessors, "hardware thread"))"
  }

  private static func describeBinding() -> String {
    guard let allowed = Processor.allowed else { return "unknown" }
    if allowed.count == Processor.logicalProcessors { return "none: this process may use all of them" }
    return "this process may use \(counted(Processor.allowedCores, "core")): \(allowed)"
  }

  private static func describeConvolutions() -> String {
    let others = ProcessorFeatures.builtFor.contains(ProcessorFeatures(["avx512f"])) ? "register tiles" : "OpenBLAS"
    return "3×3 of stride 1 on whole 4×4 tiles by Winograd's F(4×4, 3×3), others by \(others)"
  }

  private static func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }

  private static func formatted(_ rate: Double) -> String { String(format: "%.1f", rate) }
}
