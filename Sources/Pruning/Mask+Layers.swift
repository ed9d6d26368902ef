import Networks

extension Mask {
  /// The convolution and linear weights of which nothing is left that computes anything: all survivors, if any, are in dead
  /// taps. By name, in the order of the `state_dict`.
  public func emptyLayers(of layout: ParameterLayout) -> [String] {
    layout.parameters.filter { parameter in
      parameter.role.isWeight
        && zip(parameter.blocks, parameter.isLive).allSatisfy { !$1 || survivors(in: $0) == 0 }
    }.map(\.name)
  }
}
