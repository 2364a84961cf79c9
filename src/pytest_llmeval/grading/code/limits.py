"""What a program out of an answer may use."""

from __future__ import annotations

import math
from dataclasses import dataclass

from pytest_llmeval.errors import ConfigurationError

MEGABYTE = 1 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of one program, over all of its tests.

    Raises:
        ConfigurationError: For numbers that are no limits.
    """

    timeout_s: float = 10.0
    """Seconds of processor time, rounded up to whole ones."""
    memory_mb: int = 512
    """Megabytes of address space of each process."""
    output_kb: int = 1024
    """Kilobytes of each file, and of what is printed."""
    processes: int = 16
    """Processes and threads at once."""
    patience_s: float = 5.0
    """Seconds by the clock, above three times those of the processor: a busy machine must fail nobody."""

    def __post_init__(self) -> None:
        for name, least in (("timeout_s", 0), ("memory_mb", 63), ("output_kb", 0), ("processes", 0), ("patience_s", 0)):
            value = getattr(self, name)
            if isinstance(value, bool) or not (least < value < math.inf):
                raise ConfigurationError(f"the sandbox's {name} must be a number above {least}, got {value!r}")

    @property
    def cpu_s(self) -> int:
        """Return the seconds of processor time."""
        return math.ceil(self.timeout_s)

    @property
    def wall_s(self) -> float:
        """Return the seconds by the clock."""
        return 3 * self.cpu_s + self.patience_s
