internal import COpenBLAS

/// How fast OpenBLAS multiplies matrices here.
public enum GEMMRate {
  /// The rate of `cblas_sgemm` on 512×512 matrices, in GF/s (10⁹ multiplications and additions a second), with the threads
  /// that OpenBLAS is set to. Takes about 50 ms.
  public static func measure() -> Double {
    let size = 512
    let a = AlignedBuffer(count: size * size)
    let b = AlignedBuffer(count: size * size)
    let c = AlignedBuffer(count: size * size)
    for index in 0..<size * size {
      a.pointer[index] = Float(index % 17) / 16
      b.pointer[index] = Float(index % 19) / 16
    }
    let n = blasint(size)
    return fastestRate(operations: 2 * size * size * size) {
      cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, n, n, n, 1, a.pointer, n, b.pointer, n, 0, c.pointer, n)
    }
  }
}

/// 10⁹ operations a second of the fastest run among those of 50 ms, after one to warm up.
func fastestRate(operations: Int, _ run: () -> Void) -> Double {
  run()
  let clock = ContinuousClock()
  let start = clock.now
  var fastest = Duration.seconds(1_000_000)
  repeat { fastest = min(fastest, clock.measure(run)) } while clock.now - start < .milliseconds(50)
  return Double(operations) / (fastest / .seconds(1)) * 1e-9
}
