"""How sure of itself is the answer: signals of confidence, taken from what it says and how it was written."""
