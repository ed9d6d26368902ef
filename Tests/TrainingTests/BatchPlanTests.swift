import Testing
import Training

@Suite struct BatchPlanTests {
  @Test("Whatever the ranks, the same microbatches hold the same images, each once", arguments: [1, 2, 4, 8])
  func sharding(ranks: Int) throws {
    let plan = try BatchPlan(imageCount: 5_000, batchSize: 512, microbatch: 64, rankCount: ranks)
    let single = try BatchPlan(imageCount: 5_000, batchSize: 512, microbatch: 64, rankCount: 1)
    #expect(plan.stepsPerEpoch == 9)
    #expect(plan.microbatchesPerBatch == 8)
    #expect(plan.microbatchesPerRank == 8 / ranks)
    #expect((0..<ranks).flatMap { Array(plan.microbatches(ofRank: $0)) } == Array(0..<8))
    var positions: [Int] = []
    for step in 0..<plan.stepsPerEpoch {
      for microbatch in 0..<8 {
        let range = plan.positions(step: step, microbatch: microbatch)
        #expect(range == single.positions(step: step, microbatch: microbatch))
        positions += range
      }
    }
    #expect(positions == Array(0..<4_608), "392 images are left out of each epoch")
  }

  @Test("Epochs have orders of their own, which leave out other images")
  func order() throws {
    let plan = try BatchPlan(imageCount: 5_000, batchSize: 512, microbatch: 64, rankCount: 1)
    let first = plan.order(seed: 1, epoch: 0)
    #expect(first == plan.order(seed: 1, epoch: 0))
    #expect(first.sorted() == (0..<5_000).map { Int32($0) })
    for other in [plan.order(seed: 1, epoch: 1), plan.order(seed: 2, epoch: 0)] {
      #expect(zip(first, other).count { $0 == $1 } < 10)
      #expect(Set(first[4_608...]) != Set(other[4_608...]))
    }
  }

  @Test("Numbers that do not divide are refused, with those that would", arguments: Refusal.all)
  func refusals(_ refusal: Refusal) {
    let error = #expect(throws: BatchPlanError.self) {
      try BatchPlan(
        imageCount: refusal.images, batchSize: refusal.batch, microbatch: refusal.microbatch, rankCount: refusal.ranks)
    }
    #expect(error?.description == refusal.message)
  }

  struct Refusal: Sendable {
    let batch: Int
    var microbatch = 64
    var ranks = 1
    var images = 50_000
    let message: String

    static let all = [
      Refusal(
        batch: 512, microbatch: 40, message: "microbatch 40 is not a positive multiple of 16; 32 or 48 would fit"),
      Refusal(batch: 512, microbatch: 0, message: "microbatch 0 is not a positive multiple of 16; 16 would fit"),
      Refusal(batch: 512, microbatch: -16, message: "microbatch -16 is not a positive multiple of 16; 16 would fit"),
      Refusal(
        batch: 500, message: "batch 500 is not a positive multiple of microbatch 64; --batch-size 448 or 512 would fit"),
      Refusal(
        batch: 480,
        message: "batch 480 is not a positive multiple of microbatch 64; --batch-size 448 or 512 would fit, "
          + "or --microbatch 16, 32, 48, 80, 96, 160, 240 or 480"),
      Refusal(batch: 0, message: "batch 0 is not a positive multiple of microbatch 64; --batch-size 64 would fit"),
      Refusal(
        batch: .max,
        message: "batch \(Int.max) is not a positive multiple of microbatch 64; --batch-size \(Int.max - 63) would fit"),
      Refusal(
        batch: 512, ranks: 3,
        message: "8 microbatches cannot be split evenly over 3 ranks; 1, 2, 4 or 8 ranks would fit, "
          + "or --batch-size 384 or 576"),
      Refusal(
        batch: 512, ranks: 16,
        message: "8 microbatches cannot be split evenly over 16 ranks; 1, 2, 4 or 8 ranks would fit, "
          + "or --microbatch 16 or 32, or --batch-size 1024"),
      Refusal(
        batch: 64, ranks: 2,
        message: "1 microbatch cannot be split evenly over 2 ranks; 1 rank would fit, or --microbatch 16 or 32, "
          + "or --batch-size 128"),
      Refusal(
        batch: 512, images: 500,
        message: "the 500 training images do not make one batch of 512; choose a smaller --batch-size"),
    ]
  }

  @Test("An evaluation takes each image once", arguments: [1, 2, 3, 8, 200])
  func evaluation(ranks: Int) {
    for images in [0, 1, 64, 1_000, 10_000] {
      let plan = EvaluationPlan(imageCount: images, microbatch: 64, rankCount: ranks)
      let taken = (0..<ranks).flatMap { plan.microbatches(ofRank: $0).flatMap { plan.images(microbatch: $0) } }
      #expect(taken == Array(0..<images))
      #expect(
        (0..<ranks).allSatisfy { plan.microbatches(ofRank: $0).count <= (plan.microbatchCount + ranks - 1) / ranks })
    }
  }
}
