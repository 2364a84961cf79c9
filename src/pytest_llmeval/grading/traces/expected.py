"""Expected tool calls: how a benchmark writes them, and which calls of a trace they are."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

from pytest_llmeval.errors import ConfigurationError
from pytest_llmeval.models.answer import ToolCall
from pytest_llmeval.models.tools.patterns import check_pattern, mismatches, shown

Match = Literal["subset", "exact", "names"]
"""How arguments are compared: the expected ones are there; they and no others; not at all."""
MATCHES: tuple[Match, ...] = get_args(Match)
NONE = "none"
"""Stands for: no tool should be called."""
_FIELDS = ("name", "args", "optional", "after", "with")


@dataclass(frozen=True, slots=True)
class ExpectedCall:
    """One call that should be made.

    Args:
        names: The tools that will do, the preferred one first.
        args: Patterns of the arguments, see `pytest_llmeval.models.tools.patterns`, or a function of all of them; None
            means any.
        optional: Whether it may be left out.
        after: Names of tools whose expected calls must come before, in an earlier step of the model: what depends on a
            result cannot be called beside it.
        together: Names of tools whose expected calls must be made in the same step, for none needs to wait for another.
    """

    names: tuple[str, ...]
    args: Mapping[str, Any] | Callable[[dict[str, Any]], Any] | None = None
    optional: bool = False
    after: tuple[str, ...] = ()
    together: tuple[str, ...] = ()

    def __str__(self) -> str:
        args = "" if self.args is None else shown(self.args)
        return f"{' or '.join(self.names)}({args})"

    def faults(self, call: ToolCall, match: Match) -> list[str]:
        """Say, argument by argument, how a call of the right tool differs."""
        if self.args is None or match == "names":
            return []
        if call.raw_arguments is not None:
            return ["the arguments are no JSON object"]
        if callable(self.args):
            return [] if not mismatches(self.args, call.arguments) else [f"{shown(self.args)} says no"]
        return mismatches(self.args, call.arguments, exact=match == "exact")


def read_expected(given: Any) -> tuple[ExpectedCall, ...]:
    """Read what a benchmark or a test expects.

    Args:
        given: Names or mappings with ``name`` (one, or a list of those that will do), ``args``, ``optional``,
            ``after`` and ``with``; or ``"none"``, for no call at all.

    Raises:
        ConfigurationError: Naming what is wrong.
    """
    several = given if isinstance(given, list | tuple) else [given]
    if list(several) == [NONE]:
        return ()
    return tuple(_read(one) for one in several)


def _read(given: Any) -> ExpectedCall:
    if isinstance(given, ExpectedCall):
        return given
    told: Mapping[str, Any] = {"name": given} if isinstance(given, str) else given
    if not isinstance(told, Mapping) or not told.get("name"):
        raise ConfigurationError(f"an expected tool is a name, or a dict with a name and args, got {shown(given)}")
    if unknown := [name for name in told if name not in _FIELDS]:
        raise ConfigurationError(f"an expected tool has no {unknown[0]!r}; it takes {', '.join(_FIELDS)}")
    args = told.get("args")
    if args is not None and not callable(args):
        if not isinstance(args, Mapping):
            raise ConfigurationError(f"args of {shown(told['name'])} must be a dict of arguments, got {shown(args)}")
        check_pattern(args)
    return ExpectedCall(
        _texts(told["name"]),
        args,
        bool(told.get("optional")),
        _texts(told.get("after", ())),
        _texts(told.get("with", ())),
    )


def _texts(value: Any) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(map(str, value))


Pairs = dict[int, int]
"""Place of an expected call to the place of the call that it is."""


def pairs_in(order: str, expected: Sequence[ExpectedCall], calls: Sequence[ToolCall], match: Match) -> Pairs:
    """Pair expected calls with those that were made, as many as an order mode lets pass.

    Where calls have to come ``after`` others, of equally many pairs those that keep to it are taken, if one of three
    ways finds them: the first calls that fit, the last ones for those that come after, the order of the list.
    """
    if order in ("strict", "in_order"):
        return ordered_pairs(expected, calls, match)
    found = [best_pairs(expected, calls, match)]
    if any(one.after for one in expected):
        found += [best_pairs(expected, calls, match, late=True), ordered_pairs(expected, calls, match)]
    return max(found, key=lambda pairs: (len(pairs), -len(out_of_order(expected, pairs))))


def best_pairs(
    expected: Sequence[ExpectedCall], calls: Sequence[ToolCall], match: Match, *, late: bool = False
) -> Pairs:
    """Pair as many expected calls with calls as can be, whatever their order: a maximum bipartite matching (Kuhn).

    Args:
        expected: What should be called.
        calls: What was called.
        match: How arguments are compared.
        late: Whether calls that come after others prefer the last call that fits.
    """
    fits = [[place for place, call in enumerate(calls) if is_it(one, call, match)] for one in expected]
    fits = [places[::-1] if late and one.after else places for one, places in zip(expected, fits, strict=True)]
    taken: dict[int, int] = {}

    def place_for(one: int, seen: set[int]) -> bool:
        for place in fits[one]:
            if place in seen:
                continue
            seen.add(place)
            if place not in taken or place_for(taken[place], seen):
                taken[place] = one
                return True
        return False

    for one in range(len(expected)):
        place_for(one, set())
    return {one: place for place, one in taken.items()}


def ordered_pairs(expected: Sequence[ExpectedCall], calls: Sequence[ToolCall], match: Match) -> Pairs:
    """Pair as many as can be so that both sides keep their order: a longest common subsequence."""
    longest = [[0] * (len(calls) + 1) for _ in range(len(expected) + 1)]
    for one in reversed(range(len(expected))):
        for place in reversed(range(len(calls))):
            both = 1 + longest[one + 1][place + 1] if is_it(expected[one], calls[place], match) else 0
            longest[one][place] = max(both, longest[one + 1][place], longest[one][place + 1])
    pairs: Pairs = {}
    one = place = 0
    while one < len(expected) and place < len(calls):
        if longest[one][place] == longest[one][place + 1]:
            place += 1
        elif longest[one][place] == longest[one + 1][place]:
            one += 1
        else:
            pairs[one] = place
            one, place = one + 1, place + 1
    return pairs


def is_it(expected: ExpectedCall, call: ToolCall, match: Match) -> bool:
    """Tell whether a call is the expected one."""
    return call.name in expected.names and not expected.faults(call, match)


def out_of_order(expected: Sequence[ExpectedCall], pairs: Pairs, steps: Sequence[int] = ()) -> list[str]:
    """Return the expected calls that were made before one they should come after, or beside it.

    Args:
        expected: What should be called.
        pairs: Which calls they are.
        steps: The step of each call; without it only the order counts.
    """
    late = []
    for one, place in pairs.items():
        before = _pairs_of(expected[one].after, expected, pairs)
        if any(other > place for other in before):
            late.append(f"{expected[one].names[0]} before {' and '.join(expected[one].after)}")
        elif steps and any(steps[other] == steps[place] for other in before):
            late.append(f"{expected[one].names[0]} in the same step as {' and '.join(expected[one].after)}")
    return late


def apart(expected: Sequence[ExpectedCall], pairs: Pairs, steps: Sequence[int]) -> list[str]:
    """Return the expected calls that were not made in the same step as those they should go with."""
    return [
        f"{expected[one].names[0]} in another step than {' and '.join(expected[one].together)}"
        for one, place in pairs.items()
        if any(steps[other] != steps[place] for other in _pairs_of(expected[one].together, expected, pairs))
    ]


def _pairs_of(names: Sequence[str], expected: Sequence[ExpectedCall], pairs: Pairs) -> list[int]:
    """Return the places of the calls that are expected of tools of these names."""
    return [pairs[other] for other, call in enumerate(expected) if other in pairs and set(call.names) & set(names)]
