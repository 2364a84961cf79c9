"""A fake tool as a user declares it: what the model is told of it, and what it gives back for which arguments."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, TypeAlias

from pytest_llmeval.errors import ConfigurationError
from pytest_llmeval.models.request import Tool
from pytest_llmeval.models.tools.patterns import MISSING, check_pattern, mismatch, shown

EFFECTS = ("returns", "raises", "timeout", "garbage")
"""What a case does: exactly one of these."""
ANYTHING: Mapping[str, Any] = {"type": "object", "properties": {}}

Arguments: TypeAlias = Mapping[str, Any] | Callable[[dict[str, Any]], Any]


@dataclass(frozen=True, slots=True)
class Case:
    """What a fake tool does when it is called with certain arguments.

    Args:
        args: Patterns of the arguments (further arguments do not matter), or a function of all of them; by default any.
        returns: What the tool gives back: text as it is, anything else as JSON; or a function of the arguments.
        raises: The text of an error.
        timeout: Seconds after which the tool is told to have timed out. Nobody waits for them.
        garbage: A broken result, which the model gets as it stands.
        latency_s: Seconds the tool is told to have taken.
        times: How often the case holds; after that the next one that fits does.
    """

    args: Arguments | None = None
    returns: Any = MISSING
    raises: str | None = None
    timeout: float | None = None
    garbage: str | None = None
    latency_s: float = 0.0
    times: int | None = None

    @classmethod
    def read(cls, given: Case | Mapping[str, Any]) -> Case:
        """Read a case as a benchmark or a test writes it.

        Raises:
            ConfigurationError: Naming what is wrong with it.
        """
        if isinstance(given, Case):
            return given
        if not isinstance(given, Mapping):
            raise ConfigurationError(
                f'a case is a dict such as {{"args": {{...}}, "returns": ...}}, got {shown(given)}'
            )
        known = [one.name for one in fields(cls)]
        if unknown := [name for name in given if name not in known]:
            raise ConfigurationError(f"a case has no {unknown[0]!r}; it takes {', '.join(known)}")
        case = cls(**given)
        case._check()
        return case

    def _check(self) -> None:
        effects = [name for name in EFFECTS if getattr(self, name) is not (MISSING if name == "returns" else None)]
        if len(effects) != 1:
            raise ConfigurationError(
                f"a case does one of {', '.join(EFFECTS)}, got {' and '.join(effects) or 'none of them'}"
            )
        if isinstance(self.args, Mapping):
            check_pattern(self.args)
        elif self.args is not None and not callable(self.args):
            raise ConfigurationError(f"args must be a dict of arguments, got {shown(self.args)}")
        _check_number("timeout", self.timeout, 0)
        _check_number("latency_s", self.latency_s, 0)
        _check_number("times", self.times, 1)
        if isinstance(self.times, float):
            raise ConfigurationError(f"times must be a whole number, got {self.times}")
        for name in ("raises", "garbage"):
            if not isinstance(getattr(self, name), str | None):
                raise ConfigurationError(f"{name} must be text, got {shown(getattr(self, name))}")

    def holds_for(self, arguments: dict[str, Any]) -> bool:
        """Tell whether it is about these arguments."""
        if self.args is None:
            return True
        return mismatch(self.args, arguments) is None


def _check_number(name: str, value: Any, least: float) -> None:
    if value is None and name != "latency_s":
        return
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value < math.inf:
        raise ConfigurationError(f"{name} must be a number of at least {least}, got {shown(value)}")


@dataclass(frozen=True, slots=True)
class FakeTool:
    """A scripted stand-in for a tool: nothing happens but what is written here.

    Args:
        name: Its name.
        description: When and how to use it, as the model is told.
        parameters: JSON Schema of its arguments; calls that do not fit it get an error, as of a real tool.
        cases: What it does, the first case that fits; a list of dicts with the fields of `Case`.
        returns: What it gives back whatever the arguments are, in place of cases.

    Raises:
        ConfigurationError: Where a case cannot be read.

    Example:
        >>> flaky = FakeTool("search", cases=[{"raises": "503", "times": 1}, {"returns": ["a.md"]}])
        >>> [case.times for case in flaky.cases]
        [1, None]
    """

    name: str
    description: str = ""
    parameters: Mapping[str, Any] = field(default_factory=lambda: dict(ANYTHING))
    cases: Sequence[Case | Mapping[str, Any]] = ()
    returns: Any = MISSING

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or not self.name.strip():
            raise ConfigurationError(f"a fake tool needs a name, got {shown(self.name)}")
        if self.returns is not MISSING and self.cases:
            raise ConfigurationError(f"fake tool {self.name!r} has cases and returns; make returns the last case")
        written = [{"returns": self.returns}] if self.returns is not MISSING else self.cases
        if isinstance(written, Mapping | str) or not isinstance(written, Iterable):
            raise ConfigurationError(f"fake tool {self.name!r}: cases must be a list of dicts, got {shown(written)}")
        try:
            object.__setattr__(self, "cases", tuple(map(Case.read, written)))
            object.__setattr__(self, "returns", MISSING)  # it is a case now, and equal tools are written in two ways
        except ConfigurationError as error:
            raise ConfigurationError(f"fake tool {self.name!r}: {error}") from None

    @classmethod
    def read(cls, given: FakeTool | Tool | Mapping[str, Any], known: Mapping[str, FakeTool] | None = None) -> FakeTool:
        """Read a tool as a benchmark or a test writes it.

        Args:
            given: A `FakeTool`, a `Tool` (one without results), or a mapping with its fields; what is told to the model
                may also stand as in the wire format, ``{"function": {...}}``.
            known: Tools by name; what a mapping leaves out is taken from the one of its name.

        Raises:
            ConfigurationError: Naming what is wrong with it.
        """
        if isinstance(given, FakeTool):
            return given
        if isinstance(given, Tool):
            return cls(given.name, given.description, given.parameters)
        if not isinstance(given, Mapping):
            raise ConfigurationError(f"a fake tool is a FakeTool or a dict with a name, got {shown(given)}")
        inner = given.get("function") or {}
        told = {**given, **inner} if isinstance(inner, Mapping) else dict(given)
        for name in ("type", "function", "strict"):
            told.pop(name, None)
        if "input_schema" in told:
            told.setdefault("parameters", told.pop("input_schema"))
        names = [one.name for one in fields(cls)]
        if unknown := [name for name in told if name not in names]:
            raise ConfigurationError(f"a fake tool has no {unknown[0]!r}; it takes {', '.join(names)}")
        base = (known or {}).get(told.get("name", ""))
        if base is not None:
            told = {"description": base.description, "parameters": base.parameters, **told}
            if "cases" not in told and "returns" not in told:
                told["cases"] = base.cases
        if "name" not in told:
            raise ConfigurationError(f"a fake tool needs a name: {shown(given)}")
        return cls(**told)

    @property
    def spec(self) -> Tool:
        """Return what the model is told."""
        return Tool(self.name, self.description, self.parameters)


def result_text(value: Any) -> str:
    """Write what a tool gave back as the model reads it: text as it is, anything else as JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
