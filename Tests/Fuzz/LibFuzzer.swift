#if LIBFUZZER
  import Foundation

  // The same parsers under libFuzzer (https://llvm.org/docs/LibFuzzer.html), which keeps inputs that reach new branches, and
  // changes them by the same mutators. The parser is named by the environment.

  @_silgen_name("LLVMFuzzerRunDriver")
  private func runLibFuzzer(
    _ count: UnsafeMutablePointer<CInt>,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?>,
    _ read: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
  ) -> CInt

  /// What the package manager makes the program's entry, in place of libFuzzer's own.
  @_cdecl("fuzz_main")
  public func enterLibFuzzer(
    _ count: CInt, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
  ) -> CInt {
    var (count, arguments) = (count, arguments)
    return runLibFuzzer(&count, &arguments, readForLibFuzzer)
  }

  nonisolated(unsafe) private var parser: any FuzzedParser = JSONParser()

  /// libFuzzer's hook before it begins.
  @_cdecl("LLVMFuzzerInitialize")
  public func initializeForLibFuzzer(_ argc: UnsafeRawPointer, _ argv: UnsafeRawPointer) -> CInt {
    let name = ProcessInfo.processInfo.environment["FUZZ_PARSER"]
    guard let make = parsers.first(where: { $0.name == name })?.make, let chosen = try? make() else {
      fatalError("FUZZ_PARSER must be one of \(parsers.map(\.name).joined(separator: ", "))")
    }
    parser = chosen
    return 0
  }

  /// libFuzzer's hook for reading an input.
  @_cdecl("LLVMFuzzerTestOneInput")
  public func readForLibFuzzer(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    do { try parser.read(Array(UnsafeBufferPointer(start: bytes, count: count))) } catch { _ = "\(error)" }
    return 0
  }

  /// libFuzzer's hook for changing an input.
  @_cdecl("LLVMFuzzerCustomMutator")
  public func mutateForLibFuzzer(
    _ bytes: UnsafeMutablePointer<UInt8>, _ count: Int, _ limit: Int, _ seed: CUnsignedInt
  ) -> Int {
    var input = Array(UnsafeBufferPointer(start: bytes, count: count))
    var mutator = Mutator(seed: UInt64(seed), number: 0)
    repeat { parser.mutate(&input, &mutator) } while mutator.chance(1, in: 2)
    let kept = min(input.count, limit)
    for place in 0..<kept { bytes[place] = input[place] }
    return kept
  }
#endif
