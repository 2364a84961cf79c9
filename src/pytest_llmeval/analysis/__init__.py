"""Analysis: numbers computed from run logs, each with its n and its interval."""
