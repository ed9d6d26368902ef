import Kernels

/// What the command line says.
struct Options {
  /// The images of a microbatch.
  var lanes = 64
  /// How often each operation is measured by each backend.
  var rounds = 7
  /// Whether to measure sparse convolutions against dense ones.
  var sparse = false
  /// What the names of the layers to measure contain, such as `on 4×4`; nil for all.
  var layer: String?
  /// Where the sparse figures go as JSON.
  var json: String?

  struct Invalid: Error, CustomStringConvertible {
    let description: String
  }

  init(_ arguments: some Sequence<String>) throws {
    var iterator = arguments.makeIterator()
    while let flag = iterator.next() {
      switch flag {
      case "--sparse":
        sparse = true
      case "--lanes":
        let text = iterator.next() ?? "nothing"
        guard let value = Int(text), value > 0, value % vectorWidth == 0 else {
          throw Invalid(description: "--lanes takes a multiple of \(vectorWidth), not \(text)")
        }
        lanes = value
      case "--rounds":
        let text = iterator.next() ?? "nothing"
        guard let value = Int(text), value > 0 else {
          throw Invalid(description: "--rounds takes a number of 1 or more, not \(text)")
        }
        rounds = value
      case "--layer":
        guard let text = iterator.next() else { throw Invalid(description: "--layer takes a part of a layer's name") }
        layer = text
      case "--json":
        guard let path = iterator.next() else { throw Invalid(description: "--json takes the path of a file") }
        json = path
      default:
        throw Invalid(
          description:
            "there is no \(flag); there are --sparse, --lanes N, --rounds N, --layer TEXT and, with --sparse, --json FILE"
        )
      }
    }
    if json != nil, !sparse { throw Invalid(description: "--json takes the figures of --sparse") }
  }
}
