internal import CMachine

/// A set of instruction set extensions, by the names that compilers give them (`avx2`, `avx512f`, …).
public struct ProcessorFeatures: Sendable, Equatable {
  package let bits: UInt64

  package init(bits: UInt64) { self.bits = bits }

  /// The features of these names; names that the compiler never uses by itself are left out.
  public init(_ names: [String]) {
    bits = Self.allNames.enumerated().reduce(0) { names.contains($1.element) ? $0 | 1 << UInt64($1.offset) : $0 }
  }

  /// What this module, and with it every compute module of the package, is compiled for. Empty where the processor is not
  /// an x86-64.
  ///
  /// Never inlined: another module may be compiled for other features, and would get its own.
  @inline(never) public static var builtFor: ProcessorFeatures { Self(bits: processor_features_built_for()) }

  /// What the CPU has and the operating system supports. Everything where the processor is not an x86-64.
  public static var available: ProcessorFeatures { Self(bits: processor_features_available()) }

  /// The names, those of wider registers last.
  public var names: [String] {
    Self.allNames.enumerated().filter { bits & 1 << UInt64($0.offset) != 0 }.map(\.element)
  }

  /// Whether all features of the other set are in this one.
  public func contains(_ other: ProcessorFeatures) -> Bool { other.bits & ~bits == 0 }

  /// The features of this set that the other one lacks.
  public func subtracting(_ other: ProcessorFeatures) -> ProcessorFeatures { Self(bits: bits & ~other.bits) }

  /// The AVX-512 extensions that numerical libraries take for granted: those of the first server CPUs that had it.
  public static let serverAVX512 = ProcessorFeatures(["avx512f", "avx512bw", "avx512dq", "avx512vl"])

  /// Every feature that is known, those of wider registers last.
  public static let allNames = (0..<Int32(processor_feature_count)).compactMap {
    processor_feature_name($0).map { String(cString: $0) }
  }
}
