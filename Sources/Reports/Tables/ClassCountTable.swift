import Text

/// How many images of each class a data set has.
public struct ClassCountTable: Sendable, CustomStringConvertible {
  public let classNames: [String]
  public let training: [Int]
  public let test: [Int]

  /// Classes beyond these are counted only.
  static let mostRows = 40

  public init(classNames: [String], training: [Int], test: [Int]) {
    self.classNames = classNames
    self.training = training
    self.test = test
  }

  public var description: String {
    var table = Table([("class", .left), ("training", .right), ("test", .right)])
    for (index, name) in classNames.enumerated().prefix(Self.mostRows) {
      table.add([name, training[index].grouped, test[index].grouped])
    }
    let hidden = classNames.count - Self.mostRows
    if hidden > 0 { table.add(["… \(hidden.grouped) more"]) }
    table.addRule()
    table.add(["all", training.reduce(0, +).grouped, test.reduce(0, +).grouped])
    return table.text
  }
}
