"""What all tests of the project share."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

# A busy machine makes examples slow, and no rule is broken by that.
settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")
