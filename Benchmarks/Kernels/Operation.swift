/// What is measured of a convolution.
enum Operation: String, CaseIterable {
  case forward = "forward"
  case inputGradient = "input gradient"
  case weightGradient = "weight gradient"
}
