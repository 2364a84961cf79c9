"""Grading: from an entry and an answer to a grade."""
