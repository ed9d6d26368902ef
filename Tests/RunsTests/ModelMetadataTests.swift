import Images
import Formats
import Foundation
import Networks
import TestSupport
import Testing
import Runs
import Training

/// What a model file says of its classes and of the images that it was trained on.
@Suite struct ModelMetadataTests {
  private static let normalization = Normalization(
    mean: SIMD3(0.1, 0.49, 1), standardDeviation: SIMD3(0.3, 1e-7, 2))

  @Test(
    "What is written reads back the same",
    arguments: [["cat", "dog"], ["cat, tabby", "dog"], ["[cat", "dog"], ["\"a\"", "b\\"]])
  func roundTrip(names: [String]) throws {
    let folder = try TemporaryDirectory()
    let path = folder.url.appending(path: "model.safetensors").path()
    let network = Network(.resnet8, classes: 2)
    try network.save(to: path, classNames: names, normalization: Self.normalization)
    let read = try ModelMetadata(path: path, classes: 2)
    #expect(read == ModelMetadata(classNames: names, normalization: Self.normalization))
    #expect(try SafetensorsFile(path: path).metadata["architecture"] == "resnet8")
  }

  @Test("Plain names stand there joined by commas, as before")
  func plain() {
    let strings = ModelMetadata(classNames: ["cat", "dog"], normalization: .imageNet).strings
    #expect(strings == ["classes": "cat,dog", "mean": "0.485,0.456,0.406", "std": "0.229,0.224,0.225"])
  }

  @Test("A file from elsewhere says nothing")
  func nothing() throws {
    #expect(try ModelMetadata(["format": "pt"], path: "x", classes: 10) == ModelMetadata())
  }

  @Test(
    "What does not fit is refused",
    arguments: [
      (["classes": "cat,dog"], "'classes' is 'cat,dog', expected the names of the model's 3 classes"),
      (["classes": "[\"cat\""], "'classes' is '[\"cat\"', expected the names"),
      (["mean": "0.5,0.5", "std": "1,1,1"], "'mean' is '0.5,0.5', expected three numbers"),
      (["mean": "0.5,nan,0.5", "std": "1,1,1"], "'mean' is"), (["std": "1,1,1"], "'mean' is ''"),
      (["mean": "0,0,0"], "'std' is ''"),
      (["mean": "0,0,0", "std": "1,0,1"], "'std' is '1,0,1', expected three numbers above 0"),
      (["mean": "0,0,0", "std": "1,inf,1"], "'std' is"), (["mean": "0,0,0", "std": "a,b,c"], "'std' is"),
    ] as [([String: String], String)])
  func refused(strings: [String: String], text: String) {
    let error = #expect(throws: ModelError.self) { try ModelMetadata(strings, path: "m.safetensors", classes: 3) }
    #expect(error?.description.hasPrefix("m.safetensors: the metadata \(text)") == true, "\(String(describing: error))")
  }
}
