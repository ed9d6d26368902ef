import Foundation
import Text

/// Why a folder of pictures does not become a data set.
public enum ImportError: Error, Equatable, CustomStringConvertible {
  case noFolder(String)
  /// The system's `errno` on listing or making a folder.
  case folder(String, code: Int32)
  case tooDeep(String)
  case classCount(String, found: [String])
  case className(String, reason: String)
  case emptyClass(String)
  case unknownClass(String, notIn: String)
  /// A split is asked for, but the folder has one.
  case splitGiven(String)
  case noTestPictures
  case outputInside(String, folder: String)
  case outputExists(String)
  case unfinished(String)
  case picture(PictureError)

  public var description: String {
    switch self {
    case .noFolder(let path): "there is no folder \(path)"
    case .folder(let path, let code): "cannot read \(path): \(String(cString: strerror(code)))"
    case .tooDeep(let path): "\(path) lies deeper than \(PictureFolder.deepest) folders; do links go round there?"
    case .classCount(let path, let found):
      "\(path) holds \(found.count) class folders\(found.isEmpty ? "" : ": " + found.listed(most: 8)); expected "
        + "2 to 65536, a folder of PNG or JPEG files for each class, or train and test with such folders"
    case .className(let path, let reason): "\(path) cannot name a class: \(reason); rename the folder"
    case .emptyClass(let path): "\(path) holds no PNG or JPEG file; every class needs one to train on"
    case .unknownClass(let path, let training): "\(path) is a class that \(training) does not have"
    case .splitGiven(let path): "\(path) has train and test folders already; leave out --test-share"
    case .noTestPictures: "no picture is left for the test: every class has one picture only"
    case .outputInside(let output, let folder):
      "--output \(output) lies inside \(folder), where it would be taken for a class; choose another place"
    case .outputExists(let path):
      "\(path) exists and is not an empty folder; nothing was written over: choose another --output"
    case .unfinished(let path): "\(path) is left from an import that was stopped; remove it and retry"
    case .picture(let error): error.description + "; --skip-damaged leaves such files out"
    }
  }
}
