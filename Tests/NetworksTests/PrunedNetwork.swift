import Kernels
import Networks
import TestSupport

/// A network with some of its weights pruned, as a masked dense and as a compact one.
struct PrunedNetwork {
  /// How much of which layer survives.
  enum Pattern: CaseIterable, Sendable {
    /// Half of every convolution.
    case half
    /// A tenth, and less of the linear layer.
    case tenth
    /// Two in a hundred of every convolution.
    case fiftieth
    /// Every density, layer by layer; some layers stay whole, some end empty.
    case mixed

    /// The fraction of a parameter that survives.
    fileprivate func fraction(_ parameter: Parameter, index: Int) -> Double {
      guard parameter.role == .convolutionWeight else { return self == .tenth ? 0.25 : self == .mixed ? 0.75 : 1 }
      switch self {
      case .half: return 0.5
      case .tenth: return 0.1
      case .fiftieth: return 0.02
      case .mixed:
        // What a block's shortcut goes around may end empty: there is another way to the result.
        if ["layer1.0.conv2", "layer2.0.conv1", "layer3.0.conv2"].contains(where: { parameter.name.hasPrefix($0) }) {
          return 0
        }
        return [1, 0.5, 0.02, 0.9, 0.1][index % 5]
      }
    }
  }

  /// Dense, zeros where pruned.
  let masked: Network
  let compaction: Compaction
  let compact: Network
  /// Whether each element of the masked network's arena survives.
  let survives: [Bool]

  init(_ architecture: Architecture, _ pattern: Pattern) {
    masked = Network(architecture)
    masked.loadFormula()
    masked.batchesTracked = 5
    survives = Self.survivors(masked.layout, pattern)
    for index in survives.indices where !survives[index] { masked.arena.pointer[index] = 0 }
    let survives = survives
    compaction = Compaction(masked.layout) { survives[$0] }
    compact = masked.compacted(compaction)
  }

  /// Drawn for each element of a layer by itself; what is no weight survives.
  static func survivors(_ layout: ParameterLayout, _ pattern: Pattern) -> [Bool] {
    var survives = [Bool](repeating: true, count: layout.count)
    for (number, parameter) in layout.parameters.enumerated()
    where parameter.role == .convolutionWeight || parameter.role == .linearWeight {
      let bound = Int(1000 * pattern.fraction(parameter, index: number))
      let draws = Formula.integers("survivors/\(parameter.name)", count: parameter.count, bound: 1000)
      var element = 0
      for place in parameter.blocks.joined() {
        survives[place] = draws[element] < bound
        element += 1
      }
    }
    return survives
  }
}

extension Network {
  /// The parameter of that name.
  func named(_ name: String) -> Parameter? { layout.parameters.first { $0.name == name } }
}

extension Network {
  /// A copy of the arena.
  var numbers: [Float] { arena.numbers(0..<layout.count) }
}

extension AlignedBuffer {
  /// A copy of some elements. (A pointer to them would not keep the buffer alive.)
  func numbers(_ range: Range<Int>) -> [Float] { withExtendedLifetime(self) { Array(self[range]) } }
}
