// Measures the convolutions of both ResNet18s on one core, by register tiles and by OpenBLAS in turn.
//
//   kernel-bench [--lanes N] [--rounds N]

import Foundation
import Kernels

Processor.exitIfUnsupported()
OpenBLAS.reexecuteWithBestKernels()
OpenBLAS.useOneThread()

let options: Options
do {
  options = try Options(CommandLine.arguments.dropFirst())
} catch {
  FileHandle.standardError.write(Data("kernel-bench: \(error)\n".utf8))
  exit(2)
}

for line in MachineReport.measure().lines {
  print(line.label.padding(toLength: 14, withPad: " ", startingAt: 0) + line.text)
}
print(
  "\n\(options.lanes) lanes, \(options.rounds) rounds; GF/s of useful work (padding counts for nothing), median (best)")
for (network, layers) in [("resnet18", Layer.resnet18), ("resnet18-cifar", Layer.resnet18CIFAR)] {
  printTable(of: layers, in: network, options)
}
