#if LIBFUZZER
  import Foundation

  // The same parsers under libFuzzer (https://llvm.org/docs/LibFuzzer.html), which finds inputs by the branches that they
  // reach, and changes them by the same mutators.

  @_silgen_name("LLVMFuzzerRunDriver")
  private func runDriver(
    _ argc: UnsafeMutablePointer<CInt>,
    _ argv: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
    _ callback: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
  ) -> CInt

  nonisolated(unsafe) private var parser: any FuzzedParser = JSONParser()

  /// `fuzz PARSER CORPUS [libFuzzer's options]`: writes the parser's seeds to the directory CORPUS, then hands over.
  func runLibFuzzer(_ arguments: [String]) -> CInt {
    guard arguments.count >= 3, let make = parsers.first(where: { $0.name == arguments[1] })?.make,
      let chosen = try? make()
    else {
      print(
        "usage: fuzz PARSER CORPUS [libFuzzer's options]; the parsers: \(parsers.map(\.name).joined(separator: ", "))")
      return 2
    }
    parser = chosen
    let corpus = arguments[2]
    try? FileManager.default.createDirectory(atPath: corpus, withIntermediateDirectories: true)
    for (number, seed) in parser.seeds.enumerated() {
      FileManager.default.createFile(atPath: "\(corpus)/seed-\(number)", contents: Data(seed))
    }
    var words: [UnsafeMutablePointer<CChar>?] = ([arguments[0]] + arguments[2...]).map { strdup($0) } + [nil]
    var count = CInt(words.count - 1)
    return words.withUnsafeMutableBufferPointer { words in
      guard var start = words.baseAddress else { return 2 }
      return runDriver(&count, &start) { bytes, count in
        do { try parser.read(Array(UnsafeBufferPointer(start: bytes, count: count))) } catch { _ = "\(error)" }
        return 0
      }
    }
  }

  /// libFuzzer's hook for changing an input; it changes inputs in its own ways as well.
  @_cdecl("LLVMFuzzerCustomMutator")
  public func mutateForLibFuzzer(_ bytes: UnsafeMutablePointer<UInt8>, _ count: Int, _ limit: Int, _ seed: CUnsignedInt)
    -> Int
  {
    var input = Array(UnsafeBufferPointer(start: bytes, count: count))
    var mutator = Mutator(seed: UInt64(seed), number: 0)
    repeat { parser.mutate(&input, &mutator) } while mutator.chance(1, in: 2)
    let kept = min(input.count, limit)
    for place in 0..<kept { bytes[place] = input[place] }
    return kept
  }
#endif
