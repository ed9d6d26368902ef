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
package struct ProcessIdentity: Codable, Equatable {
  /// The process's number.
  package let number: Int32
  /// When it began, in clock ticks since the machine did: numbers are used again.
  package let start: UInt64
  /// The name space in which the number means it; containers of one host may each have their own.
  package let space: String

  package init(number: Int32, start: UInt64, space: String) {
    self.number = number
    self.start = start
    self.space = space
  }

  /// This process.
  static var own: ProcessIdentity {
    ProcessIdentity(number: getpid(), start: ProcessStatus(of: getpid())?.start ?? 0, space: ownSpace)
  }

  package static var ownSpace: String {
    (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/ns/pid")) ?? ""
  }

  /// What the system says of the process, in words that follow "the process"; nil where it cannot be asked.
  package var condition: String? {
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
package struct ProcessStatus {
  /// One letter: `R` running, `S` sleeping, `T` stopped, …
  package let state: Character
  /// In clock ticks since the machine began.
  package let start: UInt64
  /// Of the program, at most 15 bytes.
  package let name: String

  package init?(of process: Int32) {
    guard let text = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8) else { return nil }
    self.init(stat: text)
  }

  /// The name in the second field may hold anything, parentheses too; what follows the last one is regular.
  package init?(stat text: String) {
    guard let begin = text.firstIndex(of: "("), let end = text.lastIndex(of: ")"), begin < end else { return nil }
    let fields = text[text.index(after: end)...].split(separator: " ")
    guard fields.count > 19, let state = fields[0].first, let start = UInt64(fields[19]) else { return nil }
    self.state = state
    self.start = start
    name = String(text[text.index(after: begin)..<end])
  }
}
