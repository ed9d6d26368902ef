import Reports
import Text
import Testing

struct CostTableTests {
  static func row(
    _ name: String, _ shape: [Int], _ kind: CostTable.Row.Kind = .convolution, weights: Int, left: Int, dead: Int = 0,
    padded: Int = 0, plain: Int = 0, sparse: Int = 0, seconds: Double = 0, dense: Double = 0
  ) -> CostTable.Row {
    CostTable.Row(
      name: name, shape: shape, kind: kind, parameters: weights, survivors: left, deadWeights: dead,
      paddedMultiplyAdds: padded, multiplyAdds: plain, survivorMultiplyAdds: sparse, seconds: seconds,
      denseSeconds: dense)
  }

  @Test func tableAndSummary() {
    let table = CostTable(rows: [
      Self.row(
        "conv1.weight", [64, 3, 7, 7], weights: 9408, left: 5700, padded: 2_408_448, plain: 2_119_872,
        sparse: 1_284_000, seconds: 18e-6, dense: 30e-6),
      Self.row(
        "layer4.1.conv2.weight", [512, 512, 3, 3], weights: 2_359_296, left: 41_676, dead: 2_097_152,
        padded: 2_359_296, plain: 262_144, sparse: 4000, seconds: 1e-6, dense: 7e-6),
      Self.row("everything else", [], .other, weights: 128, left: 128, seconds: 1e-6, dense: 1e-6),
      Self.row("fc.weight", [10, 512], .linear, weights: 5120, left: 5120, padded: 5120, plain: 5120, sparse: 5120),
    ])
    #expect(
      table.description == """
                                                                           dead  multiply-  of sur-
        layer                  shape          weights  survivors     kept  taps       adds   vivors     kept     time
        ─────────────────────────────────────────────────────────────────────────────────────────────────────────────
        conv1.weight           64×3×7×7         9,408      5,700   60.6 %     ·      2.1 M    1.3 M   60.6 %   90.0 %
        layer4.1.conv2.weight  512×512×3×3  2,359,296     41,676    1.8 %  89 %    262.1 k    4.0 k    1.5 %    5.0 %
        everything else                           128        128  100.0 %     ·          ·        ·        ·    5.0 %
        fc.weight              10×512           5,120      5,120  100.0 %     ·      5.1 k    5.1 k  100.0 %    0.0 %
        ─────────────────────────────────────────────────────────────────────────────────────────────────────────────
        all convolutions                    2,368,704     47,376    2.0 %  89 %      2.4 M    1.3 M   54.1 %   95.0 %
        total                               2,373,952     52,624    2.2 %  88 %      2.4 M    1.3 M   54.2 %  100.0 %

        50.0× fewer convolution weights are 1.8× fewer multiply-adds (1.3 M of 2.4 M);
        89 % of the dense weights never meet a pixel at this input size.
        Predicted inference: 20 µs an image on one core, 1.9× as fast as with all weights (38 µs).

        """)
  }

  @Test func whatPruningSavesInArithmetic() {
    func summary(left: Int, sparse: Int, dead: Int = 6_200_000) -> String {
      let row = Self.row(
        "conv", [], weights: 10_000_000, left: left, dead: dead, padded: 37_000_000, plain: 21_700_000, sparse: sparse)
      let linear = Self.row("fc", [], .linear, weights: 7, left: 7, padded: 7, plain: 7, sparse: 7)
      return CostTable(rows: [row, linear]).summary
    }
    let dead = "; 62 % of the dense weights never meet a pixel at this input size."
    #expect(
      summary(left: 200_000, sparse: 5_900_000)
        == "50.0× fewer convolution weights are 3.7× fewer multiply-adds (5.9 M of 21.7 M)" + dead)
    #expect(
      summary(left: 200_000, sparse: 5_900_000, dead: 0)
        == "50.0× fewer convolution weights are 3.7× fewer multiply-adds (5.9 M of 21.7 M).")
    #expect(
      summary(left: 10_000_000, sparse: 21_700_000)
        == "No convolution weight is pruned: 21.7 M multiply-adds an image (37.0 M with padding)" + dead)
    #expect(summary(left: 0, sparse: 0) == "No convolution weight is left: 0 of 21.7 M multiply-adds" + dead)
    #expect(
      summary(left: 9, sparse: 0) == "No surviving convolution weight meets a pixel: 0 of 21.7 M multiply-adds" + dead)
    #expect(CostTable(rows: []).summary == "There are no convolutions.")
  }
}
