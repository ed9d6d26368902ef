import Kernels
import Testing

/// The predicted time is a plain function of shape and survivors.
struct ConvolutionTimeTests {
  static let shapes = [
    ConvolutionShape(
      inputChannels: 64, outputChannels: 64, kernel: 3, stride: 1, padding: 1, inputHeight: 32, inputWidth: 32),
    ConvolutionShape(
      inputChannels: 64, outputChannels: 128, kernel: 3, stride: 2, padding: 1, inputHeight: 8, inputWidth: 8),
    ConvolutionShape(
      inputChannels: 512, outputChannels: 512, kernel: 3, stride: 1, padding: 1, inputHeight: 1, inputWidth: 1),
    ConvolutionShape(
      inputChannels: 512, outputChannels: 10, kernel: 1, stride: 1, padding: 0, inputHeight: 1, inputWidth: 1),
  ]

  @Test(arguments: shapes)
  func fewerSurvivorsNeverTakeLonger(shape: ConvolutionShape) {
    let weights = shape.inputChannels * shape.outputChannels
    func seconds(_ density: Double) -> Double {
      let survivors = [Int](repeating: Int(density * Double(weights)), count: shape.taps)
      return ConvolutionTime.seconds(of: shape, survivorsPerTap: survivors)
    }
    let times = [1, 0.9, 0.5, 0.2, 0.1, 0.02, 0].map(seconds)
    #expect(times[0] == ConvolutionTime.denseSeconds(of: shape))
    #expect(zip(times, times.dropFirst()).allSatisfy { $0 >= $1 })
    #expect(times[5] < times[0] / 3 && times[6] > 0)
  }

  @Test func deadTapsTakeNoTime() {
    let shape = Self.shapes[2]
    var survivors = [Int](repeating: 0, count: 9)
    survivors[4] = 1000
    let live = ConvolutionTime.sparseSeconds(of: shape, survivorsPerTap: survivors)
    survivors[0] = 100_000
    #expect(ConvolutionTime.sparseSeconds(of: shape, survivorsPerTap: survivors) == live)
  }
}
