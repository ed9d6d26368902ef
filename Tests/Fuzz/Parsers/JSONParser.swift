import Formats
import Foundation

/// The scanner of JSON by itself, on texts that need not be a header, compared with Foundation's.
struct JSONParser: FuzzedParser {
  static let name = "json"

  private let file = MemoryFile()

  let seeds = [
    "{}", "[]", "\"\"", "0", " { \"a\" : [ 1 , -2.5e-3 , true , false , null ] , \"b\" : { } } ",
    "[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]", "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\ud83d\\ude00é😀\"",
    "[0,-0,1E+2,9223372036854775807,-9223372036854775808,0.1]",
  ].map { Array($0.utf8) }

  func mutate(_ input: inout [UInt8], _ mutator: inout Mutator) {
    mutator.changeText(&input, words: ["\"a\"", "\\u0000", "\\udc00", "\\uD83D\\uDE00", "\\q", "tru", "1e", "-", "\t"])
  }

  func read(_ input: [UInt8]) throws {
    file.replace(by: Safetensors.file(header: input, data: []))
    let problem: SafetensorsError?
    do throws(SafetensorsError) {
      _ = try SafetensorsFile(path: file.path)
      problem = nil
    } catch { problem = error }
    // What the scanner accepts, Foundation must accept, but for numbers beyond what a Double holds.
    let isJSON =
      switch problem?.problem {
      case .notText, .notJSON, .tooShort: false
      default: true
      }
    let hasLargeExponent = String(decoding: input, as: UTF8.self).contains(/[eE][+-]?[0-9]{3}/)
    if isJSON && !hasLargeExponent
      && (try? JSONSerialization.jsonObject(with: Data(input), options: .fragmentsAllowed)) == nil
    {
      fatalError("accepted what Foundation takes for no JSON: \(String(decoding: input, as: UTF8.self))")
    }
    if let problem { throw problem }
  }
}
