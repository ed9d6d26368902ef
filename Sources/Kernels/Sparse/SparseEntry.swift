/// A survivor as the kernels read it.
struct SparseEntry {
  /// The floats from the source's begin to its channel.
  let offset: Int32
  var weight: Float
}
