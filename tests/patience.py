"""How long a test may take whose input is meant to make slow code hang."""

PATIENCE_S = 60
"""Processor seconds. What grows with the square of such an input takes an hour; a slow machine takes a few seconds."""
