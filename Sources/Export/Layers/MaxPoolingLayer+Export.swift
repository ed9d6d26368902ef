import Inference
import Networks

extension MaxPoolingLayer: ExportableOperation {
  func addNodes(to graph: inout ONNXGraph, _ node: FoldedNetwork.Node) {
    graph.add(
      "MaxPool", name, [graph.name(node.input)], graph.name(node.output),
      [
        ONNXGraph.integers("kernel_shape", [kernel, kernel]), ONNXGraph.integers("strides", [stride, stride]),
        ONNXGraph.integers("pads", [Int](repeating: padding, count: 4)),
      ])
  }

  func addCalls(to plan: inout CPlan, _ node: FoldedNetwork.Node) {
    let (from, to) = (plan.network.values[node.input], plan.network.values[node.output])
    let plane = CPlane(height: from.height, width: from.width, padding: padding, stride: stride)
    let numbers = [
      from.channels, from.height, from.width, kernel, stride, padding, plane.phase, plane.row, plane.floats, to.height,
      to.width,
    ]
    plan.reserve(padded: plane.floats)
    plan.define(Self.function)
    plan.call("pool_maximum", [plan.place(node.input)] + numbers.map(String.init) + [plan.place(node.output)])
  }

  private static let function = #"""
    #define LARGER(floats) \
      for (j = 0; j < floats; j++) to[j] = from[j] > to[j] ? from[j] : to[j];

    static void pool_maximum(const float *x, int channels, int height, int width, int kernel, int stride, int padding, int phase,
                             int row, int plane, int output_height, int output_width, float *to) {
      int c, i, j, tap;
      for (c = 0; c < channels; c++, x += height * width) {
        pad(x, NULL, 1, height, width, padding, stride, phase, row, plane, -FLT_MAX);
        for (i = 0; i < output_height; i++, to += output_width)
          for (tap = 0; tap < kernel * kernel; tap++) {
            const int column = tap % kernel;
            const float *from = padded + (i * stride + tap / kernel) * row + column % stride * phase + column / stride;
            if (tap == 0) {
              memcpy(to, from, (size_t)output_width * sizeof(float));
              continue;
            }
            switch (output_width) {
            case 8: LARGER(8) break;
            case 16: LARGER(16) break;
            default: LARGER(output_width) break;
            }
          }
      }
    }
    """#
}
