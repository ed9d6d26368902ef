import Inference
import Testing

@Suite struct MicrobatchPlanTests {
  @Test("Every image is run once, in lanes where that pays")
  func plan() {
    for count in 0...300 {
      let plan = MicrobatchPlan(count: count)
      #expect(plan.wholes * 64 + plan.images + plan.singles == count)
      #expect(plan.lanes % 16 == 0 && plan.lanes <= 64 && plan.images <= plan.lanes)
      #expect(plan.lanes - plan.images < 16 && plan.singles < 16)
      #expect(plan.lanes == 0 || plan.images > plan.lanes - 16)
    }
    #expect(MicrobatchPlan(count: 1) == MicrobatchPlan(wholes: 0, lanes: 0, images: 0, singles: 1))
    #expect(MicrobatchPlan(count: 15) == MicrobatchPlan(wholes: 0, lanes: 16, images: 15, singles: 0))
    #expect(MicrobatchPlan(count: 257) == MicrobatchPlan(wholes: 4, lanes: 0, images: 0, singles: 1))
    #expect(MicrobatchPlan(count: 126) == MicrobatchPlan(wholes: 1, lanes: 64, images: 62, singles: 0))
  }
}
