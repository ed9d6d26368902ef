import Dispatch
import Formats
import Foundation
import Synchronization

/// Turns a folder of class folders of pictures into a data set in CIFAR-10's record format.
public struct DatasetImport {
  public let folder: PictureFolder
  public let split: PictureSplit
  /// The directory to make.
  public let output: String
  public let name: String
  /// Whether pictures that cannot be decoded are left out.
  public let skipsDamaged: Bool

  /// What an import made.
  public struct Summary: Sendable {
    public let classNames: [String]
    /// Images of each class.
    public let training: [Int]
    public let test: [Int]
    public let normalization: Normalization
    /// What was left out because it could not be decoded.
    public let damaged: [PictureError]
  }

  /// Records a file, as in CIFAR-10.
  private static let recordsPerFile = 10_000

  /// Finds the pictures and their split. Nothing is written.
  ///
  /// - Parameters:
  ///   - path: the folder.
  ///   - testShare: nil for what the folder says, or 0.2 where it says nothing.
  public init(
    folder path: String, output: String, testShare: Double?, seed: UInt64, skipsDamaged: Bool
  ) throws(ImportError) {
    let (inner, outer) = (Self.absolute(output), Self.absolute(path))
    guard inner != outer, !inner.hasPrefix(outer.hasSuffix("/") ? outer : outer + "/") else {
      throw .outputInside(output, folder: path)
    }
    try Self.requireFree(output)
    folder = try PictureFolder(path: path)
    guard folder.test == nil || testShare == nil else { throw .splitGiven(path) }
    split = PictureSplit(folder, testShare: testShare ?? 0.2, seed: seed)
    guard !split.test.isEmpty else { throw .noTestPictures }
    self.output = output
    name = URL(filePath: outer).lastPathComponent
    self.skipsDamaged = skipsDamaged
  }

  private static func absolute(_ path: String) -> String {
    URL(filePath: path).standardizedFileURL.resolvingSymlinksInPath().path(percentEncoded: false)
      .replacing(/\/+$/, with: "")
  }

  private static func requireFree(_ output: String) throws(ImportError) {
    guard FileManager.default.fileExists(atPath: output) else { return }
    guard (try? FileManager.default.contentsOfDirectory(atPath: output))?.isEmpty == true else {
      throw .outputExists(output)
    }
  }

  /// Decodes all pictures, and writes the data set. It appears whole under its name, or not at all.
  ///
  /// - Parameter progress: is told how many pictures are done.
  /// - Throws: `ImportError` or `FileError`.
  public func run(progress: (Int) -> Void = { _ in }) throws -> Summary {
    let partial = output.replacing(/\/+$/, with: "") + ".partial"
    guard !FileManager.default.fileExists(atPath: partial) else { throw ImportError.unfinished(partial) }
    guard mkdir(partial, 0o777) == 0 else { throw FileError(.create, partial) }
    do {
      let summary = try write(to: partial, progress: progress)
      guard rename(partial, output) == 0 else { throw FileError(.rename, output) }
      return summary
    } catch {
      try? FileManager.default.removeItem(atPath: partial)
      throw error
    }
  }

  private func write(to directory: String, progress: (Int) -> Void) throws -> Summary {
    let layout: RecordLayout = folder.classNames.count > 256 ? .twoBytes : .oneByte
    var statistics = ChannelStatistics()
    var damaged: [PictureError] = []
    var done = 0
    func write(_ files: [PictureFolder.File], _ names: (Int) -> String, isTraining: Bool) throws -> Part {
      var part = Part(counts: [Int](repeating: 0, count: folder.classNames.count))
      for first in stride(from: 0, to: files.count, by: Self.recordsPerFile) {
        var records: [UInt8] = []
        for start in stride(from: first, to: min(first + Self.recordsPerFile, files.count), by: 256) {
          let chunk = files[start..<min(start + 256, first + Self.recordsPerFile, files.count)]
          for (file, result) in zip(chunk, Self.decode(chunk)) {
            switch result {
            case .success(let pixels):
              if isTraining { statistics.add(pixels) }
              part.counts[file.label] += 1
              records += layout.labelBytes(file.label) + pixels
            case .failure(let error) where skipsDamaged: damaged.append(error)
            case .failure(let error): throw ImportError.picture(error)
            }
          }
          done += chunk.count
          progress(done)
        }
        guard !records.isEmpty else { continue }
        let name = names(part.files.count + 1)
        try AtomicFile.write(records, to: "\(directory)/\(name)")
        part.files.append(.init(file: name, images: records.count / layout.size))
      }
      return part
    }
    let training = try write(split.training, { "data_batch_\($0).bin" }, isTraining: true)
    let test = try write(split.test, { $0 == 1 ? "test_batch.bin" : "test_batch_\($0).bin" }, isTraining: false)
    if let empty = training.counts.firstIndex(of: 0) { throw ImportError.emptyClass(folder.classNames[empty]) }
    guard !test.files.isEmpty else { throw ImportError.noTestPictures }
    try AtomicFile.write(folder.classNames.map { $0 + "\n" }.joined(), to: "\(directory)/batches.meta.txt")
    let description = DatasetDescription(
      name: name, layout: layout, training: training.files, test: test.files, normalization: statistics.normalization)
    try AtomicFile.write(try description.json(), to: "\(directory)/\(DatasetDescription.fileName)")
    return Summary(
      classNames: folder.classNames, training: training.counts, test: test.counts,
      normalization: statistics.normalization, damaged: damaged)
  }

  private struct Part {
    var files: [DatasetDescription.RecordFile] = []
    /// Images of each class.
    var counts: [Int]
  }

  /// The pixels of each picture at 32×32, on all cores.
  private static func decode(_ files: ArraySlice<PictureFolder.File>) -> [Result<[UInt8], PictureError>] {
    let files = Array(files)
    let results = Mutex([Result<[UInt8], PictureError>](repeating: .success([]), count: files.count))
    DispatchQueue.concurrentPerform(iterations: files.count) { number in
      let result = Result { () throws(PictureError) in
        try Picture(path: files[number].path).square(edge: Record.edge)
      }
      results.withLock { $0[number] = result }
    }
    return results.withLock { $0 }
  }
}
