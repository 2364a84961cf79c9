"""Graders are graded: cases with a known verdict, and how often a grader gives another."""
