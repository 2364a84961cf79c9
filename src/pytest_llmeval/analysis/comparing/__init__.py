"""Comparing: the trials of two runs or of several models held against each other, entry by entry."""
