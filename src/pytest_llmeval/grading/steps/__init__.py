"""Steps: the way to an answer, graded step by step beside its outcome."""
