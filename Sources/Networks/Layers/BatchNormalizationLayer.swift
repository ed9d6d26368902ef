import Kernels
import RandomNumbers

/// Batch normalization with what follows it: nothing, a ReLU, or the addition of a shortcut, which it reads second, and a ReLU.
public struct BatchNormalizationLayer: Layer {
  public let name: String
  public let output: NetworkGraph.Value
  public let tail: NormalizationTail

  /// - Parameter input: the shape of what it reads.
  public init(_ name: String, _ input: NetworkGraph.Value, _ tail: NormalizationTail) {
    self.name = name
    output = input
    self.tail = tail
  }

  public var parameters: [ParameterDeclaration] {
    [
      ParameterDeclaration("\(name).weight", [output.channels], .normalizationScale),
      ParameterDeclaration("\(name).bias", [output.channels], .normalizationShift),
    ]
  }
  public var statisticsChannels: Int { output.channels }
  /// It is part of the weights, but for the shortcut.
  public var floatsMoved: Int { tail == .residualRelu ? output.count : 0 }
  public var gradientRule: GradientRule { tail == .residualRelu ? .passesOn : .inPlace }

  /// Ones and zeros.
  public func initialValues(of parameter: ParameterDeclaration, from stream: inout RandomStream) -> [Float] {
    [Float](repeating: parameter.role == .normalizationScale ? 1 : 0, count: parameter.count)
  }

  public func bind(to workspace: LayerWorkspace) -> BoundLayer {
    let kernel = BatchNormalization(output.shape(lanes: workspace.lanes), tail: tail)
    let residual = tail == .residualRelu ? workspace.inputs[1] : nil
    let running = workspace.network.statistics(name)
    let scale = workspace.place(of: "\(name).weight")
    let shift = workspace.place(of: "\(name).bias")
    let batch = BatchStatistics(channels: output.channels)
    return BoundLayer { training in
      let arena = workspace.arena
      if training {
        kernel.forward(
          x: workspace.input, residual: residual, scale: arena + scale, shift: arena + shift, mean: batch.mean.pointer,
          variance: batch.variance.pointer, y: workspace.output)
      } else {
        kernel.forward(
          x: workspace.input, residual: residual, scale: arena + scale, shift: arena + shift,
          runningMean: arena + running.mean.lowerBound, runningVariance: arena + running.variance.lowerBound,
          y: workspace.output)
      }
    } backward: { gradient in
      batch.report(to: gradient, running, count: Float(kernel.count))
      guard let xGradient = workspace.inputGradient else { return }
      kernel.backward(
        x: workspace.input, y: workspace.output, scale: workspace.arena + scale, mean: batch.mean.pointer,
        variance: batch.variance.pointer, yGradient: workspace.outputGradient, xGradient: xGradient,
        scaleGradient: gradient.pointer + scale, shiftGradient: gradient.pointer + shift, adding: gradient.adding)
    }
  }
}

/// The mean and the biased variance that the last training pass found, one a channel.
private struct BatchStatistics {
  let mean: AlignedBuffer
  let variance: AlignedBuffer

  init(channels: Int) {
    mean = AlignedBuffer(count: channels)
    variance = AlignedBuffer(count: channels)
  }

  /// Writes them in the place of the running ones. PyTorch keeps the unbiased variance.
  ///
  /// - Parameter count: the values that each channel averages.
  func report(to gradient: ParameterGradient, _ running: RunningStatistics, count: Float) {
    let correction = count > 1 ? count / (count - 1) : 1
    func report(_ value: Float, _ place: Int) {
      gradient.pointer[place] = gradient.adding ? gradient.pointer[place] + value : value
    }
    for channel in 0..<running.mean.count {
      report(mean.pointer[channel], running.mean.lowerBound + channel)
      report(variance.pointer[channel] * correction, running.variance.lowerBound + channel)
    }
  }
}
