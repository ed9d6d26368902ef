import Foundation
import MPI

/// A rank's process, as the others know it.
struct Peer: Codable, Equatable {
  let host: String
  /// The IPv4 addresses under which its watchdog may be reached, in no order.
  let addresses: [UInt32]
  let port: UInt16
  let process: ProcessIdentity
}

/// What tells a process from all others of a host.
struct ProcessIdentity: Codable, Equatable {
  /// The process's number.
  let number: Int32
  /// When it began, in clock ticks since the machine did: numbers are used again.
  let start: UInt64
  /// The name space in which the number means it; containers of one host may each have their own.
  let space: String

  /// This process.
  static var own: ProcessIdentity {
    ProcessIdentity(number: getpid(), start: ProcessStatus(of: getpid())?.start ?? 0, space: ownSpace)
  }

  static var ownSpace: String {
    (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/ns/pid")) ?? ""
  }

  /// What the system says of the process, in words that follow "its process"; nil where it cannot be asked.
  var condition: String? {
    guard space == Self.ownSpace else { return nil }
    guard let status = ProcessStatus(of: number), status.start == start else { return "is gone" }
    switch status.state {
    case "T", "t": return "is stopped (SIGSTOP, or a debugger)"
    case "Z", "X": return "has ended"
    case "D": return "waits for a disk or a network file system"
    default: return nil
    }
  }
}

/// What Linux says of a process in `/proc/<number>/stat`.
struct ProcessStatus {
  /// One letter: `R` running, `S` sleeping, `T` stopped, …
  let state: Character
  let start: UInt64

  init?(of process: Int32) {
    guard let text = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8) else { return nil }
    self.init(stat: text)
  }

  /// The name in the second field may hold anything, parentheses too; what follows the last one is regular.
  init?(stat text: String) {
    guard let end = text.lastIndex(of: ")") else { return nil }
    let fields = text[text.index(after: end)...].split(separator: " ")
    guard fields.count > 19, let state = fields[0].first, let start = UInt64(fields[19]) else { return nil }
    self.state = state
    self.start = start
  }
}
