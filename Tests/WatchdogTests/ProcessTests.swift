import Foundation
import Testing

import Watchdog

/// What the system says of processes.
struct ProcessTests {
  @Test func fieldsAreFoundBehindAnyName() throws {
    let tail = " T 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 4711 20 21\n"
    for name in ["dptrain", "a (strange) name", ") T 1"] {
      let status = try #require(ProcessStatus(stat: "99 (\(name))\(tail)"))
      #expect(status.name == name && status.state == "T" && status.start == 4_711)
    }
    #expect(ProcessStatus(stat: "") == nil && ProcessStatus(stat: "99 (dptrain) T 1") == nil)
  }

  @Test func aProcessIsKnownUntilItEnds() throws {
    let child = Process()
    child.executableURL = URL(filePath: "/bin/sleep")
    child.arguments = ["100"]
    try child.run()
    let number = child.processIdentifier
    let identity = ProcessIdentity(
      number: number, start: try #require(ProcessStatus(of: number)).start, space: ProcessIdentity.ownSpace)
    // The child reads its program from the disk first, and stops a moment after the signal is sent.
    func comes(to condition: String?) -> Bool {
      for _ in 0..<500 where identity.condition != condition { usleep(10_000) }
      return identity.condition == condition
    }
    #expect(comes(to: nil))
    kill(number, SIGSTOP)
    #expect(comes(to: "is stopped (SIGSTOP, or a debugger)"))
    kill(number, SIGKILL)
    child.waitUntilExit()
    #expect(identity.condition == "is gone" || identity.condition == "has ended")
    let reused = ProcessIdentity(number: getpid(), start: 1, space: ProcessIdentity.ownSpace)
    #expect(reused.condition == "is gone")
    #expect(ProcessIdentity(number: 1, start: 1, space: "another").condition == nil)
  }

  @Test func datagramsArriveAtTheirSocket() throws {
    let (here, there) = (try DatagramSocket(loopback: true), try DatagramSocket(loopback: true))
    #expect(there.receive(within: 0).isEmpty)
    for text in ["one", "two"] { here.send(Array(text.utf8), to: DatagramSocket.loopback, port: there.port) }
    var received: [[UInt8]] = []
    for _ in 0..<500 where received.count < 2 { received += there.receive(within: 0.01) }
    #expect(received == [Array("one".utf8), Array("two".utf8)])
  }
}
