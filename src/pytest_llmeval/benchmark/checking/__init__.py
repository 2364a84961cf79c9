"""Checking a benchmark: what would make its numbers wrong, found before a model is asked."""
