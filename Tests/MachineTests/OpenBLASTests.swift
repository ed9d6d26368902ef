import Kernels
import Machine
import TestSupport
import Testing

@Suite(.serialized) struct OpenBLASTests {
  private let withAVX512 = ProcessorFeatures(["avx2", "fma", "avx512f", "avx512bw", "avx512dq", "avx512vl"])

  @Test(
    "An older library on a CPU with AVX-512 is told to use it", arguments: ["Haswell", "ZEN", "Zen", "Sandybridge"])
  func older(coreName: String) {
    #expect(OpenBLAS.coreTypeToSet(features: withAVX512, coreName: coreName, environment: [:]) == "SkylakeX")
  }

  @Test(
    "A library that uses AVX-512, or a type that nobody knows yet, is left alone",
    arguments: ["SkylakeX", "Cooperlake", "Sapphirerapids", "Zen9"])
  func newer(coreName: String) {
    #expect(OpenBLAS.coreTypeToSet(features: withAVX512, coreName: coreName, environment: [:]) == nil)
  }

  @Test(
    "What the user has set stands, and so does what the first start has set", arguments: ["Haswell", "SkylakeX", ""])
  func alreadySet(value: String) {
    let environment = ["OPENBLAS_CORETYPE": value]
    #expect(OpenBLAS.coreTypeToSet(features: withAVX512, coreName: "Haswell", environment: environment) == nil)
  }

  @Test("Without all of the server CPUs' AVX-512 there is nothing to set")
  func withoutAVX512() {
    for features in [ProcessorFeatures(["avx2", "fma"]), ProcessorFeatures(["avx512f", "avx512cd"])] {
      #expect(OpenBLAS.coreTypeToSet(features: features, coreName: "Haswell", environment: [:]) == nil)
    }
  }

  @Test("The library says what it is and heeds the number of threads")
  func loaded() {
    #expect(OpenBLAS.version.first?.isNumber == true)
    #expect(OpenBLAS.configuration.contains(OpenBLAS.version))
    #expect(!OpenBLAS.coreName.isEmpty)
    OpenBLAS.useOneThread()
    #expect(OpenBLAS.threads == 1)
  }

  @Test("Both rates are of one core, and measured in a moment")
  func rates() {
    OpenBLAS.useOneThread()
    var (gemm, tile) = (0.0, 0.0)
    let seconds = threadSeconds { (gemm, tile) = (GEMMRate.measure(), TileRate.measure()) }
    #expect(gemm > tile / 30 && tile > gemm / 30, "GEMM \(gemm) GF/s, tile \(tile) GF/s")
    #expect(seconds < 2 * patience, "twenty times the budget, for a slow machine")
  }
}
