import Formats
import Images
import Foundation
import Kernels
import Machine
import MPI
import Training

extension RankFacts {
  /// The name of the fact of OpenBLAS.
  static let kernels = "the OpenBLAS kernels"

  /// The program and everything below it that decides bits: what all ranks of any command must have the same of.
  ///
  /// - Parameter command: the command's name.
  /// - Throws: `PreflightError.unreadable` where the program's file cannot be read.
  public static func program(command: String) throws(PreflightError) -> [Fact] {
    [
      Fact("the program", try fileFingerprint("/proc/self/exe", named: "the program's file")),
      Fact("the command", command),
      Fact("the vector instructions in use", ProcessorFeatures.builtFor.names.joined(separator: " ")),
      Fact(kernels, "version \(OpenBLAS.version) with \(OpenBLAS.coreName) kernels"),
      Fact("the first-level cache, by which sparse kernels are cut", "\(Processor.firstLevelCacheBytes) bytes"),
      Fact("the MPI library", MPIEnvironment.libraryVersion.split(separator: ",")[0].description),
      Fact("the C library", libraryVersion),
    ]
  }

  private static var libraryVersion: String {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 128) { buffer in
      buffer.initialize(repeating: 0)
      guard let start = buffer.baseAddress, confstr(Int32(_CS_GNU_LIBC_VERSION), start, 127) > 0 else {
        return "unknown"
      }
      return String(cString: start)
    }
  }

  /// The files of a data set, one fact each, and its classes.
  ///
  /// - Throws: `PreflightError.unreadable`.
  public static func data(_ data: CIFARDataset) throws(PreflightError) -> [Fact] {
    var facts = [
      Fact("the data", data.isSynthetic ? "the built-in synthetic images" : "record files"),
      Fact("the data's classes", data.classNames.joined(separator: ", ")),
      Fact("the data's mean and standard deviation", "\(data.normalization)"),
    ]
    for path in data.files {
      let name = path.split(separator: "/").last.map(String.init) ?? path
      facts.append(Fact("the data file \(name)", try fileFingerprint(path, named: path)))
    }
    return facts
  }

  /// Size and hash of all bytes. The files are mapped, and the ranks of a host share their pages, so that reading all is as fast as
  /// reading samples.
  private static func fileFingerprint(_ path: String, named name: String) throws(PreflightError) -> String {
    do {
      let contents = try Data(contentsOf: URL(filePath: path), options: .alwaysMapped)
      return "\(contents.count) bytes with hash \(contents.withUnsafeBytes { Hash128($0) })"
    } catch {
      throw .unreadable(what: name, reason: String(describing: error))
    }
  }
}
