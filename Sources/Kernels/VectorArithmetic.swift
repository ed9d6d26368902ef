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
