import ArgumentParser

/// Where settings come from besides the command line.
struct ConfigurationOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      A YAML file with flags as keys, such as 'batch-size: 256'. Variables such as DPTRAIN_BATCH_SIZE override it, flags both; \
      'dptrain config' prints what results.
      """, valueName: "file"), completion: .file(extensions: ["yaml", "yml"]))
  var config: String?
}
