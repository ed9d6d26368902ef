import Machine
internal import COpenBLAS
import Foundation

/// The OpenBLAS that is loaded: what it is, and how to make it use the machine well.
public enum OpenBLAS {
  /// The version's number, such as `0.3.21`.
  public static var version: String {
    version(inConfiguration: configuration) ?? "unknown"
  }

  /// How the library was built, in its own words.
  public static var configuration: String { openblas_get_config().map { String(cString: $0) } ?? "" }

  /// The CPU type whose kernels it picked, such as `Haswell` or `SkylakeX`.
  public static var coreName: String { openblas_get_corename().map { String(cString: $0) } ?? "unknown" }

  /// The threads that a call uses.
  public static var threads: Int { Int(openblas_get_num_threads()) }

  /// Makes every call run on the calling thread alone, as each rank of a program under MPI must.
  public static func useOneThread() { openblas_set_num_threads(1) }

  /// Starts the program anew, once, with its own arguments and with the kernels that fit the CPU, if OpenBLAS has picked
  /// lesser ones. Returns if nothing is to be gained.
  ///
  /// A version of OpenBLAS older than the CPU takes it for one without AVX-512 and runs at half the speed; only
  /// `OPENBLAS_CORETYPE` in the environment, set before the library is loaded, changes that. Must be called before
  /// `MPI_Init`: what MPI has opened would be lost.
  public static func reexecuteWithBestKernels() {
    // Built for one type of CPU only, the library would not heed the variable.
    guard configuration.contains("DYNAMIC_ARCH") else { return }
    let coreType = coreTypeToSet(
      features: .available, coreName: coreName, environment: ProcessInfo.processInfo.environment)
    guard let coreType else { return }
    // The new process finds the variable and returns above: there is no second time.
    guard setenv(coreTypeVariable, coreType, 1) == 0 else { return }
    setenv("OPENBLAS_NUM_THREADS", "1", 1)
    let link = "/proc/self/exe"
    // By its own path, which is the name that `ps` and `pgrep` then know; by the link where the file has been moved since.
    if let path = try? FileManager.default.destinationOfSymbolicLink(atPath: link) {
      execv(path, CommandLine.unsafeArgv)
    }
    execv(link, CommandLine.unsafeArgv)
    // Still here: the program could not be started again, and goes on with the kernels it has.
  }

  /// The value that `OPENBLAS_CORETYPE` should have, or nil if it should be left alone: because the user has set it, because
  /// the CPU has no AVX-512, or because OpenBLAS uses that already.
  ///
  /// - Parameters:
  ///   - features: the CPU's.
  ///   - coreName: the kernels that OpenBLAS picked.
  ///   - environment: the process's variables.
  public static func coreTypeToSet(
    features: ProcessorFeatures, coreName: String, environment: [String: String]
  ) -> String? {
    guard features.contains(.serverAVX512), environment[coreTypeVariable] == nil else { return nil }
    return coresWithoutAVX512.contains(coreName.lowercased()) ? "SkylakeX" : nil
  }

  private static let coreTypeVariable = "OPENBLAS_CORETYPE"

  /// The x86-64 types of `driver/others/dynamic.c` that came before AVX-512. Types that a later version may add are trusted.
  private static let coresWithoutAVX512: Set = [
    "haswell", "zen", "excavator", "steamroller", "piledriver", "bulldozer", "sandybridge", "nehalem", "dunnington",
    "penryn", "core2", "prescott", "banias", "atom", "bobcat", "barcelona", "opteron", "opteron_sse3", "nano",
    "northwood", "coppermine", "katmai", "athlon",
  ]

  static func version(inConfiguration configuration: String) -> String? {
    let words = configuration.split(separator: " ")
    guard words.count >= 2, words[0] == "OpenBLAS" else { return nil }
    return String(words[1])
  }
}
