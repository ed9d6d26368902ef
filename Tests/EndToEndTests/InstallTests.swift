import Foundation
import TestSupport
import Testing

/// `make install` and `make uninstall`, the manual page, the completions and the version.
struct InstallTests {
  static func has(_ program: String) -> Bool {
    (try? run("sh", ["-c", "command -v \(program)"]))?.succeeded == true
  }

  private static let files = [
    "usr/bin/dptrain", "usr/share/bash-completion/completions/dptrain",
    "usr/share/fish/vendor_completions.d/dptrain.fish",
    "usr/share/man/man1/dptrain.1", "usr/share/zsh/site-functions/_dptrain",
  ]

  private func make(_ target: String, _ scratch: Scratch) throws -> ProcessResult {
    try run(
      "make", [target, "PREFIX=/usr", "DESTDIR=\(scratch.path("root"))", "PROGRAM=\(try builtExecutable("dptrain"))"],
      directory: projectDirectory)
  }

  private func installed() throws -> Scratch {
    let scratch = try Scratch()
    let result = try make("install", scratch)
    try #require(result.succeeded, "\(result)")
    return scratch
  }

  @Test func installsAndUninstalls() throws {
    let scratch = try installed()
    let isFile = { (name: String) in
      var isFolder: ObjCBool = false
      return FileManager.default.fileExists(atPath: scratch.path("root/\(name)"), isDirectory: &isFolder)
        && !isFolder.boolValue
    }
    #expect(scratch.names("root").filter(isFile) == Self.files)
    let program = scratch.path("root/usr/bin/dptrain")
    #expect(try run(program, ["--version"]).succeeded)
    try scratch.write(Data("mine".utf8), "root/usr/bin/other")
    let result = try make("uninstall", scratch)
    #expect(result.succeeded, "\(result)")
    #expect(scratch.names("root").filter(isFile) == ["usr/bin/other"])
  }

  @Test func aProgramThatIsNotBuiltIsNotInstalled() throws {
    let scratch = try Scratch()
    let result = try run(
      "make", ["install", "DESTDIR=\(scratch.path("root"))", "PROGRAM=no/such/program"], directory: projectDirectory)
    #expect(!result.succeeded && result.standardError.contains("run 'make build' first"), "\(result)")
    #expect(!scratch.exists("root"))
  }

  @Test func theVersionNamesTheCommit() throws {
    let result = try dptrain(["--version"])
    #expect(result.standardOutput.contains(/^dptrain \d+\.\d+\.\d+ \(commit ([0-9a-f]{40}|unknown)\)\n$/), "\(result)")
  }

  @Test func everyFlagIsInTheManual() throws {
    let page = try dptrain(["manual"]).standardOutput
    let help = try dptrain(["help", "run"]).standardOutput
    for flag in Set(help.matches(of: /\n  (--[a-z0-9-]+)/).map { String($0.1) }) where flag != "--version" {
      #expect(page.contains("Fl \(flag.dropFirst())"), "\(flag)")
    }
    for name in [
      "run", "train", "prune", "resume", "evaluate", "predict", "inspect", "data import", "config", "doctor",
    ] {
      #expect(page.contains("\n.Ss dptrain \(name)\n"), "\(name)")
    }
    #expect(page.contains(".It Ev DPTRAIN_BATCH_SIZE") && !page.contains(".Ss dptrain bench"))
  }

  @Test(.enabled(if: has("mandoc"), "mandoc is not installed"))
  func theManualIsSound() throws {
    let scratch = try installed()
    let page = scratch.path("root/usr/share/man/man1/dptrain.1")
    let result = try run("mandoc", ["-Tlint", "-Wwarning", page])
    #expect(result.succeeded && result.standardOutput.isEmpty, "\(result)")
    let text = try run("sh", ["-c", "mandoc -Tutf8 \"$0\" | col -b", page]).standardOutput
    #expect(text.contains("--batch-size batch-size") && text.contains("mpirun -n 8 dptrain --prune 0.98"), "\(text)")
  }

  @Test func bashCompletesFlagsAndCommands() throws {
    let scratch = try installed()
    let script = scratch.path("root/usr/share/bash-completion/completions/dptrain")
    func completions(_ words: String...) throws -> [String] {
      let program = """
        PATH=\(scratch.path("root/usr/bin")):$PATH
        . "$0"
        COMP_WORDS=(dptrain \(words.map { "'\($0)'" }.joined(separator: " ")))
        COMP_CWORD=\(words.count) COMP_LINE="${COMP_WORDS[*]}" COMP_POINT=${#COMP_LINE}
        "$(complete -p dptrain | sed 's/.*-F \\([^ ]*\\).*/\\1/')" dptrain '\(words.last ?? "")' '\(words.dropLast().last ?? "dptrain")'
        printf '%s\\n' "${COMPREPLY[@]}"
        """
      let result = try run("bash", ["-c", program, script])
      return result.outputLines.map { $0.trimmingCharacters(in: .whitespaces) }
    }
    let flags = try completions("run", "--learning-")
    #expect(flags.contains("--learning-rate") && flags.contains("--learning-rate-schedule"), "\(flags)")
    let scores = try completions("run", "--score", "l")
    #expect(scores.contains("lamp") && scores.contains("l1-per-cost") && !scores.contains("erk"), "\(scores)")
    #expect(try completions("pre").contains("predict"))
  }

  @Test(.enabled(if: has("zsh"), "zsh is not installed"))
  func zshReadsItsCompletions() throws {
    let scratch = try installed()
    let script = scratch.path("root/usr/share/zsh/site-functions/_dptrain")
    let result = try run("zsh", ["-n", script])
    #expect(result.succeeded && result.standardError.isEmpty, "\(result)")
  }

  @Test(.enabled(if: has("fish"), "fish is not installed"))
  func fishCompletes() throws {
    let scratch = try installed()
    let script = scratch.path("root/usr/share/fish/vendor_completions.d/dptrain.fish")
    let result = try run("fish", ["--no-config", "-c", "source \(script); complete -C 'dptrain run --learning-'"])
    #expect(result.standardOutput.contains("--learning-rate"), "\(result)")
  }
}
