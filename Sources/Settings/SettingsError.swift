import Foundation

/// A configuration file or a variable that cannot be used.
public struct SettingsError: Error, Equatable, CustomStringConvertible {
  public let description: String

  init(_ description: String) { self.description = description }

  init(_ origin: GivenSetting.Origin, _ problem: String) { description = "\(origin): \(problem)" }
}
