import Inference
import Testing

@Suite struct MicrobatchPlanTests {
  @Test("Every image is run once, in lanes where that pays")
  func plan() {
    for count in 0...300 {
      let plan = MicrobatchPlan(count: count, fewestForLanes: 12)
      #expect(plan.wholes * 64 + plan.images + plan.singles == count)
      #expect(plan.lanes % 16 == 0 && plan.lanes <= 64 && plan.images <= plan.lanes)
      #expect(plan.lanes - plan.images < 16 && plan.singles < 16)
      #expect(plan.lanes == 0 || plan.images > plan.lanes - 16)
    }
    for (count, wholes, lanes, images, singles) in [
      (1, 0, 0, 0, 1), (11, 0, 0, 0, 11), (12, 0, 16, 12, 0), (50, 0, 48, 48, 2), (126, 1, 64, 62, 0),
      (257, 4, 0, 0, 1),
    ] {
      #expect(
        MicrobatchPlan(count: count, fewestForLanes: 12)
          == MicrobatchPlan(wholes: wholes, lanes: lanes, images: images, singles: singles))
    }
  }
}
