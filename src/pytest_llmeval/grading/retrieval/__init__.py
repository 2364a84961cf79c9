"""Was the right evidence found, is what the answer cites real, and does it bear the answer out."""
