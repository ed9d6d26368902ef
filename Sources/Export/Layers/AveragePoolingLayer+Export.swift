import Inference
import Networks

extension AveragePoolingLayer: ExportableOperation {
  func addNodes(to graph: inout ONNXGraph, _ node: FoldedNetwork.Node) {
    graph.add("GlobalAveragePool", name, [graph.name(node.input)], graph.name(node.output))
  }

  func addCalls(to plan: inout CPlan, _ node: FoldedNetwork.Node) {
    let from = plan.network.values[node.input]
    plan.define(Self.function)
    plan.call(
      "pool_average", [plan.place(node.input), "\(from.channels)", "\(from.pixels)", plan.place(node.output)])
  }

  private static let function = #"""
    static void pool_average(const float *x, int channels, int pixels, float *y) {
      int c, p;
      for (c = 0; c < channels; c++, x += pixels) {
        float sum = 0;
        for (p = 0; p < pixels; p++) sum += x[p];
        y[c] = sum / (float)pixels;
      }
    }
    """#
}
