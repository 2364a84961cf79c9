"""What all tests of the project share."""

from __future__ import annotations

pytest_plugins = ["pytester"]
