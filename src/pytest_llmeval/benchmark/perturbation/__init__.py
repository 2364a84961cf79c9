"""Perturbation: the same entry asked in another way, by rules that leave what is right as it is."""
