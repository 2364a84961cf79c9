"""Judges: how far they, and graders by rule, may be believed, and what they say of two answers."""
