// Runs of a small network on any number of ranks, to which something happens. The tests start them under mpirun and read what
// they say.
import Foundation
import MPI

let words = Array(CommandLine.arguments.dropFirst())
exit(
  MPIEnvironment.run { world in
    switch words.first {
    case "stop-everywhere": try stopEverywhere(Array(words.dropFirst()), world)
    default: try sabotage(words, world)
    }
  })
