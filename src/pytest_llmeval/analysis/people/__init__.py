"""People: what to ask them, and how far what they said agrees."""
