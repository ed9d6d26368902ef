import Reports
import Testing

struct RunCommandLineTests {
  @Test(arguments: [
    (["--prune", "0.98"], 1, "dptrain --prune 0.98 --data synthetic"),
    (["run", "--prune=0.9", "--data", "my data"], 4, "mpirun -n 4 dptrain run --prune=0.9 --data 'my data'"),
    (
      ["train", "--output", "runs/a", "--resume", "--epochs", "3", "--stop-after-steps=7", "--data=x"], 2,
      "mpirun -n 2 dptrain train --epochs 3 --data=x"
    ),
    (["prune", "it's.safetensors"], 1, "dptrain prune 'it'\\''s.safetensors' --data synthetic"),
    (
      ["run", "--epochs=3", "--output=runs/a", "--config", "my run.yaml", "--prune", "0.9"], 1,
      "dptrain run --epochs=3 --prune 0.9 --data synthetic"
    ),
    (["--config=run.yaml", "--data=x"], 1, "dptrain --data=x"),
    (["prune", "--prune", "0.9", "--", "--output"], 1, "dptrain prune --prune 0.9 --data synthetic -- --output"),
    (["resume", "runs/a"], 1, "dptrain resume runs/a"),
  ])
  func placesAreLeftOutAndImagesNamed(arguments: [String], ranks: Int, expected: String) {
    #expect(RunCommandLine.reproducing(arguments, ranks: ranks, data: "synthetic") == expected)
  }
}
