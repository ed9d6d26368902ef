import Foundation

/// A configuration file or a variable that cannot be used.
public struct SettingsError: Error, Equatable, CustomStringConvertible {
  public let description: String

  package init(_ description: String) { self.description = description }

  package init(_ origin: GivenSetting.Origin, _ problem: String) { description = "\(origin): \(problem)" }
}
