/// Settings in environment variables.
package enum SettingsEnvironment {
  /// Variables of the batch scripts, the build and the tests, which begin like settings and are none.
  package static let others: Set<String> = Set(
    [
      "ACCOUNT", "AMOUNTS", "BIND", "INTERFACE", "LAUNCHER", "LINK_SECONDS", "MARCH", "MODULES", "PARTITION", "PROGRAM",
      "QOS",
      "RANKS_PER_NODE", "REQUEUES", "RUNS", "TIME",
    ].map { Setting.variablePrefix + $0 })

  /// What the environment sets, by name. An empty variable sets nothing.
  ///
  /// - Throws: `SettingsError` where a switch is neither on nor off.
  package static func settings(
    _ environment: [String: String], known: [Setting]
  ) throws(SettingsError) -> [GivenSetting] {
    var settings: [GivenSetting] = []
    for setting in known {
      guard let value = environment[setting.variable], !value.isEmpty else { continue }
      let origin = GivenSetting.Origin.environment(setting.variable)
      guard setting.arguments(value) != nil else {
        throw SettingsError(origin, "it is '\(value)', expected true or false")
      }
      settings.append(GivenSetting(name: setting.name, value: value, origin: origin))
    }
    return settings
  }

  /// Warnings about variables that look like a setting's and are none: they may be meant for other programs, so they are not
  /// refused.
  package static func suspects(_ environment: [String: String], known: [Setting]) -> [String] {
    let variables = known.map(\.variable) + [configVariable]
    return environment.keys.sorted().compactMap { name in
      guard name.hasPrefix(Setting.variablePrefix), !variables.contains(name), !others.contains(name),
        let nearest = variables.min(by: { NearestName.distance(name, $0) < NearestName.distance(name, $1) }),
        NearestName.distance(name, nearest) <= 2
      else { return nil }
      return "the environment variable \(name) sets nothing; did you mean \(nearest)?"
    }
  }

  package static let configVariable = Setting.variablePrefix + "CONFIG"
}
