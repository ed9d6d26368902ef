import Foundation

/// A UDP socket over IPv4 that never blocks.
///
/// `@unchecked Sendable`: nothing changes after the initializer, and the system lets threads use a socket together.
package final class DatagramSocket: @unchecked Sendable {
  /// Why there is no socket.
  package struct Failure: Error, CustomStringConvertible {
    let call: String
    let code: Int32
    package var description: String { "\(call): \(String(cString: strerror(code)))" }
  }

  package let port: UInt16
  private let descriptor: Int32

  /// Binds a socket to a port that is free.
  ///
  /// - Parameter loopback: whether only processes of this host may send to it.
  package init(loopback: Bool) throws(Failure) {
    let descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw Failure(call: "socket", code: errno) }
    var address = Self.address(loopback ? Self.loopback : INADDR_ANY.bigEndian, port: 0)
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let bound = Self.withAddress(&address) { bind(descriptor, $0, length) }
    guard bound == 0, Self.withAddress(&address, { getsockname(descriptor, $0, &length) }) == 0 else {
      let code = errno
      close(descriptor)
      throw Failure(call: "bind", code: code)
    }
    self.descriptor = descriptor
    port = UInt16(bigEndian: address.sin_port)
  }

  deinit { close(descriptor) }

  /// Sends a datagram, if the system takes it: to send is not to arrive anyway.
  package func send(_ bytes: [UInt8], to host: UInt32, port: UInt16) {
    var address = Self.address(host, port: port)
    _ = Self.withAddress(&address) {
      sendto(descriptor, bytes, bytes.count, 0, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
    }
  }

  /// Waits for datagrams and returns those that are there.
  package func receive(within seconds: Double) -> [[UInt8]] {
    var event = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    guard poll(&event, 1, Int32((1_000 * seconds).rounded(.up))) > 0 else { return [] }
    var datagrams: [[UInt8]] = []
    // So many at a time that a flood of them cannot keep the caller from its work.
    while datagrams.count < 4_096 {
      var bytes = [UInt8](repeating: 0, count: WatchMessage.maximumSize + 1)
      let count = recv(descriptor, &bytes, bytes.count, 0)
      guard count >= 0 else { break }
      datagrams.append(Array(bytes[..<count]))
    }
    return datagrams
  }

  /// 127.0.0.1 in the network's byte order, as all addresses here.
  package static let loopback = UInt32(0x7f00_0001).bigEndian

  /// The IPv4 addresses of this host's interfaces that are up, without loopback's.
  static var ownAddresses: [UInt32] {
    var list: UnsafeMutablePointer<ifaddrs>?
    guard getifaddrs(&list) == 0 else { return [] }
    defer { freeifaddrs(list) }
    var result: [UInt32] = []
    for entry in sequence(first: list, next: { $0?.pointee.ifa_next }) {
      guard let entry = entry?.pointee, let address = entry.ifa_addr else { continue }
      let flags = Int32(bitPattern: entry.ifa_flags)
      guard flags & Int32(IFF_UP) != 0, flags & Int32(IFF_LOOPBACK) == 0,
        Int32(address.pointee.sa_family) == AF_INET
      else { continue }
      result.append(address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { $0.pointee.sin_addr.s_addr })
    }
    return result
  }

  private static func address(_ host: UInt32, port: UInt16) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr = in_addr(s_addr: host)
    return address
  }

  private static func withAddress<Result>(
    _ address: inout sockaddr_in, _ body: (UnsafeMutablePointer<sockaddr>) -> Result
  ) -> Result {
    withUnsafeMutablePointer(to: &address) { $0.withMemoryRebound(to: sockaddr.self, capacity: 1, body) }
  }
}
