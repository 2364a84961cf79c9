"""Behaviour probes: what a model does under pushback, false premises, refusals due and undue, attacks and doubt."""
