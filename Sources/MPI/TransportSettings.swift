#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Settings of Open MPI that differ from its defaults where nobody has chosen them.
///
/// Open MPI reads them from the environment when it is initialised, so a program may set them for itself before.
enum TransportSettings {
  private static let settings = [
    // By default a large message over TCP is fetched piece by piece, by requests that go through the same connection as
    // the data in the other direction and wait behind it: two hosts that send to each other take turns instead. On links of
    // 1 Gbit/s an exchange of 17 MB took four hosts 1.4 times as long. On faster links this costs nothing.
    "OMPI_MCA_btl_tcp_flags": "send,inplace"
  ]

  static func apply() {
    for (name, value) in settings { setenv(name, value, 0) }
  }
}
