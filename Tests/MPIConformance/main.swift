#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif
import MPI

// Without arguments: every check, on however many ranks there are. With arguments: one scenario of how a job ends.
let arguments = Array(CommandLine.arguments.dropFirst())
let isScenario = !arguments.isEmpty
exit(isScenario ? try runScenario(arguments) : MPIEnvironment.run(runChecks))
