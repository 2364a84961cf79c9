"""Graders of what a model did on the way to its answer: tools, steps, turns."""
