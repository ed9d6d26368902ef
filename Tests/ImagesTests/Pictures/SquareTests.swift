import Images
import Testing

/// Scaling by area.
@Suite struct SquareTests {
  /// A picture by what stands at (x, y), in all colours alike but for one level of each.
  private func picture(_ width: Int, _ height: Int, _ value: (Int, Int) -> Int) -> Picture {
    let pixels = (0..<height).flatMap { y in
      (0..<width).flatMap { x in (0..<3).map { UInt8(min(255, value(x, y) + $0)) } }
    }
    return Picture(width: width, height: height, pixels: pixels)
  }

  @Test("A picture of the right size stays as it is, plane by plane")
  func same() {
    let square = picture(32, 32) { ($0 * 7 + $1 * 13) % 250 }.square(edge: 32)
    for y in 0..<32 {
      for x in 0..<32 {
        for channel in 0..<3 { #expect(square[1024 * channel + 32 * y + x] == UInt8((x * 7 + y * 13) % 250 + channel)) }
      }
    }
  }

  @Test("One colour stays that colour at any size", arguments: [(1, 1), (3, 500), (31, 33), (1000, 2)])
  func oneColour(width: Int, height: Int) {
    let square = picture(width, height) { _, _ in 201 }.square(edge: 32)
    #expect(square.prefix(1024).allSatisfy { $0 == 201 } && square.suffix(1024).allSatisfy { $0 == 203 })
  }

  @Test("A pixel across an edge counts by its parts")
  func parts() {
    // Three columns become two: 0, 90, 30 are 1·0 + ½·90 over 1½, and ½·90 + 1·30 over 1½.
    let square = picture(3, 1) { x, _ in [0, 90, 30][x] }.square(edge: 2)
    #expect(square.prefix(4) == [30, 50, 30, 50])
  }

  @Test("Halves are rounded up, once")
  func rounding() {
    #expect(picture(2, 2) { x, y in 10 + (x == y ? 0 : 1) }.square(edge: 1)[0] == 11)
    #expect(picture(2, 2) { x, y in x + y == 0 ? 11 : 10 }.square(edge: 1)[0] == 10)
  }
}
