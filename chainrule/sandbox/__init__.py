"""Where a submission's code runs: a process that is locked up before the first line of it."""
