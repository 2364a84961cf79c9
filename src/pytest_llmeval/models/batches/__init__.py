"""Batches: many requests sent at once, at half the price, and waited for."""
