internal import CMachine
import Foundation

/// The CPU that this process runs on.
public enum Processor {
  /// Returns if the CPU has what the compute modules are compiled for. Otherwise says on standard error which features it
  /// lacks and what to do, and exits with status 1.
  ///
  /// To be the first thing that a program does. Everything else in this module can hold instructions that such a CPU
  /// answers with SIGILL, and so can other modules: of small functions that several modules have a copy of, the linker keeps
  /// any one. This call reaches nothing but C that is compiled for the oldest x86-64.
  @inline(never) public static func exitIfUnsupported() {
    processor_exit_if_missing(processor_features_built_for())
  }

  /// The features in `builtFor` that are not `available`.
  public static func missing(builtFor: ProcessorFeatures, available: ProcessorFeatures) -> [String] {
    builtFor.subtracting(available).names
  }

  /// What the CPU calls itself, such as `AMD EPYC 9355 32-Core Processor`.
  public static var name: String { String(cString: processor_name()) }

  /// The name and the generation: virtual machines call CPUs of many speeds `AMD EPYC Processor`.
  public static var description: String {
    let family = processor_family()
    return family == 0 ? name : "\(name) (family \(family), model \(processor_model()))"
  }

  /// The widest vectors that the CPU has.
  public static var widestVector: String { widestVector(.available) }

  /// The widest vectors that the compute modules are compiled for.
  public static var widestVectorBuiltFor: String { widestVector(.builtFor) }

  package static func widestVector(_ features: ProcessorFeatures) -> String {
    #if arch(x86_64)
      if features.contains(ProcessorFeatures(["avx512f"])) { return "AVX-512, 512 bits" }
      if features.contains(ProcessorFeatures(["avx2"])) { return "AVX2, 256 bits" }
      if features.contains(ProcessorFeatures(["avx"])) { return "AVX, 256 bits" }
      return "SSE, 128 bits"
    #elseif arch(arm64)
      return "NEON, 128 bits"
    #else
      return "unknown"
    #endif
  }

  /// The size of a core's first-level data cache: what the system tells, or 32 KiB where it tells nothing.
  public static let firstLevelCacheBytes: Int = {
    #if os(Linux)
      let bytes = sysconf(Int32(_SC_LEVEL1_DCACHE_SIZE))
      if bytes > 0 { return bytes }
    #endif
    return 32 << 10
  }()

  /// The cores of the machine that are switched on. Two hardware threads of a core count once.
  public static var physicalCores: Int { cores(of: ProcessorList(contentsOfFile: "/sys/devices/system/cpu/online")) }

  /// The hardware threads of the machine that are switched on.
  public static var logicalProcessors: Int {
    ProcessorList(contentsOfFile: "/sys/devices/system/cpu/online")?.count ?? ProcessInfo.processInfo.processorCount
  }

  /// The hardware threads that this process may run on: its binding, by `mpirun`, Slurm or `taskset`.
  public static var allowed: ProcessorList? {
    guard let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8) else { return nil }
    return ProcessorList(processStatus: status)
  }

  /// The cores that this process may run on.
  public static var allowedCores: Int { cores(of: allowed) }

  /// The cores that the hardware threads belong to.
  private static func cores(of processors: ProcessorList?) -> Int {
    guard let processors else { return ProcessInfo.processInfo.activeProcessorCount }
    // Hardware threads of one core report the same siblings; one that reports none counts as a core.
    let cores = processors.indices.map { index in
      let file = "/sys/devices/system/cpu/cpu\(index)/topology/thread_siblings_list"
      return ProcessorList(contentsOfFile: file) ?? ProcessorList([index...index])
    }
    return Set(cores).count
  }
}
