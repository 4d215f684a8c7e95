"""Suite → RunResult."""
