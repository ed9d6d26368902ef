import Formats
import Inference

/// A network as one C99 file and its header, for devices without anything but a compiler.
///
/// The file needs no library but C's own, allocates nothing, and works in one static buffer. Its function takes the bytes of
/// an image in the order of CIFAR's records and normalises them itself.
public struct CModel: Sendable {
  /// What a pixel is brought to mean 0 and deviation 1 with: red, green, blue, in [0, 1].
  public struct Normalization: Sendable {
    public let mean: [Float]
    public let standardDeviation: [Float]

    public init(mean: [Float], standardDeviation: [Float]) {
      self.mean = mean
      self.standardDeviation = standardDeviation
    }
  }

  /// What its functions and macros begin with.
  public let name: String
  /// The contents of `NAME.c` and of `NAME.h`.
  public let source: String
  public let header: String
  /// The bytes of the static buffer, and of the tables.
  public let bufferSize: Int
  public let tableSize: Int

  /// - Parameters:
  ///   - network: without dead channels, or the file computes them too.
  ///   - name: a word of C.
  ///   - title: what the file says that it is, in one line.
  /// - Throws: `CNameError` for another name, `ExportError` for an operation that there is no C for.
  public init(_ network: FoldedNetwork, name: String, title: String, normalization: Normalization) throws {
    guard CText.isName(name) else { throw CNameError(name: name) }
    let plan = try CPlan(network)
    let classes = network.classes
    self.name = name
    bufferSize = 4 * plan.floats
    tableSize = plan.tableSize
    let title = title.replacing("*/", with: "* /")
    let macro = name.uppercased()
    let declaration =
      "int \(name)_predict(const uint8_t image[\(network.image.channels * network.image.pixels)], float logits[\(classes)])"
    header = """
      /* \(title)

         Written by dptrain. Compile \(name).c as C99 with all the optimisation there is, such as -O3 -march=native. */
      #ifndef \(macro)_H
      #define \(macro)_H

      #include <stdint.h>

      #define \(macro)_CLASSES \(classes)
      /* The bytes of static memory that \(name)_predict works in. Because of it one call runs at a time. */
      #define \(macro)_BUFFER_SIZE \(bufferSize)

      #ifdef __cplusplus
      extern "C" {
      #endif

      /* Computes the logits of an image and returns the number of the largest one, the most likely class. The image is one of
         \(network.image.height)x\(network.image.width) pixels as in CIFAR's records: all of its red, then all green, then all blue bytes, each row by row. */
      \(declaration);

      #ifdef __cplusplus
      }
      #endif

      #endif

      """
    source = Self.source(
      network, plan, name: name, title: title, declaration: declaration, normalization: normalization)
  }

  private static func source(
    _ network: FoldedNetwork, _ plan: CPlan, name: String, title: String, declaration: String,
    normalization: Normalization
  ) -> String {
    let macro = name.uppercased()
    var parts = [
      """
      /* \(title)

         Written by dptrain. \(name).h says what to do with it. */
      #include "\(name).h"

      #include <float.h>
      #include <stddef.h>
      #include <string.h>
      """,
      CRuntime.vectors,
      """
      static float ALIGNED buffer[\(macro)_BUFFER_SIZE / sizeof(float)];
      #define padded (buffer + \(plan.paddedPlace))
      #define unfolded (buffer + \(plan.unfoldedPlace))
      """,
      CRuntime.layer,
    ]
    parts += plan.layers.map(\.tables)
    let hasTiles = plan.layers.contains { $0.tile > 0 }
    parts += [CRuntime.pad, CRuntime.unfold, CKernels.sparse]
    if hasTiles { parts += [CKernels.dense, CRuntime.tiles] }
    let tiles = hasTiles ? "if (l->tile > 0) {\n          multiply_tiles(l, y);\n          continue;\n        }" : ""
    parts.append(CRuntime.convolve.replacing("/* TILES */", with: tiles))
    parts += plan.functions
    let (mean, deviation) = (normalization.mean, normalization.standardDeviation)
    let pixels = network.image.pixels
    parts.append(
      """
      \(declaration) {
        static const float mean[\(mean.count)] = {\(mean.map(CText.number).joined(separator: ", "))};
        static const float deviation[\(deviation.count)] = {\(deviation.map(CText.number).joined(separator: ", "))};
        int i, c, best = 0;
        for (c = 0; c < \(mean.count); c++)
          for (i = 0; i < \(pixels); i++) buffer[c * \(pixels) + i] = ((float)image[c * \(pixels) + i] / 255.0f - mean[c]) / deviation[c];
      \(plan.calls.map { "  \($0);" }.joined(separator: "\n"))
        for (i = 0; i < \(network.classes); i++) {
          logits[i] = buffer[\(plan.logitsPlace) + i];
          if (logits[i] > logits[best]) best = i;
        }
        return best;
      }

      """)
    return parts.joined(separator: "\n\n")
  }

  /// Writes `NAME.c` and `NAME.h` into a directory, each of which appears whole or not at all.
  ///
  /// - Parameter directory: empty for the working directory.
  public func write(to directory: String) throws(FileError) {
    let place = directory.isEmpty || directory.hasSuffix("/") ? directory + name : "\(directory)/\(name)"
    try AtomicFile.write(header, to: "\(place).h")
    try AtomicFile.write(source, to: "\(place).c")
  }
}

/// A word that C cannot name a function by.
public struct CNameError: Error, Equatable, CustomStringConvertible {
  public let name: String

  public init(name: String) { self.name = name }

  public var description: String {
    "'\(name)' is no name for a function of C: take an --output of letters, digits and underscores that begins with no digit, "
      + "such as network.c"
  }
}
