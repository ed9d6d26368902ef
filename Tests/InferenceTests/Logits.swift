/// The largest difference between two lists of logits, as a share of the largest magnitude of the second.
func relativeDifference(_ actual: [Float], _ expected: [Float]) -> Double {
  guard actual.count == expected.count else { return .infinity }
  let largest = expected.map { Double($0.magnitude) }.max() ?? 1
  let difference = zip(actual, expected).map { (Double($0) - Double($1)).magnitude }
  // NaN compares as nothing, so a maximum would lose it.
  guard difference.allSatisfy(\.isFinite) else { return .infinity }
  return (difference.max() ?? 0) / max(largest, .leastNormalMagnitude)
}
