"""Code in answers: taken out, run in a process of its own, and measured."""
