"""Runs: the record of a trial, the log of a run, and where it came from."""
