"""The process that is tested: it loads the candidate's program and does what the tests ask of it.

It knows neither the tests nor the expected values, and holds no way to give a verdict.
"""

from __future__ import annotations

import itertools
import sys
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

from pytest_llmeval.grading.code.inside.program import MODULE, Program, assemble
from pytest_llmeval.grading.code.inside.values import TooDeep, decode, encode, encode_error
from pytest_llmeval.grading.code.inside.wire import Broken, Wire

MUTABLE = (list, dict, set, bytearray)


class Servant:
    """Answers the questions of the tests; lives as long as the process.

    Args:
        wire: To the tests.
        program: What to load when asked to.
    """

    def __init__(self, wire: Wire, program: Program) -> None:
        self._wire = wire
        self._program = program
        self._module = ModuleType(MODULE)
        self._kept: dict[int, object] = {}
        self._numbers: dict[int, int] = {}
        self._count = itertools.count(1)
        self._verbs: dict[str, Callable[..., Any]] = {
            "load": self._load,
            "name": lambda name: getattr(self._module, name),
            "get": lambda number, name: getattr(self._kept[number], name),
            "set": lambda number, name, value: setattr(self._kept[number], name, decode(value, self._resolve)),
            "item": lambda number, key: self._kept[number][decode(key, self._resolve)],  # type: ignore[index]
            "put": self._put,
            "len": lambda number: len(self._kept[number]),  # type: ignore[arg-type]
            "bool": lambda number: bool(self._kept[number]),
            "str": lambda number: str(self._kept[number]),
            "repr": lambda number: repr(self._kept[number]),
            "iter": lambda number: iter(self._kept[number]),  # type: ignore[call-overload]
            "next": self._next,
        }

    def handle(self, question: list[Any]) -> list[Any]:
        """Do what is asked; whatever the candidate raises is an answer."""
        verb, *args = question
        try:
            if verb == "call":
                return self._call(*args)
            return ["ok", encode(self._verbs[verb](*args), self._export), []]
        except Broken:
            raise
        except BaseException as error:
            return ["raise", encode_error(error)]

    def _load(self) -> None:
        sys.modules[MODULE] = self._module
        for part in assemble(self._program):
            exec(part, self._module.__dict__)  # noqa: S102  this process is here for that

    def _call(self, number: int, args: list[Any], kwargs: list[Any]) -> list[Any]:
        given = [decode(one, self._resolve) for one in args]
        named = {str(name): decode(value, self._resolve) for name, value in kwargs}
        result = self._kept[number](*given, **named)  # type: ignore[operator]
        return ["ok", encode(result, self._export), list(self._changed(args, given))]

    def _changed(self, before: list[Any], given: list[Any]) -> Iterator[Any]:
        """Yield place and new value of the arguments that the call has changed: tests may look at them."""
        for place, (sent, value) in enumerate(zip(before, given, strict=True)):
            if isinstance(value, MUTABLE):
                try:
                    now = encode(value, self._export)
                except TooDeep:
                    continue
                if now != sent:
                    yield [place, now]

    def _put(self, number: int, key: Any, value: Any) -> None:
        self._kept[number][decode(key, self._resolve)] = decode(value, self._resolve)  # type: ignore[index]

    def _next(self, number: int) -> tuple[bool, object]:
        for value in self._kept[number]:  # type: ignore[attr-defined]
            return True, value
        return False, None

    def _export(self, value: object) -> Any:
        number = self._numbers.get(id(value))
        if number is None:
            number = next(self._count)
            self._numbers[id(value)], self._kept[number] = number, value
        return ["handle", number]

    def _resolve(self, tag: str, data: Any) -> Any:
        return self._kept[data] if tag == "handle" else self._callback(data)

    def _callback(self, number: int) -> Callable[..., Any]:
        """Make a function that calls one of the tests', which a test has passed as an argument."""

        def call_back(*args: Any) -> Any:
            answer = self._wire.ask("back", number, [encode(one, self._export) for one in args])
            if answer[0] == "raise":
                raise RuntimeError(answer[1][2])
            return decode(answer[1], self._resolve)

        return call_back
