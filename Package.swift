// swift-tools-version: 6.2
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

/// A library of the package whose kernels are built for the machine's instruction set.
func computing(_ name: String, _ dependencies: [Target.Dependency], exclude: [String] = [], path: String? = nil)
  -> Target
{
  .target(name: name, dependencies: dependencies, path: path, exclude: exclude, swiftSettings: compute)
}

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let protobuf = Target.Dependency.product(name: "SwiftProtobuf", package: "swift-protobuf")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")

/// The MPI to build against, by its name for pkg-config: Open MPI, or `DPTRAIN_MPI` (`mpich`, `impi`, `mvapich2`, …).
let mpi = ProcessInfo.processInfo.environment["DPTRAIN_MPI"] ?? "ompi-c"

let package = Package(
  name: "dptrain",
  products: [
    .executable(name: "dptrain", targets: ["dptrain"]),
    .library(name: "MPI", targets: ["MPI"]),
    .library(name: "Formats", targets: ["Formats"]),
    .library(name: "Kernels", targets: ["Kernels"]),
    .library(name: "Networks", targets: ["Networks"]),
    .library(name: "Pruning", targets: ["Pruning"]),
    .library(name: "Inference", targets: ["Inference"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", .upToNextMinor(from: "1.8.2")),
    .package(url: "https://github.com/apple/swift-protobuf", .upToNextMinor(from: "1.39.0")),
    .package(url: "https://github.com/jpsim/Yams", .upToNextMinor(from: "6.2.2")),
  ],
  targets: [
    // MARK: - C

    .systemLibrary(name: "CMPI", pkgConfig: mpi, providers: [.apt(["libopenmpi-dev", "openmpi-bin"])]),
    .systemLibrary(name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
    .systemLibrary(name: "CxxHash", pkgConfig: "libxxhash", providers: [.apt(["libxxhash-dev"])]),
    .target(name: "CImages", linkerSettings: [.linkedLibrary("png"), .linkedLibrary("jpeg")]),
    .target(name: "CMachine"),

    // MARK: - Libraries; each imports from those above it alone

    .target(name: "Text"),
    computing("Machine", ["CMachine"]),
    .target(name: "MPI", dependencies: ["CMPI"]),
    .target(name: "Watchdog", dependencies: ["MPI"]),
    computing("RandomNumbers", []),
    .target(name: "Formats", dependencies: ["CxxHash"]),
    computing("Images", ["CImages", "Formats", "RandomNumbers", "Text"]),
    computing("Kernels", ["COpenBLAS", "Machine"]),
    computing("Networks", ["Formats", "Kernels", "RandomNumbers"]),
    computing("Pruning", ["Kernels", "Networks", "RandomNumbers"]),
    computing("Inference", ["Kernels", "Networks"]),
    computing(
      "Export", ["Formats", "Inference", "Kernels", "Networks", protobuf], exclude: ["ONNX/onnx.proto"]),
    computing(
      "Training",
      ["Formats", "Images", "Inference", "Kernels", "MPI", "Networks", "Pruning", "RandomNumbers", "Text"]),
    computing(
      "Runs",
      [
        "CMachine", "Export", "Formats", "Images", "Inference", "Kernels", "Machine", "MPI", "Networks", "Pruning",
        "Text", "Training", yams,
      ]),
    .target(
      name: "Planning",
      dependencies: ["Images", "Kernels", "Machine", "MPI", "Networks", "Pruning", "Runs", "Text", "Training"]),
    computing(
      "Reports",
      [
        "Formats", "Images", "Inference", "MPI", "Networks", "Pruning", "Runs", "Text", "Training",
        protobuf,
      ], exclude: ["TensorBoard/event.proto"]),

    // MARK: - Programs

    .plugin(name: "CommitPlugin", capability: .buildTool()),
    .executableTarget(
      name: "dptrain",
      dependencies: [
        "Export", "Formats", "Images", "Inference", "Kernels", "MPI", "Machine", "Networks", "Planning", "Pruning",
        "Reports", "Runs", "Text", "Training", "Watchdog", argumentParser,
      ], plugins: ["CommitPlugin"]),
    .executableTarget(
      name: "prune-in-ten-lines", dependencies: ["Images", "MPI", "Networks", "Runs"], path: "Examples/PruneInTenLines"),
    .executableTarget(name: "kernel-bench", dependencies: ["Kernels", "Machine"], path: "Benchmarks/Kernels"),

    // MARK: - Tests, each with the modules that it looks into

    computing(
      "TestSupport", ["Formats", "Inference", "Kernels", "Networks", "RandomNumbers"], path: "Tests/Support"),
    .target(name: "CAllocationCounter", path: "Tests/AllocationCounter"),
    .executableTarget(name: "mpi-conformance", dependencies: ["MPI"], path: "Tests/MPIConformance"),
    .executableTarget(
      name: "training-faults", dependencies: ["Formats", "Images", "MPI", "Networks", "Pruning", "Runs", "Training"],
      path: "Tests/TrainingFaults"),
    .executableTarget(
      name: "fuzz",
      dependencies: [
        "CAllocationCounter", "Export", "Formats", "Images", "Inference", "Networks", "Pruning",
        "RandomNumbers", "Reports", "Runs", "Training", "Watchdog", argumentParser,
      ], path: "Tests/Fuzz", swiftSettings: compute),
    .testTarget(name: "SupportTests", dependencies: ["TestSupport"]),
    .testTarget(name: "TextTests", dependencies: ["Text"]),
    .testTarget(name: "MPITests", dependencies: ["MPI", "TestSupport", "mpi-conformance"]),
    .testTarget(name: "WatchdogTests", dependencies: ["MPI", "Watchdog"]),
    // Without the compute flags: what the compute modules are built for must not depend on who asks.
    .testTarget(name: "MachineTests", dependencies: ["Kernels", "Machine", "TestSupport"]),
    .testTarget(name: "RandomNumbersTests", dependencies: ["RandomNumbers", "TestSupport"], swiftSettings: compute),
    .testTarget(name: "FormatsTests", dependencies: ["Formats", "TestSupport"], exclude: ["Golden"]),
    .testTarget(
      name: "ImagesTests", dependencies: ["Formats", "Images", "RandomNumbers", "TestSupport"],
      exclude: ["Records/Golden", "Pictures/Golden"], swiftSettings: compute),
    .testTarget(name: "KernelsTests", dependencies: ["Kernels", "Machine", "TestSupport"], swiftSettings: compute),
    .testTarget(
      name: "NetworksTests", dependencies: ["CAllocationCounter", "Formats", "Kernels", "Networks", "TestSupport"],
      swiftSettings: compute),
    .testTarget(
      name: "InferenceTests",
      dependencies: ["CAllocationCounter", "Formats", "Images", "Inference", "Kernels", "Networks", "TestSupport"],
      swiftSettings: compute),
    .testTarget(
      name: "ExportTests",
      dependencies: [
        "Export", "Formats", "Images", "Inference", "Kernels", "Networks", "RandomNumbers", "TestSupport",
      ], swiftSettings: compute),
    .testTarget(
      name: "PruningTests", dependencies: ["Kernels", "Networks", "Pruning", "TestSupport"], exclude: ["Golden"]),
    .testTarget(
      name: "TrainingTests",
      dependencies: [
        "Formats", "Images", "Kernels", "MPI", "Networks", "Pruning", "Runs", "TestSupport", "Training",
        "training-faults",
      ], exclude: ["Golden"]),
    .testTarget(
      name: "RunsTests",
      dependencies: [
        "Formats", "Images", "Kernels", "Networks", "Pruning", "Runs", "TestSupport", "Training", "prune-in-ten-lines",
      ], swiftSettings: compute),
    .testTarget(
      name: "PlanningTests", dependencies: ["Networks", "Planning", "Pruning", "Runs", "TestSupport", "Training"],
      swiftSettings: compute),
    .testTarget(
      name: "ReportsTests",
      dependencies: [
        "Formats", "Images", "Inference", "Kernels", "Networks", "Pruning", "Reports", "Runs", "TestSupport", "Text",
        "Training",
      ], exclude: ["Tables/Golden"], swiftSettings: compute),
    .testTarget(name: "FuzzTests", dependencies: ["CAllocationCounter", "TestSupport", "fuzz"]),
    .testTarget(
      name: "EndToEndTests",
      dependencies: [
        "Formats", "Images", "Kernels", "Networks", "Pruning", "Reports", "Runs", "TestSupport", "Training", "dptrain",
      ],
      exclude: ["Runs-0.1"]),
  ],
  swiftLanguageModes: [.v6]
)
