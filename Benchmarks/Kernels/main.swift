// Measures the convolutions of both ResNet18s on one core: the dense ones by every backend in turn or, with --sparse, the
// sparse ones of several sparsities against the fastest dense backend.
//
//   kernel-bench [--sparse [--json FILE]] [--lanes N] [--rounds N] [--layer TEXT]

import Foundation
import Kernels
import Machine

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
let networks = [("resnet18", Layer.resnet18), ("resnet18-cifar", Layer.resnet18CIFAR)].map { network, layers in
  (network, layers.filter { options.layer.map($0.name.contains) ?? true })
}
if options.sparse {
  let figures = networks.flatMap { network, layers in
    layers.flatMap { SparseFigure.measure($0, in: network, options) }
  }
  printSparseTables(of: figures, options)
  if let path = options.json {
    do {
      try SparseFigure.write(figures, to: path)
    } catch {
      FileHandle.standardError.write(Data("kernel-bench: \(path): \(error.localizedDescription)\n".utf8))
      exit(1)
    }
  }
} else {
  print(
    "\n\(options.lanes) lanes, \(options.rounds) rounds; GF/s of useful work (padding counts for nothing), median (best)"
  )
  for (network, layers) in networks { printTable(of: layers, in: network, options) }
}
