// What this module holds, `buildCommit`, is written by CommitPlugin.
