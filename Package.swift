// swift-tools-version: 6.1
import Foundation
import PackageDescription

/// The instruction set of the compute modules: what this machine has, or `DPTRAIN_MARCH` (`x86-64-v3`, `znver4`, …).
let march = ProcessInfo.processInfo.environment["DPTRAIN_MARCH"] ?? "native"
#if arch(arm64)
  let marchFlag = "-mcpu=\(march)"
#else
  let marchFlag = "-march=\(march)"
#endif

/// SIMD types become fused multiply-adds of the machine's full width only when the compiler knows the target: without
/// this flag the same loops run 40 times slower.
let compute: [SwiftSetting] = [.unsafeFlags(["-Xcc", marchFlag])]

/// The MPI to build against, by its name for pkg-config: Open MPI, or `DPTRAIN_MPI` (`mpich`, `impi`, `mvapich2`, …).
let mpi = ProcessInfo.processInfo.environment["DPTRAIN_MPI"] ?? "ompi-c"

let package = Package(
  name: "dptrain",
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
  ],
  targets: [
    .systemLibrary(name: "CMPI", pkgConfig: mpi, providers: [.apt(["libopenmpi-dev", "openmpi-bin"])]),
    .systemLibrary(name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
    .systemLibrary(name: "CxxHash", pkgConfig: "libxxhash", providers: [.apt(["libxxhash-dev"])]),

    .systemLibrary(name: "CPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"])]),
    .systemLibrary(name: "CJPEG", pkgConfig: "libjpeg", providers: [.apt(["libjpeg-dev"])]),

    .target(name: "MPI", dependencies: ["CMPI"]),
    .target(name: "Watchdog", dependencies: ["MPI"]),
    .target(name: "CProcessor"),
    .target(name: "CSignals"),
    .plugin(name: "CommitPlugin", capability: .buildTool()),
    .target(name: "BuildCommit", plugins: ["CommitPlugin"]),
    .target(name: "Kernels", dependencies: ["COpenBLAS", "CProcessor"], swiftSettings: compute),
    .target(name: "RandomNumbers", swiftSettings: compute),
    .target(name: "CIFAR", dependencies: ["RandomNumbers"], swiftSettings: compute),
    .target(name: "CPictures", dependencies: ["CPNG", "CJPEG"]),
    .target(name: "Pictures", dependencies: ["CPictures"], swiftSettings: compute),
    .target(name: "Formats"),
    .target(
      name: "PictureImport", dependencies: ["CIFAR", "Formats", "Pictures", "CxxHash"], swiftSettings: compute),
    .target(
      name: "NeuralNetwork", dependencies: ["Kernels", "RandomNumbers", "Formats"], swiftSettings: compute),
    .target(
      name: "Pruning", dependencies: ["Kernels", "NeuralNetwork", "RandomNumbers"], swiftSettings: compute),
    .target(name: "Inference", dependencies: ["Kernels", "NeuralNetwork"], swiftSettings: compute),
    .target(
      name: "Export",
      dependencies: [
        "CxxHash", "Formats", "Inference", "Kernels", "NeuralNetwork",
        .product(name: "SwiftProtobuf", package: "swift-protobuf"),
      ],
      exclude: ["ONNX/onnx.proto"], swiftSettings: compute),
    .target(
      name: "Training",
      dependencies: [
        "MPI", "Kernels", "CIFAR", "Formats", "Inference", "NeuralNetwork", "Pruning", "CSignals", "CxxHash",
      ],
      swiftSettings: compute),
    .target(name: "Settings", dependencies: [.product(name: "Yams", package: "Yams")]),
    .target(name: "Reporting", dependencies: ["Inference", "NeuralNetwork", "Pruning"]),
    .target(name: "Plotting"),
    .target(
      name: "TensorBoard", dependencies: ["Formats", .product(name: "SwiftProtobuf", package: "swift-protobuf")],
      exclude: ["event.proto"]),
    .target(
      name: "RunReport",
      dependencies: [
        "MPI", "Kernels", "CIFAR", "Export", "Formats", "Inference", "NeuralNetwork", "Pruning", "Training",
        "Reporting", "Plotting", "TensorBoard",
      ],
      swiftSettings: compute),
    .target(
      name: "Preflight",
      dependencies: ["MPI", "Kernels", "CIFAR", "NeuralNetwork", "Pruning", "Training", "Reporting"]),
    .target(
      name: "Planning",
      dependencies: ["MPI", "Kernels", "CIFAR", "NeuralNetwork", "Pruning", "Training", "Reporting"]),
    .executableTarget(
      name: "dptrain",
      dependencies: [
        "MPI", "Watchdog", "Kernels", "CIFAR", "Export", "Formats", "Inference", "NeuralNetwork", "Pruning", "Training",
        "Reporting", "Plotting", "RunReport", "Preflight", "Planning", "Pictures", "PictureImport", "Settings",
        "BuildCommit",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
    .executableTarget(name: "kernel-bench", dependencies: ["Kernels"], path: "Benchmarks/Kernels"),

    .target(
      name: "TestSupport", dependencies: ["Formats", "Inference", "Kernels", "NeuralNetwork", "RandomNumbers"],
      path: "Tests/Support", swiftSettings: compute),
    .executableTarget(name: "mpi-conformance", dependencies: ["MPI"], path: "Tests/MPIConformance"),
    .executableTarget(
      name: "training-faults", dependencies: ["MPI", "CIFAR", "NeuralNetwork", "Training"],
      path: "Tests/TrainingFaults"),
    .testTarget(name: "SupportTests", dependencies: ["TestSupport"]),
    .testTarget(name: "MPITests", dependencies: ["MPI", "TestSupport", "mpi-conformance"]),
    .testTarget(name: "WatchdogTests", dependencies: ["Watchdog", "MPI"]),
    // Without the compute flags: what the compute modules are built for must not depend on who asks.
    .testTarget(name: "MachineTests", dependencies: ["Kernels"]),
    .testTarget(name: "KernelsTests", dependencies: ["Kernels", "TestSupport"], swiftSettings: compute),
    .testTarget(name: "RandomNumbersTests", dependencies: ["RandomNumbers"], swiftSettings: compute),
    .testTarget(
      name: "CIFARTests", dependencies: ["CIFAR", "RandomNumbers"], exclude: ["Golden"], swiftSettings: compute),
    .testTarget(name: "PicturesTests", dependencies: ["Pictures", "TestSupport"], exclude: ["Golden"]),
    .testTarget(name: "SettingsTests", dependencies: ["Settings"]),
    .testTarget(
      name: "PictureImportTests", dependencies: ["PictureImport", "Pictures", "CIFAR", "TestSupport"]),
    .testTarget(name: "FormatsTests", dependencies: ["Formats"], exclude: ["Golden"]),
    .target(name: "CAllocationCounter", path: "Tests/AllocationCounter"),
    .executableTarget(
      name: "fuzz",
      dependencies: [
        "CIFAR", "CxxHash", "Export", "Formats", "Inference", "NeuralNetwork", "Pictures", "Pruning", "RandomNumbers",
        "RunReport", "Settings", "Training", "Watchdog", "CAllocationCounter",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ], path: "Tests/Fuzz", swiftSettings: compute),
    .testTarget(name: "FuzzTests", dependencies: ["fuzz", "TestSupport", "CAllocationCounter"]),
    .testTarget(
      name: "NeuralNetworkTests",
      dependencies: ["NeuralNetwork", "Kernels", "Formats", "TestSupport", "CAllocationCounter"],
      swiftSettings: compute),
    .testTarget(
      name: "InferenceTests",
      dependencies: ["Inference", "NeuralNetwork", "Kernels", "CIFAR", "Formats", "TestSupport", "CAllocationCounter"],
      swiftSettings: compute),
    .testTarget(
      name: "ExportTests",
      dependencies: [
        "Export", "Inference", "NeuralNetwork", "Kernels", "CIFAR", "Formats", "RandomNumbers", "TestSupport",
      ],
      swiftSettings: compute),
    .testTarget(
      name: "PruningTests", dependencies: ["Pruning", "NeuralNetwork", "Kernels", "TestSupport"], exclude: ["Golden"]),
    .testTarget(
      name: "ReportingTests", dependencies: ["Reporting", "Inference", "Kernels", "Pruning", "NeuralNetwork"],
      exclude: ["Golden"]),
    .testTarget(name: "PlottingTests", dependencies: ["Plotting"]),
    .testTarget(name: "TensorBoardTests", dependencies: ["TensorBoard"]),
    .testTarget(
      name: "RunReportTests",
      dependencies: [
        "RunReport", "Plotting", "Training", "NeuralNetwork", "Pruning", "CIFAR", "Formats", "TestSupport",
      ],
      swiftSettings: compute),
    .testTarget(
      name: "TrainingTests",
      dependencies: [
        "Training", "Kernels", "CIFAR", "Formats", "NeuralNetwork", "Pruning", "TestSupport", "training-faults",
      ],
      exclude: ["Golden"]),
    .testTarget(
      name: "PreflightTests", dependencies: ["Preflight", "NeuralNetwork", "Training", "TestSupport"],
      swiftSettings: compute),
    .testTarget(
      name: "PlanningTests", dependencies: ["Planning", "NeuralNetwork", "Pruning", "Training", "TestSupport"],
      swiftSettings: compute),
    .testTarget(
      name: "EndToEndTests",
      dependencies: ["dptrain", "CIFAR", "Training", "Formats", "Kernels", "NeuralNetwork", "RunReport", "TestSupport"]),
  ],
  swiftLanguageModes: [.v6]
)
