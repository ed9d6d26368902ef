/// `sum[i] += x[i]`.
public func add(_ x: UnsafePointer<Float>, to sum: UnsafeMutablePointer<Float>, count: Int) {
  var i = 0
  while i &+ 16 <= count {
    sum.setVector(i, sum.vector(i) + x.vector(i))
    i &+= 16
  }
  while i < count {
    sum[i] += x[i]
    i &+= 1
  }
}

/// `x[i] *= factor`.
public func scale(_ x: UnsafeMutablePointer<Float>, by factor: Float, count: Int) {
  var i = 0
  while i &+ 16 <= count {
    x.setVector(i, x.vector(i) * factor)
    i &+= 16
  }
  while i < count {
    x[i] *= factor
    i &+= 1
  }
}

/// Whether no element is infinite or not a number.
public func isFinite(_ x: UnsafePointer<Float>, count: Int) -> Bool {
  // A finite number times zero is zero; of the others nothing but a NaN comes, which stays in a sum.
  let zero = Vector.zero
  var (a, b, c, d) = (zero, zero, zero, zero)
  var i = 0
  while i &+ 64 <= count {
    a.addProduct(zero, x.vector(i))
    b.addProduct(zero, x.vector(i &+ 16))
    c.addProduct(zero, x.vector(i &+ 32))
    d.addProduct(zero, x.vector(i &+ 48))
    i &+= 64
  }
  var rest: Float = 0
  while i < count {
    rest += 0 * x[i]
    i &+= 1
  }
  let sums = (a + b) + (c + d)
  return rest == 0 && sums == zero
}
