import Networks
import Testing

/// Follows the backward pass through the plan: what each buffer holds when it is read.
@Suite struct GradientPlanTests {
  /// The gradient of a value, with the shares of so many of its readers.
  private struct Content {
    let value: NetworkGraph.ValueIndex
    var shares: Int
  }

  @Test(
    "Every gradient is whole when it is read and overwrites none that is still needed", arguments: Architecture.all
  )
  func everyGradientIsWhole(_ architecture: Architecture) throws {
    let graph = architecture.graph(classes: 10)
    let plan = GradientPlan(graph, lanes: 32)
    var readers = [Int](repeating: 0, count: graph.values.count)
    for node in graph.nodes { for value in node.inputs { readers[value] += 1 } }
    readers[graph.values.count - 1] = 1  // the loss

    var buffers = [Content?](repeating: nil, count: plan.bufferCounts.count)
    buffers[try #require(plan.steps.last).output] = Content(value: graph.values.count - 1, shares: 1)
    for (node, step) in zip(graph.nodes, plan.steps).reversed() {
      let content = try #require(buffers[step.output])
      #expect(content.value == node.output && content.shares == readers[node.output])
      #expect(plan.bufferCounts[step.output] >= graph.values[node.output].shape(lanes: 32).count)
      // The operation is the last to need it, except that the gradient behind an addition is the shortcut's too.
      buffers[step.output] = nil
      if node.layer.gradientRule == .passesOn {
        let residual = node.inputs[1]
        #expect(!buffers.contains { $0?.value == residual })
        buffers[step.output] = Content(value: residual, shares: 1)
      }
      guard let input = step.input else {
        #expect(node.input == 0, "only the image needs no gradient")
        continue
      }
      #expect(plan.bufferCounts[input] >= graph.values[node.input].shape(lanes: 32).count)
      if step.adding {
        let sum = try #require(buffers[input])
        #expect(sum.value == node.input)
        buffers[input]?.shares += 1
      } else {
        #expect(buffers[input] == nil, "a gradient that is still needed")
        #expect(input != step.output || node.layer.gradientRule == .inPlace)
        buffers[input] = Content(value: node.input, shares: 1)
      }
    }
    #expect(buffers.allSatisfy { $0 == nil }, "nothing is left over")
    #expect(plan.bufferCounts.count <= 4, "a handful of buffers suffices")
  }
}
