/// Two buffers for a call that sends from one and receives into the other.
///
/// A pair goes into a request and comes back from it as one value, and can be used for the next call as it is.
public struct MessagePair<Scalar: MPIScalar>: ~Copyable {
  /// What is sent.
  public var outgoing: MessageBuffer<Scalar>
  /// What is received.
  public var incoming: MessageBuffer<Scalar>

  /// A pair of two buffers.
  public init(outgoing: consuming MessageBuffer<Scalar>, incoming: consuming MessageBuffer<Scalar>) {
    self.outgoing = outgoing
    self.incoming = incoming
  }

  /// The received buffer; the other one is freed.
  public consuming func takeIncoming() -> MessageBuffer<Scalar> { incoming }
}
