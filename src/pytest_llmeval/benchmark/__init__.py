"""Benchmark files: entries, how they are read, and how a slice of them is chosen."""
