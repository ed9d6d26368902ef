import Testing

/// Checks a gradient of L(x) = Σ weights · f(x) along one random direction: Σ gradient · direction against L's slope.
///
/// One direction sees every element of the gradient at once: an error in any shows, unless it is orthogonal to the direction
/// by chance. The slope is a central difference of fourth order, (8 (L(h) - L(-h)) - (L(2h) - L(-2h))) / 12h, of losses
/// added in `Double`: exact where f is linear, off by h⁴/30 of the fifth derivative elsewhere.
///
/// What remains is the rounding of f's elements. They are independent, so they add up as a norm does: the difference may be
/// `roundings` units of it.
///
/// - Parameters:
///   - gradient: what the kernel says.
///   - x: where.
///   - direction: as long as `x`.
///   - step: h. 1 for linear f; else about 1/16, which balances truncation and rounding.
///   - weights: the gradient with respect to f's result.
func expectSlope(
  _ gradient: [Float], at x: [Float], along direction: [Float], step: Float, weights: [Float], roundings: Double = 16,
  sourceLocation: SourceLocation = #_sourceLocation, of f: ([Float]) -> [Float]
) {
  func loss(_ distance: Float) -> (sum: Double, norm: Double) {
    let y = f(zip(x, direction).map { $0 + distance * $1 })
    return products(y, weights)
  }
  let (forward, backward) = (loss(step), loss(-step))
  let (far, farBack) = (loss(2 * step), loss(-2 * step))
  let slope = (8 * (forward.sum - backward.sum) - (far.sum - farBack.sum)) / (12 * Double(step))
  let expected = products(gradient, direction)
  let noise = 0x1p-24 * (max(far.norm, farBack.norm) / Double(step) + expected.norm)
  #expect(
    (slope - expected.sum).magnitude <= roundings * noise,
    "slope \(slope), gradient \(expected.sum), difference in units of rounding \((slope - expected.sum) / noise)",
    sourceLocation: sourceLocation)
}

/// The sum of the elements' products, and the root of the sum of the squares of these.
private func products(_ a: [Float], _ b: [Float]) -> (sum: Double, norm: Double) {
  precondition(a.count == b.count, "\(a.count) elements against \(b.count)")
  var sum = 0.0
  var squares = 0.0
  for (x, y) in zip(a, b) {
    let product = Double(x) * Double(y)
    sum += product
    squares += product * product
  }
  return (sum, squares.squareRoot())
}
