"""Judges: models that grade by a written rubric, asked so that the answer cannot grade itself."""
