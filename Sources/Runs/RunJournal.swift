/// What a run has said so far. Whoever reports it writes here; checkpoints keep it, so that a run that goes on says the rest.
public final class RunJournal {
  /// What `report.txt` is going to hold.
  public var text = ""
  /// What `report.json` holds; empty where nothing keeps one.
  public var record: [UInt8] = []

  public init() {}
}
