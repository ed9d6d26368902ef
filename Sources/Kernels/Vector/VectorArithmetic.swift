/// `sum[i] += x[i]`.
public func addFloats(_ x: UnsafePointer<Float>, to sum: UnsafeMutablePointer<Float>, count: Int) {
  for i in VectorOffsets(count) {
    sum.setVector(i, sum.vector(i, upTo: count) + x.vector(i, upTo: count), upTo: count)
  }
}

/// `x[i] *= factor`.
public func scaleFloats(_ x: UnsafeMutablePointer<Float>, by factor: Float, count: Int) {
  for i in VectorOffsets(count) { x.setVector(i, x.vector(i, upTo: count) * factor, upTo: count) }
}

/// Whether no float is infinite or not a number.
public func areFinite(_ x: UnsafePointer<Float>, count: Int) -> Bool {
  // A finite number times zero is zero; of the others nothing but a NaN comes, which stays in a sum.
  let zero = Vector.zero
  let whole = count / vectorWidth * vectorWidth
  var sum = sumOfVectors(whole) { $0.addProduct(zero, x.vector($1)) }
  sum.addProduct(zero, x.vector(whole, upTo: count))
  return sum == zero
}
