import Kernels

/// What the command line says.
struct Options {
  /// The images of a microbatch.
  var lanes = 64
  /// How often each operation is measured by each backend.
  var rounds = 7

  struct Invalid: Error, CustomStringConvertible {
    let description: String
  }

  init(_ arguments: some Sequence<String>) throws {
    var iterator = arguments.makeIterator()
    while let flag = iterator.next() {
      let text = iterator.next() ?? "nothing"
      switch flag {
      case "--lanes":
        guard let value = Int(text), value > 0, value % vectorWidth == 0 else {
          throw Invalid(description: "--lanes takes a multiple of \(vectorWidth), not \(text)")
        }
        lanes = value
      case "--rounds":
        guard let value = Int(text), value > 0 else {
          throw Invalid(description: "--rounds takes a number of 1 or more, not \(text)")
        }
        rounds = value
      default:
        throw Invalid(description: "there is no \(flag); there are --lanes N and --rounds N")
      }
    }
  }
}
