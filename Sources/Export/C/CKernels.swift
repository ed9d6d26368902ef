/// The inner loops of an exported C file: sums of products that stay in vector registers.
///
/// They are written out rather than looped: compilers keep variables in registers, but not always the elements of an array.
enum CKernels {
  /// Adds products of survivors and rows of pixels.
  static var sparse: String {
    let parameters = "const float *weights, const uint16_t *places, int count, const float *rows, float *y"
    let kernels = family(
      "multiply", parameters, factor: { "weights[\($0)]" }, vectors: { "rows + places[\($0)]" })
    return kernels + "\n\n"
      + dispatch(
        "multiply", parameters + ", int pixels", "pixels", arguments: "weights, places, count, rows, y",
        advance: { "rows += \($0), y += \($0)" })
  }

  /// Adds products of inputs and vectors of output channels' weights.
  static var dense: String {
    let parameters = "const float *weights, int tile, const float *x, int step, int count, float *y"
    let kernels = family(
      "multiply_dense", parameters, factor: { "x[(\($0)) * step]" }, vectors: { "weights + (\($0)) * tile" })
    return kernels + "\n\n"
      + dispatch(
        "multiply_dense", parameters, "rest", arguments: "weights, tile, x, step, count, y",
        advance: { "weights += \($0), y += \($0)" }, before: "int rest = tile;")
  }

  private static func family(
    _ name: String, _ parameters: String, factor: (String) -> String, vectors: (String) -> String
  ) -> String {
    func kernel(_ count: Int, _ type: String, _ lanes: String, _ suffix: String) -> String {
      Self.kernel(
        "\(name)_\(suffix)", parameters, vectors: count, type: type, lanes: lanes, factor: factor, pointer: vectors)
    }
    let wide = [8, 4, 2, 1].map { kernel($0, "vector", "LANES", "\($0)") }.joined(separator: "\n")
    return """
      \(wide)
      #if LANES > 4
      \(kernel(1, "quad", "4", "quad"))#endif
      #if LANES > 1
      \(kernel(1, "float", "1", "one"))#endif
      """
  }

  /// Gives each kernel as many floats as it takes at once.
  private static func dispatch(
    _ name: String, _ parameters: String, _ rest: String, arguments: String, advance: (String) -> String,
    before: String = ""
  ) -> String {
    func step(_ keyword: String, _ floats: String, _ suffix: String) -> String {
      keyword == "for"
        ? "  for (; \(rest) >= \(floats); \(rest) -= \(floats), \(advance(floats))) \(name)_\(suffix)(\(arguments));"
        : """
          if (\(rest) >= \(floats)) {
            \(name)_\(suffix)(\(arguments));
            \(advance(floats)), \(rest) -= \(floats);
          }
        """
    }
    let lines = [
      "static void \(name)(\(parameters)) {", before.isEmpty ? "" : "  \(before)", step("for", "8 * LANES", "8"),
      step("if", "4 * LANES", "4"), step("if", "2 * LANES", "2"), step("if", "LANES", "1"), "#if LANES > 4",
      step("for", "4", "quad"), "#endif", "#if LANES > 1", step("for", "1", "one"), "#endif", "}",
    ]
    return lines.filter { !$0.isEmpty }.joined(separator: "\n")
  }

  /// A function that adds `count` products to some vectors. Few vectors take four sums in turn, as each addition waits for the one
  /// before it.
  private static func kernel(
    _ name: String, _ parameters: String, vectors: Int, type: String, lanes: String, factor: (String) -> String,
    pointer: (String) -> String
  ) -> String {
    let chains = max(1, 4 / vectors)
    func sum(_ vector: Int, _ chain: Int) -> String { chain == 0 ? "a\(vector)" : "a\(vector)_\(chain)" }
    func load(_ pointer: String, _ vector: Int) -> String {
      let place = vector == 0 ? pointer : vector == 1 ? "\(pointer) + \(lanes)" : "\(pointer) + \(vector) * \(lanes)"
      return type == "float" ? (vector == 0 ? "*\(pointer)" : "*(\(place))") : "*(const \(type) *)(\(place))"
    }
    func products(_ chain: Int) -> [String] {
      let index = chain == 0 ? "k" : "k + \(chain)"
      let (f, p) = chain == 0 ? ("f", "p") : ("f\(chain)", "p\(chain)")
      return ["const float \(f) = \(factor(index)), *\(p) = \(pointer(index));"]
        + (0..<vectors).map { "\(sum($0, chain)) += \(f) * \(load(p, $0));" }
    }
    var lines = ["static void \(name)(\(parameters)) {", "  int k = 0;"]
    for vector in 0..<vectors { lines.append("  \(type) \(sum(vector, 0)) = \(load("y", vector));") }
    for chain in 1..<max(chains, 2) where chains > 1 {
      for vector in 0..<vectors { lines.append("  \(type) \(sum(vector, chain)) = {0};") }
    }
    if chains > 1 {
      lines.append("  for (; k + \(chains) <= count; k += \(chains)) {")
      // Declarations first, as older compilers want them.
      let all = (0..<chains).map(products)
      lines += all.map { "    \($0[0])" } + all.flatMap { $0.dropFirst().map { "    \($0)" } }
      lines.append("  }")
    }
    lines.append("  for (; k < count; k++) {")
    lines += products(0).map { "    \($0)" }
    lines.append("  }")
    for vector in 0..<vectors {
      let total = (0..<chains).map { sum(vector, $0) }.joined(separator: " + ")
      let place = vector == 0 ? "y" : vector == 1 ? "y + \(lanes)" : "y + \(vector) * \(lanes)"
      lines.append(
        type == "float"
          ? "  *\(vector == 0 ? "y" : "(\(place))") = \(total);" : "  *(\(type) *)(\(place)) = \(total);")
    }
    lines.append("}\n")
    return lines.joined(separator: "\n")
  }
}
