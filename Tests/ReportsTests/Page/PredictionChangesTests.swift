import Images
import Reports
import Testing

struct PredictionChangesTests {
  private static let images = CIFARDataset.synthetic().test

  /// The classes of the test images, with some of them wrong.
  private static func predictions(wrong: Set<Int>) -> [Int32] {
    (0..<images.count).map { (Int32(images.label($0)) + (wrong.contains($0) ? 1 : 0)) % 10 }
  }

  @Test(arguments: [false, true])
  func whatPruningTookIsShown(isTrainedOn: Bool) {
    let changes = PredictionChanges(
      dense: Self.predictions(wrong: [3]), pruned: Self.predictions(wrong: [5, 8]), isTrainedOn: isTrainedOn,
      images: Self.images)
    #expect(changes.lost == 2 && changes.won == 1 && changes.images.map(\.index) == [5, 8])
    #expect(changes.images.allSatisfy { $0.truth != $0.prediction && $0.truth == Int(Self.images.label($0.index)) })
  }

  /// What changed while training brought more than pruning took says nothing of pruning.
  @Test func whatTrainingChangedIsCountedAndNotShown() {
    func changes(isTrainedOn: Bool) -> PredictionChanges {
      PredictionChanges(
        dense: Self.predictions(wrong: [1, 2, 3]), pruned: Self.predictions(wrong: [5]), isTrainedOn: isTrainedOn,
        images: Self.images)
    }
    #expect(changes(isTrainedOn: false).images.count == 1)
    let trained = changes(isTrainedOn: true)
    #expect(trained.lost == 1 && trained.won == 3 && trained.images.isEmpty)
  }
}
