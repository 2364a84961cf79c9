"""Gating: the rules that a run passes, fails, or that cannot be decided on it."""
