/// Numbers that Swift and Python both make, bit for bit, so that golden files need to hold results only.
///
/// `Tests/Golden/README.md` has the definition, `Tests/Golden/formula.py` the Python side. Elements are in PyTorch's order:
/// images N×C×H×W, convolution weights O×I×kh×kw.
public enum Formula {
  /// `offset + scale · (u − 0.5)`, with u uniform in [0, 1) on a grid of 2⁻²⁴. `scale` is rounded to `Float` first.
  public static func uniform(_ name: String, count: Int, scale: Double, offset: Float = 0) -> [Float] {
    let scale = Float(scale)
    return hashes(name, count: count).map { offset + scale * (Float($0 >> 8) * 0x1p-24 - 0.5) }
  }

  /// Integers in `0..<bound`.
  public static func integers(_ name: String, count: Int, bound: Int) -> [Int] {
    hashes(name, count: count).map { Int($0 >> 8) % bound }
  }

  /// The images of a step, `count` × 3 × `size` × `size`, of mean 0 and variance 1.
  public static func images(step: Int, count: Int, size: Int = 32) -> [Float] {
    uniform("images/\(step)", count: count * 3 * size * size, scale: 12.0.squareRoot())
  }

  /// The labels of a step, in `0..<10`.
  public static func labels(step: Int, count: Int) -> [Int] {
    integers("labels/\(step)", count: count, bound: 10)
  }

  /// The first value of a network's parameter or running statistic, by torchvision's name and shape.
  public static func parameter(_ name: String, shape: [Int]) -> [Float] {
    let count = shape.reduce(1, *)
    if shape.count == 4 {
      return uniform(name, count: count, scale: (24 / Double(shape[1] * shape[2] * shape[3])).squareRoot())
    }
    if name == "fc.weight" {
      return uniform(name, count: count, scale: 2 / Double(shape[1]).squareRoot())
    }
    if name == "fc.bias" {
      return uniform(name, count: count, scale: 0.25)
    }
    if name.hasSuffix(".weight") || name.hasSuffix(".running_var") {
      return uniform(name, count: count, scale: 0.5, offset: 1)
    }
    return uniform(name, count: count, scale: 0.5)
  }

  /// Element i is lowbias32(FNV-1a(name) + i · 0x9E3779B9).
  private static func hashes(_ name: String, count: Int) -> [UInt32] {
    let key = name.utf8.reduce(0x811C_9DC5 as UInt32) { ($0 ^ UInt32($1)) &* 0x0100_0193 }
    return (0..<count).map { index in
      var x = key &+ UInt32(truncatingIfNeeded: index) &* 0x9E37_79B9
      x ^= x >> 16
      x &*= 0x7FEB_352D
      x ^= x >> 15
      x &*= 0x846C_A68B
      x ^= x >> 16
      return x
    }
  }
}
