import Foundation
import Testing

extension Trait where Self == ConditionTrait {
  /// Skips a test, and says why, where there is no browser to look at pages with.
  public static var browser: Self {
    .enabled(
      if: ["/usr/bin/chromium", "/usr/bin/chromedriver"].allSatisfy {
        FileManager.default.isExecutableFile(atPath: $0)
      },
      "Debian's chromium or chromium-driver is not there: `make peers` installs them")
  }
}
