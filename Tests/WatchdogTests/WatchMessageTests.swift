import Foundation
import Testing

import Watchdog

/// What a watchdog takes from the network.
struct WatchMessageTests {
  private let message = WatchMessage(
    kind: .answer, job: "a-job", from: 3, to: 1,
    status: RankStatus(
      isInCall: true, routine: "MPI_Allgatherv", seconds: 31.5, work: "fine-tuning, round 2", steps: 17))

  private func read(
    _ bytes: [UInt8], job: String = "a-job", to rank: Int = 1, size: Int = 4
  ) -> WatchMessage? {
    WatchMessage(bytes: bytes, job: job, to: rank, size: size)
  }

  @Test func aMessageArrivesAsItWasSent() throws {
    #expect(read(try #require(message.bytes)) == message)
  }

  /// Ports are found by chance, and hosts may share addresses that only mean something inside of them.
  @Test func messagesToOthersAreIgnored() throws {
    let bytes = try #require(message.bytes)
    #expect(read(bytes, job: "another job") == nil)
    #expect(read(bytes, to: 2) == nil)
    #expect(read(bytes, size: 3) == nil, "from a rank that does not exist")
    var own = message
    own.from = 1
    #expect(read(try #require(own.bytes)) == nil)
  }

  @Test func whatIsNoMessageIsIgnored() throws {
    let bytes = try #require(message.bytes)
    for length in 0..<bytes.count { #expect(read(Array(bytes[..<length])) == nil) }
    #expect(read(Array("{}".utf8)) == nil)
    #expect(read([UInt8](repeating: 0xff, count: 1_200)) == nil)
    #expect(read([UInt8](repeating: UInt8(ascii: "["), count: 1_200)) == nil)
    #expect(read(bytes + [UInt8](repeating: UInt8(ascii: " "), count: 1_200)) == nil, "too long")
    var long = message
    long.status.work = String(repeating: "x", count: 1_200)
    #expect(long.bytes == nil)
  }
}
